/* Reading files for what they should be. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "s3/digest.h"
#include "store/disk_file.h"

/* The ETag of an object that came in parts, as its bytes go by. */
struct joint {
	struct ctx *c;
	const char *sizes; /* of the parts that are to come */
	struct digest *part, *all;
	int64_t left; /* of this part */
	size_t n;
};

/* Ends parts that are full and begins the next. */
static void
joint_turn(struct joint *j)
{
	unsigned char md5[16];
	char *end;

	while (j->part == NULL || j->left == 0) {
		if (j->part != NULL) {
			sodium_hex2bin(md5, sizeof(md5), digest_text(j->c, j->part),
				2 * sizeof(md5), NULL, NULL, NULL);
			digest_add(j->all, md5, sizeof(md5));
			j->part = NULL;
			j->n++;
		}
		if (*j->sizes == '\0' ||
			(j->part = digest_new(j->c, DIGEST_MD5)) == NULL)
			return;
		j->left = strtoll(j->sizes, &end, 10);
		j->sizes = *end == ',' ? end + 1 : end;
	}
}

static void
joint_add(struct joint *j, const unsigned char *bytes, size_t n)
{
	while (n > 0 && j->part != NULL) {
		size_t piece = (int64_t)n < j->left ? n : (size_t)j->left;

		digest_add(j->part, bytes, piece);
		bytes += piece;
		n -= piece;
		j->left -= (int64_t)piece;
		joint_turn(j);
	}
}

static enum err
read_all(struct ctx *c, int fd, const struct disk_reading *r, struct disk_digests *out)
{
	static unsigned char chunk[DISK_CHUNK_BYTES];
	struct digest *md5 = digest_new(c, DIGEST_MD5);
	struct joint j = {.c = c, .sizes = r->parts, .all = digest_new(c, DIGEST_MD5)};
	ssize_t n;

	if (md5 == NULL || j.all == NULL)
		return fail(c, E_BUG, NULL);
	if (r->parts != NULL)
		joint_turn(&j);
	/* What is in memory may be right while the disk is not. */
	if (!r->from_cache)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		digest_add(md5, chunk, (size_t)n);
		joint_add(&j, chunk, (size_t)n);
		out->size += n;
		/* From the beginning: what lies across two pieces goes with the later.
		 */
		if (!r->from_cache)
			posix_fadvise(fd, 0, out->size, POSIX_FADV_DONTNEED);
		if (!r->go_on(r->thing, n))
			return fail(c, E_BUSY, "the reading was broken off");
	}
	out->unreadable = n < 0;
	if (!r->from_cache)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	out->md5 = digest_text(c, md5);
	if (r->parts != NULL)
		out->joined =
			arena_fmt(&c->arena, "%s-%zu", digest_text(c, j.all), j.n);
	return OK;
}

enum err
disk_read(struct ctx *c, const struct disk_reading *r, struct disk_digests *out)
{
	int fd = open(disk_full(c, r->path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*out = (struct disk_digests){.unreadable = fd < 0};
	enum err e = fd < 0 ? OK : read_all(c, fd, r, out);
	if (out->unreadable)
		log_error("store: cannot read %s: %s", r->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return e;
}
