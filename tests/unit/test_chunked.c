#include "unit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "s3/chunked.h"
#include "s3/digest.h"
#include "s3/sigv4_sign.h"

/*
 * The example of the Amazon S3 API reference, "Transferring Payload in Multiple
 * Chunks": 65,536 letters "a", then 1,024, then none.
 */
#define SEED "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
#define FIRST "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
#define SECOND "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
#define LAST "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
#define BYTES 66560

static const struct s3_key published = {"AKIAIOSFODNN7EXAMPLE",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", NULL};

static struct s3_payload payload;
static struct buf got;
static const char *trailer;

static struct s3_payload
published_payload(void)
{
	struct s3_payload p = {.chunked = true,
		.signature = SEED,
		.date = "20130524T000000Z",
		.scope = "20130524/us-east-1/s3/aws4_request"};

	sigv4_key(&c.arena, &published, p.date, p.key);
	return p;
}

static enum err
take(void *to, const unsigned char *bytes, size_t n)
{
	(void)to;
	buf_addn(&got, (const char *)bytes, n);
	return OK;
}

static enum err
read_body(const char *body, size_t n, int64_t size, const char *trailer_name)
{
	const struct chunked what = {&payload, size, trailer_name};
	int fd = memfd_create("body", MFD_CLOEXEC);

	assert_int_equal(write(fd, body, n), n);
	lseek(fd, 0, SEEK_SET);
	got = (struct buf){.arena = &c.arena};
	ctx_clear_error(&c);
	enum err e = chunked_read(&c, fd, &what, take, NULL, &trailer);
	close(fd);
	return e;
}

static enum err
read_text(const char *body, int64_t size, const char *trailer_name)
{
	return read_body(body, strlen(body), size, trailer_name);
}

/* The published body; the digits of its chunks are what they should be or not. */
static const char *
published_body(const char *first, const char *second, const char *last)
{
	struct buf b = {.arena = &c.arena};
	char *letters = arena_new(&c.arena, 65536);

	memset(letters, 'a', 65536);
	buf_fmt(&b, "10000;chunk-signature=%s\r\n", first);
	buf_addn(&b, letters, 65536);
	buf_fmt(&b, "\r\n400;chunk-signature=%s\r\n", second);
	buf_addn(&b, letters, 1024);
	buf_fmt(&b, "\r\n0;chunk-signature=%s\r\n\r\n", last);
	return buf_text(&b);
}

static void
chunks_are_signed_as_published(void **state)
{
	(void)state;
	payload = published_payload();
	assert_int_equal(
		read_text(published_body(FIRST, SECOND, LAST), BYTES, NULL), OK);
	assert_int_equal(got.used, BYTES);
	assert_int_equal(strspn(buf_text(&got), "a"), BYTES);
}

static void
each_signature_counts(void **state)
{
	(void)state;
	payload = published_payload();
	assert_int_equal(read_text(published_body(SECOND, SECOND, LAST), BYTES, NULL),
		E_S3_SIGNATURE);
	assert_int_equal(read_text(published_body(FIRST, FIRST, LAST), BYTES, NULL),
		E_S3_SIGNATURE);
	assert_int_equal(read_text(published_body(FIRST, SECOND, FIRST), BYTES, NULL),
		E_S3_SIGNATURE);
	static const size_t bytes[] = {60000, 66000};
	for (size_t i = 0; i < 2; i++) {
		char *altered =
			arena_str(&c.arena, published_body(FIRST, SECOND, LAST));
		assert_int_equal(altered[bytes[i]], 'a');
		altered[bytes[i]] = 'b';
		assert_int_equal(read_text(altered, BYTES, NULL), E_S3_SIGNATURE);
	}
	/* Without its last chunk, the body could have been cut off anywhere. */
	char *cut = arena_str(&c.arena, published_body(FIRST, SECOND, LAST));
	*strstr(cut, "\r\n0;") = '\0';
	assert_int_equal(read_text(cut, BYTES, NULL), E_S3_TRUNCATED);
	assert_int_equal(read_text("5\r\nhello\r\n0\r\n\r\n", 5, NULL), E_S3_CHUNKS);
}

static void
a_checksum_comes_behind(void **state)
{
	static const char *const ends[] = {"0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
		"0\r\nX-Amz-Checksum-CRC32: NhCmhg== \r\n",
		"0\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n\r\n"};

	(void)state;
	payload = (struct s3_payload){.chunked = true, .trailer = true};
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		assert_int_equal(
			read_text(arena_fmt(&c.arena, "5\r\nhello\r\n%s", ends[i]), 5,
				"x-amz-checksum-crc32"),
			OK);
		assert_string_equal(trailer, "NhCmhg==");
		assert_string_equal(buf_text(&got), "hello");
	}
	assert_int_equal(
		read_text("5\r\nhello\r\n0\r\n\r\n", 5, "x-amz-checksum-crc32"),
		E_S3_TRAILER);
	assert_int_equal(read_text("0\r\n\r\n", 0, NULL), OK);
}

