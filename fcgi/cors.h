#ifndef CORS_H
#define CORS_H

#include "req.h"

/*
 * Cross-origin rules (https://fetch.spec.whatwg.org/#http-cors-protocol) for a face
 * that has them: adds the headers for an allowed origin and answers a preflight. True:
 * the request is answered. Allowed are the origins of site.cors_origins; in site.debug
 * any.
 */
bool cors_answer(struct req *r);

#endif
