#include "programme/refusal.h"

#include <libintl.h>

#define _(text) gettext(text)

struct refusal
refusal_used(void)
{
	return (struct refusal){
		_("This photo has been used in another report already."),
		_("Send another one.")};
}

struct refusal
refusal_large(void)
{
	return (struct refusal){
		_("This photo is too large."), _("Send a smaller one.")};
}

struct refusal
refusal_unreadable(void)
{
	return (struct refusal){
		_("This photo cannot be read."), _("Send another one.")};
}

struct refusal
refusal_not_given(void)
{
	return (struct refusal){_("The photo could not be fetched from Telegram."),
		_("Please send it once more.")};
}

const char *
refusal_words(struct ctx *c, struct refusal r, bool open)
{
	return arena_fmt(&c->arena, "%s %s", r.why,
		open ? r.hint
		     : _("The day of its task is over: it cannot be counted."));
}
