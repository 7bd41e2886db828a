// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_print.c - a tree of nodes as canonical YAML.
 *
 * Lists of words are written in brackets, and so are maps of words below the second level; the rest
 * is indented. Words that another reader of YAML 1.1 would take for something else are quoted.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/node.h"

/* "yes", "1e3", "12:30:45" (a number to base 60!), "~": a word, but not for everybody */
static bool looks_like_another_type(const char *s)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on",
					    "off", "y",	 "n",	 "null",  "~"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(s, words[i]))
			return true;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return strspn(s + 2, "0123456789abcdefABCDEF_") == strlen(s + 2);
	if (strspn(s, "0123456789.:_eE+-xX") != strlen(s))
		return false;
	/* neither an address nor a range */
	return !(strchr(s, '.') != strrchr(s, '.') || strchr(s + 1, '-'));
}

static bool needs_quotes(const struct node *n)
{
	const char *s = n->text;

	if (n->scalar != NODE_TEXT)
		return false;
	if (!s[0] || looks_like_another_type(s))
		return true;
	if (strchr("-?:,[]{}#&*!|>'\"%@` ", s[0]) || s[strlen(s) - 1] == ' ' ||
	    s[strlen(s) - 1] == ':')
		return true;
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f || strchr(",[]{}\"\\", *s) ||
		    (*s == ':' && s[1] == ' ') || (*s == ' ' && s[1] == '#'))
			return true;
	return false;
}

static void put_scalar(FILE *f, const struct node *n)
{
	if (!needs_quotes(n)) {
		fputs(n->text, f);
		return;
	}
	fputc('"', f);
	for (const char *s = n->text; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void put_flow(FILE *f, const struct node *n)
{
	const struct node *child;
	const char *sep = "";

	if (n->kind == NODE_SCALAR) {
		put_scalar(f, n);
		return;
	}
	fputc(n->kind == NODE_MAP ? '{' : '[', f);
	STAILQ_FOREACH(child, &n->children, entry)
	{
		fputs(sep, f);
		sep = ", ";
		if (n->kind == NODE_MAP)
			fprintf(f, "%s: ", child->key);
		put_flow(f, child);
	}
	fputc(n->kind == NODE_MAP ? '}' : ']', f);
}

/* A list of maps at the top, and the maps in it, take lines of their own. */
static void put_items(FILE *f, const struct node *list)
{
	const struct node *item, *child;

	STAILQ_FOREACH(item, &list->children, entry)
	{
		const char *lead = "  - ";

		STAILQ_FOREACH(child, &item->children, entry)
		{
			fprintf(f, "%s%s: ", lead, child->key);
			put_flow(f, child);
			fputc('\n', f);
			lead = "    ";
		}
	}
}

static bool is_list_of_maps(const struct node *n)
{
	const struct node *first = STAILQ_FIRST(&n->children);

	return n->kind == NODE_LIST && first && first->kind == NODE_MAP;
}

char *node_to_yaml(const struct node *node)
{
	const struct node *child;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	STAILQ_FOREACH(child, &node->children, entry)
	{
		if (is_list_of_maps(child)) {
			fprintf(f, "%s:\n", child->key);
			put_items(f, child);
		} else {
			fprintf(f, "%s: ", child->key);
			put_flow(f, child);
			fputc('\n', f);
		}
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
