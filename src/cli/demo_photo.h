#ifndef CLI_DEMO_PHOTO_H
#define CLI_DEMO_PHOTO_H

#include "base/ctx.h"

/*
 * Photos for the reports of a demo's shift, in the caller's transaction: rows, and
 * files below programme.photo_directory, copies of those that the build has drawn for
 * each task (scripts/draw-photos). The reports of `today` have some that resemble
 * others, and these are marked. Nothing if no drawn photos are installed. E_MISSING.
 */
enum err demo_photos(struct ctx *c, const char *shift_id, struct date today);

#endif
