#include "base/conf.h"
#include "base/log.h"
#include "base/secret.h"

bool
conf_check_server(void)
{
	const char *fault = secret_fault(conf.token_algorithm, conf.site_debug);

	conf_tell_unknown();
	if (fault != NULL && fault[0] == '\0') {
		log_error("conf: token.algorithm (TOKEN__ALGO, JWT_ALGORITHM): HS256, "
			  "HS384, HS512, RS256 or ES256");
		return false;
	}
	if (fault != NULL) {
		log_error("conf: token.secret (TOKEN__SECRET_KEY, SECRET_KEY, "
			  "JWT_SECRET_KEY) %s",
			fault);
		return false;
	}
	return conf_fits();
}
