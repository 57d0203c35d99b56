#include "programme/webhook.h"

#include "base/conf.h"
#include "base/secret.h"
#include "base/str.h"

const char *
webhook_secret(struct ctx *c)
{
	static const char label[] = "telegram webhook";
	unsigned char mac[32];

	if (conf.bot_webhook_secret[0] != '\0')
		return conf.bot_webhook_secret;
	secret_mac(0, label, mac);
	return hex_text(&c->arena, mac, sizeof(mac));
}
