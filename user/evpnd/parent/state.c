// SPDX-License-Identifier: GPL-2.0-only
/*
 * state.c - see state.h. One JSON document; it is replaced as a whole, so that a crash leaves the old one or
 * the new one.
 */
#include "parent/state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "timer.h"

enum { WRITE_MS = 100, SEGMENTS_MAX = 4096 };

/**
 * struct kept - one segment
 * @wish: what of it outlives a process; the rest is zero
 * @noted: by the present speaker
 */
struct kept {
	TAILQ_ENTRY(kept) entry;
	struct wish_es wish;
	bool noted;
};

struct state {
	char path[CONF_PATH_MAX];
	struct timer write;
	TAILQ_HEAD(, kept) list;
	size_t n;
	struct state_port ports[STATE_PORTS_MAX];
	size_t n_ports;
	bool failed; /* and was said */
};

static struct kept *find(const struct state *state, const struct esi *esi)
{
	struct kept *k;

	TAILQ_FOREACH(k, &state->list, entry)
		if (!esi_cmp(&k->wish.esi, esi))
			return k;
	return NULL;
}

static struct kept *add(struct state *state, const struct wish_es *wish)
{
	struct kept *k = state->n < SEGMENTS_MAX ? calloc(1, sizeof(*k)) : NULL;

	if (!k)
		return NULL;
	k->wish = *wish;
	TAILQ_INSERT_TAIL(&state->list, k, entry);
	state->n++;
	return k;
}

static void drop(struct state *state, struct kept *k)
{
	TAILQ_REMOVE(&state->list, k, entry);
	state->n--;
	free(k);
}

/* What the next process may do with a segment before it knows more: keep it closed. */
static struct wish_es lasting(const struct wish_es *wish)
{
	struct wish_es w;

	memset(&w, 0, sizeof(w));
	w.esi = wish->esi;
	memcpy(w.ifname, wish->ifname, sizeof(w.ifname));
	w.mode = wish->mode;
	w.standby = wish->standby;
	w.owner_hold_ms = wish->owner_hold_ms;
	w.allow = wish->allow;
	w.maintenance = wish->maintenance;
	return w;
}

static json_t *ports_to_json(const struct state *state)
{
	json_t *list = json_array();
	char buf[IP_STRLEN];

	for (size_t i = 0; i < state->n_ports; i++)
		json_array_append_new(list, json_pack("{s:s, s:i}", "address",
						      ip_format(&state->ports[i].address, buf),
						      "port", (int)state->ports[i].port));
	return list;
}

static json_t *to_json(const struct state *state)
{
	json_t *list = json_array();
	const struct kept *k;
	char esi[ESI_STRLEN];

	TAILQ_FOREACH(k, &state->list, entry)
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:b}", "esi",
				  esi_format(&k->wish.esi, esi), "interface", k->wish.ifname,
				  "mode", (int)k->wish.mode, "standby", (int)k->wish.standby,
				  "owner-hold-ms", (json_int_t)k->wish.owner_hold_ms, "allow",
				  (json_int_t)k->wish.allow, "maintenance", k->wish.maintenance));
	return json_pack("{s:i, s:o, s:o}", "version", 1, "segments", list, "contested",
			 ports_to_json(state));
}

static int write_file(const char *path, const char *text)
{
	char fresh[CONF_PATH_MAX + 8];
	size_t len = strlen(text);
	int fd, r = 0;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len || fdatasync(fd) < 0)
		r = errno ? -errno : -EIO;
	close(fd);
	if (!r && rename(fresh, path) < 0)
		r = -errno;
	if (r)
		unlink(fresh);
	return r;
}

static void write_now(struct state *state)
{
	json_t *json = to_json(state);
	char *text = json_dumps(json, JSON_INDENT(1));
	int r = text ? write_file(state->path, text) : -ENOMEM;

	free(text);
	json_decref(json);
	if (r && !state->failed)
		log_warning(
			"%s: %s; after a boot, segments whose ESI or device is not in the configuration are open until they are known, and a drain is not remembered",
			state->path, strerror(-r));
	state->failed = r;
}

static void on_write(void *data)
{
	write_now(data);
}

static void changed(struct state *state)
{
	if (state->path[0] && !timer_running(&state->write))
		timer_start(&state->write, WRITE_MS);
}

