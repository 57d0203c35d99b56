#ifndef CLAIM_H
#define CLAIM_H

#include "storage/server.h"

/*
 * Whose bucket is it? Each installation puts an empty object
 * "samovar-installation/<id>" into its buckets. A copy of the database has another id
 * (installation/installation.h), finds the original's there, and touches nothing.
 */

#define CLAIM_MARK "samovar-installation/" /* the id follows */

/*
 * Asks the server once and remembers the answer; an unclaimed bucket is claimed. To be
 * called before anything is removed. E_SERVER_FOREIGN: it is another installation's;
 * E_SERVER_DOWN, E_PEER
 */
enum err server_claim(struct ctx *c, const struct server *s);

#endif
