// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_metrics.c - evpnctl metrics: OpenMetrics 1.0 text exposition, for a node_exporter textfile or
 * an exporter that runs the command
 */
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

/* Within label values and HELP: backslash, quote and line feed are escaped. */
static void write_escaped(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n') {
			fputs("\\n", f);
			continue;
		}
		if (*s == '\\' || *s == '"')
			fputc('\\', f);
		fputc(*s, f);
	}
}

/* A counter's family has no _total, its samples have. */
static int family_len(const json_t *m)
{
	const char *name = doc_str(m, "name");
	size_t len = strlen(name);

	if (doc_is(m, "type", "counter") && len > 6 && !strcmp(name + len - 6, "_total"))
		len -= 6;
	return len;
}

static bool same_family(const json_t *a, const json_t *b)
{
	return a && !strcmp(doc_str(a, "name"), doc_str(b, "name"));
}

static void print_family(FILE *f, const json_t *m)
{
	int len = family_len(m);
	const char *name = doc_str(m, "name");

	fprintf(f, "# TYPE %.*s %s\n", len, name,
		doc_is(m, "type", "counter") ? "counter" : "gauge");
	if (!doc_str(m, "help"))
		return;
	fprintf(f, "# HELP %.*s ", len, name);
	write_escaped(f, doc_str(m, "help"));
	fputc('\n', f);
}

static void print_sample(FILE *f, const json_t *m)
{
	const json_t *labels = doc_get(m, "labels"), *value = doc_get(m, "value");
	const char *key, *sep = "{";
	json_t *label;

	fprintf(f, "%.*s%s", family_len(m), doc_str(m, "name"),
		doc_is(m, "type", "counter") ? "_total" : "");
	json_object_foreach((json_t *)labels, key, label) {
		fprintf(f, "%s%s=\"", sep, key);
		write_escaped(f, json_is_string(label) ? json_string_value(label) : "");
		fputc('"', f);
		sep = ",";
	}
	fputs(*sep == ',' ? "} " : " ", f);
	if (json_is_real(value))
		fprintf(f, "%.17g\n", json_real_value(value));
	else if (json_is_boolean(value))
		fprintf(f, "%d\n", json_is_true(value));
	else
		fprintf(f, "%lld\n", json_integer_value(value));
}

static bool printed_before(const json_t *list, size_t n)
{
	const json_t *m = json_array_get(list, n);
	size_t i;

	for (i = 0; i < n; i++)
		if (doc_str(json_array_get(list, i), "name") &&
		    same_family(json_array_get(list, i), m))
			return true;
	return false;
}

/* OpenMetrics wants the samples of a family together, whatever order they came in. */
void print_metrics(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "metrics"), *m, *other;
	size_t i, j;

	json_array_foreach(list, i, m) {
		if (!doc_str(m, "name") || printed_before(list, i))
			continue;
		print_family(o->f, m);
		for (j = i; j < json_array_size(list); j++) {
			other = json_array_get(list, j);
			if (doc_str(other, "name") && same_family(other, m))
				print_sample(o->f, other);
		}
	}
	fputs("# EOF\n", o->f);
}

static const struct command command_metrics = {
	.name = "metrics",
	.method = "metrics",
	.print = print_metrics,
};

const struct object object_metrics = {
	.name = "metrics",
	.help = "counters and gauges as OpenMetrics text",
	.self = &command_metrics,
};
