#include "s3/keys_xml.h"

#include "base/str.h"
#include "s3/xml.h"

enum err
keys_xml_read(
	struct ctx *c, const char *text, const char **keys, size_t *count, bool *quiet)
{
	static const char *const key[] = {"Delete", "Object", "Key", NULL};
	static const char *const be_quiet[] = {"Delete", "Quiet", NULL};
	bool more = true;
	struct xml x;
	const char *value;

	*count = 0;
	*quiet = false;
	TRY(xml_open(&x, c, text));
	while (more) {
		TRY(xml_next(&x, &more));
		if (xml_inside(&x, key) && x.n > 0) {
			if (*count == KEYS_XML_MOST)
				return fail(c, E_S3_XML, "more than 1000 keys");
			TRY(xml_value(&x, &keys[(*count)++]));
		} else if (xml_inside(&x, be_quiet)) {
			TRY(xml_value(&x, &value));
			*quiet = str_eq(value, "true");
		}
	}
	return *count > 0 ? OK : fail(c, E_S3_XML, NULL);
}
