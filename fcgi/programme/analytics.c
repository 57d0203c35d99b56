/* Spreadsheets: docs/openapi/programme.yaml. */
#include "base/str.h"
#include "programme/programme.h"
#include "programme/sheet.h"
#include "reply.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* The name twice: for those who know RFC 6266, and as the older server wrote it. */
static enum err
reply_sheet(struct req *r, const struct sheet_file *f)
{
	const char *name = percent_encode(&r->ctx.arena, f->name, false);

	reply_text(r, 200, XLSX, f->bytes, f->size);
	reply_header_fmt(r, "Content-Disposition",
		"attachment; filename=\"%s\"; filename*=UTF-8''%s", name, name);
	return OK;
}

/* GET /analytics/total: 200 XLSX, a sheet of the tasks and one of each shift. */
enum err
programme_get_analytics_total(struct req *r)
{
	struct sheet_file f = {0};

	TRY(sheet_of_everything(&r->ctx, &f));
	return reply_sheet(r, &f);
}

/* GET /analytics/tasks: 200 XLSX, what became of each task. */
enum err
programme_get_analytics_tasks(struct req *r)
{
	struct sheet_file f = {0};

	TRY(sheet_of_tasks(&r->ctx, &f));
	return reply_sheet(r, &f);
}

/* GET /analytics/{uuid}/shift_report: 200 XLSX of one shift. */
enum err
programme_get_analytics_shift(struct req *r)
{
	struct sheet_file f = {0};

	TRY(sheet_of_shift(&r->ctx, r->word[0], &f));
	return reply_sheet(r, &f);
}
