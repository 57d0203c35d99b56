#ifndef SEAL_H
#define SEAL_H

#include "base/ctx.h"

/*
 * Text that nobody can read or change but this installation (libsodium's secretbox
 * under a key made of token.secret). purpose is part of the key: what was sealed for
 * one opens for no other. seal() gives base64url; unseal() NULL for what is not ours.
 */
const char *seal(struct ctx *c, const char *purpose, const char *text);
const char *unseal(struct ctx *c, const char *purpose, const char *sealed);

#endif
