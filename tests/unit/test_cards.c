/* Members' cards: what staff says of them, layouts, drawing. */
#include "edge.h"

#include <malloc.h>
#include <sys/stat.h>

#include <unistd.h>

#include "account/account.h"
#include "account/erase.h"
#include "base/file.h"
#include "cards/artefact.h"
#include "cards/certificate.h"
#include "cards/code.h"
#include "cards/compose.h"
#include "cards/drawing.h"
#include "cards/import.h"
#include "cards/latin.h"
#include "cards/layout.h"
#include "cards/member_card.h"
#include "cards/place.h"
#include "db/db.h"
#include "image/image.h"
#include "job/job.h"
#include "programme/text.h"

#define API "/cards/api/v1"
#define KEEPER "can_view_cards can_edit_cards can_withdraw_card can_edit_card_layouts"

static const struct answer *
post(const char *path, const char *body, const char *header)
{
	return call("POST", text(API "%s", path), .body = body, .headers = {header});
}

static const struct answer *
get(const char *path, const char *header)
{
	return call("GET", text(API "%s", path), .headers = {header});
}

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

static const char *const endings[] = {"png", "jpg", "s.jpg", "s.webp"};

static int
next_number(void)
{
	static int n = 1000;

	return n += 2; /* the odd ones are for whom the server gives one */
}

/* A card that lacks nothing. */
static const struct answer *
given_card(const char *header)
{
	const struct answer *a = post("/cards",
		text("{\"name\":\"Вера\",\"surname\":\"Щукина\",\"number\":%d,\"role\":"
		     "\"member\",\"level\":3,\"card_issued_date\":\"2022-12-12\"}",
			next_number()),
		header);
	assert_int_equal(a->status, 201);
	return a;
}

static const char *
path_of(const struct answer *card, const char *more)
{
	return text("/cards/%s%s", answer_text(card, "uuid"), more);
}

/* -- data */

static void
a_card_says_what_it_lacks(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *a = post("/cards", "{\"name\":\"Anna\"}", keeper);

	assert_int_equal(a->status, 201);
	assert_string_equal(answer_text(a, "status"), "incomplete");
	assert_non_null(strstr(a->body, "[\"surname\",\"number\",\"role\",\"level\","
					"\"card_issued_date\"]"));
	a = call("PATCH", text(API "%s", path_of(a, "")),
		.body = text("{\"surname\":\"Li\",\"number\":%d,\"role\":\"member\","
			     "\"level\":0,\"card_issued_date\":\"2022-12-12\"}",
			next_number()),
		.headers = {keeper, "If-Match: \"1\""});
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "status"), "due");
	assert_int_equal(number("select count(*) from job.job where kind = 'card.draw' "
				"and subject = (select id::text from cards.card where "
				"uuid = '%s')",
				 answer_text(a, "uuid")),
		1);
	is_error(post("/cards", "{}", keeper), 422, "Request.Validation");
}

static void
a_number_is_one_members(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	int n = next_number();

	assert_int_equal(
		post("/cards",
			text("{\"name\":\"A\",\"surname\":\"B\",\"number\":%d}", n),
			keeper)
			->status,
		201);
	is_error(post("/cards",
			 text("{\"name\":\"A\",\"surname\":\"C\",\"number\":%d}", n),
			 keeper),
		409, "Card.NumberTaken");
	assert_int_equal(
		post("/cards",
			text("{\"name\":\"A\",\"surname\":\"B\",\"number\":%d}", n),
			keeper)
			->status,
		201);
	assert_int_equal(
		number("select count(*) from cards.member where number = %d", n), 1);
}

static void
a_change_needs_the_version_that_was_seen(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *a = given_card(keeper);
	const char *path = text(API "%s", path_of(a, ""));

	is_error(call("PATCH", path, .body = "{\"level\":4}", .headers = {keeper}), 412,
		"Card.Changed");
	is_error(call("PATCH", path, .body = "{\"level\":4}",
			 .headers = {keeper, "If-Match: \"9\""}),
		412, "Card.Changed");
	a = call("PATCH", path, .body = "{\"level\":4,\"valid_until\":\"2030-01-01\"}",
		.headers = {keeper, text("If-Match: %s", answer_header(a, "ETag"))});
	assert_int_equal(a->status, 200);
	assert_int_equal(json_number(a->json, "level"), 4);
	assert_string_equal(answer_text(a, "valid_until"), "2030-01-01");
	a = call("PATCH", path, .body = "{\"valid_until\":null}",
		.headers = {keeper, "If-Match: *"});
	assert_null(answer_text(a, "valid_until"));
}

