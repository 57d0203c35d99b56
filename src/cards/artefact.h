#ifndef CARDS_ARTEFACT_H
#define CARDS_ARTEFACT_H

#include "base/ctx.h"
#include "image/image.h"

/*
 * What cards are drawn with: backgrounds, layouts and fonts. Files lie in one tree,
 * card/background_image/card_ROLE.png, card/layout/ROLE.json, card/font/NAME.ttf, in
 * the folder that is installed and in that of cards.artifacts, which counts more;
 * backgrounds that staff puts are in the object store.
 */

/*
 * Looks for new and changed files; roles whose background or layout is another one now
 * are drawn again, with another font of one's own all are. What cannot be used is said
 * in the log and left out. E_CARD_ROLE_GONE.
 */
enum err artefact_sync(struct ctx *c);

/*
 * Notes which fonts of its own (their digest) a host draws with. All roles' cards are
 * drawn again where it had others before, or is new and has what no other host has. The
 * caller's transaction.
 */
enum err artefact_note_fonts(struct ctx *c, const char *host, const char *digest);

/* Hosts that nobody has seen for a month. */
enum err artefact_forget_hosts(struct ctx *c);

/*
 * The pixels of a background by the SHA-256 of its PNG. Decoded ones stay in the
 * process's memory up to cards.cache_bytes. The file is not the caller's to close and
 * is good until the next call. E_NO_BACKGROUND: nobody has it.
 */
enum err artefact_background(
	struct ctx *c, const char *sha256, struct image_pixels *out);

/* Keeps a PNG that staff has put in the object store, decodes it once to see that it
 * can be: its SHA-256. E_PICTURE..., E_SERVER_DOWN. E_NO_BACKGROUND. */
enum err artefact_keep(
	struct ctx *c, const void *bytes, size_t size, const char **sha256);

/* The role's cards are to be drawn again. The caller's transaction. */
enum err artefact_changed(struct ctx *c, const char *role);

/* A background that was kept becomes the role's, put by staff; a role that is not there
 * is made. title NULL: as it is. The caller's transaction. */
enum err artefact_put_background(
	struct ctx *c, const char *role, const char *sha256, const char *title);

/* Lets go of all decoded backgrounds and fonts: for programs that seldom draw. */
void artefact_forget(void);

/* Puts a layout that was checked into force, with its version. staff: files of the
 * artefacts do not replace it. *version 0: it is the one in force already. */
enum err artefact_put_layout(struct ctx *c, const char *role, const char *json,
	bool staff, int64_t *version);

#endif
