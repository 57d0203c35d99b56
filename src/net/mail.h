#ifndef MAIL_H
#define MAIL_H

#include "base/ctx.h"
#include "base/field.h"

/*
 * One mail from a template in mail.templates (<template>.<language>.txt and .html):
 * text and HTML as multipart/alternative, from mail.from, in site.language. {word} in
 * the template is replaced; in HTML what is put in is escaped. The first line of the
 * .txt is "Subject: ...".
 */
struct mail {
	const char *to;
	const char *template;
	const struct pair *words;
	size_t word_count;
};

/*
 * Sends it to mail.server (RFC 5321; TLS from the start, STARTTLS or plain as the
 * settings say), or writes it to a file of mail.directory when there is no server.
 * Blocks until the server has taken it, 30 s at most. E_PEER with the server's words; a
 * mail that was refused for good is E_PEER too.
 */
enum err mail_send(struct ctx *c, const struct mail *mail);

#endif