static void
members_see_their_own_cards_only(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const char *vera = given_member("");
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");
	const struct answer *hers = post("/cards",
		text("{\"user_id\":\"%s\",\"role\":\"member\",\"level\":1,"
		     "\"card_issued_date\":\"2026-11-30\"}",
			uuid),
		keeper);
	const struct answer *other = given_card(keeper), *list;

	assert_int_equal(hers->status, 201);
	assert_string_equal(answer_text(hers, "account"), uuid);
	assert_int_equal(get(path_of(hers, ""), vera)->status, 200);
	is_error(get(path_of(other, ""), vera), 404, "Card.Gone");
	is_error(get(path_of(other, "/image"), vera), 404, "Card.Gone");
	is_error(get(path_of(hers, "/image"), vera), 409, "Card.NotDrawn");
	list = get("/cards?total=true", vera);
	assert_int_equal(json_number(list->json, "total"), 1);
	assert_true(json_number(get("/cards?total=true", keeper)->json, "total") > 1);
}

static void
lists_page_by_key_and_find_pieces_of_names(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER), *name = unique("Zed%_!");
	const struct answer *a;

	for (int i = 0; i < 3; i++)
		post("/cards",
			text("{\"name\":\"%s\",\"surname\":\"Q\",\"number\":%d}", name,
				next_number()),
			keeper);
	struct arena scratch = {0};
	const char *asked =
		text("/cards?limit=2&q=%s", percent_encode(&scratch, name, false));
	arena_end(&scratch);
	a = get(asked, keeper);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		2);
	a = get(text("%s&after=%s", asked, answer_text(a, "next")), keeper);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		1);
	assert_null(answer_text(a, "next"));
}

static void
a_withdrawn_card_stays_withdrawn(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *a = given_card(keeper);

	a = post(path_of(a, "/withdraw"), "{\"why\":\"lost\"}", keeper);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "status"), "withdrawn");
	is_error(post(path_of(a, "/redraw"), NULL, keeper), 410, "Card.Withdrawn");
	is_error(post(path_of(a, "/recode"), NULL, keeper), 410, "Card.Withdrawn");
	is_error(call("PATCH", text(API "%s", path_of(a, "")), .body = "{\"level\":1}",
			 .headers = {keeper, "If-Match: *"}),
		410, "Card.Withdrawn");
	a = call("GET", text("/c/%s", answer_text(a, "code")),
		.headers = {"Accept: application/json"});
	assert_string_equal(answer_text(a, "state"), "withdrawn");
	assert_null(strstr(a->body, "lost"));
}

/* -- codes and names */

static void
codes_forgive_what_people_type(void **state)
{
	(void)state;
	struct arena a = {0};
	const char *code = code_new(&a, false);

	assert_int_equal(strlen(code), 26);
	assert_string_equal(code_read(&a, code_shown(&a, code)), code);
	assert_string_equal(code_read(&a, "oilo-abcd efgh jkmn pqrs tvwx yz"),
		"0110ABCDEFGHJKMNPQRSTVWXYZ");
	assert_null(code_read(&a, "0110ABCDEFGHJKMNPQRSTVWXYU"));
	assert_null(code_read(&a, "0110"));
	assert_null(code_read(&a, "0110ABCDEFGHJKMNPQRSTVWXYZ0"));
	assert_true(str_starts(code_read(&a, code_new(&a, true)), "T-"));
	arena_end(&a);
}

static void
cyrillic_becomes_latin_as_in_passports(void **state)
{
	static const char *const pairs[][2] = {{"Щукина Юлия", "SHCHUKINA IULIIA"},
		{"Подъячев Игорь", "PODIEIACHEV IGOR"}, {"Хрущёв", "KHRUSHCHEV"},
		{"Ґалаґан Єва Їжак", "GALAGAN IEVA IZHAK"}, {"Straße", "STRASSE"},
		{"김민준", "김민준"}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_string_equal(latin_passport(&a, pairs[i][0]), pairs[i][1]);
	assert_string_equal(latin_plain(&a, "김민준"), "GIMMINJUN");
	arena_end(&a);
}

static void
dates_speak_the_layouts_language(void **state)
{
	struct ctx c;
	struct date day = {2022, 12, 12};

	(void)state;
	edge_ctx(&c);
	assert_string_equal(compose_issued(&c, day, "en"), "issued: 12 December 2022");
	assert_string_equal(
		compose_issued(&c, day, "ru"), "дата выдачи: 12 декабря 2022 г.");
	assert_string_equal(compose_issued(&c, day, "ko"), "발급일: 2022년 12월 12일");
	ctx_end(&c);
}

/* -- layouts */

/* Backgrounds and layouts as the files have them. */
static void
take_artefacts(void)
{
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	ctx_end(&c);
}

static void
a_layout_is_refused_with_all_reasons_at_once(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);

	take_artefacts();
	const struct answer *old = get("/roles/member/layout", keeper);
	assert_int_equal(old->status, 200);
	const struct answer *a = call("PUT", API "/roles/member/layout",
		.body = "{\"font_color\":\"red\",\"texts\":{\"full_name\":{"
			"\"position\":"
			"[4000,1]},\"role\":{\"position\":[1,1],\"size\":700},"
			"\"card_issued_date\":{\"position\":[1,1],\"font\":\"comic\"},"
			"\"user_id\":{\"position\":[3000,1],\"max_width\":500},"
			"\"level\":{\"position\":[1,1]}},\"qr\":{\"position\":[1,1],"
			"\"size\":760,\"color\":\"#777777\",\"plate\":\"#888888\"}}",
		.headers = {keeper, "If-Match: *"});
	is_error(a, 422, "Layout.Invalid");
	static const char *const reasons[] = {"font_color: must be a colour",
		"texts.full_name.position: is not on the canvas",
		"texts.role.size: must be a whole number from 8 to 600",
		"texts.card_issued_date.font: must be one of: regular bold book",
		"texts.user_id: its box goes off the canvas",
		"texts.level.max_width: is missing", "qr.plate: must be light"};
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strstr(a->body, reasons[i]) == NULL)
			fail_msg("%s is not in %s", reasons[i], a->body);
	a = call("PUT", API "/roles/member/layout", .body = old->body,
		.headers = {keeper, "If-Match: \"77\""});
	is_error(a, 412, "Card.Changed");
	is_error(get("/roles/nobody/layout", keeper), 404, "Role.Gone");
}

