// SPDX-License-Identifier: GPL-2.0-only
/* words.c - which word is meant, and what to say when none is; see cmd.h */
#include <limits.h>
#include <string.h>

#include "cmd.h"
#include "near.h"

const char *cmd_string_name(const void *rows, int i)
{
	return ((const char *const *)rows)[i];
}

const char *cmd_nearest(const char *word, const char *(*name)(const void *rows, int i),
			const void *rows)
{
	unsigned int best = UINT_MAX, d;
	const char *found = NULL, *s;
	int i;

	for (i = 0; (s = name(rows, i)); i++)
		if (near_enough(word, s, &d) && d < best) {
			best = d;
			found = s;
		}
	return found;
}

/* Everything that can be said, for the end of a sentence. */
static void list_names(FILE *f, const char *(*name)(const void *rows, int i), const void *rows)
{
	const char *s;
	int i;

	for (i = 0; (s = name(rows, i)); i++)
		fprintf(f, "%s%s", i ? ", " : "", s);
}

static FILE *sentence(char err[CMD_ERR_LEN])
{
	FILE *f = fmemopen(err, CMD_ERR_LEN, "w");

	if (!f)
		out_of_memory();
	return f;
}

void cmd_say_unknown(char err[CMD_ERR_LEN], const char *word, const char *kind,
		     const char *(*name)(const void *rows, int i), const void *rows)
{
	const char *near = cmd_nearest(word, name, rows);
	FILE *f = sentence(err);

	fprintf(f, "unknown %s \"%.40s\"", kind, word);
	if (near)
		fprintf(f, "; did you mean \"%s\"?", near);
	fputs(near ? " Valid: " : "; valid: ", f);
	list_names(f, name, rows);
	fclose(f);
}

static void say_ambiguous(char err[CMD_ERR_LEN], const char *word, const char *kind,
			  const char *(*name)(const void *rows, int i), const void *rows)
{
	FILE *f = sentence(err);
	const char *s, *sep = "";
	int i;

	fprintf(f, "%s \"%s\" is short for more than one: ", kind, word);
	for (i = 0; (s = name(rows, i)); i++) {
		if (strncmp(s, word, strlen(word)))
			continue;
		fprintf(f, "%s%s", sep, s);
		sep = ", ";
	}
	fclose(f);
}

int cmd_word(const char *word, const char *(*name)(const void *rows, int i), const void *rows,
	     const char *kind, char err[CMD_ERR_LEN])
{
	size_t len = strlen(word);
	int i, found = -1, n = 0;
	const char *s;

	for (i = 0; (s = name(rows, i)); i++) {
		if (!strcmp(s, word))
			return i;
		if (len && !strncmp(s, word, len)) {
			found = i;
			n++;
		}
	}
	if (n == 1)
		return found;
	if (n)
		say_ambiguous(err, word, kind, name, rows);
	else
		cmd_say_unknown(err, word, kind, name, rows);
	return -1;
}
