#include "messenger/messenger.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/str.h"
#include "input.h"
#include "reply.h"

bool
messenger_is_dev(void)
{
	return str_eq(conf.messenger_version, "dev");
}

/* -- headers */

const char *
messenger_if_match(struct req *r)
{
	const char *tag = input_header(r, "If-Match");
	size_t n = tag == NULL ? 0 : strlen(tag);

	return n >= 2 && tag[0] == '"' && tag[n - 1] == '"'
		       ? arena_strn(&r->ctx.arena, tag + 1, n - 2)
		       : tag;
}

bool
messenger_wants_html(struct req *r)
{
	const char *accept = input_header(r, "Accept");

	while (accept != NULL && *accept != '\0') {
		accept += strspn(accept, " ,");
		size_t n = strcspn(accept, " ,;");

		if ((n == 9 && strncasecmp(accept, "text/html", n) == 0) ||
			(n == 6 && strncasecmp(accept, "text/*", n) == 0) ||
			(n == 3 && strncmp(accept, "*/*", n) == 0))
			return true;
		accept += strcspn(accept, ",");
	}
	return false;
}

/* While the version is dev a key may be asked for; without one set, whatever comes is
 * right. */
bool
messenger_is_developer(struct req *r)
{
	const char *key = input_header(r, "X-Development-Key");

	return !messenger_is_dev() || conf.messenger_development_key[0] == '\0' ||
	       (key != NULL && str_same_secret(key, conf.messenger_development_key));
}

enum err
messenger_bool_rule(
	struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *text = *(const char **)member;

	return str_eq(text, "true") || str_eq(text, "false")
		       ? OK
		       : field_error_add(c, (struct field_error){.place = place,
						    .field = f->name,
						    .kind = FIELD_ERROR_TYPE,
						    .expected = "boolean",
						    .got = "string"});
}

/* GET /ping: 200. */
enum err
messenger_get_ping(struct req *r)
{
	reply_header(r, "X-Recruit-Header", "samovar");
	return messenger_reply(r, 200, "ping.success", NULL);
}