/* Redraws of the role that have been ordered since the last look. */
static int64_t
redraws(void)
{
	return number(
		"with gone as (delete from job.job where kind = 'card.redraw' and "
		"subject = 'member' returning 1) select count(*) from gone");
}

static void
other_fonts_of_ones_own_draw_all_cards_again(void **state)
{
	const char *old = conf.cards_artifacts;
	char folder[] = "/tmp/samovar-fonts-XXXXXX";
	struct ctx c;

	(void)state;
	take_artefacts();
	assert_non_null(mkdtemp(folder));
	conf.cards_artifacts = folder;
	take_artefacts();
	redraws();
	take_artefacts();
	assert_int_equal(redraws(), 0);
	assert_int_equal(mkdir(text("%s/card", folder), 0755), 0);
	assert_int_equal(mkdir(text("%s/card/font", folder), 0755), 0);
	edge_ctx(&c);
	assert_int_equal(file_put(&c, text("%s/card/font/futura_bold.ttf", folder),
				 "a font", 6, 0644),
		OK);
	ctx_end(&c);
	take_artefacts();
	assert_int_equal(redraws(), 1);
	take_artefacts();
	assert_int_equal(redraws(), 0);
	conf.cards_artifacts = old;
	take_artefacts();
	assert_int_equal(redraws(), 1);
}

static void
a_new_layout_makes_the_roles_cards_due(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);

	take_artefacts();
	const struct answer *card = given_card(keeper);
	const struct answer *a = get("/roles/member/layout", keeper);
	int64_t version = json_number(a->json, "version");

	number("with n as (update cards.card set status = 'drawn' where uuid = '%s' "
	       "returning 1) select count(*) from n",
		answer_text(card, "uuid"));
	json_object_object_add(a->json, "digits", json_object_new_int(6));
	a = call("PUT", API "/roles/member/layout",
		.body = json_object_to_json_string(a->json),
		.headers = {keeper, "If-Match: *"});
	assert_int_equal(a->status, 200);
	assert_int_equal(json_number(a->json, "version"), version + 1);
	assert_true(run_jobs("card.redraw", cards_redraw_job) >= 1);
	assert_string_equal(
		answer_text(get(path_of(card, ""), keeper), "status"), "due");
	take_artefacts(); /* files do not take back what staff has put */
	assert_int_equal(
		json_number(get("/roles/member/layout", keeper)->json, "version"),
		version + 1);
}

/* A file of one's own, in place of what comes along. */
static void
write_layout(const char *folder, const char *role, const char *json)
{
	mkdir(folder, 0700);
	mkdir(text("%s/card", folder), 0700);
	mkdir(text("%s/card/layout", folder), 0700);
	FILE *f = fopen(text("%s/card/layout/%s.json", folder, role), "w");
	assert_non_null(f);
	fputs(json, f);
	fclose(f);
}

static int64_t
synced_version(const char *keeper)
{

	take_artefacts();
	return json_number(get("/roles/member/layout", keeper)->json, "version");
}

static void
ones_own_layout_stays_in_force(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER), *old = conf.cards_artifacts;
	char folder[] = "/tmp/samovar-layout-XXXXXX";

	synced_version(keeper);
	assert_non_null(mkdtemp(folder));
	struct json_object *layout = get("/roles/member/layout", keeper)->json;
	json_object_object_add(layout, "digits", json_object_new_int(7));
	json_object_object_del(layout, "version");
	write_layout(folder, "member", json_object_to_json_string(layout));
	conf.cards_artifacts = folder;
	int64_t first = synced_version(keeper), second = synced_version(keeper);
	conf.cards_artifacts = old;
	assert_int_equal(first, second);
}

/* -- drawing */

static const char *
layout_of(const char *role)
{
	return value("select body from cards.layout l join cards.role r on r.name = "
		     "l.role and r.layout_version = l.version where r.name = '%s'",
		role);
}

