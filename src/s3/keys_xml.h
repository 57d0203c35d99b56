#ifndef KEYS_XML_H
#define KEYS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

#define KEYS_XML_MOST 1000 /* keys in one request */

/*
 * Reads the body of DeleteObjects:
 * <Delete><Object><Key>...</Key></Object>...<Quiet>true</Quiet>
 * </Delete>, any namespace, other elements inside Object ignored. keys has room for
 * KEYS_XML_MOST. E_S3_XML: something else, too many, or a DOCTYPE.
 */
enum err keys_xml_read(
	struct ctx *c, const char *text, const char **keys, size_t *count, bool *quiet);

#endif
