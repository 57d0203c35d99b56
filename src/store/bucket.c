#include "store/bucket.h"

#include <string.h>

#include "db/db.h"

#include "store/bucket.sql.h"

static FIELDS(bucket_fields, FIELD(struct store_bucket, name),
	FIELD(struct store_bucket, created));

bool
bucket_name_valid(const char *name)
{
	static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strlen(name);

	return n >= 3 && n <= 63 && strchr(ends, name[0]) != NULL &&
	       strchr(ends, name[n - 1]) != NULL &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
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