static struct card_drawn
given_drawn(const char *role)
{
	return (struct card_drawn){.code = "0110ABCDEFGHJKMNPQRSTVWXYZ",
		.role = role,
		.name = "Вера",
		.surname = "Щукина",
		.number = 69,
		.level = 10000,
		.issued = {2022, 12, 12},
		.background = value(
			"select background from cards.role where name = '%s'", role),
		.width = 3047,
		.height = 1913,
		.layout = layout_of(role)};
}

static void
the_same_card_is_the_same_bytes(void **state)
{
	struct card_pictures one, two;
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	struct card_drawn card = given_drawn("expert");
	assert_int_equal(drawing_make(&c, &card, &one), OK);
	assert_int_equal(drawing_make(&c, &card, &two), OK);
	assert_string_equal(one.fingerprint, two.fingerprint);
	for (size_t i = 0; i < CARD_FILES; i++) {
		assert_int_equal(one.file[i].size, two.file[i].size);
		assert_memory_equal(
			one.file[i].bytes, two.file[i].bytes, one.file[i].size);
	}
	card.level = 9;
	assert_int_equal(drawing_make(&c, &card, &two), OK);
	assert_string_not_equal(one.fingerprint, two.fingerprint);
	ctx_end(&c);
}

/* The pixels of a card's PNG. */
static const unsigned char *
pixels(struct ctx *c, const struct card_drawn *card)
{
	struct card_pictures made;
	struct image_pixels p = {0};

	assert_int_equal(drawing_make(c, card, &made), OK);
	assert_int_equal(image_pixels(c, made.file[CARD_PNG], 6000, &p), OK);
	assert_int_equal(p.width, card->width);
	unsigned char *out = arena_new(&c->arena, p.size);
	assert_int_equal(pread(p.file, out, p.size, (off_t)p.offset), (ssize_t)p.size);
	close(p.file);
	return out;
}

/* Pixels that differ between two cards within a box. */
static int64_t
differ(const unsigned char *one, const unsigned char *two, int x, int y, int width,
	int height)
{
	int64_t count = 0;

	for (int row = y; row < y + height; row++)
		for (int column = x; column < x + width; column++) {
			size_t at = 3 * ((size_t)row * 3047 + (size_t)column);

			count += memcmp(one + at, two + at, 3) != 0;
		}
	return count;
}

static void
a_long_name_is_set_smaller_and_never_cut(void **state)
{
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	struct card_drawn none = given_drawn("boss"), card = none;
	none.name = none.surname = "";
	card.name = "Щщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщ";
	card.surname = repeated("Ж", 100);
	const unsigned char *without = pixels(&c, &none), *with = pixels(&c, &card);
	/* Its layout gives it 1,897 pixels from 150 on. */
	assert_true(differ(without, with, 150, 1150, 1897, 200) > 1000);
	assert_true(differ(without, with, 2000, 1150, 47, 200) > 0);
	assert_int_equal(differ(without, with, 2050, 1150, 997, 200), 0);
	assert_int_equal(differ(without, with, 0, 1150, 148, 200), 0);
	ctx_end(&c);
}

static void
what_no_font_has_is_never_a_box(void **state)
{
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	struct card_drawn card = given_drawn("boss");
	card.surname = "";
	card.name = "김민준";
	const unsigned char *kim = pixels(&c, &card);
	card.name = "박서연";
	assert_true(differ(kim, pixels(&c, &card), 150, 1150, 1897, 200) > 1000);
	card.name = "";
	const unsigned char *nobody = pixels(&c, &card);
	card.name = "\U0001FAC8"; /* a hairy creature of Unicode 17 */
	assert_int_equal(differ(nobody, pixels(&c, &card), 0, 0, 3047, 1913), 0);
	card.name = "ᓄᓇᕗᑦ"; /* Inuktitut: transliterated if no font has it */
	assert_true(differ(nobody, pixels(&c, &card), 150, 1150, 1897, 200) > 500);
	ctx_end(&c);
}

static void
a_card_costs_little_of_a_core(void **state)
{
	struct card_pictures made;
	int64_t least = INT64_MAX;
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	struct card_drawn card = given_drawn("expert");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(drawing_make(&c, &card, &made), OK);
		if (image_last()->cpu_us < least)
			least = image_last()->cpu_us;
	}
	print_message("a warm card: %.0f ms of a core, %lld MB\n", (double)least / 1000,
		(long long)image_last()->peak_kb / 1024);
	/* The mark is .35 s; sanitizers and valgrind take several times that. */
	assert_true(least < 5000000);
	ctx_end(&c);
}

/* -- many at once */

static const struct answer *
import(const char *header, bool dry_run, const char *csv)
{
	return call("POST",
		text(API "/cards/import?dry_run=%s", dry_run ? "true" : "false"),
		.body = csv, .type = "text/csv", .headers = {header});
}

