/*
 * Data to try things out with: the accounts and servers of docs/storage.md,
 * shifts after docs/programme.md, cards, people with phones, films. The same seed and
 * scale always make the same people and numbers (ids and dates differ). What is there
 * already stays as it is.
 */
#include <inttypes.h>
#include <stdio.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/install_paths.h"
#include "cards/artefact.h"
#include "cards/member_card.h"
#include "catalogue/edition.h"
#include "catalogue/load.h"
#include "cli/commands.h"
#include "cli/demo_phone.h"
#include "cli/demo_photo.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "cli/demo.sql.h"

#define SHIFT_DAYS 90
#define PAST_SHIFTS 5
#define FIRST_PORT 9001

static const char final_message[] = "Привет, {name}! Незаметно пролетели три месяца "
				    "проекта «Ломая Барьеры». Спасибо за участие! "
				    "В этой смене ты заработал {numbers_lombaryers} "
				    "{lombaryers_case}. Завтра начнётся "
				    "регистрация на следующий поток. До новых встреч!";

struct demo {
	struct call *call;
	int64_t people, members, seed;
	struct date today;
};

static enum err
add_account(
	struct call *call, struct account a, const char *password, const char *without)
{
	static const char *const servers[] = {
		"can_change_cdnserver", "can_add_cdnserver", "can_delete_cdnserver"};
	struct ctx *c = &call->ctx;
	struct account found = {0};

	enum err e = account_by_any(c, a.email, &found);
	if (e != E_ACCOUNT_NOT_FOUND)
		return e;
	ctx_clear_error(c);
	TRY(account_add(c, &a, password));
	if (a.username == NULL)
		return OK;
	TRY(account_grant_all(c, &a));
	for (size_t i = 0; without != NULL && i < sizeof(servers) / sizeof(*servers);
		i++)
		TRY(account_revoke(c, &a, servers[i]));
	return OK;
}

static enum err
add_accounts(struct call *call)
{
	TRY(add_account(call,
		(struct account){.username = "admin",
			.email = "admin@mail.ru",
			.name = "John",
			.surname = "Doe",
			.is_superuser = true},
		"qwe12345", NULL));
	TRY(add_account(call,
		(struct account){.username = "user",
			.email = "user@mail.ru",
			.name = "Vasya",
			.surname = "Pupkin"},
		"qwe12345", "servers"));
	return add_account(call,
		(struct account){.email = "user@example.com",
			.name = "Иван",
			.surname = "Иванов",
			.role = "administrator"},
		"string", NULL);
}

struct city {
	const char *name, *location, *zone;
	double latitude, longitude;
	bool active;
};

/* docs/storage.md. */
static const struct city five_cities[] = {
	{"s1_1", "Detroit", "USA", 42.3314, -83.0458, false},
	{"s1_2", "New York", "USA", 40.730610, -73.935242, true},
	{"s1_3", "Dallas", "USA", 32.7831, -96.8067, true},
	{"s2_1", "Vladivostok", "Russia", 43.1056200, 131.8735300, true},
	{"s3_1", "Cape Town", "Africa", -33.918861, 18.423300, true},
};

/* The older description, 7.9: one zone, so a file is copied to all. */
static const struct city three_cities[] = {
	{"s3_1", "New York", "World", 40.730610, -73.935242, true},
	{"s3_2", "Vladivostok", "World", 43.1056200, 131.8735300, true},
	{"s3_3", "Cape Town", "World", -33.918861, 18.423300, true},
};

static enum err
add_servers(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *host = call_arg(call, "city-host");
	int64_t port = FIRST_PORT, count = 5;

	TRY(call_number(call, "city-port", 1, 65535 - 4, &port));
	TRY(call_number(call, "cities", 3, 5, &count));
	if (count == 4)
		return fail(c, E_INPUT, "cities: 5, or the older system's 3");
	for (int64_t i = 0; i < count; i++) {
		const struct city *s = count == 3 ? &three_cities[i] : &five_cities[i];

		TRY(db_do(c, &DEMO_SERVER,
			ARGS(c, s->name, host == NULL ? "127.0.0.1" : host, port + i,
				s->location, s->zone, s->latitude, s->longitude,
				s->active)));
	}
	return OK;
}

static enum err
add_shift(struct demo *d, const char *status, struct date first, const char *title,
	const char **id)
{
	struct ctx *c = &d->call->ctx;

	TRY(db_json(c, &DEMO_SHIFT, id,
		ARGS(c, status, first, date_after(first, SHIFT_DAYS), title,
			final_message, d->seed)));
	printf("shift %s %s from %s\n", title, status, date_iso(&c->arena, first));
	return OK;
}

static enum err
add_requests(struct demo *d, const char *shift, const char *status, const char *people)
{
	struct ctx *c = &d->call->ctx;

	return db_do(
		c, &DEMO_REQUESTS, ARGS(c, shift, status, people, d->members, d->seed));
}

