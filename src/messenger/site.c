#include "messenger/site.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"

const char *
messenger_host(struct arena *a)
{
	const char *at = strstr(conf.site_url, "://");

	if (conf.messenger_server_name[0] != '\0')
		return conf.messenger_server_name;
	at = at == NULL ? conf.site_url : at + 3;
	return arena_strn(a, at, strcspn(at, ":/"));
}

bool
messenger_is_https(void)
{
	return conf.messenger_https[0] != '\0'
		       ? strcasecmp(conf.messenger_https, "false") != 0
		       : strncmp(conf.site_url, "https:", 6) == 0;
}

const char *
messenger_path(struct arena *a, const char *more)
{
	return arena_fmt(a, "/api/%s%s", conf.messenger_version, more);
}

const char *
messenger_url(struct arena *a, const char *more)
{
	const char *path = messenger_path(a, more);

	if (conf.messenger_server_name[0] == '\0')
		return arena_fmt(a, "%s%s", conf.site_url, path);
	return arena_fmt(a, "%s://%s%s", messenger_is_https() ? "https" : "http",
		conf.messenger_server_name, path);
}
