// SPDX-License-Identifier: GPL-2.0-only
/* doc.c - see doc.h */
#include "doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

const json_t *doc_get(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_null(v) ? NULL : v;
}

const char *doc_str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

const char *doc_show(const json_t *obj, const char *key)
{
	const char *s = doc_str(obj, key);

	return s ? s : "?";
}

bool doc_is(const json_t *obj, const char *key, const char *value)
{
	const char *s = doc_str(obj, key);

	return s && !strcmp(s, value);
}

long long doc_int(const json_t *obj, const char *key, long long otherwise)
{
	const json_t *v = json_object_get(obj, key);

	if (json_is_integer(v))
		return json_integer_value(v);
	return json_is_real(v) ? (long long)json_real_value(v) : otherwise;
}

bool doc_true(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

/* Arrays of arrays and objects of objects nest as deep as the parser allows; so does this. */
static void write_text(FILE *f, const json_t *v)
{
	const char *sep = "", *key;
	const json_t *item;
	size_t i;

	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_STRING:
		fputs(json_string_value(v), f);
		break;
	case JSON_INTEGER:
		fprintf(f, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		fprintf(f, "%g", json_real_value(v));
		break;
	case JSON_TRUE:
		fputs("yes", f);
		break;
	case JSON_FALSE:
		fputs("no", f);
		break;
	case JSON_ARRAY:
		json_array_foreach(v, i, item) {
			fputs(sep, f);
			write_text(f, item);
			sep = ", ";
		}
		break;
	case JSON_OBJECT:
		for (void *it = json_object_iter((json_t *)v); it;
		     it = json_object_iter_next((json_t *)v, it)) {
			key = json_object_iter_key(it);
			fprintf(f, "%s%s ", sep, key);
			write_text(f, json_object_iter_value(it));
			sep = " ";
		}
		break;
	case JSON_NULL:
		break;
	}
}

char *doc_text(const json_t *value)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		out_of_memory();
	write_text(f, value);
	if (fclose(f))
		out_of_memory();
	return text;
}

char *doc_ranges(const json_t *array)
{
	char *text = NULL;
	const char *sep = "";
	size_t len, i, end;
	size_t n = json_array_size(array);
	FILE *f = open_memstream(&text, &len);

	if (!f)
		out_of_memory();
	for (i = 0; i < n; i = end) {
		long long first = json_integer_value(json_array_get(array, i));
		long long last = first;

		for (end = i + 1; end < n; end++) {
			if (json_integer_value(json_array_get(array, end)) != last + 1)
				break;
			last++;
		}
		fprintf(f, last == first ? "%s%lld" : "%s%lld-%lld", sep, first, last);
		sep = ",";
	}
	if (fclose(f))
		out_of_memory();
	return text;
}
