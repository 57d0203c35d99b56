#ifndef FCGI_STORAGE_HANDLERS_H
#define FCGI_STORAGE_HANDLERS_H

#include "req.h"
#include "storage/file.h"

/* The handlers of routes.def; what each answers is said in its file. */

/* file.c */
enum err get_files(struct req *r);
enum err get_files_search(struct req *r);
enum err post_upload(struct req *r);
enum err get_file(struct req *r);
enum err get_content(struct req *r);
enum err put_file(struct req *r);
enum err delete_file(struct req *r);
enum err get_file_servers(struct req *r);

/* link.c */
enum err post_link(struct req *r);
enum err get_links(struct req *r);
enum err get_link(struct req *r);
enum err post_link_download(struct req *r);
enum err delete_link(struct req *r);

/* server.c */
enum err get_servers(struct req *r);
enum err post_server(struct req *r);
enum err put_server(struct req *r);
enum err delete_server(struct req *r);

/* hook.c */
enum err post_s3_hook(struct req *r);

/* action.c */
enum err get_actions(struct req *r);

extern const struct input search_in, upload_in, name_in, link_in, password_in,
	server_in, page_in;

/*
 * The presigned address of a file on the nearest usable server, with the history row of
 * its owner. E_FILE_GONE: nothing has arrived yet. E_SERVER_GONE: no usable server
 * holds it.
 */
enum err download(struct req *r, struct file *file, const char **address);

/* Answers {"file": ..., "link": ...}. */
enum err reply_link(struct req *r, const struct file *file, const char *address);

/*
 * Members that are not known are passed over (docs/openapi/storage.yaml). Those whose
 * names promise a time, a password or a number of downloads are not: whoever sends them
 * would believe that they hold. E_INPUT with a flaw for each; words says what is there
 * instead, by enum promise. Null promises nothing.
 */
#define PROMISES 3 /* a time, a password, a number of downloads */
enum err promise_check(
	struct req *r, const struct field *fields, const char *const words[PROMISES]);

#endif
