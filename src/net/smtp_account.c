#include "net/smtp_account.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "net/access_token.h"

#define SUBMISSION_PORT 587
#define SMTPS_PORT 465

static bool
provider_is(const char *name)
{
	return strcasecmp(conf.mail_provider, name) == 0;
}

bool
smtp_account_any(void)
{
	return !provider_is("FILE") &&
	       (conf.mail_server[0] != '\0' || provider_is("AMAZON") ||
		       provider_is("GOOGLE"));
}

const char *
smtp_ses_password(struct arena *a, const char *secret, const char *region)
{
	const char *const steps[] = {
		"11111111", region, "ses", "aws4_request", "SendRawEmail"};
	const char *first = arena_fmt(a, "AWS4%s", secret);
	unsigned char mac[32], code[1 + sizeof(mac)] = {0x04}; /* the version */
	size_t size =
		sodium_base64_encoded_len(sizeof(code), sodium_base64_VARIANT_ORIGINAL);
	char *out = arena_new(a, size);

	hmac_sha256(first, strlen(first), steps[0], strlen(steps[0]), mac);
	for (size_t i = 1; i < sizeof(steps) / sizeof(*steps); i++) {
		unsigned char key[sizeof(mac)];

		memcpy(key, mac, sizeof(key));
		hmac_sha256(key, sizeof(key), steps[i], strlen(steps[i]), mac);
	}
	memcpy(code + 1, mac, sizeof(mac));
	return sodium_bin2base64(
		out, size, code, sizeof(code), sodium_base64_VARIANT_ORIGINAL);
}

/* Kept by the process. */
static enum err
google_bearer(struct ctx *c, const char **out)
{
	static struct access_token kept;
	const struct access_grant grant = {.whose = "Google",
		.url = conf.mail_google_token_url,
		.client_id = conf.mail_google_client_id,
		.client_secret = conf.mail_google_client_secret,
		.refresh_token = conf.mail_google_refresh_token};

	return access_token_get(c, &grant, false, &kept, out);
}

enum err
smtp_account(struct ctx *c, struct smtp_account *out)
{
	bool set = conf.mail_server[0] != '\0', amazon = provider_is("AMAZON"),
	     google = provider_is("GOOGLE");

	*out = (struct smtp_account){.host = conf.mail_server,
		.port = conf.mail_port,
		.tls = conf.mail_ssl_tls,
		.starttls = conf.mail_starttls};
	if (!set && amazon)
		*out = (struct smtp_account){
			.host = arena_fmt(&c->arena, "email-smtp.%s.amazonaws.com",
				conf.s3_region),
			.port = SUBMISSION_PORT,
			.starttls = true};
	else if (!set && google)
		*out = (struct smtp_account){
			.host = "smtp.gmail.com", .port = SMTPS_PORT, .tls = true};
	if (amazon) {
		out->user = conf.s3_user;
		out->password =
			smtp_ses_password(&c->arena, conf.s3_password, conf.s3_region);
	} else if (google) {
		out->user =
			conf.mail_login[0] == '\0' ? conf.mail_from : conf.mail_login;
		TRY(google_bearer(c, &out->bearer));
	} else if (conf.mail_use_credentials && conf.mail_login[0] != '\0') {
		out->user = conf.mail_login;
		out->password = conf.mail_password;
	}
	return OK;
}
