#include "base/err.h"

struct err_row {
	const char *name;
	enum err fallback;
	const char *sentence;
};

static const struct err_row rows[E_COUNT] = {
	[OK] = {"OK", OK, "done"},
#define ERR(name, fallback, sentence) [name] = {#name, fallback, sentence},
#include "base/err.def"
#undef ERR
};

const char *
err_name(enum err e)
{
	return rows[e].name;
}

enum err
err_fallback(enum err e)
{
	return rows[e].fallback;
}

const char *
err_sentence(enum err e)
{
	return rows[e].sentence;
}
