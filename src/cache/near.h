#ifndef NEAR_H
#define NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What this host's programs have just learned from Redis or PostgreSQL, in memory that
 * they share (the file "near" beside fcgi.socket): it may be taken for true for
 * token.near_time milliseconds without asking again. Whoever changes it forgets it here
 * before he answers, so the host's next request asks; other hosts ask when the time is
 * over.
 *
 * A key belongs to a bucket; an entry counts only while its bucket has the epoch that
 * it was made in. To forget is one atomic addition to the epoch: nobody is locked, and
 * whoever is killed, or stopped, in the middle leaves nothing that others wait for. An
 * entry that two have written at once, or one has half written, fails its checksum and
 * is none.
 */

#define NEAR_BYTES 440 /* of a value, at most */

/* The epoch of a key's bucket when it was looked for: what is learned after that may be
 * kept unless somebody has forgotten it meanwhile. */
struct near_ticket {
	uint64_t epoch;
	uint64_t bucket;
	unsigned char key[16];
};

/*
 * The value of a key, its length in *size; out has NEAR_BYTES. False: nothing is known,
 * and *ticket is for near_keep(). Never true while the memory cannot be had, or the
 * setting is 0.
 */
bool near_get(
	const char *key, unsigned char *out, size_t *size, struct near_ticket *ticket);

/* Keeps a value that was asked for after near_get() gave the ticket. One that is too
 * long is not kept. */
void near_keep(const struct near_ticket *ticket, const void *value, size_t size);

/* Whatever is known of the key is no more. To be called when the change is certain. */
void near_forget(const char *key);

#endif
