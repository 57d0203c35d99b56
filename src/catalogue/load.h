#ifndef LOAD_H
#define LOAD_H

#include "catalogue/film_query.h"

/*
 * Loads a whole new set of films, genres and people, beside the one that is read, and
 * puts it in its place at the end. A load that was interrupted goes on where it was
 * when it is started again with the same source.
 *
 * A source is
 * - a file .jsonl or .ndjson: one film a line, in the form of the API (Film, with
 *   "restricted": true where it is); a file .json: an array of these, up to 200 MB;
 * - a file .csv (commas, semicolons or tabs): one film a row; genres, actors, writers
 * and directors as names;
 * - a folder with film_work.csv, genre.csv, person.csv, genre_film_work.csv and
 *   person_film_work.csv, or those of them that there are, each with a heading;
 * - "schema:NAME": tables of these names in this database.
 */
struct load {
	const char *source;
	void (*progress)(
		const char *what, int64_t done, int64_t all); /* bytes, steps */
	void (*note)(const char *sentence); /* what is not used; may be NULL */
	const char *const *maps; /* "title=Title": their names of columns and members */
	size_t map_count;
	const char *name; /* what made ids belong to; NULL: the source's own name */
	bool accept_losses;
	int64_t made_ids; /* out: ids that were missing or no uuids */
	bool resumed;     /* out: it went on with an earlier one */
	int64_t edition;
};

/* E_INPUT with a sentence for a source that cannot be read, or of which too much
 * would be lost (catalogue.load_losses(): over 3 of 100, and over 3, or half of them
 * or more); E_BUSY while another load runs. */
enum err catalogue_load(struct ctx *c, struct load *l);

#endif
