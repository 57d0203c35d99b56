#include "unit.h"

#include <locale.h>

#include "account/account.h"
#include "account/limit.h"
#include "base/hash.h"

static const struct field field = {.name = "x"};

typedef enum err rule_function(
	struct ctx *, const struct field *, const char *, void *);

/* What the rule makes of a text, NULL if it refuses it. */
static const char *
by(rule_function *rule, const char *text)
{
	ctx_clear_error(&c);
	return rule(&c, &field, "body", &text) == OK ? text : NULL;
}

static void
names_get_a_capital_in_each_part(void **state)
{
	(void)state;
	assert_string_equal(by(person_name_rule, "Анна-мария"), "Анна-Мария");
	assert_string_equal(by(person_name_rule, "Ёлка ёжик"), "Ёлка Ёжик");
	assert_string_equal(by(person_name_rule, "Я"), "Я");
	static const char *const bad[] = {"", "анна", "Anna", "Анна-", "Анна  Мария",
		"Анна-М", "АННА", "Анна1", "-Анна"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(by(person_name_rule, bad[i]));
}

static void
emails_keep_the_local_part_and_lower_the_domain(void **state)
{
	static const char *const bad[] = {"", "a", "@b.c", "a@", "a@b", "a b@c.de",
		"a@b..c", ".a@b.c", "a.@b.c", "a@-b.c", "a@b.c.", "ё@b.c", "a@b_c.de",
		"a@b@c.de ", "a..b@c.de"};
	static const char *const special[] = {
		"a@b.local", "a@b.test", "a@b.invalid", "a@x.localhost"};

	(void)state;
	assert_string_equal(
		by(email_rule, "John.Doe+x@Example.COM"), "John.Doe+x@example.com");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(by(email_rule, bad[i]));
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++) {
		assert_non_null(by(email_rule, special[i]));
		assert_null(by(staff_email_rule, special[i]));
	}
	assert_non_null(by(staff_email_rule, "user@example.com"));
}

static void
a_staff_password_has_three_kinds_of_characters(void **state)
{
	static const char *const bad[] = {
		"", "Aa12345", "aaaaaaa1", "AAAAAAA1", "Aaaaaaaa", "12345678"};

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_non_null(by(staff_password_rule, "Aa345678"));
	assert_non_null(by(staff_password_rule, "Яблоко12"));
	assert_non_null(by(staff_password_rule, "Ωωωωωωω1"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(by(staff_password_rule, bad[i]));
}

static bool
fits(const char *hash, const char *password, bool *stale)
{
	return hash_check(&c, hash, password, stale);
}

static void
a_hash_knows_its_password_only(void **state)
{
	bool stale;

	(void)state;
	const char *hash = hash_make(&c, "пароль 1");
	assert_non_null(strstr(hash, "$argon2id$"));
	assert_true(fits(hash, "пароль 1", &stale));
	assert_false(stale);
	assert_false(fits(hash, "пароль 2", &stale));
	assert_false(fits(NULL, "nobody", &stale));
	assert_false(fits("", "", &stale));
	conf.account_argon2_passes++;
	assert_true(fits(hash, "пароль 1", &stale));
	assert_true(stale);
	conf.account_argon2_passes--;
}

static void
an_imported_bcrypt_hash_verifies_and_is_stale(void **state)
{
	const char *hash =
		"$2b$04$abcdefghijklmnopqrstuuZ0xNA3DGAtR1dqQAsuWlmxzhdLNmzQC";
	bool stale;

	(void)state;
	/* Not the hash of anything known: refused without a crash, whatever it looks
	 * like. */
	assert_false(fits(hash, "x", &stale));
	assert_false(fits("$2b$", "x", &stale));
	assert_false(fits("$2b$99$short", "x", &stale));
	assert_false(fits("pbkdf2_sha256$3900$", "x", &stale));
	assert_false(fits("pbkdf2_sha256$3900$salt$b'x'", "x", &stale));
}

static const char *
caller(const char *address)
{
	c.address = address;
	return limit_caller(&c);
}

static void
a_network_of_ipv6_is_one_caller(void **state)
{
	(void)state;
	assert_string_equal(caller("203.0.113.5"), "203.0.113.5");
	assert_string_equal(caller("::ffff:203.0.113.5"), "203.0.113.5");
	assert_string_equal(caller("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
	assert_string_equal(caller("2001:db8:1:2::"), "2001:db8:1:2::/64");
	assert_string_equal(caller("2001:DB8:1:2:ffff::1"), "2001:db8:1:2::/64");
	assert_string_not_equal(caller("2001:db8:1:3::1"), caller("2001:db8:1:2::1"));
	assert_string_equal(caller("nonsense"), "");
	assert_string_equal(caller(""), "");
	assert_string_equal(caller(NULL), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_get_a_capital_in_each_part),
		TEST(emails_keep_the_local_part_and_lower_the_domain),
		TEST(a_staff_password_has_three_kinds_of_characters),
		TEST(a_hash_knows_its_password_only),
		TEST(a_network_of_ipv6_is_one_caller),
		TEST(an_imported_bcrypt_hash_verifies_and_is_stale),
	};

	if (!conf_load(NULL, NULL))
		return 1;
	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
