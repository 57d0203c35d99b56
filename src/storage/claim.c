#include "storage/claim.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "db/db.h"

#include "storage/claim.sql.h"

struct claim {
	const char *id; /* of this installation */
	bool known;
};

static FIELDS(claim_fields, FIELD(struct claim, id), FIELD(struct claim, known));

/* *owner: the installation whose mark is in the bucket, NULL if there is none. */
static enum err
read_mark(struct ctx *c, const struct s3_site *site, const char **owner)
{
	struct s3_listed *list;
	size_t n;
	bool more;

	*owner = NULL;
	TRY(s3_list(c, site, CLAIM_MARK, &list, &n, &more));
	if (n > 0 && strncmp(list[0].key, CLAIM_MARK, strlen(CLAIM_MARK)) == 0)
		*owner = list[0].key + strlen(CLAIM_MARK);
	return OK;
}

static enum err
put_mark(struct ctx *c, const struct s3_site *site, const char *id)
{
	const struct s3_object mark = {
		*site, arena_fmt(&c->arena, CLAIM_MARK "%s", id)};
	struct s3_digests sent;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(c, E_BUSY, NULL);
	enum err e = s3_put_file(c, &mark, fd, 0, &sent);
	close(fd);
	return e;
}

enum err
server_claim(struct ctx *c, const struct server *s)
{
	const struct s3_site site = server_site(c, s);
	struct claim claim;
	const char *owner;

	TRY(db_one(c, &CLAIM_STATE, claim_fields, &claim, ARGS(c, s->id)));
	if (claim.known)
		return OK;
	TRY(read_mark(c, &site, &owner));
	if (owner == NULL)
		TRY(put_mark(c, &site, claim.id));
	else if (!str_eq(owner, claim.id))
		return fail(c, E_SERVER_FOREIGN,
			"the bucket %s of %s belongs to installation %s, this is %s",
			site.bucket, s->name, owner, claim.id);
	return db_do(c, &CLAIM_NOTE, ARGS(c, s->id, claim.id));
}
