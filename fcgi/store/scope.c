/* What of S3 this store does not do, and says so. */
#include "store.h"

#include "base/conf.h"
#include "base/str.h"

/* What of S3 is out of scope, by query parameter and by how a header begins: it would
 * be promised by doing the rest. docs/storage.md lists them. */
static const char *const unknown_calls[] = {"accelerate", "acl", "analytics",
	"attributes", "cors", "encryption", "intelligent-tiering", "inventory",
	"legal-hold", "lifecycle", "logging", "metadataTable", "metrics", "object-lock",
	"ownershipControls", "policy", "policyStatus", "publicAccessBlock",
	"renameObject", "replication", "requestPayment", "restore", "retention",
	"select", "session", "tagging", "torrent", "versionId", "versions", "website"};
static const char *const unknown_headers[] = {"x-amz-server-side-encryption",
	"x-amz-copy-source-server-side-encryption", "x-amz-object-lock-",
	"x-amz-bucket-object-lock-", "x-amz-object-ownership",
	"x-amz-website-redirect-location", "x-amz-grant-", "x-amz-write-offset-bytes",
	"x-amz-mfa", "x-amz-rename-source"};

enum err
store_refuse_header(struct req *r, const char *name)
{
	bool unknown = str_eq(name, "x-amz-tagging");

	for (size_t i = 0; i < sizeof(unknown_headers) / sizeof(*unknown_headers); i++)
		unknown = unknown || str_starts(name, unknown_headers[i]);
	return unknown ? fail(&r->ctx, E_S3_NO_FEATURE,
				 "this store does not know the header %s", name)
		       : OK;
}

enum err
store_plain_call(struct req *r)
{
	const struct store_call *call = call_of(r);
	const char *name;

	for (size_t i = 0; i < sizeof(unknown_calls) / sizeof(*unknown_calls); i++)
		if (store_query(r, unknown_calls[i]) != NULL)
			return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no %s",
				unknown_calls[i]);
	if (store_query(r, "notification") != NULL &&
		(call->name.key[0] != '\0' || (r->method != GET && r->method != PUT)))
		return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no notification");
	/* A bucket may be asked whether it has them. */
	if (store_query(r, "versioning") != NULL &&
		(r->method != GET || call->name.key[0] != '\0'))
		return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no versioning");
	for (size_t i = 0; (name = call->signed_part.amz_header(r, i)) != NULL; i++)
		TRY(store_refuse_header(r, name));
	for (size_t i = 0; i < call->query_count; i++)
		TRY(store_refuse_header(r, call->query[i].name));
	return OK;
}

enum err
store_check_class(struct req *r, const char *acl, const char *class)
{
	if (acl != NULL && *acl != '\0' && !str_eq(acl, "private"))
		return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no ACLs");
	return class == NULL || *class == '\0' || str_eq(class, "STANDARD")
		       ? OK
		       : fail(&r->ctx, E_S3_CLASS, NULL);
}
