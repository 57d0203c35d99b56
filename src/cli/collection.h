#ifndef CLI_COLLECTION_H
#define CLI_COLLECTION_H

#include "base/ctx.h"

/*
 * Prints a .env file of what the older messenger server kept its settings in: a JSON
 * object of names and values, where "__comment..." is a comment, "__line_break..." an
 * empty line, and a value that differs from shell to shell an object, whose
 * "vscode_launch" names others in braces. E_INPUT, E_MISSING.
 */
enum err collection_print(struct ctx *c, const char *path);

#endif
