#include "net/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/install_paths.h"
#include "base/str.h"
#include "db/counted.h"
#include "net/smtp_account.h"

#define TIMEOUT_SECONDS 30L
#define MAX_TEMPLATE 65536

static const char *
template_path(struct ctx *c, const struct mail *mail, const char *language,
	const char *suffix)
{
	const char *folder = conf.mail_templates[0] == '\0'
				     ? arena_fmt(&c->arena, "%s/mail", install_folder())
				     : conf.mail_templates;

	return arena_fmt(
		&c->arena, "%s/%s.%s.%s", folder, mail->template, language, suffix);
}

/* *out is NULL where there is no such file. */
static enum err
read_template(struct ctx *c, const char *path, const char **out)
{
	FILE *f = fopen(path, "re");

	*out = NULL;
	if (f == NULL)
		return errno == ENOENT
			       ? OK
			       : fail(c, E_BUG, "%s: %s", path, strerror(errno));
	char *text = arena_new(&c->arena, MAX_TEMPLATE);
	size_t n = fread(text, 1, MAX_TEMPLATE - 1, f);
	fclose(f);
	text[n] = '\0';
	*out = text;
	return OK;
}

/* Text and HTML (NULL: none) in the person's language, else in the site's, else in
 * English. */
static enum err
find_template(
	struct ctx *c, const struct mail *mail, const char **text, const char **html)
{
	const char *const languages[] = {
		mail->language == NULL ? conf.site_language : mail->language,
		conf.site_language, "en"};

	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		const char *found = NULL;

		TRY(read_template(
			c, template_path(c, mail, languages[i], "txt"), &found));
		if (found == NULL)
			continue;
		*text = found;
		return read_template(
			c, template_path(c, mail, languages[i], "html"), html);
	}
	return fail(c, E_BUG, "no template %s",
		template_path(c, mail, conf.site_language, "txt"));
}

static const char *
word_value(const struct mail *mail, const char *name, size_t n)
{
	for (size_t i = 0; i < mail->word_count; i++)
		if (strlen(mail->words[i].name) == n &&
			strncmp(mail->words[i].name, name, n) == 0)
			return mail->words[i].value;
	return NULL;
}

static const char *
fill(struct ctx *c, const struct mail *mail, const char *text, bool html)
{
	struct buf out = {.arena = &c->arena};

	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		buf_addn(&out, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		size_t n = strcspn(text + 1, "}");
		const char *value = word_value(mail, text + 1, n);
		if (value == NULL) {
			buf_addn(&out, text++, 1);
			continue;
		}
		if (html)
			buf_xml(&out, value);
		else
			buf_add(&out, value);
		text += n + 2;
	}
	return buf_text(&out);
}

/* Lines of 76 characters, as RFC 2045 asks. */
static void
add_base64(struct buf *b, const char *text)
{
	size_t n = strlen(text),
	       size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *code = arena_new(b->arena, size);

	sodium_bin2base64(code, size, (const unsigned char *)text, n,
		sodium_base64_VARIANT_ORIGINAL);
	for (size_t left = strlen(code); left > 0;) {
		size_t line = left < 76 ? left : 76;
		buf_addn(b, code, line);
		buf_add(b, "\r\n");
		code += line;
		left -= line;
	}
}

