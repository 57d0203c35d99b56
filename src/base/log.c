#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The levels of syslog(3), which journald reads off the start of a line. */
enum level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

static const char *program = "samovar";
static const char *request;
/* What stands before a line: the journal names program and process itself, a person at
 * a terminal needs no level, and the words of samovarctl are for people only. */
static enum { LOG_FILE, LOG_JOURNAL, LOG_TERMINAL, LOG_COMMAND } reader = LOG_FILE;
static enum level most = LOG_LEVEL_INFO;

/* Does this lead to the journal? systemd.exec(5), JOURNAL_STREAM. */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void
log_open(const char *name, const char *level)
{
	static const struct {
		const char *name;
		enum level level;
	} levels[] = {{"error", LOG_LEVEL_ERROR}, {"warning", LOG_LEVEL_WARN},
		{"info", LOG_LEVEL_INFO}, {"debug", LOG_LEVEL_DEBUG}};

	program = name;
	if (is_journal(STDERR_FILENO))
		reader = LOG_JOURNAL;
	else if (strcmp(name, "samovarctl") == 0)
		reader = LOG_COMMAND;
	else
		reader = isatty(STDERR_FILENO) ? LOG_TERMINAL : LOG_FILE;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (strcasecmp(level, levels[i].name) == 0)
			most = levels[i].level;
}

void
log_request(const char *id)
{
	request = id;
}

#define LINE 2048

/* What stands before the words of a line. */
static int
head_of_line(char *line, enum level level)
{
	int n = 0;

	if (reader == LOG_FILE || reader == LOG_JOURNAL)
		n = snprintf(line, LINE, "<%d>", (int)level);
	if (reader == LOG_COMMAND)
		n = snprintf(line, LINE, "%s: ", program);
	else if (reader != LOG_JOURNAL)
		n += snprintf(
			line + n, LINE - (size_t)n, "%s[%d]: ", program, (int)getpid());
	if (request != NULL)
		n += snprintf(line + n, LINE - (size_t)n, "request=%s ", request);
	return n;
}

/* The same as the first members of an object; the level is for the journal only. */
static int
head_of_object(char *line, enum level level)
{
	int n = reader == LOG_JOURNAL ? snprintf(line, LINE, "<%d>", (int)level) : 0;

	n += snprintf(line + n, LINE - (size_t)n, "{\"program\":\"%s\",\"pid\":%d,",
		program, (int)getpid());
	if (request != NULL)
		n += snprintf(
			line + n, LINE - (size_t)n, "\"request\":\"%s\",", request);
	return n;
}

/* A line is one line: breaks of words from elsewhere (libpq's have some) become blanks,
 * and what a terminal would obey a question mark. Returns the new length. */
static size_t
one_line(char *line, size_t used)
{
	size_t to = 0;

	for (size_t i = 0; i < used; i++) {
		unsigned char one = (unsigned char)line[i];
		bool blank = one == '\n' || one == '\r' || one == '\t';

		if (blank && (to == 0 || line[to - 1] == ' '))
			continue;
		line[to++] = blank ? ' ' : one < 32 || one == 127 ? '?' : (char)one;
	}
	while (to > 0 && line[to - 1] == ' ')
		to--;
	return to;
}

static struct {
	bool on;
	size_t used;
	char bytes[8 * LINE];
} gathered;

static const int fatal[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
static struct sigaction before[sizeof(fatal) / sizeof(*fatal)];

void
log_flush(void)
{
	int saved = errno;

	if (gathered.used > 0 &&
		write(STDERR_FILENO, gathered.bytes, gathered.used) < 0) {
		/* nobody is left to tell */
	}
	gathered.used = 0;
	errno = saved;
}

/* Then what would have happened without us. A fault happens again by itself. */
static void
on_fatal(int signal, siginfo_t *info, void *context)
{
	(void)context;
	log_flush();
	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		if (fatal[i] == signal)
			sigaction(signal, &before[i], NULL);
	if (info->si_code <= 0)
		raise(signal);
}

void
log_gather(void)
{
	struct sigaction act = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO};

	gathered.on = true;
	atexit(log_flush);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		sigaction(fatal[i], &act, &before[i]);
}

/* One write(2) for whole lines: those of several processes on one pipe must not mix. */
static void
put_line(enum level level, const char *line, size_t n)
{
	if (gathered.used + n > sizeof(gathered.bytes))
		log_flush();
	memcpy(gathered.bytes + gathered.used, line, n);
	gathered.used += n;
	if (!gathered.on || level < LOG_LEVEL_INFO)
		log_flush();
}

static void __attribute__((format(printf, 4, 0)))
log_words(enum level level, char *line, int n, const char *format, va_list args)
{
	int saved = errno;
	size_t room = LINE - 1;
	size_t used = (size_t)n < room ? (size_t)n : room;

	n = vsnprintf(line + used, room - used, format, args);
	used += n < 0 ? 0 : (size_t)n < room - used ? (size_t)n : room - used - 1;
	used = one_line(line, used);
	line[used++] = '\n';
	put_line(level, line, used);
	errno = saved;
}

static void __attribute__((format(printf, 2, 0)))
log_line(enum level level, const char *format, va_list args)
{
	char line[LINE];

	if (level <= most)
		log_words(level, line, head_of_line(line, level), format, args);
}

void
log_object(const char *format, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, format);
	if (LOG_LEVEL_INFO <= most)
		log_words(LOG_LEVEL_INFO, line, head_of_object(line, LOG_LEVEL_INFO),
			format, args);
	va_end(args);
}

#define LOG_FUNCTION(name, level)                                                      \
	void name(const char *format, ...)                                             \
	{                                                                              \
		va_list args;                                                          \
                                                                                       \
		va_start(args, format);                                                \
		log_line(level, format, args);                                         \
		va_end(args);                                                          \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
