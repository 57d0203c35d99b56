#ifndef MESSENGER_FILES_H
#define MESSENGER_FILES_H

#include "messenger/messenger.h"

struct upload_stored;

/*
 * Stores the part "file" of the request's form for upload_keep(). E_NOT_OFFERED:
 * switched off; E_BODY_EMPTY: no such part; else the errors of upload_store(), whose
 * E_UPLOAD is a field error at "file". Waits for the object store.
 */
enum err messenger_take_file(
	struct req *r, bool private, const char *alt_data, struct upload_stored *out);

/* Does Accept want JSON before anything else? Also where it is not there. */
bool messenger_wants_json(struct req *r);

#endif
