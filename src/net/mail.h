#ifndef MAIL_H
#define MAIL_H

#include "base/ctx.h"
#include "base/field.h"

/*
 * One mail from a template in mail.templates (<template>.<language>.txt and .html):
 * text and HTML as multipart/alternative, from mail.from. {word} in the template is
 * replaced; in HTML what is put in is escaped. The first line of the .txt is "Subject:
 * ...". Where there is no .html it is made of the text: paragraphs, a link of each line
 * that is nothing but {url}, large digits of {code}.
 */
struct mail {
	const char *to;
	const char *template;
	const char *language;   /* NULL, or one without this template: site.language */
	const char *message_id; /* without <>; NULL: a random one */
	const struct pair *words;
	size_t word_count;
};

/*
 * Sends it to mail.server (RFC 5321; TLS from the start, STARTTLS or plain as the
 * settings say), or writes it to a file of mail.directory when there is no server.
 * Blocks until the server has taken it, 30 s at most. E_MAIL_REFUSED: the server
 * refuses the recipient or the mail for good (SMTP 55x); E_PEER: everything else.
 */
enum err mail_send(struct ctx *c, const struct mail *mail);

#endif
