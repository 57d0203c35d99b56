#ifndef STORE_FACE_H
#define STORE_FACE_H

#include "base/buf.h"
#include "face.h"
#include "store/object.h"
#include "s3/sigv4.h"

/*
 * The embedded object store: what clients of S3 need of presigned addresses and plain
 * calls. One listener of nginx is one city (STORE_SERVER). Bytes pass nginx only
 * (conf/nginx/store.conf.in): a body is taken in after PUT /.check has found the
 * request right, a download leaves through X-Accel-Redirect. Errors are S3's XML.
 */
extern const struct manners store_manners;

/* What enter() has found out; handlers read it as call_of(r). */
struct store_call {
	struct object_name name; /* bucket and key are "" where the path has none */
	struct s3_payload payload;
	struct s3_request signed_part;
	const struct pair *query; /* the same query, decoded */
	size_t query_count;
	bool form;   /* a browser's: what is signed is inside the body */
	bool known;  /* there is a server of the city's name */
	bool closed; /* it takes no new objects of files now */
};

static inline const struct store_call *
call_of(const struct req *r)
{
	return r->in;
}

#define STORE_XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define STORE_XMLNS " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

/* 200 with an XML document. */
enum err store_xml(struct req *r, const struct buf *xml);

/*
 * Cities share one key, so a signature that is good in one is good in all: what tells
 * them apart is the host that was signed. It must be this city's own: one of the
 * addresses of its server; while there is no such server, the address that was called
 * (then it takes no files); a name of the machine for itself, when it calls itself; or
 * one of store.hosts. E_S3_SIGNATURE
 */
enum err store_host(struct req *r, struct store_call *call);

/* A query parameter of the call, decoded; NULL if it is not there. */
const char *store_query(struct req *r, const char *name);

/* A header x-amz-..., or the query parameter that stands for it in a presigned address;
 * NULL if there is neither. */
const char *store_header(struct req *r, const char *name);

/* What an object of this request keeps, as struct store_object has it. E_S3_ARGUMENT,
 * E_S3_META_LARGE */
enum err store_headers_read(struct req *r, const char **out);

/* The response-... parameters of the query; out has room for STORE_OVERRIDES. */
#define STORE_OVERRIDES 6
size_t store_overrides(struct req *r, struct pair *out);

/* Type, ETag, times and the headers of an object. by_nginx: nginx sends its file, and
 * the answer goes through X-Accel-Redirect; true if it has lines for nginx to add. */
bool store_say_headers(struct req *r, const struct store_object *o, bool by_nginx);

/* Those of a 304 (RFC 9110, 15.4.5). */
void store_say_unchanged(struct req *r, const struct store_object *o);

/* If-None-Match: *, If-Match and S3_ONCE of a PUT or a completion. E_S3_NO_FEATURE,
 * E_S3_ARGUMENT */
enum err store_condition(struct req *r, struct object_condition *out);

/* E_S3_NO_FEATURE for the many questions of S3 (?acl, ?tagging...) and headers that
 * this store has no answer to. */
enum err store_plain_call(struct req *r);

/* Content-MD5 as 32 digits in *out, NULL if it was not sent. E_S3_MD5_FORM */
enum err store_md5(struct req *r, const char **out);

/* What the body of a PUT must be: length, Content-MD5, x-amz-content-sha256,
 * x-amz-checksum-... */
struct put_expectation;
enum err store_wish(struct req *r, struct put_expectation *out);

/*
 * The checksum of x-amz-checksum-crc32, -crc32c, -sha1 or -sha256; *header is its name,
 * NULL if none was sent. E_S3_CHECKSUM_FORM; E_S3_NO_FEATURE for other kinds
 */
enum err store_checksum(
	struct req *r, struct put_expectation *out, const char **header);

/* x-amz-checksum-... of "crc32:BASE64"; NULL says nothing. */
void store_say_checksum(struct req *r, const char *checksum);

/* E_S3_NO_BUCKET; the one of our own files is there without being made. */
enum err store_need_bucket(struct req *r);

/* E_S3_NO_FEATURE for a header or field that this store does not follow. */
enum err store_refuse_header(struct req *r, const char *name);

/* ACL and storage class, NULL or "": none is wished for. E_S3_NO_FEATURE, E_S3_CLASS */
enum err store_check_class(struct req *r, const char *acl, const char *class);

/* The checksum among the fields of a form. E_S3_CHECKSUM_FORM */
enum err store_form_checksum(struct req *r, const struct pair *fields, size_t count,
	struct put_expectation *out);

/* The address of an object as the client has called this city. */
const char *store_location(struct req *r, const struct object_name *name);

/* Is the body that of another object? */
#define STORE_SOURCE "x-amz-copy-source"
bool store_is_copy(struct req *r);

/* Checks a body that came to us whole: Content-MD5, x-amz-content-sha256. */
enum err store_small_body(struct req *r);

/* "2006-02-03T16:45:09.000Z", as S3's XML writes a time. */
const char *store_time(struct req *r, struct utc at);

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "store/routes.def"
#undef ROUTE

/* What those hand on to, by the query. */
enum err store_check_form(struct req *r);
enum err store_list_objects(struct req *r);
enum err store_get_uploads(struct req *r);
enum err store_get_parts(struct req *r);
enum err store_put_part(struct req *r);
enum err store_copy_object(struct req *r);
enum err store_copy_part(struct req *r, const char *id, int64_t number);
enum err store_delete_upload(struct req *r);

#endif
