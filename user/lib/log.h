/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - where messages go and how they look; what they say is their callers' business.
 *
 * A message is one write() of one line to standard error, so lines of several processes do not mix
 * and a sandboxed process needs nothing but its open descriptor. A service manager reads the
 * severity from the "<N>" before the line (sd-daemon(3), SyslogLevelPrefix=); a person gets the
 * time instead.
 */
#ifndef EVPN_LOG_H
#define EVPN_LOG_H

#include <stdbool.h>
#include <stdarg.h>

/* Ordered: a level lets itself and everything before it through. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/**
 * enum log_class - whose doing it is
 * @LOG_LOCAL: ours, or this machine's
 * @LOG_REMOTE: the other side did it: a peer's message, its error, its closing. The line says so,
 *	and never goes out above warning: no peer can make this host look broken
 */
enum log_class { LOG_LOCAL, LOG_REMOTE };

/**
 * log_open() - say who speaks; may be called again, by a child with another name
 * @name: of this process, kept by reference
 * @human: lines for a person (time) instead of for a service manager ("<N>")
 */
void log_open(const char *name, bool human);

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/** log_level_parse() - "error", "warning", "info" or "debug"; false: @level is untouched */
bool log_level_parse(const char *s, enum log_level *level);
const char *log_level_name(enum log_level level);

/** log_msg() - one line; errno survives. Control characters leave as '?' */
void log_msg(enum log_level level, enum log_class class, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void log_vmsg(enum log_level level, enum log_class class, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/**
 * struct log_limit - of lines of which somebody else can cause as many as he likes; begins as zeroes
 * @since_ns: when the present while began; @n: lines in it, @left_out of them not written
 */
struct log_limit {
	long long since_ns;
	unsigned int n;
	unsigned int left_out;
};

/**
 * log_limited() - the line "SUBJECT: ...", if it is one of the first few of a while (five in ten seconds). How many were left
 * out is said before the first one after these.
 */
void log_limited(struct log_limit *limit, enum log_level level, enum log_class class,
		 const char *subject, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#define log_error(...) log_msg(LOG_LEVEL_ERROR, LOG_LOCAL, __VA_ARGS__)
#define log_warning(...) log_msg(LOG_LEVEL_WARNING, LOG_LOCAL, __VA_ARGS__)
#define log_info(...) log_msg(LOG_LEVEL_INFO, LOG_LOCAL, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_LEVEL_DEBUG, LOG_LOCAL, __VA_ARGS__)
#define log_remote(level, ...) log_msg(level, LOG_REMOTE, __VA_ARGS__)

#endif
