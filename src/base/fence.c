#include "base/fence.h"

#include "base/ctx.h"
#include "base/log.h"

static bool fenced = true, known;

void
fence_set(bool is_fenced)
{
	if (known && fenced != is_fenced)
		log_info("installation: %s", is_fenced ? "fenced" : "live");
	else if (!known && is_fenced)
		log_warn("installation: fenced, nothing outside is called; see: "
			 "samovarctl installation show");
	fenced = is_fenced;
	known = true;
}

bool
fence_is_up(void)
{
	return fenced;
}

enum err
fence_check(struct ctx *c)
{
	return fenced ? fail(c, E_FENCED, NULL) : OK;
}
