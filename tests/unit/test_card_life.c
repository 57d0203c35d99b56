/* What becomes of a member's card: its history, what fails, expires, is a specimen. */
#include "edge.h"

#include <unistd.h>

#include "base/fence.h"
#include "cards/drawing.h"
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
	const struct answer *card = given_card(keeper, "nobody", ""), *a;
	struct ctx c;

	edge_ctx(&c);
	const struct job job = {.kind = "card.draw",
		.subject = text("%lld",
			(long long)number("select id from cards.card where uuid = '%s'",
				answer_text(card, "uuid"))),
		.tries = 1,
		.max_tries = 8};
	assert_int_equal(cards_draw_job(&c, &job), OK);
	ctx_end(&c);
	a = act(card, "GET", "", NULL, keeper);
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
		EDGE_TEST(a_fenced_copy_leaves_dropbox_alone),
	};

	(void)argc;
	setenv("SAMOVAR_CARDS_ARTIFACTS", BUILDDIR "/artifacts", 1);
	image_use(BUILDDIR "/samovar-image");
	return edge_run("card_life", tests, argv);
}
