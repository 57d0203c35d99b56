/* What a browser shows of a card whose QR code somebody has photographed: contract 7.
 */
#include "messenger/card_page.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "input.h"
#include "messenger/card.h"
#include "messenger/page.h"
#include "messenger/rights.h"
#include "messenger/site.h"

bool
messenger_is_visit(struct req *r)
{
	const char *accept = input_header(r, "Accept");

	return accept != NULL && strcasestr(accept, "text/html") != NULL &&
	       req_header(r, "Authorization") == NULL;
}

static void
add_paragraph(struct buf *b, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	buf_add(b, "<p>");
	buf_xml(b, words);
	buf_add(b, "</p>\n");
}

/* The texts of its data, which are the owner's; the picture is behind a link. */
static void
add_data(struct buf *b, struct ctx *c, const char *data)
{
	struct json_object *json;

	if (json_read(c, data, strlen(data), &json) != OK) {
		ctx_clear_error(c);
		add_paragraph(b, data);
		return;
	}
	json_object_object_foreach(json, name, value)
	{
		if (strcmp(name, "image") != 0 &&
			json_object_is_type(value, json_type_string))
			add_paragraph(b, json_object_get_string(value));
	}
}

static void
add_link(struct req *r, struct buf *b, const char *path, const char *words)
{
	buf_add(b, "<p><a href=\"");
	buf_xml(b, messenger_path(&r->ctx.arena, path));
	buf_add(b, "\">");
	buf_xml(b, words);
	buf_add(b, "</a></p>\n");
}

static enum err
show(struct req *r, struct json_object *card)
{
	struct ctx *c = &r->ctx;
	struct buf body = {.arena = &c->arena};
	const char *data = json_text(card, "data"),
		   *picture = json_text(card, "preview_url");

	add_paragraph(&body, json_text(card, "profile_name"));
	add_data(&body, c, data == NULL ? "" : data);
	if (picture != NULL)
		add_link(r, &body, picture, messenger_words(r, "Picture"));
	add_link(r, &body,
		arena_fmt(&c->arena, "/cards/%lld/subscribe", (long long)r->id[0]),
		messenger_words(r, "Take this card in the application"));
	return messenger_page(
		r, 200, json_text(card, "card_name"), NULL, buf_text(&body));
}

enum err
messenger_card_page(struct req *r)
{
	const struct viewer anybody = {0};
	struct ctx *c = &r->ctx;
	struct rights rights = {0};
	struct card_shown card = {0};
	struct json_object *json;

	TRY(rights_card(c, &anybody, r->id[0], &rights));
	if (!rights.exists || !rights.sees)
		return messenger_page(r, 404, messenger_words(r, "Card"),
			messenger_words(r, "There is no such card for everybody."),
			NULL);
	TRY(card_show(c, r->id[0], &card));
	TRY(json_read(c, card.json, strlen(card.json), &json));
	return show(r, json);
}
