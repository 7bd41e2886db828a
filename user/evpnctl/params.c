// SPDX-License-Identifier: GPL-2.0-only
/* params.c - the words after a command, to the parameters of its method; see cmd.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

enum { PATH_PART_MAX = 64, PARAMS_MAX = 32 };

/*
 * Puts @value (stolen) at "a.b.c" below @root. Two words may lead to the same place ("esi 00:11:…"
 * and "es-id 1"): then only one of them may be there.
 */
static bool put(json_t *root, const struct param *p, json_t *value, char err[CMD_ERR_LEN])
{
	const char *path = p->path ? p->path : p->key, *dot;
	char part[PATH_PART_MAX];
	json_t *child;

	while (json_is_object(root) && (dot = strchr(path, '.'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(dot - path), path);
		child = json_object_get(root, part);
		if (!child) {
			child = json_object();
			json_object_set_new(root, part, child);
		}
		root = child;
		path = dot + 1;
	}
	if (!json_is_object(root) || json_object_get(root, path)) {
		snprintf(err, CMD_ERR_LEN, "\"%s\" says otherwise what another word has said",
			 p->key);
		json_decref(value);
		return false;
	}
	if (json_object_set_new(root, path, value))
		out_of_memory();
	return true;
}

static json_t *text(const struct param *p, const char *word, size_t len, char err[CMD_ERR_LEN])
{
	json_t *v = json_stringn(word, len);

	if (!v)
		snprintf(err, CMD_ERR_LEN, "%s: the value is not valid UTF-8 text", p->key);
	return v;
}

static json_t *list_of(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	json_t *list = json_array(), *v;
	size_t len;

	for (; *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		v = text(p, word, len, err);
		if (!v) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, v);
	}
	return list;
}

static json_t *one_of(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	int i;

	for (i = 0; p->values[i]; i++)
		if (!strcmp(p->values[i], word))
			return json_string(word);
	cmd_say_unknown(err, word, p->key, cmd_string_name, p->values);
	return NULL;
}

static json_t *number(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(word, &end, 10);
	if (!*word || *end) {
		snprintf(err, CMD_ERR_LEN, "%s: \"%.40s\" is not a number", p->key, word);
		return NULL;
	}
	if (errno || n < p->min || n > p->max) {
		snprintf(err, CMD_ERR_LEN, "%s: %.40s is out of range, %lld to %lld", p->key, word,
			 p->min, p->max);
		return NULL;
	}
	return json_integer(n);
}

static json_t *boolean(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	static const char *const yes[] = {"yes", "true", "on", NULL};
	static const char *const no[] = {"no", "false", "off", NULL};
	int i;

	for (i = 0; yes[i]; i++) {
		if (!strcmp(word, yes[i]))
			return json_true();
		if (!strcmp(word, no[i]))
			return json_false();
	}
	snprintf(err, CMD_ERR_LEN, "%s: \"%.40s\" is neither yes nor no", p->key, word);
	return NULL;
}

static json_t *param_value(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	switch (p->kind) {
	case PARAM_NUMBER:
		return number(p, word, err);
	case PARAM_BOOL:
		return boolean(p, word, err);
	case PARAM_ONE_OF:
		return one_of(p, word, err);
	case PARAM_WORDS:
		if (!strchr(word, ','))
			break;
		return list_of(p, word, err);
	case PARAM_LIST:
		return list_of(p, word, err);
	case PARAM_FLAG:
		return json_true();
	case PARAM_REST:
		return p->values ? one_of(p, word, err) : text(p, word, strlen(word), err);
	case PARAM_WORD:
		break;
	}
	return text(p, word, strlen(word), err);
}

/*
 * Which row does a word belong to: the key itself, else the next place for a value without its key.
 * @given: bit N: row N has its value
 */
static const struct param *param_of(const struct param *params, const char *word,
				    unsigned int given)
{
	const struct param *p;

	for (p = params; p && p->key; p++)
		if (p->kind != PARAM_REST && !strcmp(p->key, word))
			return p;
	for (p = params; p && p->key; p++) {
		bool taken = given & 1u << (p - params);

		/* a mistyped option is no name; one of a program is its own */
		if (word[0] == '-' && !(p->kind == PARAM_REST && !p->values && taken))
			continue;
		if (p->kind == PARAM_REST || (p->positional && !taken))
			return p;
	}
	return NULL;
}

/* What is still possible are the keys that are not taken. */
static void say_unknown_param(const struct param *params, const char *word, unsigned int given,
			      char err[CMD_ERR_LEN])
{
	const char *left[PARAMS_MAX + 1];
	const struct param *p;
	int n = 0;

	for (p = params; p && p->key; p++)
		if (!(given & 1u << (p - params)))
			left[n++] = p->key;
	left[n] = NULL;
	if (n)
		cmd_say_unknown(err, word, "word", cmd_string_name, left);
	else
		snprintf(err, CMD_ERR_LEN, "unknown word \"%.40s\"; nothing more is expected",
			 word);
}

/* One more word of PARAM_REST. Return: as take_param() */
static int append(json_t *out, const struct param *p, json_t *value, char err[CMD_ERR_LEN])
{
	const char *path = p->path ? p->path : p->key;

	if (!json_object_get(out, path) && !put(out, p, json_array(), err)) {
		json_decref(value);
		return 0;
	}
	json_array_append_new(json_object_get(out, path), value);
	return 1;
}

/* One word, or a key and its value. Return: how many words were used, 0 on error. */
static int take_param(const struct command *cmd, int argc, char **argv, json_t *out,
		      unsigned int *given, char err[CMD_ERR_LEN])
{
	const struct param *p = param_of(cmd->params, argv[0], *given);
	bool keyed;
	json_t *v;

	if (!p) {
		say_unknown_param(cmd->params, argv[0], *given, err);
		return 0;
	}
	keyed = p->kind != PARAM_REST && p->kind != PARAM_FLAG && !strcmp(p->key, argv[0]);
	if (p->kind != PARAM_REST && *given & 1u << (p - cmd->params)) {
		snprintf(err, CMD_ERR_LEN, "\"%s\" is there twice", p->key);
		return 0;
	}
	if (keyed && argc < 2) {
		snprintf(err, CMD_ERR_LEN, "%s: %s is missing after it", p->key, p->what);
		return 0;
	}
	v = param_value(p, argv[keyed], err);
	if (!v)
		return 0;
	*given |= 1u << (p - cmd->params);
	if (p->kind == PARAM_REST)
		return append(out, p, v, err);
	return put(out, p, v, err) ? 1 + keyed : 0;
}

int cmd_parse_params(const struct command *cmd, int argc, char **argv, json_t *out,
		     char err[CMD_ERR_LEN])
{
	const struct param *p;
	unsigned int given = 0;
	int used;

	for (; argc > 0; argc -= used, argv += used) {
		used = take_param(cmd, argc, argv, out, &given, err);
		if (!used)
			return -1;
	}
	for (p = cmd->params; p && p->key; p++) {
		if (!cmd_requires(cmd, p) || given & 1u << (p - cmd->params))
			continue;
		snprintf(err, CMD_ERR_LEN,
			 p->positional ? "%s is missing" : "\"%2$s %1$s\" is missing", p->what,
			 p->key);
		return -1;
	}
	return 0;
}
