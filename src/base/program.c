#include "base/program.h"

#include <curl/curl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/language.h"
#include "base/log.h"
#include "base/utc.h"
#include "config.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#define DEFAULT_CONF "/etc/samovar/samovar.conf"

static volatile sig_atomic_t stopping, reload_wanted;
static sigset_t outside; /* the mask while waiting */
static bool caught;
static struct utc started;

/* Manual pages and what shells complete are made of this, too (scripts/manual). */
static const char *const options[][2] = {
	{"--conf FILE", "settings; without it " DEFAULT_CONF " is read if it is there"},
	{"--env FILE",
		"settings as NAME=value, stronger than those of the file; without "
		"it samovar.env beside that"},
	{"--version", "name and version"},
	{"--help", "what it takes"},
};

static void
usage(const char *name, int status)
{
	FILE *to = status == 0 ? stdout : stderr;

	fprintf(to, "usage: %s [--conf FILE] [--env FILE] [--version] [--help]%s\n",
		name,
		strcmp(name, "samovarctl") == 0
			? " COMMAND ...; \"samovarctl help\" lists them"
			: "");
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		fprintf(to, "  %-11s  %s\n", options[i][0], options[i][1]);
	exit(status);
}

struct utc
program_started(void)
{
	return started;
}

int
program_start(const char *name, int argc, char **argv)
{
	struct timespec now;
	const char *file = access(DEFAULT_CONF, R_OK) == 0 ? DEFAULT_CONF : NULL,
		   *env = NULL;
	int i = 1;

	clock_gettime(CLOCK_REALTIME, &now);
	started.us = now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--version") == 0) {
			printf("%s %s\n", name, PACKAGE_VERSION);
			exit(0);
		}
		if (strcmp(argv[i], "--help") == 0)
			usage(name, 0);
		if (strcmp(argv[i], "--conf") == 0 && i + 1 < argc)
			file = argv[++i];
		else if (strcmp(argv[i], "--env") == 0 && i + 1 < argc)
			env = argv[++i];
		else
			usage(name, 2);
	}
	log_open(name, "info");
	if (!conf_load(file, env))
		exit(1);
	log_open(name, conf.log_level);
	language_open();
	if (!utc_clock_open(conf.site_test_mode, conf.site_time_zone))
		exit(1);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		log_error("libsodium or libcurl does not start");
		exit(1);
	}
	signal(SIGPIPE, SIG_IGN);
	return i;
}

static void
on_signal(int number)
{
	if (number == SIGHUP)
		reload_wanted = 1;
	else if (number != SIGCHLD)
		stopping = 1;
}

void
program_signals(void)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &act, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &outside);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigdelset(&outside, numbers[i]);
	caught = true;
}

void
program_child_signals(void)
{
	static const int numbers[] = {SIGTERM, SIGHUP, SIGCHLD};

	/* Ctrl-C reaches the whole group; the parent tells its children itself. */
	signal(SIGINT, SIG_IGN);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		signal(numbers[i], numbers[i] == SIGHUP ? SIG_IGN : SIG_DFL);
	stopping = 0;
	reload_wanted = 0;
	sigprocmask(SIG_SETMASK, &outside, NULL);
	caught = false;
}

void
program_wait(int milliseconds)
{
	struct timespec ts = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

	/* pselect() without descriptors: sleeps until a signal comes. */
	pselect(0, NULL, NULL, NULL, &ts, &outside);
}

const sigset_t *
program_wait_mask(void)
{
	return caught ? &outside : NULL;
}

bool
program_stopping(void)
{
	return stopping != 0;
}

/* Programs ask about once a second. While something else of the settings cannot be read
 * the file stays a changed one: it is tried again, but not as often as that. */
#define LOOKS_A_TRY 5

bool
program_reload_wanted(void)
{
	static int looks;

	looks = conf_own_changed() ? looks + 1 : 0;
	bool wanted = reload_wanted != 0 || looks % LOOKS_A_TRY == 1;

	reload_wanted = 0;
	return wanted;
}

void
program_notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}
