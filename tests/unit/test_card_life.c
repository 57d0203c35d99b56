/* What becomes of a member's card: its history, what fails, expires, is a specimen. */
#include "edge.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fence.h"
#include "cards/artefact.h"
#include "cards/drawing.h"
#include "cards/font.h"
#include "cards/publish.h"
#include "cards/remote.h"
#include "image/image.h"
#include "job/job.h"

#define API "/cards/api/v1"
#define KEEPER "can_view_cards can_edit_cards can_withdraw_card"

static int
next_number(void)
{
	static int n = 2000;

	return n += 2;
}

static const struct answer *
given_card(const char *keeper, const char *role, const char *more)
{
	const struct answer *a = call("POST", API "/cards",
		.body = text("{\"name\":\"Вера\",\"surname\":\"Щукина\",\"number\":%d,"
			     "\"role\":\"%s\",\"level\":3,\"card_issued_date\":"
			     "\"2022-12-12\"%s}",
			next_number(), role, more),
		.headers = {keeper});

	assert_int_equal(a->status, 201);
	return a;
}

static const struct answer *
act(const struct answer *card, const char *method, const char *what, const char *body,
	const char *keeper)
{
	return call(method, text(API "/cards/%s%s", answer_text(card, "uuid"), what),
		.body = body, .headers = {keeper, "If-Match: *"});
}

/* As if the worker had drawn it. */
static void
draw(const struct answer *card)
{
	number("with done as (update cards.card set status = 'drawn', drawing = 'x', "
	       "drawn_at = now() where uuid = '%s' returning 1) select count(*) from "
	       "done",
		answer_text(card, "uuid"));
}

static const struct answer *
drawn_by_job(const char *keeper, const struct answer *card)
{
	const struct job job = {.kind = "card.draw",
		.subject = text("%lld",
			(long long)number("select id from cards.card where uuid = '%s'",
				answer_text(card, "uuid"))),
		.tries = 1,
		.max_tries = 8};
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(cards_draw_job(&c, &job), OK);
	ctx_end(&c);
	return act(card, "GET", "", NULL, keeper);
}

static const struct answer *
verified(const struct answer *card)
{
	empty_cache();
	return call("GET", text("/c/%s", answer_text(card, "code")),
		.headers = {"Accept: application/json"});
}

static void
each_step_is_in_the_history(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card = given_card(keeper, "member", "");

	act(card, "PATCH", "", "{\"level\":4}", keeper);
	act(card, "POST", "/redraw", NULL, keeper);
	act(card, "POST", "/recode", NULL, keeper);
	act(card, "POST", "/withdraw", "{\"why\":\"lost\"}", keeper);
	assert_string_equal(
		value("select string_agg(h.what, ', ' order by h.id) from "
		      "cards.history "
		      "h join cards.card c on c.id = h.card_id where c.uuid = '%s' and "
		      "h.actor is not null and h.at is not null",
			answer_text(card, "uuid")),
		"made, changed, asked for again, recoded, withdrawn");
}

static void
a_role_without_a_background_fails_alone_and_by_name(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card = given_card(keeper, "nobody", "");
	const struct answer *a = drawn_by_job(keeper, card);

	assert_string_equal(answer_text(a, "status"), "failed");
	assert_string_equal(
		answer_text(a, "error"), "the role nobody has no background");
	/* It waits for a change, or to be asked for. */
	assert_string_equal(
		answer_text(act(card, "POST", "/redraw", NULL, keeper), "status"),
		"due");
}

static void
a_card_expires_by_its_day(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card =
		given_card(keeper, "member", ",\"valid_until\":\"2023-01-31\"");

	draw(card);
	assert_string_equal(
		answer_text(act(card, "GET", "", NULL, keeper), "status"), "expired");
	assert_string_equal(answer_text(verified(card), "state"), "expired");
	act(card, "PATCH", "", "{\"valid_until\":\"2999-12-31\"}", keeper);
	draw(card);
	assert_string_equal(answer_text(verified(card), "state"), "valid");
}

static void
a_specimen_says_so(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);

	conf.cards_sandbox = true;
	const struct answer *card = given_card(keeper, "member", "");
	conf.cards_sandbox = false;
	draw(card);
	assert_true(str_starts(answer_text(card, "code"), "T-"));
	assert_string_equal(answer_text(verified(card), "state"), "specimen");
}

static void
a_latin_name_stands_in_place_of_the_passports(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *card = given_card(keeper, "member", ""),
			    *own = given_card(keeper, "member",
				    ",\"latin_name\":\"Wiera Szczukina\"");

	draw(card);
	draw(own);
	assert_string_equal(answer_text(verified(card), "name"), "VERA SHCHUKINA");
	assert_string_equal(answer_text(verified(own), "name"), "WIERA SZCZUKINA");
}

