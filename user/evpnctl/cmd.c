// SPDX-License-Identifier: GPL-2.0-only
/* cmd.c - from words to a request; see cmd.h */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

static const char *object_name(const void *rows, int i)
{
	const struct object *const *list = rows;

	return list[i] ? list[i]->name : NULL;
}

static const char *command_name(const void *rows, int i)
{
	return ((const struct command *)rows)[i].name;
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
	return cmd_parse_params(req->command, argc, argv, req->params, err);
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
