#include "cache/near.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/conf.h"
#include "base/log.h"

#define BUCKETS 1024
#define SLOTS 4
#define WORDS 64 /* of a slot, of 8 bytes */
#define LAYOUT 1 /* another number for another layout of the file */

/* As it lies in the memory, word by word. */
union slot {
	struct {
		uint64_t check; /* of all that follows */
		unsigned char key[16];
		uint64_t epoch;
		int64_t until; /* milliseconds of the boot's clock */
		uint64_t size;
		unsigned char value[NEAR_BYTES];
	};
	uint64_t words[WORDS];
};

struct bucket {
	_Atomic uint64_t epoch;
	_Atomic uint64_t slots[SLOTS][WORDS];
};

struct memory {
	uint64_t layout;
	char boot[BOOT_BYTES]; /* nothing of an earlier one counts: its clock was
				  another */
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct bucket buckets[BUCKETS];
};

_Static_assert(sizeof(union slot) == WORDS * sizeof(uint64_t), "a slot has no holes");

static struct memory *
map(int fd)
{
	void *m = mmap(
		NULL, sizeof(struct memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (m == MAP_FAILED)
		return NULL;
	return m;
}

static bool
fits(const struct memory *m, const char boot[BOOT_BYTES])
{
	return m->layout == LAYOUT && memcmp(m->boot, boot, sizeof(m->boot)) == 0;
}

/* What is there already, if it is of this boot and this layout. */
static struct memory *
open_there(const char *path, const char boot[BOOT_BYTES])
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct memory *m = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(struct memory))
		m = map(fd);
	close(fd);
	if (m == NULL || fits(m, boot))
		return m;
	munmap(m, sizeof(*m));
	return NULL;
}

/* A new one, complete before it has its name, so that nobody sees it half made. It
 * takes the place of one that does not fit. Root makes none: it would be root's. */
static void
make(const char *path, const char boot[BOOT_BYTES])
{
	char beside[4200];
	struct memory *m = NULL;

	if (geteuid() == 0)
		return;
	snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid());
	int fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	if (ftruncate(fd, sizeof(struct memory)) == 0)
		m = map(fd);
	close(fd);
	if (m != NULL) {
		memcpy(m->boot, boot, sizeof(m->boot));
		randombytes_buf(m->key, sizeof(m->key));
		m->layout = LAYOUT;
		munmap(m, sizeof(*m));
		if (open_there(path, boot) == NULL && link(beside, path) != 0 &&
			errno == EEXIST)
			rename(beside, path); /* of another boot: nobody has it open */
	}
	unlink(beside);
}

static struct memory *
near_memory(void)
{
	static struct memory *memory;
	static bool tried;
	char path[4100], boot[BOOT_BYTES];

	if (tried)
		return memory;
	tried = true;
	snprintf(path, sizeof(path), "%.*snear",
		(int)(strrchr(conf.fcgi_socket, '/') == NULL
				? 0
				: strrchr(conf.fcgi_socket, '/') + 1 -
					  conf.fcgi_socket),
		conf.fcgi_socket);
	boot_read(boot);
	memory = open_there(path, boot);
	if (memory == NULL) {
		make(path, boot);
		memory = open_there(path, boot);
	}
	if (memory == NULL)
		log_warn("%s cannot be had: every request asks Redis for its session",
			path);
	return memory;
}

static void
find(const struct memory *m, const char *key, struct near_ticket *out)
{
	_Static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(out->key), "");
	crypto_shorthash_siphashx24(
		out->key, (const unsigned char *)key, strlen(key), m->key);
	memcpy(&out->bucket, out->key, sizeof(out->bucket));
	out->bucket %= BUCKETS;
}

static uint64_t
checksum(const struct memory *m, const union slot *s)
{
	uint64_t out;

	crypto_shorthash((unsigned char *)&out, (const unsigned char *)&s->words[1],
		sizeof(s->words) - sizeof(s->words[0]), m->key);
	return out;
}

static void
read_slot(const _Atomic uint64_t *from, union slot *out)
{
	for (int i = 0; i < WORDS; i++)
		out->words[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
}

static bool
has_key(const _Atomic uint64_t *slot, const unsigned char key[16])
{
	uint64_t words[2] = {atomic_load_explicit(&slot[1], memory_order_relaxed),
		atomic_load_explicit(&slot[2], memory_order_relaxed)};

	return memcmp(words, key, sizeof(words)) == 0;
}

bool
near_get(const char *key, unsigned char *out, size_t *size, struct near_ticket *ticket)
{
	struct memory *m = conf.token_near_time > 0 ? near_memory() : NULL;
	union slot s;

	*ticket = (struct near_ticket){.bucket = BUCKETS};
	if (m == NULL)
		return false;
	find(m, key, ticket);
	struct bucket *b = &m->buckets[ticket->bucket];
	ticket->epoch = atomic_load(&b->epoch);
	for (int i = 0; i < SLOTS; i++) {
		if (!has_key(b->slots[i], ticket->key))
			continue;
		read_slot(b->slots[i], &s);
		int64_t left = s.until - boot_ms();
		if (s.epoch != ticket->epoch || left <= 0 ||
			left > conf.token_near_time || s.size > NEAR_BYTES ||
			memcmp(s.key, ticket->key, sizeof(s.key)) != 0 ||
			s.check != checksum(m, &s))
			continue;
		memcpy(out, s.value, s.size);
		*size = s.size;
		return true;
	}
	return false;
}

/* The key's own slot, or the one that ends first. */
static _Atomic uint64_t *
slot_for(struct bucket *b, const unsigned char key[16])
{
	union slot s;
	int64_t first = INT64_MAX;
	int best = 0;

	for (int i = 0; i < SLOTS; i++) {
		if (has_key(b->slots[i], key))
			return b->slots[i];
		read_slot(b->slots[i], &s);
		if (s.until < first) {
			first = s.until;
			best = i;
		}
	}
	return b->slots[best];
}

void
near_keep(const struct near_ticket *ticket, const void *value, size_t size)
{
	struct memory *m = near_memory();
	union slot s = {.words = {0}};

	if (m == NULL || ticket->bucket >= BUCKETS || size > NEAR_BYTES)
		return;
	struct bucket *b = &m->buckets[ticket->bucket];
	if (atomic_load(&b->epoch) != ticket->epoch)
		return; /* and if it changes now, this is of an epoch that has passed */
	memcpy(s.key, ticket->key, sizeof(s.key));
	s.epoch = ticket->epoch;
	s.until = boot_ms() + conf.token_near_time;
	s.size = size;
	memcpy(s.value, value, size);
	s.check = checksum(m, &s);
	_Atomic uint64_t *to = slot_for(b, s.key);
	for (int i = 0; i < WORDS; i++)
		atomic_store_explicit(&to[i], s.words[i], memory_order_relaxed);
}

void
near_forget(const char *key)
{
	struct memory *m = near_memory();
	struct near_ticket t;

	if (m == NULL)
		return;
	find(m, key, &t);
	atomic_fetch_add(&m->buckets[t.bucket].epoch, 1);
}
