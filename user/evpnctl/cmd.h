/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd.h - the grammar of evpnctl, as tables: objects, their commands, the words a command takes.
 * Parsing, help and completion all read the same rows, so none of them can drift from the others.
 *
 *	evpnctl [OPTIONS] OBJECT COMMAND [WORDS]
 *
 * Objects and commands may be shortened to any prefix that is unambiguous, as with ip(8).
 */
#ifndef EVPNCTL_CMD_H
#define EVPNCTL_CMD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "out.h"

/* Exit status of evpnctl. */
enum {
	EXIT_OK = 0,
	EXIT_USAGE = 1,	  /* the words make no sense */
	EXIT_REFUSED = 2, /* refused, degraded, or nobody there to answer */
};

enum { CMD_ERR_LEN = 1024 };

enum param_kind {
	PARAM_WORD,   /* "key VALUE" */
	PARAM_NUMBER, /* "key N", @min to @max */
	PARAM_BOOL,   /* "key yes" or "key no" */
	PARAM_ONE_OF, /* "key VALUE", VALUE is in @values */
	PARAM_LIST,   /* "key A,B,C", an array */
	PARAM_WORDS,  /* the same, but "key A" is a word */
	PARAM_FLAG,   /* "key" */
	PARAM_REST,   /* every word that is left, as an array; always positional */
};

/* What completion offers for a value. */
enum param_hint {
	HINT_NONE,
	HINT_SEGMENT,
	HINT_PEER,
	HINT_GROUP,
	HINT_PREFIX,
	HINT_INTERFACE,
	HINT_NETNS,
	HINT_FILE
};

/**
 * struct param - a word that a command takes
 * @key: what is typed
 * @path: where the value goes in the parameters, objects separated by '.'; NULL: @key
 * @what: how help calls the value, "ESI"
 * @values: of PARAM_ONE_OF (and of PARAM_REST when not NULL), ends with NULL
 * @positional: the value may come without @key; filled in the order of the rows
 * @required: the command is refused without it
 */
struct param {
	const char *key;
	const char *path;
	enum param_kind kind;
	const char *what;
	const char *const *values;
	long long min, max;
	enum param_hint hint;
	bool positional;
	bool required;
};

struct app;

/**
 * struct command - a command of an object
 * @help: a few words, without full stop
 * @params: ends with a row without @key; NULL: none
 * @partial: of the required words only the positional ones are
 * @method: of the control socket (Documentation/control-socket.rst); NULL when @run does it all
 * @print: the answer as text; NULL: print the answer's "message", or nothing
 * @run: instead of asking @method and printing the answer. Return: the exit status
 */
struct command {
	const char *name;
	const char *help;
	const struct param *params;
	bool partial;
	const char *method;
	out_print_fn print;
	int (*run)(struct app *app, json_t *params);
};

/**
 * struct object - the first word
 * @commands: ends with a row without name; the first is the default when none is typed
 * @self: the object is a command of its own ("evpnctl decode HEX"); @commands is NULL then
 * @hidden: not in the help
 */
struct object {
	const char *name;
	const char *help;
	const struct command *commands;
	const struct command *self;
	bool hidden;
};

/* One row each, in the order in which help shows them: cmd_NAME.c defines object_NAME. */
#define OBJECTS(OBJECT) \
	OBJECT(es)      \
	OBJECT(df)      \
	OBJECT(neigh)   \
	OBJECT(member)  \
	OBJECT(prefix)  \
	OBJECT(flood)   \
	OBJECT(peer)    \
	OBJECT(bfd)     \
	OBJECT(icc)     \
	OBJECT(route)   \
	OBJECT(kernel)  \
	OBJECT(config)  \
	OBJECT(monitor) \
	OBJECT(trace)   \
	OBJECT(decode)  \
	OBJECT(check)   \
	OBJECT(metrics) \
	OBJECT(log)     \
	OBJECT(version)

#define OBJECT_DECLARE(name) extern const struct object object_##name;
OBJECTS(OBJECT_DECLARE)
extern const struct param one_prefix_params[]; /* cmd_prefix.c: of prefix.why and prefix.trace */
extern const struct command command_summary;

/** objects - all of them, in the order of the help; ends with NULL */
extern const struct object *const objects[];

/**
 * struct request - what was asked for
 * @object: NULL: the summary
 * @command: never NULL unless @help
 * @params: new reference, an object
 * @help: "help" was among the words: of everything, of @object, or of @command
 */
struct request {
	const struct object *object;
	const struct command *command;
	json_t *params;
	bool help;
};

/**
 * cmd_parse() - words to request
 * @err: on error a sentence that says what would have been valid
 *
 * Return: 0, or -1.
 */
int cmd_parse(int argc, char **argv, struct request *req, char err[CMD_ERR_LEN]);

/** cmd_requires() - @cmd is refused without a value for @p */
static inline bool cmd_requires(const struct command *cmd, const struct param *p)
{
	return p->required && (p->positional || !cmd->partial);
}

/**
 * cmd_parse_params() - the words after a command
 * @out: result, an object that they are put into
 * @err: on error a sentence
 *
 * Return: 0, or -1.
 */
int cmd_parse_params(const struct command *cmd, int argc, char **argv, json_t *out,
		     char err[CMD_ERR_LEN]);

/** cmd_help() - the help a request with @help asks for */
void cmd_help(const struct request *req, FILE *f);

/**
 * cmd_word() - which row does a word mean?
 * @word: exact, or an unambiguous prefix
 * @name: the name of row @i, NULL after the last one
 * @kind: "object", for the sentence in @err
 *
 * Return: the row's index, or -1 with @err filled in.
 */
int cmd_word(const char *word, const char *(*name)(const void *rows, int i), const void *rows,
	     const char *kind, char err[CMD_ERR_LEN]);

/** cmd_say_unknown() - "unknown KIND "WORD"; did you mean "…"? Valid: …" into @err */
void cmd_say_unknown(char err[CMD_ERR_LEN], const char *word, const char *kind,
		     const char *(*name)(const void *rows, int i), const void *rows);

/** cmd_nearest() - the row that a mistyped word is closest to, NULL when none is close */
const char *cmd_nearest(const char *word, const char *(*name)(const void *rows, int i),
			const void *rows);

/** cmd_string_name() - for cmd_word() and cmd_nearest(): @rows is an array of strings that ends with NULL */
const char *cmd_string_name(const void *rows, int i);

/* complete.c */

/** complete() - print the candidates for the last of the words, one a line */
int complete(struct app *app, int argc, char **argv);

#endif