static void
an_import_says_what_it_would_do_and_does_it_whole(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	int one = next_number(), two = next_number();
	const char *csv =
		text("\xEF\xBB\xBFnumber;name;surname;role;level;"
		     "card_issued_date\r\n"
		     "%d;\"Ivan \"\"the\"\" First\";Li;member;1;2026-01-31\r\n"
		     "\r\n%d;Olga;Li;member;2;2026-01-31\r\n",
			one, two);
	const struct answer *a = import(keeper, true, csv);

	assert_int_equal(a->status, 200);
	assert_int_equal(json_number(a->json, "added"), 2);
	assert_non_null(strstr(a->body, "{\"line\":4,\"does\":\"add\""));
	assert_int_equal(number("select count(*) from cards.member where number in "
				"(%d, %d)",
				 one, two),
		0);
	assert_int_equal(json_number(import(keeper, false, csv)->json, "added"), 2);
	assert_string_equal(
		value("select name from cards.member where number = %d", one),
		"Ivan \"the\" First");
	a = import(keeper, false, csv);
	assert_int_equal(json_number(a->json, "same"), 2);
	a = import(keeper, false,
		text("number,name,surname,role,level\n%d,Olga,Li,member,9\n", two));
	assert_int_equal(json_number(a->json, "changed"), 1);
	a = import(keeper, false,
		text("number,name,surname,role,level\n%d,Eva,Li,member,1\n%d,Olga,Ko,"
		     "expert,1\n7000001,X,Y,Member,1000000\n",
			next_number(), two));
	is_error(a, 422, "Import.Invalid");
	assert_null(strstr(a->body, "\"line\":2"));
	assert_non_null(strstr(a->body, "{\"line\":3,\"field\":\"number\""));
	assert_non_null(strstr(a->body, "{\"line\":4,\"field\":\"role\""));
	assert_non_null(strstr(a->body, "{\"line\":4,\"field\":\"level\""));
	assert_int_equal(
		number("select count(*) from cards.member where name = 'Eva'"), 0);
	/* What PostgreSQL refuses is a line's mistake, too, and the others are told. */
	given_member("");
	const char *nobody =
		value("select uuid from account.account order by id desc limit 1");
	a = import(keeper, true,
		text("user_id,number,name,surname,role,level\n%s,%d,,,expert,1\n"
		     ",%d,Eva,Li,Member,1\n",
			nobody, two, next_number()));
	is_error(a, 422, "Import.Invalid");
	if (strstr(a->body, "{\"line\":2,\"field\":\"number\"") == NULL)
		fail_msg("%s", a->body);
	assert_non_null(strstr(a->body, "{\"line\":3,\"field\":\"role\""));
	is_error(import(keeper, true, "number,nome\n1,x\n"), 422, "Request.Validation");
	is_error(import(keeper, true, "\xff\xfe"), 422, "Request.Validation");
	a = import(keeper, true,
		text("number,name,surname,role,level\n%d,\xEF\xBF\xBD,Li,member,1\n",
			next_number()));
	is_error(a, 422, "Import.Invalid");
	assert_non_null(strstr(a->body, "{\"line\":2,\"field\":\"name\""));
}

static void
blank_lines_of_an_import_cost_no_memory(void **state)
{
	static const char blank[] = " ,\"\",\n\n";
	struct buf b = {.arena = &(struct arena){0}};
	struct import in;
	struct ctx c;

	(void)state;
	buf_add(&b, "number,name,surname\n");
	for (int i = 0; i < 200000; i++)
		buf_add(&b, blank);
	buf_fmt(&b, "%d,Eva,Li\n", next_number());
	edge_ctx(&c);
	size_t before = mallinfo2().uordblks;
	assert_int_equal(cards_import(&c, buf_text(&b), b.used, true, &in), OK);
	assert_int_equal(in.added, 1);
	assert_non_null(strstr(in.lines, "{\"line\":400002,"));
	assert_true(mallinfo2().uordblks - before < 1000000);
	ctx_end(&c);
	arena_end(b.arena);
}

static void
a_layout_is_tried_before_it_is_saved(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);

	take_artefacts();
	const struct answer *a = post("/roles/admin/preview",
		"{\"card\":{\"name\":\"A\",\"surname\":\"B\",\"level\":1}}", keeper);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_header(a, "Content-Type"), "image/jpeg");
	assert_memory_equal(a->body, "\xff\xd8\xff", 3);
	a = post("/roles/admin/preview",
		text("{\"card\":\"%s\"}", answer_text(given_card(keeper), "uuid")),
		keeper);
	assert_int_equal(a->status, 200);
	is_error(post("/roles/admin/preview",
			 "{\"card\":{},\"layout\":{\"font_color\":\"#12\"}}", keeper),
		422, "Layout.Invalid");
	is_error(post("/roles/nobody/preview", "{\"card\":{}}", keeper), 404,
		"Role.Gone");
}

static void
whoever_is_erased_has_no_card_any_more(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	given_member("");
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");
	const struct answer *a = post(
		"/cards", text("{\"user_id\":\"%s\",\"name\":\"Zoe\"}", uuid), keeper);
	struct account account = {0};
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(account_by_uuid(&c, uuid, &account), OK);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, account_erase(&c, &account)), OK);
	ctx_end(&c);
	a = get(path_of(a, ""), keeper);
	assert_string_equal(answer_text(a, "status"), "withdrawn");
	assert_string_equal(answer_text(a, "name"), "");
}

