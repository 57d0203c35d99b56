#include "db/counted.h"

#include "db/db.h"

#include "db/counted.sql.h"

enum err
counted(struct ctx *c, const char *name, const char *label, int64_t n)
{
	return db_do(c, &COUNTED_UP, ARGS(c, name, label, n));
}
