// SPDX-License-Identifier: GPL-2.0-only
/*
 * complete.c - `evpnctl complete WORD...`: what the last word (which may be empty) could become. The
 * shell's completion asks here, so it knows what the parser knows, and the names that evpnd knows.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "doc.h"

static void offer(const char *candidate, const char *word)
{
	if (candidate && !strncmp(candidate, word, strlen(word)))
		puts(candidate);
}

static void offer_all(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		offer(*list, word);
}

static void offer_files(const char *dir, const char *word)
{
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			offer(entry->d_name, word);
	closedir(d);
}

/* Member @key of every element of list @list in the answer to @method; of equal ones in a row, one. */
static void offer_answers(struct app *app, const char *method, const char *list, const char *key,
			  const char *word)
{
	json_t *answer = app_try(app, method, NULL), *item;
	const char *before = "", *now;
	size_t i;

	json_array_foreach(json_object_get(answer, list), i, item) {
		now = doc_str(item, key);
		if (!now || !strcmp(now, before))
			continue;
		offer(now, word);
		before = now;
	}
	json_decref(answer);
}

static void offer_hint(struct app *app, enum param_hint hint, const char *word)
{
	switch (hint) {
	case HINT_SEGMENT:
		offer_answers(app, "es.show", "segments", "name", word);
		break;
	case HINT_PEER:
		offer_answers(app, "peer.show", "peers", "address", word);
		break;
	case HINT_GROUP:
		offer_answers(app, "member.show", "memberships", "group", word);
		break;
	case HINT_PREFIX:
		offer_answers(app, "prefix.show", "prefixes", "prefix", word);
		break;
	case HINT_INTERFACE:
		offer_files("/sys/class/net", word);
		break;
	case HINT_NETNS:
		offer_files("/run/netns", word);
		break;
	case HINT_FILE: /* the shell knows better: evpnctl.bash falls back to file names */
	case HINT_NONE:
		break;
	}
}

static void offer_value(struct app *app, const struct param *p, const char *word)
{
	static const char *const booleans[] = {"yes", "no", NULL};

	if (p->kind == PARAM_BOOL)
		offer_all(booleans, word);
	else if (p->values)
		offer_all(p->values, word);
	else
		offer_hint(app, p->hint, word);
}

static const struct param *param_by_key(const struct param *params, const char *key)
{
	for (; params && params->key; params++)
		if (params->kind != PARAM_REST && !strcmp(params->key, key))
			return params;
	return NULL;
}

/* What the next word has to be, if it is not a key: the first that is required where it stands. */
static const struct param *missing(const struct param *params, const bool *given)
{
	const struct param *p;

	for (p = params; p && p->key; p++)
		if (p->positional && p->required && !given[p - params])
			return p;
	return NULL;
}

static void complete_params(struct app *app, const struct command *cmd, int argc, char **argv)
{
	const char *word = argv[argc - 1];
	const struct param *p;
	bool given[32] = {};
	int i;

	for (i = 0; i < argc - 1; i++) {
		p = param_by_key(cmd->params, argv[i]);
		for (p = p ? p : cmd->params; p && p->key; p++)
			if (!strcmp(p->key, argv[i]) || p->kind == PARAM_REST ||
			    (p->positional && !given[p - cmd->params]))
				break;
		if (!p || !p->key)
			return;
		given[p - cmd->params] = p->kind != PARAM_REST;
		if (p->kind == PARAM_FLAG || p->kind == PARAM_REST || strcmp(p->key, argv[i]))
			continue;
		if (++i == argc - 1) {
			offer_value(app, p, word);
			return;
		}
	}
	p = missing(cmd->params, given);
	if (p) {
		offer_value(app, p, word);
		return;
	}
	for (p = cmd->params; p && p->key; p++) {
		if (given[p - cmd->params])
			continue;
		if (p->positional || p->kind == PARAM_REST)
			offer_value(app, p, word);
		if (!p->positional && p->kind != PARAM_REST)
			offer(p->key, word);
	}
}

static void complete_command(struct app *app, const struct object *object, int argc, char **argv)
{
	const struct command *cmd;
	size_t len = strlen(argv[0]);

	if (object->self) {
		complete_params(app, object->self, argc, argv);
		return;
	}
	for (cmd = object->commands; cmd->name; cmd++) {
		if (argc == 1)
			offer(cmd->name, argv[0]);
		else if (!strncmp(cmd->name, argv[0], len))
			break;
	}
	if (argc == 1)
		offer("help", argv[0]);
	else if (cmd->name)
		complete_params(app, cmd, argc - 1, argv + 1);
}

static void complete_object(struct app *app, int argc, char **argv)
{
	size_t len = strlen(argv[0]);
	int i;

	for (i = 0; objects[i]; i++) {
		if (argc == 1) {
			if (!objects[i]->hidden)
				offer(objects[i]->name, argv[0]);
		} else if (!strncmp(objects[i]->name, argv[0], len)) {
			complete_command(app, objects[i], argc - 1, argv + 1);
			return;
		}
	}
	if (argc == 1)
		offer("help", argv[0]);
}

static void complete_option(const char *word)
{
	char name[32];
	int i;

	for (i = 0; option_name(i); i++) {
		snprintf(name, sizeof(name), "--%s", option_name(i));
		offer(name, word);
	}
}

int complete(struct app *app, int argc, char **argv)
{
	char unused[CMD_ERR_LEN];
	enum param_hint hint;
	int used;

	if (argc == 0)
		return EXIT_OK;
	if (argc > 1 && option_takes_value(argv[argc - 2], &hint) && argv[argc - 2][0] == '-') {
		offer_hint(app, hint, argv[argc - 1]);
		return EXIT_OK;
	}
	used = option_parse(app, argc - 1, argv, unused);
	if (used < 0)
		return EXIT_OK;
	argc -= used;
	argv += used;
	if (argc == 1 && argv[0][0] == '-')
		complete_option(argv[0]);
	else
		complete_object(app, argc, argv);
	return EXIT_OK;
}
