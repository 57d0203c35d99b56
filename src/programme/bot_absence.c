/* A family says that it is ill or away, in the bot: docs/programme.md. */
#include <libintl.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "programme/absence.h"
#include "programme/absence_words.h"
#include "programme/answer.h"
#include "programme/update_handlers.h"

#define _(text) gettext(text)
#define DATE_LENGTH 10 /* 2026-11-21 */

static enum err
say(struct ctx *c, const struct update *u, const char *text, const char *keyboard)
{
	return answer_say(c, answer_key(c, u, "absence"), u->chat_id, text, keyboard);
}

static const char *
day_text(struct ctx *c, struct date d)
{
	return arena_fmt(&c->arena, "%02d.%02d.%04d", d.day, d.month, d.year);
}

/* "21.11", for examples. */
static const char *
short_day(struct ctx *c, struct date d)
{
	return arena_fmt(&c->arena, "%02d.%02d", d.day, d.month);
}

static const char *
none_left(struct ctx *c, int64_t days, int64_t left)
{
	return arena_fmt(&c->arena,
		_("That would be %lld days, and of the days that a family may plan in "
		  "this shift %lld are left. Write fewer days, or ask us for more: "
		  "%s"),
		(long long)days, (long long)left, conf.mail_from);
}

static const char *
not_member(void)
{
	return _("You take part in no shift now, so no days have to be planned.");
}

/* Two examples with days to come. */
static const char *
how_to_write(struct ctx *c)
{
	struct date today = utc_date(c->now);
	const char *from = short_day(c, date_after(today, 1)),
		   *to = short_day(c, date_after(today, 5));

	return arena_fmt(&c->arena,
		_("Write from which day to which one, for example: away from %s to "
		  "%s; or for how long: ill 3 days. Those days do not count, and no "
		  "tasks come."),
		from, to);
}

static void
add_button(struct buf *b, const char *label, const char *data)
{
	buf_add(b, "{\"text\":");
	buf_json(b, label);
	buf_fmt(b, ",\"callback_data\":\"%s\"}", data);
}

static const char *
days_label(struct ctx *c, int days)
{
	return arena_fmt(
		&c->arena, ngettext("%d day", "%d days", (unsigned long)days), days);
}

/* For how long: the days begin with the day of the question. */
static const char *
keyboard_days(struct ctx *c)
{
	static const int counts[] = {1, 3, 7};
	const char *day = date_iso(&c->arena, utc_date(c->now));
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"inline_keyboard\":[[");
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		buf_add(&b, i == 0 ? "" : ",");
		add_button(&b, days_label(c, counts[i]),
			arena_fmt(&c->arena, "ill/%s/%d", day, counts[i]));
	}
	buf_add(&b, "],[");
	add_button(&b, _("Cancel"), arena_fmt(&c->arena, "cancel/%s", day));
	buf_add(&b, "]]}");
	return buf_text(&b);
}

static const char *
keyboard_back(struct ctx *c, const struct absence *a)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"inline_keyboard\":[[");
	add_button(&b, _("Take back"),
		arena_fmt(&c->arena, "back/%s/%s", date_iso(&c->arena, a->from),
			date_iso(&c->arena, a->to)));
	buf_add(&b, "]]}");
	return buf_text(&b);
}

static const char *
planned(struct ctx *c, const struct absence *a)
{
	const char *text =
		date_cmp(a->from, a->to) == 0
			? arena_fmt(&c->arena,
				  _("Noted: %s does not count, and no task comes."),
				  day_text(c, a->from))
			: arena_fmt(&c->arena,
				  _("Noted: the days from %s to %s do not count, and "
				    "no "
				    "tasks come."),
				  day_text(c, a->from), day_text(c, a->to));

	return arena_fmt(&c->arena, "%s%s %s", text,
		a->has_report ? _(" The report that has come already counts all the "
				  "same.")
			      : "",
		arena_fmt(&c->arena,
			ngettext("%lld such day is left in this shift.",
				"%lld such days are left in this shift.",
				(unsigned long)a->left),
			(long long)a->left));
}

/* Why these days cannot be planned; NULL: they can, as far as the calendar goes. */
static const char *
objection(struct ctx *c, const struct absence *a, const struct absent *m)
{
	if (date_cmp(a->to, a->from) < 0)
		return arena_fmt(&c->arena,
			_("%s is before %s: write the first day "
			  "first."),
			day_text(c, a->to), day_text(c, a->from));
	if (date_cmp(a->from, utc_date(c->now)) < 0)
		return arena_fmt(&c->arena,
			_("%s is over. Write days from today on; of earlier ones tell "
			  "us: %s"),
			day_text(c, a->from), conf.mail_from);
	if (date_cmp(a->from, m->started_at) < 0 || date_cmp(a->to, m->finished_at) > 0)
		return arena_fmt(&c->arena,
			_("The shift lasts from %s to %s: write days of it."),
			day_text(c, m->started_at), day_text(c, m->finished_at));
	return NULL;
}

static enum err
plan(struct ctx *c, const struct update *u, struct absence *a)
{
	enum err e = absence_add(c, a);

	if (e == E_LIMIT) {
		ctx_clear_error(c);
		return say(c, u, none_left(c, a->days, a->left), NULL);
	}
	TRY(e);
	if (a->days == 0)
		return say(c, u,
			a->has_report ? _("A report of that day has come already, and "
					  "it counts: nothing has been changed.")
				      : _("These days do not count already."),
			NULL);
	return say(c, u, planned(c, a), keyboard_back(c, a));
}

/* The days that a text means: those it names, or so many from today to the shift's
 * end. */
