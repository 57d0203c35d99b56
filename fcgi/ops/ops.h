#ifndef OPS_H
#define OPS_H

#include "face.h"

/* For operators and their monitoring: /healthz, /readyz, /metrics. It also answers
 * whatever no other face takes with 404. Errors are {"error": "<sentence>"}. */
extern const struct face ops_face;

enum err get_healthz(struct req *r);
enum err get_readyz(struct req *r);
enum err get_metrics(struct req *r);

#endif
