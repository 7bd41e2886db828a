// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_error.c - collecting, sorting and printing what is wrong with a configuration.
 */
#include "conf/conf_error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void conf_error_add(struct conf_errors *errors, bool warning, unsigned int line,
		    unsigned int column, const char *fmt, ...)
{
	struct conf_error e = {.line = line, .column = column, .warning = warning};
	struct conf_error *grown;
	va_list ap;
	int r;

	if (warning)
		errors->warnings++;
	else
		errors->count++;
	if (errors->n == CONF_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	r = vasprintf(&e.message, fmt, ap);
	va_end(ap);
	if (r < 0)
		return;
	grown = reallocarray(errors->items, errors->n + 1, sizeof(e));
	if (!grown) {
		free(e.message);
		return;
	}
	errors->items = grown;
	errors->items[errors->n++] = e;
}

void conf_errors_free(struct conf_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		free(errors->items[i].message);
	free(errors->items);
	*errors = (struct conf_errors){};
}

static int by_place(const void *a, const void *b)
{
	const struct conf_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->message, y->message);
}

void conf_errors_sort(struct conf_errors *errors)
{
	if (errors->n)
		qsort(errors->items, errors->n, sizeof(errors->items[0]), by_place);
}

void conf_errors_print(const struct conf_errors *errors, const char *file, FILE *to)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct conf_error *e = &errors->items[i];

		fprintf(to, "%s:", file);
		if (e->line)
			fprintf(to, "%u:%u:", e->line, e->column);
		fprintf(to, " %s%s\n", e->warning ? "warning: " : "", e->message);
	}
	if (errors->count + errors->warnings > errors->n)
		fprintf(to, "%s: and %zu more\n", file,
			errors->count + errors->warnings - errors->n);
}

json_t *conf_errors_json(const struct conf_errors *errors, bool warnings)
{
	json_t *out = json_array();

	for (size_t i = 0; i < errors->n; i++) {
		const struct conf_error *e = &errors->items[i];
		json_t *text;

		if (e->warning != warnings)
			continue;
		text = json_string(e->message);
		json_array_append_new(out, json_pack("{s:i, s:i, s:o}", "line", (int)e->line,
						     "column", (int)e->column, "message",
						     text ? text : json_string("(no UTF-8)")));
	}
	return out;
}
