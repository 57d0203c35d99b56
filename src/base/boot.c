#include "base/boot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t
boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
boot_read(char out[BOOT_BYTES])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memset(out, 0, BOOT_BYTES);
	if (f == NULL)
		return;
	if (fgets(out, BOOT_BYTES, f) == NULL)
		out[0] = '\0';
	fclose(f);
}
