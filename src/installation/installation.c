#include "installation/installation.h"

#include "base/fence.h"
#include "db/db.h"

#include "installation/installation.sql.h"

enum err
installation_show(struct ctx *c, const char **lines)
{
	return db_json(c, &INSTALLATION_LINES, lines, ARGS(c));
}

enum err
installation_look(struct ctx *c)
{
	int64_t fenced;

	TRY(db_int(c, &INSTALLATION_FENCED, &fenced, ARGS(c)));
	fence_set(fenced != 0);
	return OK;
}

enum err
installation_restored(struct ctx *c, struct utc backup_at, bool is_live)
{
	/* A copy that was brought to another cluster was fenced when we connected. */
	if (is_live)
		TRY(db_do(c, &INSTALLATION_UNFENCE, ARGS(c, true)));
	else
		TRY(db_do(c, &INSTALLATION_FENCE, ARGS(c, "restored from a backup")));
	return db_do(c, &INSTALLATION_NOTE_BACKUP, ARGS(c, backup_at));
}

enum err
installation_live(struct ctx *c, bool take_over)
{
	int64_t ended;

	TRY(db_do(c, &INSTALLATION_UNFENCE, ARGS(c, take_over)));
	TRY(installation_look(c));
	return db_int(c, &INSTALLATION_WAKE, &ended, ARGS(c));
}
