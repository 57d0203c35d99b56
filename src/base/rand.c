#include "base/rand.h"

#include <sodium.h>

#include "base/str.h"

char *
rand_uuid(struct arena *a)
{
	unsigned char b[16];

	randombytes_buf(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	return uuid_read(a, hex_text(a, b, sizeof(b)));
}

char *
rand_hex(struct arena *a, int bytes)
{
	unsigned char *b = arena_new(a, (size_t)bytes);

	randombytes_buf(b, (size_t)bytes);
	return hex_text(a, b, (size_t)bytes);
}

uint32_t
rand_below(uint32_t below)
{
	return randombytes_uniform(below);
}
