// SPDX-License-Identifier: GPL-2.0
/* cmd.c - from words to a request; see cmd.h */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

enum { WORD_MAX = 64, PARAMS_MAX = 32 };

static const char *object_name(const void *rows, int i)
{
	const struct object *const *list = rows;

	return list[i] ? list[i]->name : NULL;
}

static const char *command_name(const void *rows, int i)
{
	return ((const struct command *)rows)[i].name;
}

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

static void say_unknown(char err[CMD_ERR_LEN], const char *word, const char *kind,
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
		say_unknown(err, word, kind, name, rows);
	return -1;
}

/*
 * Puts @value (stolen) at "a.b.c" below @root. Two words may lead to the same place ("esi 00:11:…"
 * and "es-id 1"): then only one of them may be there.
 */
static bool put(json_t *root, const struct param *p, json_t *value, char err[CMD_ERR_LEN])
{
	const char *path = p->path ? p->path : p->key, *dot;
	char part[WORD_MAX];
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

static json_t *list_of(const char *word)
{
	json_t *list = json_array();
	size_t len;

	for (; *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		if (len)
			json_array_append_new(list, json_stringn(word, len));
	}
	return list;
}

static json_t *one_of(const struct param *p, const char *word, char err[CMD_ERR_LEN])
{
	int i;

	for (i = 0; p->values[i]; i++)
		if (!strcmp(p->values[i], word))
			return json_string(word);
	say_unknown(err, word, p->key, cmd_string_name, p->values);
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
	json_t *v;

	switch (p->kind) {
	case PARAM_NUMBER:
		return number(p, word, err);
	case PARAM_BOOL:
		return boolean(p, word, err);
	case PARAM_ONE_OF:
		return one_of(p, word, err);
	case PARAM_LIST:
		return list_of(word);
	case PARAM_FLAG:
		return json_true();
	case PARAM_REST:
		if (p->values)
			return one_of(p, word, err);
		break;
	case PARAM_WORD:
		break;
	}
	v = json_string(word);
	if (!v)
		snprintf(err, CMD_ERR_LEN, "%s: the value is not valid UTF-8 text", p->key);
	return v;
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
	if (word[0] == '-') /* a mistyped option is no name */
		return NULL;
	for (p = params; p && p->key; p++)
		if (p->kind == PARAM_REST || (p->positional && !(given & 1u << (p - params))))
			return p;
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
		say_unknown(err, word, "word", cmd_string_name, left);
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

static int parse_params(const struct command *cmd, int argc, char **argv, json_t *out,
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

static bool is_help(int argc, char **argv)
{
	return argc > 0 &&
	       (!strcmp(argv[0], "help") || !strcmp(argv[0], "-h") || !strcmp(argv[0], "--help"));
}

/* "es: " or "es show: " in front of a sentence. */
static void prefix(const struct request *req, char err[CMD_ERR_LEN])
{
	const char *command = req->command && !req->object->self ? req->command->name : NULL;
	char *text = strdup(err);

	if (!text)
		out_of_memory();
	snprintf(err, CMD_ERR_LEN, "%s%s%s: %s", req->object->name, command ? " " : "",
		 command ? command : "", text);
	free(text);
}

static int parse_command(int argc, char **argv, struct request *req, char err[CMD_ERR_LEN])
{
	const struct object *object = req->object;
	int i;

	if (object->self || argc == 0) {
		req->command = object->self ? object->self : object->commands;
	} else if (is_help(argc, argv)) {
		req->help = true;
		return 0;
	} else {
		i = cmd_word(argv[0], command_name, object->commands, "command", err);
		if (i < 0)
			return -1;
		req->command = &object->commands[i];
		argc--;
		argv++;
	}
	if (is_help(argc, argv)) {
		req->help = true;
		return 0;
	}
	return parse_params(req->command, argc, argv, req->params, err);
}

int cmd_parse(int argc, char **argv, struct request *req, char err[CMD_ERR_LEN])
{
	int i;

	*req = (struct request){.params = json_object(), .command = &command_summary};
	if (argc == 0)
		return 0;
	if (is_help(argc, argv)) {
		req->help = true;
		req->command = NULL;
		argc--;
		argv++;
		if (argc == 0)
			return 0;
	}
	i = cmd_word(argv[0], object_name, objects, "object", err);
	if (i < 0)
		return -1;
	req->object = objects[i];
	req->command = NULL;
	if (req->help)
		return 0;
	if (!parse_command(argc - 1, argv + 1, req, err))
		return 0;
	prefix(req, err);
	return -1;
}
