#ifndef IMAGE_PROBE_H
#define IMAGE_PROBE_H

#include <stdint.h>

/*
 * What a picture that has taken over its decoder might do, tried from inside the
 * sandbox: for tests and for samovarctl doctor.
 */
enum image_probe {
	PROBE_NOTHING, /* 0 */
	PROBE_OPEN,    /* /etc/passwd, for reading: the descriptor or -errno */
	PROBE_CREATE,  /* a file in /tmp: the same */
	PROBE_SOCKET,  /* of TCP: the same */
	PROBE_EXEC,    /* /bin/true */
	PROBE_FORK,
	PROBE_KILL,   /* the parent, with signal 0 */
	PROBE_PTRACE, /* the parent */
	PROBE_CODE,   /* memory that is writable, then executable: 0 or -errno */
	PROBE_MEMORY, /* as much as there is: how many MB could be had */
	PROBE_CPU,    /* computes for ever */
	PROBE_SLEEP,  /* waits for ever */
	PROBE_CRASH,  /* abort(3) */
	PROBE_OUTPUT, /* writes a gigabyte to the result: bytes written, or -errno */
	PROBES
};

/* fd: the result's descriptor. Whatever kills does not return. */
int64_t probe(enum image_probe what, int fd);

#endif
