// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_decode.c - evpnctl decode: a BGP message, or a stream of path attributes, in hexadecimal, to
 * JSON. Needs neither daemon nor module.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "bgp_json.h"
#include "doc.h"

static const struct param params[] = {
	{.key = "--attributes", .path = "attributes", .kind = PARAM_FLAG},
	{.key = "hex", .kind = PARAM_REST, .what = "HEX"},
	{},
};

static void read_stdin(FILE *text)
{
	char buf[4096];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		fwrite(buf, 1, n, text);
}

/* All the words, or standard input when there are none; the caller frees. */
static char *collect(const json_t *words)
{
	char *text = NULL;
	const json_t *w;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		out_of_memory();
	json_array_foreach(words, i, w)
		fprintf(f, "%s ", json_string_value(w));
	if (!json_array_size(words))
		read_stdin(f);
	if (fclose(f))
		out_of_memory();
	return text;
}

static int decode(struct app *app, const char *text, bool attributes)
{
	u8 *bytes = malloc(strlen(text) / 2 + 1);
	char reason[CMD_ERR_LEN];
	json_t *doc;
	size_t len;

	if (!bytes)
		out_of_memory();
	if (bgp_hex_parse(text, bytes, &len, reason, sizeof(reason))) {
		fprintf(stderr, "decode: %s\n", reason);
		free(bytes);
		return EXIT_USAGE;
	}
	doc = bgp_json_decode(bytes, len, attributes, NULL);
	free(bytes);
	if (!doc)
		out_of_memory();
	if (isatty(fileno(app->out.f)))
		app->out.pretty = true;
	out_json(&app->out, doc);
	json_decref(doc);
	return EXIT_OK;
}

static int run_decode(struct app *app, json_t *p)
{
	char *text = collect(doc_get(p, "hex"));
	int status;

	if (text[strspn(text, " \t\r\n")]) {
		status = decode(app, text, doc_true(p, "attributes"));
	} else {
		fputs("decode: no octets; give them in hexadecimal, as words or on standard input\n",
		      stderr);
		status = EXIT_USAGE;
	}
	free(text);
	return status;
}

static const struct command command_decode = {
	.name = "decode",
	.params = params,
	.run = run_decode,
};

const struct object object_decode = {
	.name = "decode",
	.help = "a BGP message in hexadecimal, to JSON (offline)",
	.self = &command_decode,
};