/* A shift with members and their reports. */
static enum err
add_full_shift(struct demo *d, const char *status, struct date first, const char *title)
{
	struct ctx *c = &d->call->ctx;
	const char *id;

	TRY(add_shift(d, status, first, title, &id));
	TRY(add_requests(d, id, "approved", "verified"));
	TRY(add_requests(d, id, "declined", "declined"));
	TRY(db_do(c, &DEMO_MEMBERS, ARGS(c, id)));
	TRY(db_do(c, &DEMO_REPORTS,
		ARGS(c, id, d->today, d->seed, c->now, conf.programme_new_task_hour,
			conf.site_time_zone)));
	TRY(demo_photos(c, id, d->today));
	return db_do(c, &DEMO_POINTS, ARGS(c, id));
}

static enum err
add_programme(struct demo *d)
{
	struct ctx *c = &d->call->ctx;
	struct date running = date_after(d->today, -30), first;
	const char *id;

	TRY(db_do(c, &DEMO_PARTICIPANTS, ARGS(c, d->people, d->seed)));
	printf("%" PRId64 " participants\n", c->rows);
	for (int i = PAST_SHIFTS; i >= 1; i--) {
		first = date_after(running, -i * (SHIFT_DAYS + 5));
		TRY(add_full_shift(d, "finished", first,
			arena_fmt(&c->arena, "Смена %d", PAST_SHIFTS + 1 - i)));
	}
	TRY(add_full_shift(d, "started", running, "Текущая смена"));
	first = date_after(running, SHIFT_DAYS + 5);
	TRY(add_shift(d, "preparing", first, "Следующая смена", &id));
	TRY(add_requests(d, id, "pending", "pending"));
	TRY(add_requests(d, id, "pending", "verified"));
	return add_requests(d, id, "declined", "verified");
}

/* Shifts, requests, members, reports, participants, their messages, and staff; tasks
 * and invitations stay. */
static enum err
delete_programme(struct ctx *c)
{
	TRY(db_command(c, "truncate programme.shift, programme.participant cascade"));
	return db_do(c, &DEMO_DELETE_STAFF, ARGS(c));
}

static enum err
demo(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct demo d = {.call = call, .seed = 1, .today = programme_task_date(c->now)};
	int64_t scale = 1, shifts, tasks;

	TRY(call_number(call, "scale", 1, 1000, &scale));
	TRY(call_number(call, "seed", INT32_MIN, INT32_MAX, &d.seed));
	d.people = 200 * scale;
	d.members = 15 * scale;
	if (call_flag(call, "delete"))
		TRY(delete_programme(c));
	TRY(add_accounts(call));
	TRY(add_servers(call));
	TRY(db_int(c, &DEMO_SHIFTS_THERE, &shifts, ARGS(c)));
	TRY(db_int(c, &DEMO_TASKS_THERE, &tasks, ARGS(c)));
	if (shifts > 0 || tasks == 0) {
		puts(shifts > 0 ? "there are shifts already: the programme stays as it "
				  "is"
				: "there are no tasks: no shifts are made");
		return OK;
	}
	return add_programme(&d);
}

/* A few films with every edge that the catalogue has. */
static enum err
add_films(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct load l = {.source = arena_fmt(&c->arena, "%s/catalogue/seed.jsonl",
				 install_folder())};
	const char *there;

	TRY(edition_status(c, &there));
	if (there != NULL)
		return OK;
	return catalogue_load(c, &l);
}

/* A card of each role that the build draws a background for. */
static const struct {
	const char *name, *surname, *role;
	int64_t level;
} card_people[] = {{"Вера", "Щукина", "member", 3},
	{"Анна", "Зайцева", "volunteer", 12}, {"Игорь", "Подъячев", "expert", 240},
	{"민준", "김", "boss", 10000}, {"Grace", "O'Neill", "admin", 7}};

static enum err
add_cards(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t there;

	TRY(db_int(c, &DEMO_CARDS_THERE, &there, ARGS(c)));
	for (size_t i = 0; there == 0 && i < sizeof(card_people) / sizeof(*card_people);
		i++) {
		struct card_shown shown = {0};

		TRY(member_card_add(c,
			&(struct card_data){.name = card_people[i].name,
				.surname = card_people[i].surname,
				.role = card_people[i].role,
				.level = card_people[i].level,
				.number = (int64_t)i + 69,
				.issued = utc_date(c->now)},
			NULL, &shown));
	}
	return OK;
}

enum err
demo_cmd(struct call *call)
{
	if (conf.site_production)
		return fail(&call->ctx, E_CONFLICT,
			"site.production is set: no demo data here");
	if (call_flag(call, "delete"))
		TRY(call_confirm(call,
			"Delete all shifts, participants, reports and staff, "
			"and make those of the demo?"));
	TRY(call_in_tx(call, demo));
	TRY(artefact_sync(&call->ctx));
	TRY(call_in_tx(call, add_cards));
	TRY(demo_phones(call));
	return add_films(call);
}
