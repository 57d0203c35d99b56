/*
 * samovar-image SOCKET PROCESSES [LOG-LEVEL]: the only program that opens pictures, and
 * the only one linked with libvips. Started by the others (image/image.h), with nothing
 * but a socket of theirs: no settings, no environment, no other descriptors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <vips/vips.h>
#include <vips/vector.h>

#include "base/log.h"
#include "image/render.h"
#include "image/service.h"

/* What libraries have to say of pictures is not for the log. */
static void
silence(const gchar *domain, GLogLevelFlags level, const gchar *words, gpointer data)
{
	(void)domain;
	(void)level;
	(void)words;
	(void)data;
}

int
main(int argc, char **argv)
{
	int socket = argc > 2 ? atoi(argv[1]) : 0, most = argc > 2 ? atoi(argv[2]) : 0;

	if (socket < 3 || most < 1) {
		fputs("samovar-image is started by samovar-worker, samovar-fcgi and "
		      "samovarctl\n",
			stderr);
		return 2;
	}
	/* liborc's code at run time would need memory that can be executed; libvips
	 * compiles some even where it is told to use none. */
	setenv("ORC_CODE", "emulate", 1);
	log_open("samovar-image", argc > 3 ? argv[3] : "info");
	g_log_set_default_handler(silence, NULL);
	if (!render_start(argv[0])) {
		log_error("libvips does not start");
		return 1;
	}
	vips_vector_set_enabled(FALSE);
	service_run(socket, most);
	return 0;
}
