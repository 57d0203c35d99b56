#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "store.h"
#include "s3/xml.h"

#define MOST_ENTRIES 1000

/* A listing as it was asked for, and what answers need to repeat. */
struct asked {
	struct store_listing listing;
	bool second;  /* ListObjectsV2 */
	bool encoded; /* encoding-type=url */
	const char *token,
		*start; /* V2: continuation-token, start-after; V1: marker in start */
};

static const char *
text_of(struct req *r, const char *name)
{
	const char *value = store_query(r, name);

	return value == NULL ? "" : value;
}

/* A token is the place to go on from, in hexadecimal so that it is a plain word. */
static enum err
token_read(struct req *r, const char *token, const char **out)
{
	size_t n = strlen(token), bytes = 0;
	char *place = arena_new(&r->ctx.arena, n / 2 + 1);

	if (sodium_hex2bin(
		    (unsigned char *)place, n / 2, token, n, NULL, &bytes, NULL) != 0 ||
		strlen(place) != n / 2 || !utf8_valid(place, n / 2))
		return fail(&r->ctx, E_S3_ARGUMENT,
			"the continuation token is none of ours");
	*out = place;
	return OK;
}

/* A marker that is a common prefix stands for all that begins with it. */
static const char *
behind_marker(struct req *r, const char *marker, const char *delimiter)
{
	size_t n = strlen(marker), tail = strlen(delimiter);
	const struct store_entry prefix = {.prefix = true, .key = marker};

	if (tail == 0 || n < tail || !str_eq(marker + n - tail, delimiter))
		return marker;
	return object_after(&r->ctx, &prefix);
}

static enum err
read_asked(struct req *r, struct asked *a)
{
	const char *most = store_query(r, "max-keys");
	struct store_listing *l = &a->listing;

	a->second = str_eq(store_query(r, "list-type"), "2");
	a->encoded = str_eq(store_query(r, "encoding-type"), "url");
	a->token = a->second ? store_query(r, "continuation-token") : NULL;
	a->start = text_of(r, a->second ? "start-after" : "marker");
	*l = (struct store_listing){.prefix = text_of(r, "prefix"),
		.delimiter = text_of(r, "delimiter"),
		.after = a->start,
		.most = MOST_ENTRIES};
	if (most != NULL && (!int_read(most, &l->most) || l->most < 0))
		return fail(&r->ctx, E_S3_ARGUMENT, "max-keys must be 0 or more");
	if (l->most > MOST_ENTRIES)
		l->most = MOST_ENTRIES;
	if (a->token != NULL)
		TRY(token_read(r, a->token, &l->after));
	else if (!a->second)
		l->after = behind_marker(r, a->start, l->delimiter);
	const char *const texts[] = {l->prefix, l->delimiter, l->after};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!utf8_valid(texts[i], strlen(texts[i])))
			return fail(&r->ctx, E_S3_ARGUMENT, "not UTF-8");
	return OK;
}

/* <name>text</name>, percent-encoded if the client asked for it. */
static void
element(struct buf *xml, const struct asked *a, const char *name, const char *text)
{
	buf_fmt(xml, "<%s>", name);
	buf_xml(xml, a->encoded ? percent_encode(xml->arena, text, true) : text);
	buf_fmt(xml, "</%s>", name);
}

static void
entry_xml(struct req *r, struct buf *xml, const struct asked *a,
	const struct store_entry *e)
{
	if (e->prefix) {
		buf_add(xml, "<CommonPrefixes>");
		element(xml, a, "Prefix", e->key);
		buf_add(xml, "</CommonPrefixes>");
		return;
	}
	buf_add(xml, "<Contents>");
	element(xml, a, "Key", e->key);
	buf_fmt(xml,
		"<LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag><Size>%lld</"
		"Size>"
		"<StorageClass>STANDARD</StorageClass></Contents>",
		store_time(r, e->modified), e->etag, (long long)e->size);
}

static void
head_xml(struct req *r, struct buf *xml, const struct asked *a, size_t count, bool more)
{
	buf_add(xml, STORE_XML "<ListBucketResult" STORE_XMLNS ">");
	element(xml, a, "Name", call_of(r)->name.bucket);
	element(xml, a, "Prefix", a->listing.prefix);
	if (a->listing.delimiter[0] != '\0')
		element(xml, a, "Delimiter", a->listing.delimiter);
	if (a->encoded)
		buf_add(xml, "<EncodingType>url</EncodingType>");
	if (a->second) {
		buf_fmt(xml, "<KeyCount>%zu</KeyCount>", count);
		if (a->start[0] != '\0')
			element(xml, a, "StartAfter", a->start);
		if (a->token != NULL)
			buf_fmt(xml, "<ContinuationToken>%s</ContinuationToken>",
				a->token);
	} else {
		element(xml, a, "Marker", a->start);
	}
	buf_fmt(xml, "<MaxKeys>%lld</MaxKeys><IsTruncated>%s</IsTruncated>",
		(long long)a->listing.most, more ? "true" : "false");
}

/* GET /{bucket}: ListObjectsV2 with list-type=2, else the older ListObjects. */
enum err
store_list_objects(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct object_name *name = &call_of(r)->name;
	struct buf xml = {.arena = &c->arena};
	struct store_entry *entries;
	struct asked a;
	size_t count = 0;

	TRY(read_asked(r, &a));
	TRY(object_list(c, name->server, name->bucket, &a.listing, &entries, &count));
	bool more = count > (size_t)a.listing.most && a.listing.most > 0;
	if (count > (size_t)a.listing.most)
		count = (size_t)a.listing.most;

	head_xml(r, &xml, &a, count, more);
	for (size_t i = 0; i < count; i++) {
		if (!a.encoded && !xml_can_hold(entries[i].key))
			return fail(c, E_S3_ARGUMENT,
				"there is a key that XML cannot hold: list with "
				"encoding-type=url");
		entry_xml(r, &xml, &a, &entries[i]);
	}
	if (more) {
		const char *after = object_after(c, &entries[count - 1]);
		if (a.second)
			buf_fmt(&xml,
				"<NextContinuationToken>%s</NextContinuationToken>",
				hex_text(&c->arena, after, strlen(after)));
		else
			element(&xml, &a, "NextMarker", entries[count - 1].key);
	}
	buf_add(&xml, "</ListBucketResult>");
	return store_xml(r, &xml);
}
