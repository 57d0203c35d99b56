#include "base/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE_AT 2  /* behind the name: " S " */
#define BEGAN_AT 20 /* words behind the name */

uint64_t
process_began(pid_t pid)
{
	char path[40], line[1024] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	bool read = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	/* The name may have blanks and brackets of its own. */
	const char *at = read ? strrchr(line, ')') : NULL;
	if (at == NULL || strlen(at) <= STATE_AT || strchr("ZX", at[STATE_AT]) != NULL)
		return 0;
	for (int i = 0; i < BEGAN_AT && at != NULL; i++)
		at = strchr(at + 1, ' ');
	return at == NULL ? 0 : strtoull(at + 1, NULL, 10);
}

bool
process_is_dead(pid_t pid, uint64_t began)
{
	uint64_t now = process_began(pid);

	return now == 0 || (began != 0 && now != began);
}

void
process_name(char out[PROCESS_NAME])
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(out, PROCESS_NAME, "%s:%d:%" PRIu64, host, (int)getpid(),
		process_began(getpid()));
}
