/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * app.h - one run of evpnctl: its options, its way to evpnd, its output.
 */
#ifndef EVPNCTL_APP_H
#define EVPNCTL_APP_H

#include "cmd.h"
#include "out.h"

enum { APP_PATIENCE_S = 30 };

/**
 * struct app - the options and what follows from them
 * @socket: --socket; NULL: found by app_socket_path()
 * @netns: -n; the process has entered it
 * @patience_s: how long evpnd may take to answer, seconds
 */
struct app {
	struct out out;
	const char *socket;
	const char *netns;
	unsigned int patience_s;
	const struct object *object;
	const struct command *command;
};

/* option.c */

/**
 * option_parse() - the options before the object
 * @err: on error a sentence
 *
 * Return: how many words they took, or -1. "-V" and "-h" come out as words: "version", "help".
 */
int option_parse(struct app *app, int argc, char **argv, char err[CMD_ERR_LEN]);

/** option_help() - print what options there are */
void option_help(FILE *f);

/** option_name() - for completion: the name of option @i without dashes, NULL after the last */
const char *option_name(int i);

/** option_takes_value() - the word after this option belongs to it; @hint says what it is */
bool option_takes_value(const char *word, enum param_hint *hint);

/* call.c */

/** app_socket_path() - where evpnd listens; the caller frees */
char *app_socket_path(const struct app *app);

/**
 * app_call() - ask evpnd; prints the sentence when it refuses or is not there
 * @params: borrowed, may be NULL
 * @status: result when NULL is returned: the exit status
 *
 * Return: the answer's "result", a new reference, or NULL.
 */
json_t *app_call(struct app *app, const char *method, json_t *params, int *status);

/** app_try() - like app_call(), silent: for completion */
json_t *app_try(struct app *app, const char *method, json_t *params);

/** app_monitor() - events until evpnd closes or @event returns false; the exit status */
int app_monitor(struct app *app, json_t *params, bool (*event)(struct app *app, const json_t *ev));

/** app_refuse() - print "es add: sentence" on stderr. Return: EXIT_REFUSED */
__attribute__((format(printf, 2, 3))) int app_refuse(const struct app *app, const char *fmt, ...);

/** app_ask() - the ordinary course: ask the command's method, print the answer. Return: the exit status */
int app_ask(struct app *app, json_t *params);

/** app_run() - carry out a request. Return: the exit status */
int app_run(struct app *app, const struct request *req);

/** app_main() - all of main() */
int app_main(int argc, char **argv);

#endif