/* As the job does: four files, of which a server at this host has copies. */
static void
shown_on(const char *uuid, const char *host)
{
	const char *server =
		value("insert into storage.server (name, host, port, location, "
		      "zone, latitude, longitude, is_on, is_active) values "
		      "('%s', '%s', %d, 'x', 'z', 1, 1, true, true) returning "
		      "id",
			unique("s"), host, next_number());

	value("with old as (delete from cards.picture where card_id = (select id from "
	      "cards.card where uuid = '%s')) update cards.card set status = 'drawn', "
	      "drawing = 'x' where uuid = '%s' returning 1",
		uuid, uuid);
	for (size_t i = 0; i < 4; i++)
		value("with f as (insert into storage.file (account_id, kind, name, "
		      "size, "
		      "content_type, current_version) values (null, 'card', "
		      "'cards/%s/%s', "
		      "5, 'image/png', gen_random_uuid()) returning id, "
		      "current_version, "
		      "name), v as (insert into storage.file_version (id, file_id, "
		      "key, "
		      "state, announced_size, size, etag, server_id, stored_at) select "
		      "current_version, id, name, 'stored', 5, 5, 'e', '%s', now() "
		      "from f), "
		      "c as (insert into storage.copy (version_id, server_id, etag) "
		      "select "
		      "current_version, '%s', 'e' from f) insert into cards.picture "
		      "(card_id, form, file_id, bytes) select c.id, '%s', f.id, 5 from "
		      "f, "
		      "cards.card c where c.uuid = '%s' returning 1",
			uuid, text("%s/%s", server, endings[i]), server, server,
			endings[i], uuid);
}

static void
a_member_may_hide_the_picture(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER), *vera = given_member("");
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");
	const struct answer *a = post("/cards",
		text("{\"user_id\":\"%s\",\"role\":\"member\",\"level\":1,"
		     "\"card_issued_date\":\"2026-11-30\"}",
			uuid),
		keeper);
	const char *path = text(API "%s", path_of(a, "/preview")),
		   *page = text("/c/%s", answer_text(a, "code"));

	const char *uuid_of_card = text("%s", answer_text(a, "uuid"));

	shown_on(uuid_of_card, "127.0.0.1");
	assert_non_null(strstr(call("GET", page)->body, "<img"));
	assert_int_equal(call("GET", text("%s.jpg?w=600", page))->status, 200);
	is_error(call("PUT", path, .body = "{\"hidden\":true}",
			 .headers = {given_member("")}),
		404, "Card.Gone");
	assert_int_equal(
		call("PUT", path, .body = "{\"hidden\":true}", .headers = {vera})
			->status,
		204);
	assert_null(strstr(call("GET", page)->body, "<img"));
	static const char *const addresses[] = {
		".png", ".jpg", ".webp", ".jpg?w=600", ".png?w=600"};
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
		assert_int_equal(
			call("GET", text("%s%s", page, addresses[i]))->status, 404);
	a = call("GET", text(API "/cards/%s", uuid_of_card), .headers = {keeper});
	assert_true(json_object_get_boolean(
		json_member(a->json, "hidden", json_type_boolean)));
	assert_null(json_member(a->json, "images", json_type_object));
}

/* -- objects */

static void
a_server_with_a_name_is_asked_by_the_reader_himself(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card = given_card(keeper), *a;
	const char *jpeg = text("/c/%s.jpg", answer_text(card, "code"));

	shown_on(answer_text(card, "uuid"), "127.0.0.1");
	a = call("GET", jpeg);
	assert_string_equal(answer_header(a, "X-Accel-Redirect"), "/_object");
	shown_on(answer_text(card, "uuid"), "s3.example.com");
	a = call("GET", jpeg);
	assert_int_equal(a->status, 302);
	assert_non_null(strstr(answer_header(a, "Location"), "//s3.example.com:"));
	assert_non_null(strstr(answer_header(a, "Location"), "X-Amz-Expires=90"));
	assert_string_equal(answer_header(a, "Cache-Control"), "private, max-age=60");
}

static void
what_no_card_shows_is_swept_whatever_its_server_does(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *gone = given_card(keeper), *kept = given_card(keeper);
	static const char *const left = "select count(*) from storage.file where kind "
					"= 'card' and deleted_at is "
					"null and name like '%%/%s/%%'";
	const char *one = answer_text(gone, "uuid"), *two = answer_text(kept, "uuid");

	shown_on(one, "127.0.0.1");
	shown_on(two, "127.0.0.1");
	assert_int_equal(number(left, one), 4);
	post(path_of(gone, "/withdraw"), "{}", keeper);
	assert_int_equal(number(left, one), 0);
	assert_true(
		number("select count(*) from job.job j where kind = 'copy.remove'") >=
		4);
	number("with n as (delete from cards.picture where form = 'png' and card_id = "
	       "(select id from cards.card where uuid = '%s') returning 1) select "
	       "count(*) from n",
		two);
	struct ctx c;
	edge_ctx(&c);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, place_sweep(&c)), OK);
	ctx_end(&c);
	assert_int_equal(number(left, two), 3);
}

