// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets from a client of the control socket, and any octets from a speaker as the answer to it,
 * against the parent's own server and methods: every line that comes back is one JSON object, and the
 * running configuration stays one.
 *
 * The input is cut at octets 0xff: the pieces are by turns what the client says and what the speaker
 * answers to the oldest question.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "log.h"
#include "parent/parent_priv.h"

static struct parent p;
static struct parent_options options = {.conf_path = "/dev/null"};
static int speaker = -1;

static void check(int ok)
{
	if (!ok)
		abort();
}

static void on_kernel(void *data, const struct fact_kernel *fact)
{
}

static void on_es(void *data, const struct fact_es *fact)
{
}

static void on_result(void *data, const struct es_result *result)
{
}

static void on_neighs(void *data, enum ipc_type type, const void *body, uint32_t len)
{
}

static const struct kern_ops kern_ops = {
	.kernel = on_kernel, .es = on_es, .result = on_result, .neighs = on_neighs};

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	if (fd >= 0)
		close(fd);
	if (hdr->type == IPC_ANSWER)
		relay_piece(p.relay, hdr, body);
}

static void on_closed(void *data)
{
}

static void on_link(void *data, const struct fact_link *now, const struct fact_link *before)
{
}

static void on_link_gone(void *data, const struct fact_link *last)
{
}

static const struct links_ops links_ops = {
	.changed = on_link, .gone = on_link_gone, .follow = parent_conf_follows};

static struct conf_file *a_conf(void)
{
	static const char text[] =
		"router-id: 192.0.2.1\nas: 65000\nport: 0\nsegments:\n"
		"  - {name: a, interface: e0, esi: {lacp: auto}, mode: port-active}\n";
	struct conf_errors errors = {};

	return conf_parse_text(text, sizeof(text) - 1, &errors);
}

static void start(int *client)
{
	int pair[2];

	if (!p.event) {
		check(sd_event_new(&p.event) >= 0);
		p.options = &options;
		p.sockets = sockets_new();
		p.kern = kern_new(p.event, &kern_ops, NULL);
		p.state = state_new(p.event, NULL);
		check(p.kern && p.state);
	}
	log_set_level(LOG_LEVEL_ERROR);
	p.conf = a_conf();
	if (!p.links)
		p.links = links_new(p.event, &links_ops, &p);
	if (!p.forget)
		p.forget = forget_new(p.event, p.links);
	check(p.forget != NULL);
	p.relay = relay_new();
	p.ctl = ctl_server_new(p.event, -1, &parent_ctl_ops, &p);
	check(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair));
	speaker = pair[0];
	p.ipc = ipc_new(p.event, pair[1], on_message, on_closed, NULL);
	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	*client = pair[0];
	check(!ctl_server_add(p.ctl, pair[1]));
}

static void stop(int client)
{
	char *yaml = conf_yaml(p.conf);
	struct conf_errors errors = {};
	struct conf_file *again = conf_parse_text(yaml, strlen(yaml), &errors);

	check(again != NULL);
	conf_file_free(again);
	conf_errors_free(&errors);
	free(yaml);
	close(client);
	close(speaker);
	relay_fail(p.relay, "the end");
	ctl_server_free(p.ctl);
	relay_free(p.relay);
	ipc_free(p.ipc);
	conf_file_free(p.conf);
}

static void run(void)
{
	while (sd_event_run(p.event, 0) > 0)
		;
}

/* Whatever an answer holds, it begins with the id and ends with the line. */
static void read_lines(struct ctl_lines *lines, int client, bool from_speaker)
{
	size_t room, len;
	ssize_t n;
	char *to, *line;

	while ((to = ctl_lines_room(lines, 65536, &room)) && (n = recv(client, to, room, 0)) > 0) {
		ctl_lines_put(lines, (size_t)n);
		run();
	}
	while (ctl_lines_next(lines, &line, &len) == 1) {
		json_t *json = json_loadb(line, len, 0, NULL);

		check(len && line[0] == '{');
		/* a lying speaker may answer what is no JSON, but not more than one line of it */
		check(from_speaker || json_is_object(json));
		json_decref(json);
	}
}

/* Answers the oldest question that waits, or sends the octets as a message of their own. */
static void speak(const uint8_t *data, size_t size)
{
	static char query[IPC_MSG_MAX], answer[IPC_MSG_MAX];
	struct ipc_hdr hdr = {.type = IPC_ANSWER};
	struct ipc_text head = {};
	ssize_t n;

	while ((n = recv(speaker, query, sizeof(query), 0)) > 0) {
		memcpy(&hdr, query, sizeof(hdr));
		if (hdr.type == IPC_QUERY)
			memcpy(&head, query + sizeof(hdr), sizeof(head));
	}
	if (size > 4096)
		size = 4096;
	hdr.type = IPC_ANSWER;
	hdr.len = (uint32_t)(sizeof(head) + size);
	head.more = size && data[0] == 'm';
	memcpy(answer, &hdr, sizeof(hdr));
	memcpy(answer + sizeof(hdr), &head, sizeof(head));
	memcpy(answer + sizeof(hdr) + sizeof(head), data, size);
	send(speaker, answer, sizeof(hdr) + hdr.len, MSG_NOSIGNAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_lines lines = {};
	bool from_speaker = false;
	int client, turn = 0;

	start(&client);
	while (size) {
		const uint8_t *cut = memchr(data, 0xff, size);
		size_t n = cut ? (size_t)(cut - data) : size;

		if (turn++ & 1) {
			speak(data, n);
			from_speaker = true;
		} else if (n) {
			send(client, data, n, MSG_NOSIGNAL);
		}
		run();
		read_lines(&lines, client, from_speaker);
		data += n + !!cut;
		size -= n + !!cut;
	}
	ctl_lines_free(&lines);
	stop(client);
	return 0;
}
