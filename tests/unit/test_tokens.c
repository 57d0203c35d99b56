/* Algorithms and keys of tokens: each algorithm alike, keys that change, forgeries. */
#include "edge.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/jwt.h"

#define API "/people/api/v1"
#define BEARER "Authorization: Bearer "
#define OLD                                                                            \
	"old-456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"             \
	"0123"
#define NEW                                                                            \
	"new-456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"             \
	"0123"

static char rsa[8192], rsa_two[8192], p256[2048], p384[2048];

static void
make_pem(EVP_PKEY *key, char *out, size_t size)
{
	char *text;
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(key);
	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	long n = BIO_get_mem_data(bio, &text);
	assert_true((size_t)n < size);
	memcpy(out, text, (size_t)n);
	out[n] = '\0';
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void
make_keys(void)
{
	make_pem(EVP_RSA_gen(2048), rsa, sizeof(rsa));
	make_pem(EVP_RSA_gen(2048), rsa_two, sizeof(rsa_two));
	make_pem(EVP_EC_gen("P-256"), p256, sizeof(p256));
	make_pem(EVP_EC_gen("P-384"), p384, sizeof(p384));
}

static void
use(const char *algorithm, const char *secret)
{
	conf.token_algorithm = algorithm;
	conf.token_secret = secret;
	empty_cache();
}

static int
status_of(const char *header)
{
	return call("GET", API "/me", .headers = {header})->status;
}

/* The header of a token as text. */
static const char *
header_of(const char *bearer)
{
	static char out[512];
	const char *token = bearer + strlen(BEARER);
	size_t n;

	assert_int_equal(sodium_base642bin((unsigned char *)out, sizeof(out) - 1, token,
				 strcspn(token, "."), NULL, &n, NULL,
				 sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		0);
	out[n] = '\0';
	return out;
}

static void
each_algorithm_signs_and_verifies(void **state)
{
	const struct {
		const char *algorithm, *secret;
	} all[] = {{"HS256", OLD}, {"HS384", OLD}, {"HS512", OLD}, {"RS256", rsa},
		{"ES256", p256}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		use(all[i].algorithm, all[i].secret);
		const char *token = given_member("");
		assert_non_null(strstr(header_of(token), all[i].algorithm));
		assert_int_equal(status_of(token), 200);
		assert_int_equal(status_of(token), 200); /* and from memory */
		assert_int_equal(call("GET", "/users/api/v1/users/me/",
					 .headers = {given_person("")})
					 ->status,
			200);
		assert_int_equal(status_of(text("%s.%s", token, "x")), 401);
		assert_int_equal(
			status_of(text("%.*sAAAA", (int)strlen(token) - 4, token)),
			401);
	}
}

static void
a_token_of_another_algorithm_is_401(void **state)
{
	const char *const payload = "{\"sub\":\"x\"}";
	struct ctx c;
	const char *other;

	(void)state;
	use("HS512", OLD);
	const char *hs512 = given_member("");
	use("HS256", OLD);
	assert_int_equal(status_of(hs512), 401);
	/* The public key is no secret: nobody may sign by it. */
	use("RS256", rsa);
	edge_ctx(&c);
	assert_int_equal(jwt_sign(&c, payload, secret_public(0), &other), OK);
	assert_int_equal(status_of(text(BEARER "%s", other)), 401);
	ctx_end(&c);
	/* {"alg":"none","typ":"JWT"} */
	assert_int_equal(
		status_of(
			BEARER "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ4In0."),
		401);
	use("ES256", p256);
	assert_int_equal(status_of(hs512), 401);
}

static void
a_key_is_replaced_without_signing_anybody_out(void **state)
{
	(void)state;
	use("HS256", OLD);
	const char *before = given_member(""), *unseen = given_member("");
	use("HS256", NEW " " OLD);
	assert_int_equal(status_of(before), 200);
	const char *after = given_member("");
	assert_int_equal(status_of(after), 200);
	use("HS256", NEW);
	assert_int_equal(status_of(after), 200);
	assert_int_equal(status_of(unseen), 401);

	use("RS256", rsa);
	before = given_member("");
	use("RS256", text("%s\n%s", rsa_two, rsa));
	assert_int_equal(secret_count(), 2);
	assert_int_equal(status_of(before), 200);
}

static struct json_object *
published(void)
{
	const struct answer *a = call("GET", "/.well-known/jwks.json");

	assert_int_equal(a->status, 200);
	assert_null(strstr(a->body, "PRIVATE"));
	return json_member(a->json, "keys", json_type_array);
}

static void
public_keys_are_shown_and_secrets_are_not(void **state)
{
	(void)state;
	use("HS256", OLD);
	assert_int_equal(json_object_array_length(published()), 0);
	use("RS256", text("%s%s", rsa, rsa_two));
	struct json_object *keys = published(),
			   *one = json_object_array_get_idx(keys, 0);
	assert_int_equal(json_object_array_length(keys), 2);
	assert_string_equal(json_text(one, "kty"), "RSA");
	assert_int_equal(strlen(json_text(one, "n")), 342);
	assert_string_equal(json_text(one, "e"), "AQAB");
	assert_null(json_text(one, "d"));
	const char *kid = text("\"%s\"", json_text(one, "kid"));
	assert_non_null(strstr(header_of(given_member("")), kid));
	use("ES256", p256);
	one = json_object_array_get_idx(published(), 0);
	assert_string_equal(json_text(one, "crv"), "P-256");
	assert_int_equal(strlen(json_text(one, "x")), 43);
	assert_int_equal(strlen(json_text(one, "y")), 43);
}

static void
a_key_that_does_not_fit_its_algorithm_is_refused(void **state)
{
	const struct {
		const char *algorithm, *secret;
		bool good;
	} all[] = {{"HS256", "0123456789abcdef0123456789abcdef", true},
		{"HS256", "0123456789abcdef0123456789abcde", false},
		{"HS256", OLD " short", false},
		{"HS384", "0123456789abcdef0123456789abcdef", false},
		{"HS512", "0123456789abcdef0123456789abcdef0123456789abcdef", false},
		{"HS512", OLD, true}, {"HS256", rsa, false}, {"HS256", "", false},
		{"RS256", rsa, true}, {"RS256", p256, false}, {"RS256", OLD, false},
		{"ES256", p256, true}, {"ES256", p384, false}, {"ES256", rsa, false},
		{"none", OLD, false}, {"", OLD, false}, {"hs256", OLD, false},
		{"RS512", rsa, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		use(all[i].algorithm, all[i].secret);
		if ((secret_fault(all[i].algorithm, false) == NULL) != all[i].good)
			fail_msg("%s %.20s", all[i].algorithm, all[i].secret);
	}
}

static void
a_pem_key_may_stand_in_one_line(void **state)
{
	const char *line = "";

	(void)state;
	for (const char *s = p256; *s != '\0'; s++)
		line = *s == '\n' ? text("%s\\n", line) : text("%s%c", line, *s);
	use("ES256", text("%s%s", line, line));
	assert_int_equal(secret_count(), 2);
	assert_null(secret_fault("ES256", false));
}

/* -- the older names */

static bool
loads(const char *env)
{
	char path[] = "/tmp/samovar-env-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0 && write(fd, env, strlen(env)) == (ssize_t)strlen(env));
	close(fd);
	bool good = conf_load(NULL, path);
	unlink(path);
	return good;
}

/* The names of edge_open()'s own settings win over a file's. */
static void
older_names_are_understood(void **state)
{
	struct conf before = conf;

	(void)state;
	unsetenv("SAMOVAR_TOKEN_SECRET");
	assert_true(loads("JWT_SECRET_KEY=" OLD "\nJWT_ALGORITHM=HS512\n"
			  "ACCESS_TOKEN_EXPIRE_MINUTES=30\nSOMETHING_ELSE=1\n"));
	assert_string_equal(conf.token_secret, OLD);
	assert_string_equal(conf.token_algorithm, "HS512");
	assert_int_equal(conf.token_access_lifetime, 1800);
	assert_true(
		loads("ACCESS_TOKEN_EXPIRE_MINUTES=30\nTOKEN__ACCESS_LIFETIME=1800\n"));
	assert_false(
		loads("ACCESS_TOKEN_EXPIRE_MINUTES=30\nTOKEN__ACCESS_LIFETIME=600\n"));
	assert_false(loads("ACCESS_TOKEN_EXPIRE_MINUTES=0\n"));
	assert_false(loads("ACCESS_TOKEN_EXPIRE_MINUTES=1441\n"));
	assert_false(loads("ACCESS_TOKEN_EXPIRE_MINUTES=1.5\n"));
	assert_true(loads("MODE=PROD\n"));
	assert_true(conf.site_production);
	assert_true(loads("MODE=whatever\n"));
	assert_false(conf.site_production);
	conf = before;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(each_algorithm_signs_and_verifies),
		EDGE_TEST(a_token_of_another_algorithm_is_401),
		EDGE_TEST(a_key_is_replaced_without_signing_anybody_out),
		EDGE_TEST(public_keys_are_shown_and_secrets_are_not),
		EDGE_TEST(a_key_that_does_not_fit_its_algorithm_is_refused),
		EDGE_TEST(a_pem_key_may_stand_in_one_line),
		EDGE_TEST(older_names_are_understood),
	};

	(void)argc;
	make_keys();
	return edge_run("tokens", tests, argv);
}
