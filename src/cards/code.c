#include "cards/code.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"

#define BYTES 16
#define DIGITS 26
#define GROUP 4

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const char *
code_new(struct arena *a, bool specimen)
{
	unsigned char bytes[BYTES];
	char *out = arena_new(a, 2 + DIGITS + 1), *at = out;
	unsigned held = 0;
	int bits = 2; /* the first digit stands for three bits only */

	randombytes_buf(bytes, sizeof(bytes));
	if (specimen) {
		*at++ = 'T';
		*at++ = '-';
	}
	for (size_t i = 0; i < BYTES; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*at++ = alphabet[held >> (bits - 5) & 31];
	}
	*at = '\0';
	return out;
}

static char
digit(char typed)
{
	char up = (char)toupper((unsigned char)typed);

	if (up == 'O')
		return '0';
	if (up == 'I' || up == 'L')
		return '1';
	return up != '\0' && strchr(alphabet, up) != NULL ? up : '\0';
}

const char *
code_read(struct arena *a, const char *text)
{
	char *out = arena_new(a, 2 + DIGITS + 1), *at = out;
	int digits = 0;

	if ((text[0] == 'T' || text[0] == 't') && text[1] == '-') {
		*at++ = 'T';
		*at++ = '-';
		text += 2;
	}
	for (; *text != '\0'; text++) {
		char d = digit(*text);

		if (*text == '-' || *text == ' ')
			continue;
		if (d == '\0' || ++digits > DIGITS)
			return NULL;
		*at++ = d;
	}
	*at = '\0';
	return digits == DIGITS ? out : NULL;
}

const char *
code_shown(struct arena *a, const char *code)
{
	struct buf b = {.arena = a};

	if (code[0] == 'T' && code[1] == '-') {
		buf_add(&b, "T-");
		code += 2;
	}
	for (size_t i = 0; code[i] != '\0'; i += GROUP) {
		size_t n = strnlen(code + i, GROUP);

		buf_add(&b, i == 0 ? "" : "-");
		buf_addn(&b, code + i, n);
		if (n < GROUP)
			break;
	}
	return buf_text(&b);
}
