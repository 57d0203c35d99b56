#include "worker/inflight_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/rand.h"

struct record {
	char boot[BOOT_BYTES];
	char name[20];
	_Atomic int64_t ids[RECORDER_SLOTS];
	/* Milliseconds of the boot's clock: when an id was noted, and when the sender
	 * last looked for answers. 0: not known. */
	_Atomic int64_t since[RECORDER_SLOTS], alive;
};

static struct record *record; /* NULL: none */

static struct record *
map(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *memory = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(struct record)) == 0)
		memory = mmap(NULL, sizeof(struct record), PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		log_warn("bot: %s: %s; a message under way at a kill counts as sent",
			path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

const char *
inflight_journal_open(void)
{
	struct arena a = {0};
	char path[4096], boot[BOOT_BYTES];

	snprintf(path, sizeof(path), "%s/under-way", conf.bot_directory);
	record = map(path);
	if (record == NULL)
		return "-";
	/* What was written before a power cut may not have reached the disk. */
	boot_read(boot);
	if (boot[0] == '\0' || strncmp(record->boot, boot, sizeof(boot)) != 0 ||
		record->name[0] == '\0') {
		inflight_journal_clear();
		memcpy(record->boot, boot, sizeof(boot));
		snprintf(record->name, sizeof(record->name), "%s", rand_hex(&a, 8));
	}
	arena_end(&a);
	return record->name;
}

void
inflight_journal_note(int slot, int64_t id)
{
	if (record == NULL)
		return;
	atomic_store(&record->since[slot], id == 0 ? 0 : boot_ms());
	atomic_store(&record->ids[slot], id);
}

void
inflight_journal_alive(void)
{
	if (record != NULL)
		atomic_store(&record->alive, boot_ms());
}

static bool
waited(int slot, int seconds)
{
	int64_t since = atomic_load(&record->since[slot]);

	return seconds == 0 ||
	       (since != 0 && atomic_load(&record->alive) - since >= seconds * 1000);
}

const char *
inflight_journal_ids(struct arena *a, int seconds)
{
	struct buf out = {.arena = a};

	if (record == NULL)
		return NULL;
	buf_add(&out, "{0");
	for (int i = 0; i < RECORDER_SLOTS; i++)
		if (atomic_load(&record->ids[i]) != 0 && waited(i, seconds))
			buf_fmt(&out, ",%lld", (long long)atomic_load(&record->ids[i]));
	buf_add(&out, "}");
	return buf_text(&out);
}

void
inflight_journal_clear(void)
{
	for (int i = 0; i < RECORDER_SLOTS; i++)
		inflight_journal_note(i, 0);
}
