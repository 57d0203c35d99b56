#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "s3/digest.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static struct ctx c;

static int
begin(void **state)
{
	(void)state;
	ctx_start(&c, NULL, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ctx_end(&c);
	return 0;
}

/* The examples of RFC 3720, B.4, written as numbers. */
static void
crc32c_of_the_rfc(void **state)
{
	unsigned char zeros[32] = {0}, ones[32], up[32], down[32];

	(void)state;
	memset(ones, 0xFF, sizeof(ones));
	for (int i = 0; i < 32; i++) {
		up[i] = (unsigned char)i;
		down[i] = (unsigned char)(31 - i);
	}
	assert_string_equal(digest_of(&c, DIGEST_CRC32C, zeros, 32), "8a9136aa");
	assert_string_equal(digest_of(&c, DIGEST_CRC32C, ones, 32), "62a8ab43");
	assert_string_equal(digest_of(&c, DIGEST_CRC32C, up, 32), "46dd794e");
	assert_string_equal(digest_of(&c, DIGEST_CRC32C, down, 32), "113fdb5c");
}

static void
check_values(void **state)
{
	static const char nine[] = "123456789", abc[] = "abc";

	(void)state;
	assert_string_equal(digest_of(&c, DIGEST_CRC32, nine, 9), "cbf43926");
	assert_string_equal(digest_of(&c, DIGEST_CRC32C, nine, 9), "e3069283");
	assert_string_equal(digest_of(&c, DIGEST_CRC32, "", 0), "00000000");
	assert_string_equal(
		digest_of(&c, DIGEST_CRC64NVME, nine, 9), "ae8b14860a799888");
	assert_string_equal(digest_of(&c, DIGEST_SHA1, abc, 3),
		"a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_string_equal(
		digest_of(&c, DIGEST_MD5, abc, 3), "900150983cd24fb0d6963f7d28e17f72");
}

static void
pieces_make_the_same(void **state)
{
	char bytes[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 37);
	const char *whole = digest_of(&c, DIGEST_CRC32C, bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		struct digest *d = digest_new(&c, DIGEST_CRC32C);

		digest_add(d, bytes, cut);
		digest_add(d, bytes + cut, sizeof(bytes) - cut);
		assert_string_equal(digest_text(&c, d), whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(crc32c_of_the_rfc, begin, end),
		cmocka_unit_test_setup_teardown(check_values, begin, end),
		cmocka_unit_test_setup_teardown(pieces_make_the_same, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