static void
a_replacement_names_what_it_replaces(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const struct answer *old = given_card(keeper, "member", "");
	const char *uuid = answer_text(old, "uuid");

	act(old, "POST", "/withdraw", NULL, keeper);
	assert_string_equal(answer_text(given_card(keeper, "member",
						text(",\"replaces\":\"%s\"", uuid)),
				    "replaces"),
		uuid);
	assert_int_equal(act(old, "PATCH", "", "{\"level\":9}", keeper)->status, 410);
	assert_int_equal(act(old, "POST", "/redraw", NULL, keeper)->status, 410);
}

/* -- what they are drawn with */

/* Backgrounds and layouts as the files have them. */
static void
take_artefacts(void)
{
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	ctx_end(&c);
}

/* Redraws of a role that have been ordered since the last look. */
static int64_t
redraws(void)
{
	return number("with gone as (delete from job.job where kind = 'card.redraw' "
		      "returning subject) select count(*) from gone where subject = "
		      "'member'");
}

/* 1: a host that says which fonts it has makes the cards due. */
static int64_t
redraws_for(const char *host, const char *digest)
{
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(artefact_note_fonts(&c, host, digest), OK);
	ctx_end(&c);
	return redraws();
}

static void
hosts_whose_fonts_differ_draw_no_card_twice(void **state)
{
	struct ctx c;

	(void)state;
	take_artefacts();
	redraws();
	assert_int_equal(redraws_for("one", "x"), 1); /* nobody else has these */
	assert_int_equal(redraws_for("two", "x"), 0);
	assert_int_equal(redraws_for("two", "y"), 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(redraws_for("one", "x"), 0);
		assert_int_equal(redraws_for("two", "y"), 0);
	}
	number("with old as (update cards.fonts set seen = now() - interval '31 "
	       "days' where host = 'two' returning 1) select count(*) from old");
	edge_ctx(&c);
	assert_int_equal(artefact_forget_hosts(&c), OK);
	ctx_end(&c);
	assert_int_equal(number("select count(*) from cards.fonts where host in "
				"('one', 'two')"),
		1);
	number("with gone as (delete from cards.fonts where host = 'one' "
	       "returning "
	       "1) select count(*) from gone");
}

/* Which file a role's decoded background is in. */
static ino_t
decoded_in(struct ctx *c, const char *role)
{
	struct image_pixels p = {0};
	struct stat st;

	assert_int_equal(artefact_background(c,
				 value("select background from cards.role where name = "
				       "'%s'",
					 role),
				 &p),
		OK);
	assert_int_equal(fstat(p.file, &st), 0);
	return st.st_ino;
}

static void
decoded_backgrounds_stay_as_far_as_there_is_room(void **state)
{
	int64_t most = conf.cards_cache_bytes;
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(artefact_sync(&c), OK);
	artefact_forget();
	ino_t boss = decoded_in(&c, "boss"), admin = decoded_in(&c, "admin");
	assert_int_equal(decoded_in(&c, "boss"), boss);
	conf.cards_cache_bytes = INT64_C(40) << 20; /* two of 17 MB each */
	ino_t expert = decoded_in(&c, "expert");
	assert_int_equal(decoded_in(&c, "boss"), boss);
	assert_int_equal(decoded_in(&c, "expert"), expert);
	assert_int_not_equal(decoded_in(&c, "admin"), admin); /* longest unused */
	conf.cards_cache_bytes = most;
	ctx_end(&c);
}

static void
a_font_that_is_not_there_is_named(void **state)
{
	const char *keeper = given_member(KEEPER), *folder = conf.cards_fonts;

	(void)state;
	take_artefacts();
	font_forget();
	conf.cards_fonts = "/nowhere";
	const struct answer *a = drawn_by_job(keeper, given_card(keeper, "member", ""));
	conf.cards_fonts = folder;
	font_forget();
	assert_string_equal(answer_text(a, "status"), "failed");
	assert_string_equal(answer_text(a, "error"),
		"there is no font /nowhere/lato/Lato-Regular.ttf");
}

/* -- word to members */

/* Somebody with an account and a chat with the bot. */
static const char *
given_in_a_chat(void)
{
	given_member("");
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");

	value("insert into programme.participant (name, surname, date_of_birth, city, "
	      "phone_number, telegram_id, account_id) select 'Vera', 'Li', "
	      "'1990-01-01', "
	      "'Omsk', '%s', %d, id from account.account where uuid = '%s' returning 1",
		unique("+7"), next_number(), uuid);
	return uuid;
}