static void
set_days(struct ctx *c, struct absence *a, const struct absence_days *d,
	const struct absent *m)
{
	struct date today = utc_date(c->now);

	if (d->are_named) {
		a->from = d->from;
		a->to = d->to;
		return;
	}
	a->from = date_cmp(today, m->started_at) < 0 ? m->started_at : today;
	a->to = date_after(a->from, d->count - 1);
	if (date_cmp(a->to, m->finished_at) > 0)
		a->to = m->finished_at;
}

static enum err
on_days(struct ctx *c, const struct update *u, const struct person *p, const char *kind,
	const struct absence_days *d)
{
	struct absence a = {.kind = kind};
	struct absent m = {0};
	bool found;

	TRY(absence_member(
		c, p->id, d->are_named ? d->from : utc_date(c->now), &m, &found));
	if (!found)
		return say(c, u, not_member(), NULL);
	a.member_id = m.member_id;
	set_days(c, &a, d, &m);
	const char *no = objection(c, &a, &m);
	return no != NULL ? say(c, u, no, NULL) : plan(c, u, &a);
}

static enum err
ask_for_days(struct ctx *c, const struct update *u, const struct person *p)
{
	struct absent m = {0};
	bool found;

	TRY(absence_member(c, p->id, utc_date(c->now), &m, &found));
	if (!found)
		return say(c, u, not_member(), NULL);
	return say(c, u,
		_("Get well soon! For how many days shall no tasks come? Those days "
		  "do not count."),
		keyboard_days(c));
}

static const char *
none_back(struct ctx *c, const struct absence *a)
{
	if (a->has_staffs)
		return arena_fmt(&c->arena,
			_("We have planned this ourselves. If you are back, write to "
			  "us: %s"),
			conf.mail_from);
	if (a->is_run)
		return _("There is nothing to take back today. The button below our "
			 "answer takes back the days that it names.");
	return _("There is nothing to take back: no such days are planned.");
}

static const char *
welcome(struct ctx *c, const struct absence *a)
{
	if (a->is_today)
		return _("Welcome back! Today's task is to be done again.");
	if (!a->has_staffs && date_cmp(a->from, utc_date(c->now)) == 0 &&
		utc_hour(c->now) < conf.programme_new_task_hour)
		return arena_fmt(&c->arena,
			_("Welcome back! Today's task comes at %02lld:00."),
			(long long)conf.programme_new_task_hour);
	return _("Welcome back! Tasks come again from the next day on.");
}

/* What is planned from `from` to `to`, today at the earliest. is_run: only the days in
 * a row that today is one of. */
static enum err
take_back(struct ctx *c, const struct person *p, struct absence *a, const char **words)
{
	struct date today = utc_date(c->now);
	struct absent m = {0};
	bool found;

	if (date_cmp(a->from, today) < 0)
		a->from = today;
	TRY(absence_member(c, p->id, a->from, &m, &found));
	a->member_id = m.member_id;
	if (a->is_run)
		a->to = m.finished_at;
	if (found)
		TRY(absence_back(c, a));
	*words = a->days == 0 ? none_back(c, a) : welcome(c, a);
	return OK;
}

enum err
on_absence(struct ctx *c, const struct update *u, const struct person *p)
{
	enum absence_word word = absence_word(u->text);
	struct absence_days d = absence_days(u->text, utc_date(c->now));
	struct absence back = {.is_run = true};
	const char *words;

	if (p == NULL)
		return answer_stranger(c, u);
	if (word == ABSENCE_BACK) {
		TRY(take_back(c, p, &back, &words));
		return say(c, u, words, NULL);
	}
	if (d.are_wrong || (word == ABSENCE_AWAY && !d.are_named && d.count == 0))
		return say(c, u, how_to_write(c), NULL);
	if (!d.are_named && d.count == 0)
		return ask_for_days(c, u, p);
	return on_days(c, u, p, word == ABSENCE_ILL ? "ill" : "away", &d);
}

/* "ill/2026-11-21/3" */
static enum err
on_ill_press(struct ctx *c, const struct update *u, const struct person *p)
{
	const char *text = u->text + strlen("ill/");
	struct absence_days d = {.count = 0};
	struct date day;

	if (sscanf(text, "%*10[0-9-]/%2d", &d.count) != 1 || d.count < 1 ||
		!date_parse(arena_strn(&c->arena, text, strcspn(text, "/")), &day))
		return on_press(c, u, p);
	if (date_cmp(day, utc_date(c->now)) != 0)
		return answer_press(c, u,
			_("This button is of another day: nothing has been planned."));
	TRY(answer_press(c, u, days_label(c, d.count)));
	return on_days(c, u, p, "ill", &d);
}

/* "back/2026-11-21/2026-11-25" */
static enum err
on_back_press(struct ctx *c, const struct update *u, const struct person *p)
{
	const char *text = u->text + strlen("back/"), *words;
	struct absence back = {.by_staff = false};

	if (strlen(text) != 2 * DATE_LENGTH + 1 ||
		!date_parse(arena_strn(&c->arena, text, DATE_LENGTH), &back.from) ||
		!date_parse(text + DATE_LENGTH + 1, &back.to))
		return on_press(c, u, p);
	TRY(take_back(c, p, &back, &words));
	return answer_press(c, u, words);
}

enum err
on_absence_press(struct ctx *c, const struct update *u, const struct person *p)
{
	if (p == NULL)
		return on_press(c, u, p);
	return str_starts(u->text, "ill/") ? on_ill_press(c, u, p)
					   : on_back_press(c, u, p);
}
