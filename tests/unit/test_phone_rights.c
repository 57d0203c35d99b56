/*
 * Who sees which profile and which card: the tables of docs/messenger.md, each viewer
 * with each state, by every way that shows one.
 */
#include "messenger.h"

enum viewer {
	NOBODY,
	STRANGER,
	ITS_OWNER,
	FOLLOWER,
	HIDER,
	ASKER,      /* has asked to follow it */
	FOLLOWED,   /* it follows the viewer */
	ASKED,      /* it has asked to follow the viewer */
	BLOCKED,    /* it blocks another profile of the viewer's */
	SUBSCRIBER, /* has one of its cards */
	STAFF,
	VIEWERS
};

static const char *const names[VIEWERS] = {"nobody", "a stranger", "its owner",
	"a follower", "a hider", "an asker", "one it follows", "one it has asked",
	"one it blocks", "a subscriber", "an administrator"};

/* A column a viewer, in their order. */
struct row {
	const char *state, *set; /* of the profile or the card */
	const char *wanted;      /* +: 200, -: 403, 0: 404 */
};

static const struct row profiles[] = {{"public", "private = false", "++++++++-++"},
	{"private", "private = true", "--+++-++-++"},
	{"public, deleted", "private = false, deleted_at = now()", "---++----++"},
	{"private, deleted", "private = true, deleted_at = now()", "---++----++"},
	{"locked", "private = false, locked_at = now()", "00000000000"}};

static const struct row cards[] = {{"public", "private = false", "++++++++-++"},
	{"private", "private = true", "--+------++"},
	{"deleted", "private = false, deleted_at = now()", "---------++"},
	{"locked", "private = false, locked_at = now()", "00000000000"}};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

struct scene {
	struct phone viewers[VIEWERS]; /* that of NOBODY is empty */
	int64_t profile, card;
};

static void
relate(const struct phone *from, int64_t from_profile, const struct phone *to,
	int64_t to_profile, int status)
{
	value("insert into messenger.relation (from_profile_id, from_account_id, "
	      "to_profile_id, to_account_id, status) values (%lld, %lld, %lld, %lld, "
	      "%d)",
		(long long)from_profile, (long long)from->uuid, (long long)to_profile,
		(long long)to->uuid, status);
}

static void
given_relations(struct scene *s)
{
	struct phone *v = s->viewers, *owner = &v[ITS_OWNER];
	int64_t second = number("insert into messenger.profile (account_id, name) "
				"values (%lld, 'second') returning id",
		(long long)v[BLOCKED].uuid);

	relate(&v[FOLLOWER], v[FOLLOWER].profile, owner, s->profile, 1);
	relate(&v[HIDER], v[HIDER].profile, owner, s->profile, 2);
	relate(&v[ASKER], v[ASKER].profile, owner, s->profile, 4);
	relate(owner, s->profile, &v[FOLLOWED], v[FOLLOWED].profile, 1);
	relate(owner, s->profile, &v[ASKED], v[ASKED].profile, 4);
	relate(owner, s->profile, &v[BLOCKED], second, 3);
	value("insert into messenger.subscription (card_id, card_profile_id, "
	      "card_account_id, profile_id, account_id) values (%lld, %lld, %lld, "
	      "%lld, %lld)",
		(long long)s->card, (long long)s->profile, (long long)owner->uuid,
		(long long)v[SUBSCRIBER].profile, (long long)v[SUBSCRIBER].uuid);
	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)v[STAFF].uuid);
	v[STAFF] = signed_in_again(&v[STAFF]);
	v[BLOCKED] = signed_in_again(&v[BLOCKED]);
}

static void
given_scene(struct scene *s)
{
	*s = (struct scene){0};
	for (int i = STRANGER; i < VIEWERS; i++)
		s->viewers[i] = given_phone();
	s->profile = s->viewers[ITS_OWNER].profile;
	s->card = number("insert into messenger.card (profile_id, account_id, name, "
			 "data, preview_url) values (%lld, %lld, 'Work', '{}', "
			 "'/uploads/%s.png') returning id",
		(long long)s->profile, (long long)s->viewers[ITS_OWNER].uuid,
		unique("right"));
	given_relations(s);
}

static const struct answer *
look(const struct scene *s, int viewer, const char *path, bool acting)
{
	const struct phone *p = &s->viewers[viewer];

	if (viewer == NOBODY)
		return call("GET", path);
	return call("GET", path,
		.headers = {p->token, CSRF, acting ? p->acting : "X-1: 1"});
}

