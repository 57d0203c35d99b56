#ifndef MIME_H
#define MIME_H

/*
 * What a file is by its name's ending: a media type, "application/octet-stream" for
 * what is not known. Never NULL.
 */
const char *mime_by_name(const char *name);

#endif
