// SPDX-License-Identifier: GPL-2.0-only
/* option.c - the options before the object, with the letters of bridge(8) */
#include <errno.h>
#include <string.h>

#include "app.h"
#include "ctl.h"

enum option_id {
	OPT_JSON,
	OPT_PRETTY,
	OPT_DETAILS,
	OPT_STATISTICS,
	OPT_TIMESTAMP,
	OPT_ONELINE,
	OPT_COLOR,
	OPT_NETNS,
	OPT_SOCKET,
	OPT_HELP,
	OPT_VERSION,
	N_ROWS,
};

/* @value: how help calls the value, NULL for none; "=" in front: optional and attached */
static const struct option_row {
	const char *name;
	char letter;
	const char *value;
	enum param_hint hint;
	const char *help;
} rows[N_ROWS] = {
	[OPT_JSON] = {"json", 'j', NULL, HINT_NONE, "JSON"},
	[OPT_PRETTY] = {"pretty", 'p', NULL, HINT_NONE, "JSON, indented"},
	[OPT_DETAILS] = {"details", 'd', NULL, HINT_NONE, "more of everything"},
	[OPT_STATISTICS] = {"statistics", 's', NULL, HINT_NONE, "counters"},
	[OPT_TIMESTAMP] = {"timestamp", 't', NULL, HINT_NONE, "monitor: when it happened"},
	[OPT_ONELINE] = {"oneline", 'o', NULL, HINT_NONE, "each record on one line"},
	[OPT_COLOR] = {"color", 'c', "=auto|always|never", HINT_NONE,
		       "colour; auto: on a terminal without NO_COLOR"},
	[OPT_NETNS] = {"netns", 'n', "NAME", HINT_NETNS,
		       "evpnd and kernel of that network namespace"},
	[OPT_SOCKET] = {"socket", 0, "PATH", HINT_FILE, "where evpnd listens"},
	[OPT_HELP] = {"help", 'h', NULL, HINT_NONE, "this text"},
	[OPT_VERSION] = {"Version", 'V', NULL, HINT_NONE, "version of evpnctl and of evpnd"},
};

static const char *row_name(const void *unused, int i)
{
	return i < N_ROWS ? rows[i].name : NULL;
}

/* The row that "-j", "-json", "--json", "-js" or "--color=always" means; -1 with a sentence. */
static int find_row(const char *word, char err[CMD_ERR_LEN])
{
	char name[64];
	const char *s = word + 1 + (word[1] == '-');
	int i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(s, "="), s);
	for (i = 0; i < N_ROWS; i++)
		if (rows[i].letter && name[0] == rows[i].letter && !name[1])
			return i;
	if (!strcmp(name, "colour"))
		snprintf(name, sizeof(name), "color");
	if (!strcmp(name, "version"))
		snprintf(name, sizeof(name), "Version");
	if (!strcmp(name, "stats"))
		snprintf(name, sizeof(name), "statistics");
	return cmd_word(name, row_name, NULL, "option", err);
}

static int set_color(struct app *app, const char *word, char err[CMD_ERR_LEN])
{
	const char *value = strchr(word, '=');

	if (!value || !strcmp(value, "=always"))
		out_set_color(&app->out, OUT_COLOR_ALWAYS);
	else if (!strcmp(value, "=auto"))
		out_set_color(&app->out, OUT_COLOR_AUTO);
	else if (!strcmp(value, "=never"))
		out_set_color(&app->out, OUT_COLOR_NEVER);
	else {
		snprintf(err, CMD_ERR_LEN, "%s: the value is auto, always or never", word);
		return -1;
	}
	return 0;
}

/* Return: words used, or -1 */
/* As ip-netns(8) and evpnd -n take it; another name would lead to another evpnd's socket, or to none. */
static bool netns_ok(const char *name, char err[CMD_ERR_LEN])
{
	char path[CTL_PATH_LEN];

	if (!*name || *name == '.' || strchr(name, '/')) {
		snprintf(err, CMD_ERR_LEN,
			 "option --netns: \"%.40s\" is no name of a network namespace", name);
		return false;
	}
	if (ctl_path(path, name)) {
		snprintf(
			err, CMD_ERR_LEN,
			"option --netns: \"%.40s...\": %zu characters; the path of a socket has no room for as many",
			name, strlen(name));
		return false;
	}
	return true;
}

static int apply(struct app *app, const struct option_row *row, int argc, char **argv,
		 char err[CMD_ERR_LEN])
{
	const char *value = strchr(argv[0], '=');
	int used = 1;

	if (row->value && *row->value != '=') {
		if (value) {
			value++;
		} else if (argc > 1) {
			value = argv[1];
			used = 2;
		} else {
			snprintf(err, CMD_ERR_LEN, "option %s: %s is missing after it", argv[0],
				 row->value);
			return -1;
		}
	} else if (value && !row->value) {
		snprintf(err, CMD_ERR_LEN, "option \"%.40s\" takes no value", argv[0]);
		return -1;
	}
	switch (row - rows) {
	case OPT_JSON:
		app->out.json = true;
		break;
	case OPT_PRETTY:
		app->out.json = app->out.pretty = true;
		break;
	case OPT_DETAILS:
		app->out.details = true;
		break;
	case OPT_TIMESTAMP:
		app->out.timestamp = true;
		break;
	case OPT_ONELINE:
		app->out.oneline = true;
		break;
	case OPT_COLOR:
		return set_color(app, argv[0], err) ? -1 : 1;
	case OPT_NETNS:
		if (!netns_ok(value, err))
			return -1;
		app->netns = value;
		break;
	case OPT_SOCKET:
		app->socket = value;
		break;
	case OPT_STATISTICS:
		app->out.stats = true;
		break;
	}
	return used;
}

int option_parse(struct app *app, int argc, char **argv, char err[CMD_ERR_LEN])
{
	static char help[] = "help", version[] = "version";
	int i = 0, row, used;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		if (!strcmp(argv[i], "--"))
			return i + 1;
		row = find_row(argv[i], err);
		if (row < 0)
			return -1;
		if (row == OPT_HELP || row == OPT_VERSION) {
			argv[i] = row == OPT_HELP ? help : version;
			return i;
		}
		used = apply(app, &rows[row], argc - i, argv + i, err);
		if (used < 0)
			return -1;
		i += used;
	}
	return i;
}

void option_help(FILE *f)
{
	char words[64];
	int i, n;

	fputs("Options, before the object\n", f);
	for (i = 0; i < N_ROWS; i++) {
		const struct option_row *r = &rows[i];
		bool attached = r->value && *r->value == '=';

		n = r->letter ? snprintf(words, sizeof(words), "-%c, ", r->letter) :
				snprintf(words, sizeof(words), "    ");
		snprintf(words + n, sizeof(words) - n, "--%s%s%s%s", r->name,
			 attached ? "[" :
			 r->value ? " " :
				    "",
			 r->value ? r->value : "", attached ? "]" : "");
		fprintf(f, "  %-32s %s\n", words, r->help);
	}
}

const char *option_name(int i)
{
	return row_name(NULL, i);
}

bool option_takes_value(const char *word, enum param_hint *hint)
{
	char unused[CMD_ERR_LEN];
	int row = strchr(word, '=') ? -1 : find_row(word, unused);

	if (row < 0 || !rows[row].value || *rows[row].value == '=')
		return false;
	*hint = rows[row].hint;
	return true;
}
