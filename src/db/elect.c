#include "db/elect.h"

#include "db/db.h"

#include "db/elect.sql.h"

#define SAMOVAR INT64_C(0x53414d4f56415200) /* the word in ASCII, and a number */

static const unsigned char numbers[] = {
#define ELECTION(name, number) [name] = (number),
#include "db/elections.def"
#undef ELECTION
};

int64_t
elect_key(enum election which)
{
	return SAMOVAR | numbers[which];
}

bool
elect_holds(struct elect *e, const struct db *db)
{
	e->held = e->held && db_up(db) && db_session(db) == e->session;
	return e->held;
}

static bool
take(struct ctx *c, const char *key, const char *name)
{
	int64_t got = 0;

	if (db_int(c, &ELECT_TRY, &got, ARGS(c, key, name)) != OK)
		ctx_clear_error(c);
	return got == 1;
}

bool
elect_try(struct elect *e, struct ctx *c, enum election which)
{
	if (elect_holds(e, c->db) || !take(c, db_arg_int(c, elect_key(which)), NULL))
		return false;
	*e = (struct elect){true, db_session(c->db)};
	return true;
}

bool
elect_named(struct ctx *c, const char *what, const char *name)
{
	return take(c, NULL, arena_fmt(&c->arena, "%s %s", what, name));
}
