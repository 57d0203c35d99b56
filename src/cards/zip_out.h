#ifndef CARDS_ZIP_OUT_H
#define CARDS_ZIP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A zip archive (APPNOTE 6.3) that is written piece by piece: files are stored as they
 * are, since pictures are compressed already, and have no times. Less than 4 GiB.
 */
#define ZIP_OUT_MOST 1001

struct zip_out {
	FILE *file;
	size_t count;
	struct zip_entry {
		char name[80]; /* ASCII */
		uint32_t crc, size, at;
	} entry[ZIP_OUT_MOST];
};

/* file stays the caller's. */
void zip_out_open(struct zip_out *z, FILE *file);

/* False: it cannot be written, or there are too many. */
bool zip_out_add(struct zip_out *z, const char *name, const void *bytes, size_t size);

bool zip_out_close(struct zip_out *z);

#endif