/* A drawing that somebody began before the card became due once more is not shown. */
static void
an_older_drawing_is_overtaken(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card = given_card(keeper);
	int64_t id = number("select id from cards.card where uuid = '%s'",
		answer_text(card, "uuid"));
	const char *work[2] = {NULL};
	bool wanted = false;
	struct ctx c;

	edge_ctx(&c);
	for (int i = 0; i < 2; i++)
		assert_int_equal(drawing_begin(&c, id, &work[i]), OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(drawing_done(&c, id, work[i], "x", 1, &wanted), OK);
		assert_int_equal(wanted, i == 1);
	}
	assert_int_equal(drawing_begin(&c, id, &work[0]), OK);
	assert_null(work[0]); /* it is drawn */
	post(path_of(card, "/redraw"), NULL, keeper);
	assert_int_equal(drawing_begin(&c, id, &work[0]), OK);
	post(path_of(card, "/redraw"), NULL, keeper);
	assert_int_equal(drawing_done(&c, id, work[0], "y", 1, &wanted), OK);
	assert_false(wanted);
	ctx_end(&c);
}

/* -- certificates */

/* A child that stayed to the end of a shift, with points and reports. */
static const char *
given_graduate(void)
{
	const char *who =
		value("insert into programme.participant (name, surname, "
		      "date_of_birth, city, phone_number, telegram_id) values "
		      "('Вера', 'Щукина', '2015-01-01', 'Омск', '%s', %d) "
		      "returning id",
			unique("+7"), next_number());
	const char *shift = value(
		"insert into programme.shift (status, started_at, finished_at, title, "
		"final_message, tasks) values ('finished', '2026-09-01', '2026-11-29', "
		"'Осень 2026', 'Прощайте, друзья', '{}') returning id");
	const char *member =
		value("insert into programme.member (participant_id, shift_id, "
		      "numbers_lombaryers) values ('%s', '%s', 12) returning "
		      "id",
			who, shift);
	const char *task =
		value("insert into programme.task (url, title) values ('/%s.jpg', "
		      "'%s') returning id",
			unique("t"), unique("task"));

	for (int i = 0; i < 3; i++)
		value("insert into programme.report (shift_id, task_id, member_id, "
		      "task_date, status) values ('%s', '%s', '%s', '2026-09-0%d', "
		      "'%s') "
		      "returning 1",
			shift, task, member, i + 1, i < 2 ? "approved" : "declined");
	return shift;
}

static void
a_finished_shift_gives_certificates_that_the_bot_sends_once(void **state)
{
	const char *shift = given_graduate(), *work = NULL;
	static const char *const told =
		"select count(*) from programme.outbox where kind = 'certificate'";
	bool wanted;
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(certificate_order(&c, shift), OK);
	assert_int_equal(
		number("select count(*) from job.job where kind = 'card.certificates'"),
		0); /* switched off */
	conf.cards_certificates = true;
	assert_int_equal(certificate_order(&c, shift), OK);
	conf.cards_certificates = false;
	assert_int_equal(run_jobs("card.certificates", cards_certificates_job), 1);
	assert_int_equal(
		cards_certificates_job(&c, &(struct job){.subject = shift}), OK);
	assert_int_equal(
		number("select count(*) from cards.card where role = 'certificate'"),
		1);
	const char *card = value("select json::text from cards.shown where role = "
				 "'certificate'");
	assert_non_null(strstr(card, "\"number\" : 2"));
	assert_non_null(strstr(card, "\"level\" : 12"));
	assert_non_null(strstr(card, "\"status\" : \"due\""));
	int64_t id = number("select id from cards.card where role = 'certificate'");
	for (int i = 0; i < 3; i++) {
		value("update cards.card set status = 'due' where id = %d returning 1",
			(int)id);
		if (i == 2) /* as the sweep would, a month later */
			value("update programme.outbox set key = 'swept' where kind = "
			      "'certificate' returning 1");
		assert_int_equal(drawing_begin(&c, id, &work), OK);
		assert_int_equal(drawing_done(&c, id, work, "x", 1, &wanted), OK);
		assert_int_equal(number(told), 1);
	}
	struct message m = {.kind = "certificate",
		.chat_id = 1,
		.payload = value("select payload from programme.outbox where kind = "
				 "'certificate'")};
	struct bot_call call;
	assert_int_equal(text_of_message(&c, &m, &call), OK);
	assert_string_equal(call.method, "sendPhoto");
	assert_non_null(strstr(
		call.params, text("/c/%s.jpg", value("select code from cards.card "
						     "where id = %d",
						       (int)id))));
	assert_int_equal(certificate_erase(&c, value("select participant_id from "
						     "programme.outbox where kind = "
						     "'certificate'")),
		OK);
	assert_int_equal(number("select count(*) from cards.shown where role = "
				"'certificate' and status = 'withdrawn' and json ->> "
				"'name' = ''"),
		1);
	m.tries = 5;
	assert_int_equal(text_of_message(&c, &m, &call), OK);
	assert_string_equal(call.method, "sendMessage");
	ctx_end(&c);
}

