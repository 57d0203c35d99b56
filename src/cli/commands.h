#ifndef COMMANDS_H
#define COMMANDS_H

#include "cli/cli.h"

/* The functions of cmds.def; what each does is said there. */
#define CMD(pattern, function, offline, help) enum err function(struct call *call);
#include "cli/cmds.def"
#undef CMD

#endif
