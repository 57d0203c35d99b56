#include "storage/address.h"

#include "base/conf.h"
#include "base/buf.h"
#include "base/str.h"
#include "storage/mime.h"

const char *
address_put(struct ctx *c, const struct server *s, const char *key, int64_t size)
{
	const struct s3_object o = {server_public_site(c, s), key};

	return s3_upload_address(c, &o, size, conf.s3_put_lifetime);
}

/*
 * RFC 6266: the name as it is for today's browsers, and one in plain ASCII for others.
 * What would end the quoted text, or not be shown, is an underscore there.
 */
static const char *
disposition(struct ctx *c, const char *name)
{
	char *plain = arena_str(&c->arena, name);

	for (char *p = plain; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\' || *p == '%')
			*p = '_';
	return arena_fmt(&c->arena, "attachment; filename=\"%s\"; filename*=UTF-8''%s",
		plain, percent_encode(&c->arena, name, false));
}

const char *
address_get(struct ctx *c, const struct server *s, const struct file *f)
{
	const struct pair extra[] = {
		{"response-content-disposition", disposition(c, f->name)},
		{"response-content-type", f->content_type != NULL
						  ? f->content_type
						  : mime_by_name(f->name)}};
	const struct s3_object o = {server_public_site(c, s), f->key};

	return s3_address(c, &o, "GET", extra, 2, conf.s3_get_lifetime);
}
