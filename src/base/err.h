#ifndef ERR_H
#define ERR_H

/* Every way to fail, from err.def. OK is success and the only value that is zero. */
enum err {
	OK,
#define ERR(name, fallback, sentence) name,
#include "base/err.def"
#undef ERR
	E_COUNT
};

/* The constant's name, "E_FILE_NOT_FOUND". For logs and the command line. */
const char *err_name(enum err e);

/* What the error is a special case of; itself for a root (E_INPUT, E_MISSING, ...). */
enum err err_fallback(enum err e);

/* The English sentence of err.def. */
const char *err_sentence(enum err e);

#endif
