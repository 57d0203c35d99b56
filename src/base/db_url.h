#ifndef DB_URL_H
#define DB_URL_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a database's address, postgresql://user:password@host:port/name, as other
 * frameworks' settings have it. */
enum db_url_piece { URL_USER, URL_PASSWORD, URL_HOST, URL_PORT, URL_NAME };

/* The piece, decoded; "" where it has none. False for another kind of address, or a
 * piece that is longer than out. */
bool db_url_piece(const char *url, enum db_url_piece which, char *out, size_t size);

#endif
