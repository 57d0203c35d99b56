#include "fuzz.h"

#include "base/conf.h"
#include "token.h"

/* An Authorization header and a Cookie, then the token itself. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct req r = {0};
	struct claims claims;
	const char *token;

	if (conf.token_secret == NULL)
		conf_load(NULL, NULL);
	conf.token_secret = "0123456789abcdef0123456789abcdef";
	ctx_start(&r.ctx, NULL, NULL);
	char *text = arena_strn(&r.ctx.arena, (const char *)data, size);
	char *params[] = {arena_fmt(&r.ctx.arena, "HTTP_AUTHORIZATION=%s", text),
		arena_fmt(&r.ctx.arena, "HTTP_COOKIE=%s", text), NULL};
	r.params = params;
	req_cookie(&r, "refresh_token");
	if (token_bearer(&r, true, &token) == OK)
		token_read(&r, token, &claims);
	ctx_clear_error(&r.ctx);
	token_read(&r, text, &claims);
	ctx_end(&r.ctx);
	return 0;
}
