#include "store/bucket.h"

#include <arpa/inet.h>
#include <string.h>

#include "db/db.h"

#include "store/bucket.sql.h"

static FIELDS(bucket_fields, FIELD(struct store_bucket, name),
	FIELD(struct store_bucket, created));

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), tail = strlen(end);

	return n >= tail && strcmp(name + n - tail, end) == 0;
}

/* Beginnings and ends that S3 keeps for itself: clients read them in ways of their own.
 */
static bool
is_reserved(const char *name)
{
	static const char *const begin[] = {"xn--", "sthree-", "amzn-s3-demo-"};
	static const char *const end[] = {
		"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		if (strncmp(name, begin[i], strlen(begin[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(end) / sizeof(*end); i++)
		if (ends_with(name, end[i]))
			return true;
	return false;
}

bool
bucket_name_valid(const char *name)
{
	static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct in_addr address;
	size_t n = strlen(name);

	return n >= 3 && n <= 63 && strchr(ends, name[0]) != NULL &&
	       strchr(ends, name[n - 1]) != NULL &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n &&
	       strstr(name, "..") == NULL && strstr(name, ".-") == NULL &&
	       strstr(name, "-.") == NULL && inet_pton(AF_INET, name, &address) != 1 &&
	       !is_reserved(name);
}

enum err
bucket_add(struct ctx *c, const char *server, const char *name)
{
	if (!bucket_name_valid(name))
		return fail(c, E_S3_BUCKET_NAME, NULL);
	return db_do(c, &BUCKET_ADD, ARGS(c, server, name, c->now));
}

enum err
bucket_own(struct ctx *c, const char *server, const char *name)
{
	struct store_bucket bucket;

	return db_one(c, &BUCKET_OWN, bucket_fields, &bucket, ARGS(c, server, name));
}

enum err
bucket_list(struct ctx *c, const char *server, struct store_bucket **out, size_t *count)
{
	return db_many(c, &BUCKET_LIST, bucket_fields, out, count, ARGS(c, server));
}

enum err
bucket_drop(struct ctx *c, const char *server, const char *name)
{
	return db_do(c, &BUCKET_DROP, ARGS(c, server, name));
}
