#include "verify/verify.h"

#include "base/conf.h"
#include "input.h"
#include "refusal.h"

enum { ANYONE };

static enum err
enter(struct req *r)
{
	return input_read(r);
}

#define FACE_ROUTES "verify/routes.def"
#define FACE_CASES "verify/cases.def"
#include "face_tables.h"

const struct manners verify_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refusal_coded,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
};
