#ifndef DISK_FILE_H
#define DISK_FILE_H

#include "store/disk.h"

/* What the files of store/disk*.c share. */
#define DISK_NAME_BYTES 16 /* random, so two files never meet */
#define DISK_CHUNK_BYTES 262144

/* The path with store.directory before it. */
const char *disk_full(struct ctx *c, const char *path);

/* Logs errno and what could not be done. E_BUSY */
enum err disk_error(struct ctx *c, const char *what, const char *path);

/* Makes the names in a folder as durable as the files behind them. */
enum err disk_sync(struct ctx *c, const char *folder);

/* The folder of a file of that random name, made when it is the first in it. */
enum err disk_folder(
	struct ctx *c, const char *server, const char *name, const char **out);

#endif