static int
status_of(char wanted)
{
	return wanted == '+' ? 200 : wanted == '-' ? 403 : 404;
}

static void
is_shown(const struct scene *s, const struct row *row, const char *path)
{
	for (int i = 0; i < VIEWERS; i++)
		for (int acting = 0; acting < 2; acting++) {
			const struct answer *a = look(s, i, path, acting != 0);

			if (a->status != status_of(row->wanted[i]))
				fail_msg("%s to %s: %d %s", row->state, names[i],
					a->status, a->body);
		}
}

/* A list has what one may see, and is not there without. */
static void
is_listed(const struct scene *s, const struct row *row)
{
	const char *path = text(PHONE "/profiles/%lld/cards", (long long)s->profile);

	for (int i = 0; i < VIEWERS; i++) {
		const struct answer *a = look(s, i, path, false);

		if (a->status != (row->wanted[i] == '+' ? 200 : 404))
			fail_msg("%s in the list of %s: %d %s", row->state, names[i],
				a->status, a->body);
	}
}

static void
a_profile_is_shown_to_whom_the_table_says(void **state)
{
	struct scene s;

	(void)state;
	given_scene(&s);
	for (size_t i = 0; i < COUNT(profiles); i++) {
		value("update messenger.profile set deleted_at = null, locked_at = "
		      "null where id = %lld",
			(long long)s.profile);
		value("update messenger.profile set %s where id = %lld",
			profiles[i].set, (long long)s.profile);
		is_shown(&s, &profiles[i],
			text(PHONE "/profiles/%lld", (long long)s.profile));
	}
}

static void
a_card_is_shown_to_whom_the_table_says(void **state)
{
	static const struct row hidden = {
		"public, its profile locked", NULL, "00000000000"};
	struct scene s;

	(void)state;
	given_scene(&s);
	const char *path = text(PHONE "/cards/%lld", (long long)s.card);
	for (size_t i = 0; i < COUNT(cards); i++) {
		value("update messenger.card set deleted_at = null, locked_at = null "
		      "where id = %lld",
			(long long)s.card);
		value("update messenger.card set %s where id = %lld", cards[i].set,
			(long long)s.card);
		is_shown(&s, &cards[i], path);
		is_listed(&s, &cards[i]);
	}
	value("update messenger.card set locked_at = null where id = %lld",
		(long long)s.card);
	value("update messenger.profile set locked_at = now() where id = %lld",
		(long long)s.profile);
	is_shown(&s, &hidden, path);
	is_listed(&s, &hidden);
}

/* What staff has locked is heard of no more. */
static void
a_locked_profile_does_nothing_any_more(void **state)
{
	struct phone p = given_phone(), other = given_guest(), eve = given_guest();
	int64_t room = given_room(&p, &other);
	const char *relations = text(
			   PHONE "/profiles/%lld/relations", (long long)eve.profile),
		   *taken = text(
			   PHONE "/profiles/%lld/relations", (long long)other.profile),
		   *requests = text(
			   PHONE "/profiles/%lld/follow-request", (long long)p.profile);

	(void)state;
	relate(&eve, eve.profile, &p, p.profile, 4);
	is_case(by(&p, "PUT", taken), 200, "profilerelation.follows");
	value("update messenger.profile set locked_at = now() where id = %lld",
		(long long)p.profile);
	is_case(say(&p, room, "hello"), 403, "resource.forbidden");
	is_case(by(&p, "PUT", room_path(room, ""), .body = inviting(&eve)), 403,
		"resource.forbidden");
	is_case(by(&p, "PATCH", room_path(room, ""), .body = "{\"name\":\"x\"}"), 403,
		"resource.forbidden");
	is_case(by(&p, "POST", PHONE "/chats", .body = inviting(&eve)), 403,
		"resource.forbidden");
	is_case(by(&p, "PUT", relations), 403, "resource.forbidden");
	is_case(by(&p, "PUT", requests,
			.body = text(
				"{\"target_profile\":%lld}", (long long)eve.profile)),
		403, "resource.forbidden");
	assert_int_equal(by(&p, "DELETE", taken)->status, 204);
	assert_int_equal(by(&p, "DELETE", room_path(room, ""))->status, 204);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_profile_is_shown_to_whom_the_table_says),
		EDGE_TEST(a_card_is_shown_to_whom_the_table_says),
		EDGE_TEST(a_locked_profile_does_nothing_any_more)};

	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	setenv("SAMOVAR_MESSENGER_ADDRESS_BURST", "100000", 1);
	return edge_run("phone rights", tests, argv);
}
