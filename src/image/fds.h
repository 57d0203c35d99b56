#ifndef IMAGE_FDS_H
#define IMAGE_FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Datagrams with descriptors over a socket. fds_send() takes `count` of them along,
 * at most FDS_MAX; they stay the caller's. fds_receive() fills `fds` (-1 for what did
 * not come) with descriptors that are closed on exec; a datagram of another size than
 * `size` is dropped. Both return the bytes, 0 at the end of the other side, -1 with
 * errno set. To receive does not wait (EAGAIN).
 */
#define FDS_MAX 4

ssize_t fds_send(
	int socket, const void *bytes, size_t size, const int *fds, size_t count);
ssize_t fds_receive(int socket, void *bytes, size_t size, int *fds, size_t count);

#endif
