#include "programme/alike.h"

#include "base/field.h"
#include "db/db.h"
#include "programme/photo.h"

#include "programme/alike.sql.h"

struct similar {
	const char *report_id, *report_status, *shift_id, *shift_title, *task_title,
		*user_id, *user_name, *user_surname, *photo_url, *thumbnail_url;
	struct date task_date;
	int64_t attempt, bits;
	bool is_replaced;
	double likeness;
};

#define SIMILAR_FIELDS                                                                 \
	FIELD(struct similar, report_id), FIELD(struct similar, report_status),        \
		FIELD(struct similar, shift_id), FIELD(struct similar, shift_title),   \
		FIELD(struct similar, task_date), FIELD(struct similar, task_title),   \
		FIELD(struct similar, user_id), FIELD(struct similar, user_name),      \
		FIELD(struct similar, user_surname), FIELD(struct similar, attempt),   \
		FIELD(struct similar, is_replaced), FIELD(struct similar, likeness),   \
		FIELD(struct similar, bits), FIELD(struct similar, photo_url)

static FIELDS(row_fields, SIMILAR_FIELDS);
static FIELDS(shown_fields, SIMILAR_FIELDS, FIELD(struct similar, thumbnail_url));

enum err
alike_of_report(struct ctx *c, const char *id, const char **out)
{
	struct buf body = {.arena = &c->arena};
	struct similar *rows;
	size_t count;

	TRY(db_many(c, &ALIKE_OF_REPORT, row_fields, &rows, &count, ARGS(c, id)));
	buf_add(&body, "[");
	for (size_t i = 0; i < count; i++) {
		rows[i].photo_url = photo_signed_url(c, rows[i].photo_url);
		rows[i].thumbnail_url =
			arena_fmt(&c->arena, "%s&size=small", rows[i].photo_url);
		buf_add(&body, i == 0 ? "" : ",");
		fields_to_json(&body, shown_fields, &rows[i], STYLE_KEEP_NULL);
	}
	buf_add(&body, "]");
	*out = buf_text(&body);
	return OK;
}
