// SPDX-License-Identifier: GPL-2.0-only
/* help.c - what `evpnctl help`, `evpnctl OBJECT help` and `evpnctl OBJECT COMMAND help` print */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"

enum { LINE_MAX_LEN = 79, HANG = 14 };

static void write_values(FILE *f, const struct param *p)
{
	int i;

	for (i = 0; p->values[i]; i++)
		fprintf(f, "%c%s", i ? '|' : '{', p->values[i]);
	fputc('}', f);
}

/* "NAME", "[esi ESI]", "mode {a|b}", "[local]", "[HEX]..." */
static char *param_syntax(const struct param *p, bool required)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	if (!required)
		fputc('[', f);
	if (!p->positional && p->kind != PARAM_REST)
		fputs(p->key, f);
	if (p->kind != PARAM_FLAG) {
		if (!p->positional && p->kind != PARAM_REST)
			fputc(' ', f);
		if (p->values)
			write_values(f, p);
		else
			fputs(p->kind == PARAM_BOOL ? "{yes|no}" : p->what, f);
	}
	fputs(required ? "" : "]", f);
	fputs(p->kind == PARAM_REST ? "..." : "", f);
	fclose(f);
	return text;
}

/* @brief: words that may be left out are not listed for a command that shares them with another */
static void write_syntax(FILE *f, const struct object *object, const struct command *cmd,
			 const char *lead, bool brief)
{
	int column = fprintf(f, "%s evpnctl %s", lead, object->name);
	const struct param *p;
	char *word;

	if (!object->self)
		column += fprintf(f, cmd == object->commands ? " [%s]" : " %s", cmd->name);
	brief = brief && cmd->partial;
	for (p = cmd->params; p && p->key; p++) {
		if (brief && !cmd_requires(cmd, p))
			continue;
		word = param_syntax(p, cmd_requires(cmd, p));
		if (!word)
			return;
		if (column + 1 + (int)strlen(word) > LINE_MAX_LEN)
			column = fprintf(f, "\n%*s", HANG, "") - 1;
		column += fprintf(f, " %s", word);
		free(word);
	}
	fputs(brief ? " [WORD VALUE]...\n" : "\n", f);
}

static void help_object(FILE *f, const struct object *object)
{
	const struct command *cmd = object->self ? object->self : object->commands;
	const char *lead = "Usage:";

	if (object->self) {
		write_syntax(f, object, cmd, lead, true);
		fprintf(f, "\n%s\n", object->help);
		return;
	}
	for (; cmd->name; cmd++, lead = "      ")
		write_syntax(f, object, cmd, lead, true);
	fprintf(f, "\n%s\n", object->help);
	for (cmd = object->commands; cmd->name; cmd++)
		fprintf(f, "  %-8s %s\n", cmd->name, cmd->help);
}

static void help_all(FILE *f)
{
	const struct command *cmd;
	char commands[128];
	size_t len;
	int i;

	fputs("Usage: evpnctl [OPTIONS] OBJECT [COMMAND] [WORDS]\n"
	      "       evpnctl [OPTIONS]              how it is; exit status 2 when degraded\n\n"
	      "Objects and their commands (any unambiguous prefix will do)\n",
	      f);
	for (i = 0; objects[i]; i++) {
		if (objects[i]->hidden)
			continue;
		len = 0;
		commands[0] = '\0';
		for (cmd = objects[i]->commands; cmd && cmd->name && len < sizeof(commands); cmd++)
			len += snprintf(commands + len, sizeof(commands) - len, "%s%s",
					len ? " " : "", cmd->name);
		fprintf(f, "  %-8s %-24s %s\n", objects[i]->name, commands, objects[i]->help);
	}
	fputc('\n', f);
	option_help(f);
	fputs("\nMore: evpnctl OBJECT help, evpnctl(8)\n", f);
}

void cmd_help(const struct request *req, FILE *f)
{
	if (!req->object) {
		help_all(f);
	} else if (!req->command || req->object->self) {
		help_object(f, req->object);
	} else {
		write_syntax(f, req->object, req->command, "Usage:", false);
		fprintf(f, "\n%s\n", req->command->help);
	}
}