/* Messages about a card that has just been drawn, while the setting was as said. */
static int64_t
told(const struct answer *card, bool tell)
{
	int64_t id = number("select id from cards.card where uuid = '%s'",
		answer_text(card, "uuid"));
	const char *work = NULL;
	bool wanted = false;
	struct ctx c;

	edge_ctx(&c);
	conf.cards_tell_members = tell;
	assert_int_equal(drawing_begin(&c, id, &work), OK);
	assert_int_equal(drawing_done(&c, id, work, "x", 1, &wanted), OK);
	conf.cards_tell_members = false;
	ctx_end(&c);
	assert_true(wanted);
	return number("select count(*) from programme.outbox where kind = 'card' and "
		      "payload ->> 'url' = '/c/' || (select code from cards.card where "
		      "id = %lld)",
		(long long)id);
}

static void
the_bot_sends_a_card_to_its_member_if_it_is_to(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER);
	const char *uuid = given_in_a_chat();
	const struct answer *card = call("POST", API "/cards",
		.body = text("{\"user_id\":\"%s\",\"name\":\"Vera\",\"surname\":"
			     "\"Li\",\"number\":%d,\"role\":\"member\",\"level\":1,"
			     "\"card_issued_date\":\"2026-11-30\"}",
			uuid, next_number()),
		.headers = {keeper});

	assert_int_equal(card->status, 201);
	assert_int_equal(told(card, false), 0);
	act(card, "POST", "/redraw", NULL, keeper);
	assert_int_equal(told(card, true), 1);
	act(card, "POST", "/redraw", NULL, keeper);
	assert_int_equal(told(card, true), 1); /* once */
}

/* -- who vouches for it */

static void
a_verification_names_the_issuer_and_is_signed_by_the_own_key(void **state)
{
	(void)state;
	const char *keeper = given_member(KEEPER), *issuer = conf.cards_issuer;
	const struct answer *card = given_card(keeper, "member", "");

	draw(card);
	assert_string_equal(answer_text(verified(card), "issuer"), "127.0.0.1:8080");
	conf.cards_issuer = "The Club";
	assert_string_equal(answer_text(verified(card), "issuer"), "The Club");
	conf.cards_issuer = issuer;
	/* The key pair of RFC 8032's kind that 32 zero bytes give. */
	static const char of_zeros[] = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=";
	static const char path[] = "/.well-known/samovar-cards.pub";
	const char *seed = conf.cards_signing_key;
	assert_null(strstr(call("GET", path)->body, of_zeros));
	conf.cards_signing_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	assert_non_null(strstr(call("GET", path)->body, of_zeros));
	conf.cards_signing_key = seed;
}

/* What is here is drawn with, and nobody outside is asked; no job fails for that. */
static void
a_fenced_copy_leaves_dropbox_alone(void **state)
{
	const char *folder = conf.cards_artifacts, *keeper = given_member(KEEPER);
	char own[] = "/tmp/samovar-fence-XXXXXX";
	struct ctx c;

	(void)state;
	act(given_card(keeper, "member", ""), "POST", "/withdraw", NULL, keeper);
	number("with done as (update cards.card set dropbox_drawing = '' returning 1) "
	       "select count(*) from done");
	conf.dropbox_access_token = "x";
	conf.dropbox_api_url = conf.dropbox_content_url = "http://127.0.0.1:9";
	assert_non_null(mkdtemp(own));
	conf.cards_artifacts = own;
	edge_ctx(&c);
	fence_set(true);
	assert_int_equal(remote_fetch(&c, true), OK);
	assert_int_equal(cards_publish_job(&c, &(struct job){.id = 0}), OK);
	fence_set(false);
	ctx_end(&c);
	assert_int_equal(rmdir(own), 0); /* not even begun */
	conf.cards_artifacts = folder;
	conf.dropbox_access_token = "";
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(each_step_is_in_the_history),
		EDGE_TEST(a_role_without_a_background_fails_alone_and_by_name),
		EDGE_TEST(a_card_expires_by_its_day),
		EDGE_TEST(a_specimen_says_so),
		EDGE_TEST(a_latin_name_stands_in_place_of_the_passports),
		EDGE_TEST(a_replacement_names_what_it_replaces),
		EDGE_TEST(hosts_whose_fonts_differ_draw_no_card_twice),
		EDGE_TEST(decoded_backgrounds_stay_as_far_as_there_is_room),
		EDGE_TEST(a_font_that_is_not_there_is_named),
		EDGE_TEST(the_bot_sends_a_card_to_its_member_if_it_is_to),
		EDGE_TEST(a_verification_names_the_issuer_and_is_signed_by_the_own_key),
		EDGE_TEST(a_fenced_copy_leaves_dropbox_alone),
	};

	(void)argc;
	setenv("SAMOVAR_CARDS_ARTIFACTS", BUILDDIR "/artifacts", 1);
	image_use(BUILDDIR "/samovar-image");
	return edge_run("card_life", tests, argv);
}