/* An encoded word (RFC 2047) holds 45 bytes at most and ends between two characters. */
static void
add_subject(struct buf *b, const char *text)
{
	buf_add(b, "Subject:");
	while (*text != '\0') {
		size_t n = strlen(text) < 45 ? strlen(text) : 45;
		while (((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
		char code[64];
		sodium_bin2base64(code, sizeof(code), (const unsigned char *)text, n,
			sodium_base64_VARIANT_ORIGINAL);
		buf_fmt(b, " =?UTF-8?B?%s?=\r\n", code);
		text += n;
	}
}

static void
add_part(struct buf *b, const char *boundary, const char *type, const char *text)
{
	buf_fmt(b,
		"--%s\r\nContent-Type: %s; charset=utf-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n",
		boundary, type);
	add_base64(b, text);
}

/* The template's text as HTML, its {words} left for fill(). */
static const char *
html_of(struct ctx *c, const char *text)
{
	struct buf out = {.arena = &c->arena};

	buf_add(&out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><meta "
		      "name=\"viewport\" content=\"width=device-width, "
		      "initial-scale=1\"></head>\n"
		      "<body style=\"margin:0;background:#f3f0ea;font-family:Arial,"
		      "sans-serif;color:#222\">\n"
		      "<div style=\"max-width:560px;margin:0 auto;padding:24px\">\n"
		      "<div style=\"background:#fff;border-radius:12px;"
		      "padding:28px\">\n");
	for (; *text != '\0'; text += *text == '\n') {
		size_t n = strcspn(text, "\n");
		const char *line = arena_strn(&c->arena, text, n);

		if (str_eq(line, "{url}"))
			/* It has no blank, and must not leave the paper. */
			buf_add(&out, "<p style=\"word-break:break-all\">"
				      "<a href=\"{url}\">{url}</a></p>\n");
		else if (str_eq(line, "{code}"))
			buf_add(&out, "<p style=\"font-size:26px;letter-spacing:4px\">"
				      "<code>{code}</code></p>\n");
		else if (n > 0) {
			buf_add(&out, "<p>");
			buf_xml(&out, line);
			buf_add(&out, "</p>\n");
		}
		text += n;
	}
	buf_add(&out, "</div></div></body></html>\n");
	return buf_text(&out);
}

static enum err
compose(struct ctx *c, const struct mail *mail, struct buf *b)
{
	const char *text = "", *html = NULL, *subject = "";
	const char *boundary = rand_hex(&c->arena, 16),
		   *domain = strrchr(conf.mail_from, '@');
	char date[64];
	time_t now = c->now.us / US_PER_SECOND;
	struct tm tm;

	TRY(find_template(c, mail, &text, &html));
	if (str_starts(text, "Subject: ")) {
		size_t n = strcspn(text, "\n");
		subject = arena_strn(&c->arena, text + 9, n - 9);
		text += n + strspn(text + n, "\n");
	}
	strftime(
		date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &tm));
	buf_fmt(b, "From: <%s>\r\nTo: <%s>\r\nDate: %s\r\n", conf.mail_from, mail->to,
		date);
	if (mail->message_id != NULL)
		buf_fmt(b, "Message-ID: <%s>\r\n", mail->message_id);
	else
		buf_fmt(b, "Message-ID: <%s%s>\r\n", rand_hex(&c->arena, 16),
			domain == NULL ? "@samovar" : domain);
	add_subject(b, fill(c, mail, subject, false));
	buf_fmt(b,
		"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
		"Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
		boundary);
	add_part(b, boundary, "text/plain", fill(c, mail, text, false));
	add_part(b, boundary, "text/html",
		fill(c, mail, html == NULL ? html_of(c, text) : html, true));
	buf_fmt(b, "--%s--\r\n", boundary);
	return OK;
}

/* Written beside and renamed, so that who watches the folder never sees half a mail. */
static enum err
to_directory(struct ctx *c, const struct buf *b)
{
	char *name = arena_fmt(&c->arena, "%s/%s-%s.eml", conf.mail_directory,
		utc_iso(&c->arena, c->now), rand_hex(&c->arena, 4));
	char *beside = arena_fmt(&c->arena, "%s.new", name);
	/* A mail may hold a password: nobody else reads it. */
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		return fail(c, E_PEER, "%s: %s", conf.mail_directory, strerror(errno));
	bool good = fwrite(b->text, 1, b->used, f) == b->used;
	good = fflush(f) == 0 && fsync(fileno(f)) == 0 && good;
	good = fclose(f) == 0 && good;
	if (!good || rename(beside, name) != 0) {
		unlink(beside);
		return fail(c, E_PEER, "%s: %s", name, strerror(errno));
	}
	return OK;
}

struct upload {
	const char *text;
	size_t left;
};

static size_t
give(char *out, size_t size, size_t count, void *from)
{
	struct upload *u = from;
	size_t n = u->left < size * count ? u->left : size * count;

	memcpy(out, u->text, n);
	u->text += n;
	u->left -= n;
	return n;
}

static enum err
to_server(struct ctx *c, const struct smtp_account *at, const struct mail *mail,
	const struct buf *b)
{
	struct upload upload = {b->text, b->used};
	char error[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, mail->to);

	curl_easy_setopt(curl, CURLOPT_URL,
		arena_fmt(&c->arena, "%s://%s:%lld", at->tls ? "smtps" : "smtp",
			at->host, (long long)at->port));
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
		(long)(at->starttls || at->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(
		curl, CURLOPT_SSL_VERIFYPEER, conf.mail_validate_certs ? 1L : 0L);
	curl_easy_setopt(
		curl, CURLOPT_SSL_VERIFYHOST, conf.mail_validate_certs ? 2L : 0L);
	/* NULL sets nothing. */
	curl_easy_setopt(curl, CURLOPT_USERNAME, at->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, at->password);
	curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, at->bearer);
	curl_easy_setopt(curl, CURLOPT_SASL_IR, at->bearer == NULL ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, conf.mail_from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);

	CURLcode result = curl_easy_perform(curl);
	long code = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(to);
	curl_easy_cleanup(curl);
	if (result == CURLE_OK)
		return OK;
	/* The server's own words may name the recipient: only its code is kept. */
	return fail(c, code >= 550 && code <= 559 ? E_MAIL_REFUSED : E_PEER,
		"SMTP %ld: %s", code, curl_easy_strerror(result));
}

static enum err
deliver(struct ctx *c, const struct mail *mail)
{
	struct buf b = {.arena = &c->arena};
	struct smtp_account at;

	TRY(compose(c, mail, &b));
	if (!smtp_account_any() || fence_is_up())
		return to_directory(c, &b);
	TRY(smtp_account(c, &at));
	return to_server(c, &at, mail, &b);
}

enum err
mail_send(struct ctx *c, const struct mail *mail)
{
	enum err e = deliver(c, mail);
	const char *result = e == OK               ? "sent"
			     : e == E_MAIL_REFUSED ? "refused"
						   : "failed";

	/* That it cannot be counted must not send it twice. */
	if (counted(c, "mails", result, 1) != OK && e == OK)
		ctx_clear_error(c);
	return e;
}
