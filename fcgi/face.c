#include "face.h"

#include <string.h>

#include "base/str.h"

const struct wire_case *
face_case(const struct face *f, enum err e)
{
	for (;; e = err_fallback(e)) {
		for (const struct wire_case *w = f->manners->cases; w->status != 0; w++)
			if (w->err == e)
				return w;
		if (err_fallback(e) == e)
			return face_case(f, E_BUG);
	}
}

const char *
face_route_name(const struct face *f, const struct route *row)
{
	size_t n = strlen(f->name);

	/* A handler of another face is called as it is there. */
	return str_starts(row->name, f->name) && row->name[n] == '_' ? row->name + n + 1
								     : row->name;
}
