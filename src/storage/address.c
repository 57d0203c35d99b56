#include "storage/address.h"

#include "base/conf.h"
#include "base/buf.h"
#include "base/str.h"
#include "store/sigv4.h"

static const char *
presign(struct ctx *c, const struct server *s, struct s3_link *link, const char *key)
{
	const struct s3_key secret = {conf.s3_user, conf.s3_password, conf.s3_region};

	link->base = server_base(c, s);
	link->path = arena_fmt(&c->arena, "/%s/%s", conf.s3_bucket, key);
	return s3_presign(&c->arena, &secret, link, c->now);
}

const char *
address_put(struct ctx *c, const struct server *s, const char *key)
{
	struct s3_link link = {.method = "PUT", .seconds = conf.s3_put_lifetime};

	return presign(c, s, &link, key);
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
		{"response-content-type", f->content_type}};
	struct s3_link link = {.method = "GET",
		.extra = extra,
		.extras = f->content_type == NULL ? 1 : 2,
		.seconds = conf.s3_get_lifetime};

	return presign(c, s, &link, f->key);
}
