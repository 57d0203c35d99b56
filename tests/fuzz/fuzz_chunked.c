/*
 * Bodies in chunks. What comes out must be as long as was announced, and nobody may
 * guess the signature of a chunk. The first byte says which kind of body it is and how
 * long what is inside should be.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "s3/chunked.h"

static enum err
take(void *to, const unsigned char *bytes, size_t n)
{
	(void)bytes;
	*(size_t *)to += n;
	return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct s3_payload kinds[] = {{.chunked = true, .trailer = true},
		{.chunked = true,
			.trailer = true,
			.signature = "0",
			.date = "20130524T000000Z",
			.scope = "20130524/us-east-1/s3/aws4_request"}};
	size_t taken = 0;
	const char *trailer;
	struct ctx c;

	if (size == 0)
		return 0;
	const struct chunked what = {&kinds[data[0] & 1], data[0] >> 2,
		(data[0] & 2) != 0 ? "x-amz-checksum-crc32" : NULL};
	int fd = memfd_create("body", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	lseek(fd, 0, SEEK_SET);
	ctx_start(&c, NULL, NULL);
	enum err e = chunked_read(&c, fd, &what, take, &taken, &trailer);
	if (e == OK && (what.payload->signature != NULL || taken != (size_t)what.size ||
			       (what.trailer != NULL && trailer == NULL)))
		abort();
	ctx_end(&c);
	close(fd);
	return 0;
}