/* Return: whether every value can be what it says; the file may be older than this program, or edited. */
static bool from_json(const json_t *o, struct wish_es *w)
{
	const char *esi = json_string_value(json_object_get(o, "esi"));
	const char *ifname = json_string_value(json_object_get(o, "interface"));
	json_int_t mode = json_integer_value(json_object_get(o, "mode"));
	json_int_t standby = json_integer_value(json_object_get(o, "standby"));

	memset(w, 0, sizeof(*w));
	if (!esi || esi_parse(&w->esi, esi) || !ifname || !ifname[0] ||
	    strlen(ifname) >= sizeof(w->ifname))
		return false;
	if (mode < 0 || mode > CONF_PORT_ACTIVE || standby <= CONF_STANDBY_AUTO ||
	    standby > CONF_STANDBY_DOWN)
		return false;
	strcpy(w->ifname, ifname);
	w->mode = (enum conf_mode)mode;
	w->standby = (enum conf_standby)standby;
	w->owner_hold_ms = (uint32_t)json_integer_value(json_object_get(o, "owner-hold-ms"));
	w->allow = (uint32_t)json_integer_value(json_object_get(o, "allow"));
	w->maintenance = json_is_true(json_object_get(o, "maintenance"));
	return true;
}

static void read_ports(struct state *state, const json_t *list)
{
	struct state_port port;
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		const char *address = json_string_value(json_object_get(o, "address"));
		json_int_t n = json_integer_value(json_object_get(o, "port"));

		if (!address || ip_parse(&port.address, address) || n <= 0 || n > 65535) {
			log_warning("%s: contested port %zu makes no sense; it is not used",
				    state->path, i + 1);
			continue;
		}
		port.port = (uint16_t)n;
		if (state->n_ports < STATE_PORTS_MAX)
			state->ports[state->n_ports++] = port;
	}
}

static void read_file(struct state *state)
{
	json_error_t where = {};
	struct wish_es wish;
	const json_t *o;
	json_t *json;
	size_t i;

	if (access(state->path, F_OK) < 0)
		return;
	json = json_load_file(state->path, JSON_REJECT_DUPLICATES, &where);
	if (!json)
		log_warning("%s:%d: %s; what it says is not used", state->path, where.line,
			    where.text);
	json_array_foreach(json_object_get(json, "segments"), i, o) {
		if (from_json(o, &wish) && !find(state, &wish.esi))
			add(state, &wish);
		else
			log_warning("%s: segment %zu makes no sense; it is not used", state->path,
				    i + 1);
	}
	read_ports(state, json_object_get(json, "contested"));
	json_decref(json);
}

struct state *state_new(sd_event *event, const char *path)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	TAILQ_INIT(&state->list);
	timer_init(&state->write, event, 10000, on_write, state);
	snprintf(state->path, sizeof(state->path), "%s", path ? path : "");
	if (path)
		read_file(state);
	return state;
}

void state_free(struct state *state)
{
	struct kept *k;

	if (!state)
		return;
	if (timer_running(&state->write))
		write_now(state);
	timer_done(&state->write);
	while ((k = TAILQ_FIRST(&state->list)))
		drop(state, k);
	free(state);
}

void state_note(struct state *state, const struct wish_es *wish)
{
	struct kept *k = find(state, &wish->esi);
	struct wish_es w = lasting(wish);

	if (!k) {
		k = add(state, &w);
		changed(state);
	} else if (memcmp(&k->wish, &w, sizeof(w))) {
		k->wish = w;
		changed(state);
	}
	if (k)
		k->noted = true;
}

void state_forget(struct state *state, const struct esi *esi)
{
	struct kept *k = find(state, esi);

	if (!k)
		return;
	drop(state, k);
	changed(state);
}

size_t state_ports(const struct state *state, struct state_port ports[STATE_PORTS_MAX])
{
	memcpy(ports, state->ports, sizeof(state->ports));
	return state->n_ports;
}

static bool has_port(const struct state *state, const struct state_port *port)
{
	for (size_t i = 0; i < state->n_ports; i++)
		if (state->ports[i].port == port->port &&
		    ip_equal(&state->ports[i].address, &port->address))
			return true;
	return false;
}

void state_note_ports(struct state *state, const struct state_port *ports, size_t n)
{
	bool same = n == state->n_ports;

	for (size_t i = 0; i < n; i++)
		same = same && has_port(state, &ports[i]);
	if (same)
		return;
	memcpy(state->ports, ports, n * sizeof(*ports));
	state->n_ports = n;
	changed(state);
}

void state_begin(struct state *state)
{
	struct kept *k;

	TAILQ_FOREACH(k, &state->list, entry)
		k->noted = false;
}

void state_sweep(struct state *state)
{
	struct kept *k, *next;

	for (k = TAILQ_FIRST(&state->list); k; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (k->noted)
			continue;
		drop(state, k);
		changed(state);
	}
}

void state_each(const struct state *state, void (*fn)(void *data, const struct wish_es *wish),
		void *data)
{
	const struct kept *k;

	TAILQ_FOREACH(k, &state->list, entry)
		fn(data, &k->wish);
}
