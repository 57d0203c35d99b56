#ifndef UNIT_MESSENGER_H
#define UNIT_MESSENGER_H

/* What tests of the phones' API have in common. */
#include "edge.h"

#define PHONE "/api/dev"
#define CSRF "X-Csrf-Token: of-this-phone"
#define AGENT "User-Agent: Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"

/* The answer is the envelope with these. */
void is_case(const struct answer *a, int status, const char *sub_code);

/* "data" of an answer, and the text or the number at a path in it: "user.nickname",
 * "profiles.0.uuid". NULL and 0 where there is none. */
struct json_object *data_of(const struct answer *a, const char *path);
const char *data_text(const struct answer *a, const char *path);
int64_t data_number(const struct answer *a, const char *path);

#endif
