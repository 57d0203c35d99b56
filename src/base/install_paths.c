#include "install_paths.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What lies beside our own folder, or where configure was told. */
static const char *
beside(char *path, size_t size, const char *name, const char *configured)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return configured;
	exe[n] = '\0';
	for (int up = 0; up < 2; up++) { /* the file's name, then bin */
		char *slash = strrchr(exe, '/');
		if (slash == NULL)
			return configured;
		*slash = '\0';
	}
	int used = snprintf(path, size, "%s/%s", exe, name);
	return used < (int)size && access(path, X_OK) == 0 ? path : configured;
}

const char *
install_folder(void)
{
	static char path[PATH_MAX + 32];
	static const char *found;

	if (found == NULL)
		found = beside(path, sizeof(path), "share/samovar", PKGDATADIR);
	return found;
}

const char *
install_locale(void)
{
	static char path[PATH_MAX + 32];
	static const char *found;

	if (found == NULL)
		found = beside(path, sizeof(path), "share/locale", LOCALEDIR);
	return found;
}

const char *
install_image_program(void)
{
	static char path[PATH_MAX + 32];
	static const char *found;

	if (found == NULL)
		found = beside(path, sizeof(path), "libexec/samovar/samovar-image",
			PKGLIBEXECDIR "/samovar-image");
	return found;
}
