#include "image/fds.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

ssize_t
fds_send(int socket, const void *bytes, size_t size, const int *fds, size_t count)
{
	union control control = {0};
	struct iovec part = {(void *)bytes, size};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

	if (count > 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&m);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	return sendmsg(socket, &m, MSG_NOSIGNAL);
}

static void
close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0) {
			close(fds[i]);
			fds[i] = -1;
		}
}

static void
take(struct msghdr *m, int *fds, size_t count)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(m);

	if (head == NULL || head->cmsg_level != SOL_SOCKET ||
		head->cmsg_type != SCM_RIGHTS)
		return;
	size_t came = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < came; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(fd));
		if (i < count)
			fds[i] = fd;
		else
			close(fd);
	}
}

ssize_t
fds_receive(int socket, void *bytes, size_t size, int *fds, size_t count)
{
	union control control = {0};
	struct iovec part = {bytes, size};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};

	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
	ssize_t n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n <= 0)
		return n;
	take(&m, fds, count);
	if ((size_t)n == size && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return n;
	close_all(fds, count);
	errno = EBADMSG;
	return -1;
}