/* As minio-go signs it; the string to sign is that of the API reference. */
static void
a_trailer_is_signed(void **state)
{
	static const char text[] = "x-amz-checksum-crc32c:sOO8/Q==\n";
	struct buf b = {.arena = &c.arena};

	(void)state;
	payload = published_payload();
	payload.trailer = true;
	const char *right = sigv4_digits(&c.arena, payload.key,
		arena_fmt(&c.arena, "AWS4-HMAC-SHA256-TRAILER\n%s\n%s\n%s\n%s",
			payload.date, payload.scope, LAST,
			digest_of(&c, DIGEST_SHA256, text, strlen(text))));
	const char *body = published_body(FIRST, SECOND, LAST);
	buf_addn(&b, body, strlen(body) - 2);
	buf_fmt(&b,
		"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:%s\r\n\r\n",
		right);
	assert_int_equal(read_text(buf_text(&b), BYTES, "x-amz-checksum-crc32c"), OK);
	assert_string_equal(trailer, "sOO8/Q==");
	char *altered = arena_str(&c.arena, buf_text(&b));
	*strstr(altered, "sOO8") = 'S';
	assert_int_equal(
		read_text(altered, BYTES, "x-amz-checksum-crc32c"), E_S3_SIGNATURE);
	*strstr(altered, "x-amz-trailer-signature") = 'y';
	assert_int_equal(
		read_text(altered, BYTES, "x-amz-checksum-crc32c"), E_S3_SIGNATURE);
}

static void
what_is_not_in_chunks_is_refused(void **state)
{
	static const struct {
		const char *body;
		enum err err;
	} cases[] = {{"", E_S3_TRUNCATED}, {"hello", E_S3_TRUNCATED},
		{"hello\r\n", E_S3_CHUNKS}, {"-5\r\nhello\r\n0\r\n\r\n", E_S3_CHUNKS},
		{"5 \r\nhello\r\n0\r\n\r\n", E_S3_CHUNKS},
		{"5\r\nhello0\r\n\r\n", E_S3_CHUNKS},
		{"4\r\nhell\r\n0\r\n\r\n", E_S3_TRUNCATED},
		{"6\r\nhello!\r\n0\r\n\r\n", E_S3_TRUNCATED},
		{"5\r\nhell", E_S3_TRUNCATED},
		{"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", E_S3_CHUNKS},
		{"7fffffffffff\r\nhello\r\n0\r\n\r\n", E_S3_TRUNCATED},
		{"5\r\nhello\r\n0\r\nno trailer\r\n\r\n", E_S3_CHUNKS},
		{"5\r\nhello\r\n0\r\na:b\r\nc:d", E_S3_CHUNKS}};

	(void)state;
	payload = (struct s3_payload){.chunked = true, .trailer = true};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (read_text(cases[i].body, 5, NULL) != cases[i].err)
			fail_msg("%zu: %s", i, err_name(c.err));
	assert_int_equal(
		read_body("5\0\r\nhello\r\n0\r\n\r\n", 17, 5, NULL), E_S3_CHUNKS);
}

/* Twice as many chunks are twice the work, and no more memory. */
static void
memory_does_not_grow_with_chunks(void **state)
{
	struct buf b = {.arena = &c.arena};

	(void)state;
	payload = (struct s3_payload){.chunked = true};
	for (int i = 0; i < 100000; i++)
		buf_add(&b, "1\r\nx\r\n");
	buf_add(&b, "0\r\n\r\n");
	assert_int_equal(read_text(buf_text(&b), 100000, NULL), OK);
	assert_int_equal(got.used, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chunks_are_signed_as_published),
		TEST(each_signature_counts),
		TEST(a_checksum_comes_behind),
		TEST(a_trailer_is_signed),
		TEST(what_is_not_in_chunks_is_refused),
		TEST(memory_does_not_grow_with_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
