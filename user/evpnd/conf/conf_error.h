/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_error.h - everything that is wrong with a configuration, collected.
 */
#ifndef EVPND_CONF_ERROR_H
#define EVPND_CONF_ERROR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CONF_ERRORS_MAX = 200 };

/**
 * struct conf_error - one thing that is wrong
 * @line, @column: from 1; 0: it is in no file
 * @warning: the configuration can be used all the same
 * @message: "path: value: what was expected"
 */
struct conf_error {
	unsigned int line, column;
	bool warning;
	char *message;
};

/**
 * struct conf_errors - zeroed memory is an empty collection
 * @count: errors, whether kept or not; warnings are in @warnings
 */
struct conf_errors {
	struct conf_error *items;
	size_t n;
	size_t count;
	size_t warnings;
};

void conf_error_add(struct conf_errors *errors, bool warning, unsigned int line,
		    unsigned int column, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void conf_errors_free(struct conf_errors *errors);

/** conf_errors_sort() - in the order of the file */
void conf_errors_sort(struct conf_errors *errors);

/** conf_errors_print() - "file:line:column: message" a line */
void conf_errors_print(const struct conf_errors *errors, const char *file, FILE *to);

/** conf_errors_json() - [{"line", "column", "message"}], errors only or warnings only */
json_t *conf_errors_json(const struct conf_errors *errors, bool warnings);

#endif
