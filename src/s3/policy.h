#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * What a form may upload: "POST Policy" of the Amazon S3 API reference. The policy is
 * JSON, {"expiration": ..., "conditions": [...]}, made and signed by whoever has the
 * key; the form is filled in by anybody.
 */
struct policy {
	int64_t least, most; /* bytes of the file; most is INT64_MAX without a range */
};

/*
 * Checks the fields of a form, "bucket" among them though no form has it. Names are
 * compared without regard to case. Every field must be in a condition, but those of the
 * signature, "policy" and what begins with "x-ignore-".
 * E_S3_POLICY_FORM: the policy cannot be read; E_S3_POLICY: it has expired, a condition
 * does not hold, or a field is in none
 */
enum err policy_check(struct ctx *c, const char *json, const struct pair *fields,
	size_t count, struct policy *out);

/* A field's value, "" if it is not there. */
const char *policy_field(const struct pair *fields, size_t count, const char *name);

#endif