static void
a_certificate_keeps_the_names_script(void **state)
{
	struct card_spec *spec;
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	spec = arena_new(&c.arena, sizeof(*spec));
	assert_int_equal(artefact_sync(&c), OK);
	struct card_drawn card = given_drawn("certificate");
	card.number = 2;
	card.title = "Осень 2026";
	assert_int_equal(compose(&c, &card, "https://example.org/c/X", spec), OK);
	assert_string_equal(spec->text[0].text, "ВЕРА ЩУКИНА");
	assert_string_equal(spec->text[1].text, "ОСЕНЬ 2026");
	assert_string_equal(spec->text[3].text, "2");
	ctx_end(&c);
}

/* -- verification */

static void
looks_are_counted_and_limited(void **state)
{
	(void)state;
	const char *page = text("/c/%s", repeated("7", 26));
	int64_t before = number("select coalesce(sum(count), 0) from cards.look where "
				"state = 'unknown'");

	empty_cache();
	for (int i = 0; i < conf.cards_looks_per_minute; i++)
		assert_int_equal(
			call("GET", page, .params = {"REMOTE_ADDR=192.0.2.77"})->status,
			404);
	const struct answer *a =
		call("GET", page, .params = {"REMOTE_ADDR=192.0.2.77"});
	is_error(a, 429, "Request.TooMany");
	assert_non_null(answer_header(a, "Retry-After"));
	assert_int_equal(number("select sum(count) from cards.look where state = "
				"'unknown'"),
		before + conf.cards_looks_per_minute);
}

static void
the_page_speaks_three_languages_and_shows_no_markup_of_others(void **state)
{
	static const char *const pairs[][2] = {{"ru-RU,en;q=0.5", "Такой карты нет"},
		{"fr,ko;q=0.8,en;q=0.7", "존재하지 않는 카드입니다"},
		{"de", "There is no such card"}};

	(void)state;
	empty_cache();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct answer *a = call("GET", "/c/%3Cscript%3E%22",
			.headers = {text("Accept-Language: %s", pairs[i][0])});

		assert_int_equal(a->status, 404);
		assert_non_null(strstr(a->body, pairs[i][1]));
		assert_null(strstr(a->body, "<script"));
	}
	assert_non_null(strstr(
		call("GET", "/c/x?lang=ko", .headers = {"Accept-Language: ru"})->body,
		"lang=\"ko\""));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_card_says_what_it_lacks),
		EDGE_TEST(a_number_is_one_members),
		EDGE_TEST(a_change_needs_the_version_that_was_seen),
		EDGE_TEST(members_see_their_own_cards_only),
		EDGE_TEST(lists_page_by_key_and_find_pieces_of_names),
		EDGE_TEST(a_withdrawn_card_stays_withdrawn),
		EDGE_TEST(codes_forgive_what_people_type),
		EDGE_TEST(cyrillic_becomes_latin_as_in_passports),
		EDGE_TEST(dates_speak_the_layouts_language),
		EDGE_TEST(a_layout_is_refused_with_all_reasons_at_once),
		EDGE_TEST(ones_own_layout_stays_in_force),
		EDGE_TEST(other_fonts_of_ones_own_draw_all_cards_again),
		EDGE_TEST(a_new_layout_makes_the_roles_cards_due),
		EDGE_TEST(the_same_card_is_the_same_bytes),
		EDGE_TEST(a_long_name_is_set_smaller_and_never_cut),
		EDGE_TEST(what_no_font_has_is_never_a_box),
		EDGE_TEST(a_card_costs_little_of_a_core),
		EDGE_TEST(an_import_says_what_it_would_do_and_does_it_whole),
		EDGE_TEST(blank_lines_of_an_import_cost_no_memory),
		EDGE_TEST(a_layout_is_tried_before_it_is_saved),
		EDGE_TEST(whoever_is_erased_has_no_card_any_more),
		EDGE_TEST(a_member_may_hide_the_picture),
		EDGE_TEST(a_server_with_a_name_is_asked_by_the_reader_himself),
		EDGE_TEST(what_no_card_shows_is_swept_whatever_its_server_does),
		EDGE_TEST(an_older_drawing_is_overtaken),
		EDGE_TEST(a_finished_shift_gives_certificates_that_the_bot_sends_once),
		EDGE_TEST(a_certificate_keeps_the_names_script),
		EDGE_TEST(looks_are_counted_and_limited),
		EDGE_TEST(
			the_page_speaks_three_languages_and_shows_no_markup_of_others),
	};

	(void)argc;
	setenv("SAMOVAR_CARDS_ARTIFACTS", BUILDDIR "/artifacts", 1);
	image_use(BUILDDIR "/samovar-image");
	return edge_run("cards", tests, argv);
}
