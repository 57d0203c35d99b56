#ifndef MESSENGER_SITE_H
#define MESSENGER_SITE_H

#include <stdbool.h>

#include "base/arena.h"

/* Where the messenger is, by its settings, else by site.url. */
const char *messenger_host(struct arena *a);
bool messenger_is_https(void);

/* "/api/<version>" and more. */
const char *messenger_path(struct arena *a, const char *more);

/* The same as people open it: "https://host/api/<version>" and more. */
const char *messenger_url(struct arena *a, const char *more);

#endif
