#include "cards/zip_out.h"

#include <string.h>

/* CRC-32 of ISO 3309, as zip wants it. */
static uint32_t
crc(const unsigned char *bytes, size_t n)
{
	static uint32_t table[256];
	uint32_t c = 0xFFFFFFFF;

	for (uint32_t i = 0; table[255] == 0; i++) {
		uint32_t v = i;

		for (int k = 0; k < 8; k++)
			v = (v & 1) != 0 ? 0xEDB88320 ^ v >> 1 : v >> 1;
		table[i] = v;
	}
	for (size_t i = 0; i < n; i++)
		c = table[(c ^ bytes[i]) & 255] ^ c >> 8;
	return ~c;
}

static void
put(FILE *f, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		fputc((int)(value >> 8 * i & 255), f);
}

/* What the head of a file and its line in the directory have in common. */
static void
put_head(FILE *f, const struct zip_entry *e)
{
	put(f, 10, 2);     /* needs version 1.0 */
	put(f, 0, 2);      /* no flags */
	put(f, 0, 2);      /* stored */
	put(f, 0, 2);      /* at midnight */
	put(f, 0x0021, 2); /* of 1980-01-01 */
	put(f, e->crc, 4);
	put(f, e->size, 4);
	put(f, e->size, 4);
	put(f, (uint32_t)strlen(e->name), 2);
	put(f, 0, 2); /* nothing further */
}

void
zip_out_open(struct zip_out *z, FILE *file)
{
	*z = (struct zip_out){.file = file};
}

bool
zip_out_add(struct zip_out *z, const char *name, const void *bytes, size_t size)
{
	long at = ftell(z->file);

	if (z->count >= ZIP_OUT_MOST || at < 0 ||
		(uint64_t)at + size > UINT32_MAX - (1 << 20))
		return false;
	struct zip_entry *e = &z->entry[z->count++];
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->crc = crc(bytes, size);
	e->size = (uint32_t)size;
	e->at = (uint32_t)at;
	put(z->file, 0x04034B50, 4);
	put_head(z->file, e);
	fputs(e->name, z->file);
	fwrite(bytes, 1, size, z->file);
	return !ferror(z->file);
}

bool
zip_out_close(struct zip_out *z)
{
	uint32_t begin = (uint32_t)ftell(z->file);

	for (size_t i = 0; i < z->count; i++) {
		put(z->file, 0x02014B50, 4);
		put(z->file, 10, 2); /* made by version 1.0 */
		put_head(z->file, &z->entry[i]);
		put(z->file, 0, 2); /* no comment */
		put(z->file, 0, 2); /* first disk */
		put(z->file, 0, 2);
		put(z->file, 0, 4);
		put(z->file, z->entry[i].at, 4);
		fputs(z->entry[i].name, z->file);
	}
	uint32_t end = (uint32_t)ftell(z->file);
	put(z->file, 0x06054B50, 4);
	put(z->file, 0, 4); /* one disk */
	put(z->file, (uint32_t)z->count, 2);
	put(z->file, (uint32_t)z->count, 2);
	put(z->file, end - begin, 4);
	put(z->file, begin, 4);
	put(z->file, 0, 2);
	return fflush(z->file) == 0 && !ferror(z->file);
}
