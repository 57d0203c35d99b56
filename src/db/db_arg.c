/* Arguments as PostgreSQL reads them. */
#include "db/db.h"

const char *
db_arg_text(struct ctx *c, const char *v)
{
	(void)c;
	return v;
}

const char *
db_arg_int(struct ctx *c, int64_t v)
{
	return arena_fmt(&c->arena, "%lld", (long long)v);
}

const char *
db_arg_bool(struct ctx *c, bool v)
{
	(void)c;
	return v ? "t" : "f";
}

const char *
db_arg_real(struct ctx *c, double v)
{
	return arena_fmt(&c->arena, "%.17g", v);
}

const char *
db_arg_time(struct ctx *c, struct utc v)
{
	return v.us == 0 ? NULL : db_arg_int(c, v.us);
}

const char *
db_arg_date(struct ctx *c, struct date v)
{
	return v.year == 0 ? NULL : date_iso(&c->arena, v);
}
