// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - one line a message, to standard error.
 */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "timer.h"

enum { LIMIT_LINES = 5, LIMIT_S = 10 };

static struct {
	const char *name;
	enum log_level level;
	bool human;
} logger = {.name = "evpn", .level = LOG_LEVEL_INFO, .human = true};

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* severities of syslog(3) */
static const char level_digit[] = {
	[LOG_LEVEL_ERROR] = '3',
	[LOG_LEVEL_WARNING] = '4',
	[LOG_LEVEL_INFO] = '6',
	[LOG_LEVEL_DEBUG] = '7',
};

void log_open(const char *name, bool human)
{
	logger.name = name;
	logger.human = human;
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level log_get_level(void)
{
	return logger.level;
}

bool log_level_parse(const char *s, enum log_level *level)
{
	for (unsigned int i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (!strcmp(s, level_names[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

static size_t put_prefix(char *buf, size_t size, enum log_level level)
{
	struct timespec now;
	struct tm tm;
	int n;

	if (!logger.human) {
		n = snprintf(buf, size, "<%c>%s: ", level_digit[level], logger.name);
		return (size_t)n < size ? (size_t)n : size - 1;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	n = snprintf(buf, size, "%02d:%02d:%02d.%06ld %s: %s%s", tm.tm_hour, tm.tm_min, tm.tm_sec,
		     now.tv_nsec / 1000, logger.name,
		     level <= LOG_LEVEL_WARNING ? level_names[level] : "",
		     level <= LOG_LEVEL_WARNING ? ": " : "");
	return (size_t)n < size ? (size_t)n : size - 1;
}

void log_vmsg(enum log_level level, enum log_class class, const char *fmt, va_list ap)
{
	int saved = errno;
	char line[1024];
	size_t len, end;
	int n;

	if (class == LOG_REMOTE && level < LOG_LEVEL_WARNING)
		level = LOG_LEVEL_WARNING;
	if (level > logger.level)
		return;
	len = put_prefix(line, sizeof(line) - 1, level);
	if (class == LOG_REMOTE)
		len += (size_t)snprintf(line + len, sizeof(line) - 1 - len, "remote: ");
	n = vsnprintf(line + len, sizeof(line) - 1 - len, fmt, ap);
	end = n < 0 ? len : len + (size_t)n;
	if (end > sizeof(line) - 2)
		end = sizeof(line) - 2;
	for (size_t i = len; i < end; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[end++] = '\n';
	/* Nothing sensible can be done about a log that cannot be written. */
	if (write(STDERR_FILENO, line, end) < 0) {
	}
	errno = saved;
}

void log_msg(enum log_level level, enum log_class class, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vmsg(level, class, fmt, ap);
	va_end(ap);
}

void log_limited(struct log_limit *limit, enum log_level level, enum log_class class,
		 const char *subject, const char *fmt, ...)
{
	s64 now = timer_now_ns();
	char text[1024];
	va_list ap;

	if (level > logger.level)
		return;
	if (!limit->n || now - limit->since_ns > LIMIT_S * 1000000000LL) {
		if (limit->left_out)
			log_msg(level, class, "%s: %u more such lines left out", subject,
				limit->left_out);
		*limit = (struct log_limit){.since_ns = now};
	}
	if (limit->n >= LIMIT_LINES) {
		limit->left_out++;
		return;
	}
	limit->n++;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_msg(level, class, "%s: %s", subject, text);
}
