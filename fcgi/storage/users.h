#ifndef FCGI_STORAGE_USERS_H
#define FCGI_STORAGE_USERS_H

#include "req.h"

/* The handlers of users.def; what each answers is said there, in users.c. */
enum err post_register(struct req *r);
enum err post_login(struct req *r);
enum err post_logout(struct req *r);
enum err post_refresh(struct req *r);
enum err post_verify(struct req *r);
enum err get_me(struct req *r);

extern const struct input register_in, login_in, verify_in;

/*
 * For a well signed token without a session: E_ACCOUNT_GONE when its account is no
 * more, else E_TOKEN_EXPIRED.
 */
enum err users_gone_or_expired(struct req *r);

#endif
