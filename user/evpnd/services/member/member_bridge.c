// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_bridge.c - groups of a segment that is a port of a bridge. A bridge that looks who wants a group
 * sends it to no other port, so what other PEs have heard goes into its multicast database.
 *
 * A port has one entry for a group, whoever has put it there. While other PEs want the group the entry says
 * what they and the hosts here want together, and stays; when they do not any more it is left to the bridge
 * with what the hosts here want, and ages there as if the bridge had heard them. So neither of the two takes
 * away what the other one has.
 *
 * RFC 9251 (4), RFC 3376 (3.2), RFC 4541 (2.1)
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "services/member/member.h"

/* ---- what others and hosts here want together: RFC 3376 section 3.2 ---- */

/* Do the hosts here want source @s of a group that they want? */
static bool wanted_here(const struct mgroup *g, const struct mentry *s)
{
	return (g->mode == MEMBER_EXCLUDE) != !!s->local;
}

static bool is_named(const struct wish_member *w, const struct mentry *e)
{
	struct ip_addr source = mentry_source(e);

	for (u16 i = 0; i < w->n_sources; i++)
		if (!memcmp(w->sources[i].addr, source.b, sizeof(source.b)))
			return true;
	return false;
}

static bool wanted_there(const struct wish_member *w, const struct mentry *e)
{
	return (w->mode == MEMBER_EXCLUDE) != is_named(w, e);
}

/* Every source that anybody names has an entry. More of them than fit: the port gets them all. */
static void name_sources(const struct mgroup *g, const struct wish_member *w, struct wish_mdb *m)
{
	bool exclude = m->mode == MEMBER_EXCLUDE, wanted;
	const struct mentry *e;
	struct ip_addr source;

	mgroup_each(e, g) {
		if (e->any)
			continue;
		wanted = (w->mode != MEMBER_NONE && wanted_there(w, e)) ||
			 (g->mode != MEMBER_NONE && wanted_here(g, e));
		if (wanted == exclude)
			continue;
		if (m->n_sources == MDB_SOURCES_MAX) {
			m->mode = MEMBER_EXCLUDE;
			m->n_sources = 0;
			memset(m->sources, 0, sizeof(m->sources));
			return;
		}
		source = mentry_source(e);
		memcpy(m->sources[m->n_sources++].addr, source.b, sizeof(m->sources[0].addr));
	}
}

static struct mdb_key key_at(const struct mgroup *g, const struct place_port *port)
{
	return (struct mdb_key){.port = port->ifindex,
				.vid = port->vid,
				.tag = g->circuit->tag,
				.esi = g->circuit->es->esi,
				.group = mgroup_addr(g)};
}

/* @w: what others want, or of mode MEMBER_NONE. Return: false: nobody wants anything */
static bool together(const struct mgroup *g, const struct wish_member *w, struct wish_mdb *m)
{
	memset(m, 0, sizeof(*m));
	m->key = key_at(g, &g->circuit->port);
	m->mode = w->mode == MEMBER_EXCLUDE || g->mode == MEMBER_EXCLUDE ? MEMBER_EXCLUDE :
									   MEMBER_INCLUDE;
	name_sources(g, w, m);
	return m->n_sources || m->mode == MEMBER_EXCLUDE;
}

static u32 sum_of(const struct members *ms, const struct wish_mdb *m)
{
	return member_sum(ms, m->sources, m->n_sources * sizeof(m->sources[0]), m->mode);
}

/* ---- batches ---- */

void member_bridge_send_takes(struct members *ms)
{
	struct member_out *out = ms->out;

	if (out->n_takes)
		speaker_retain(ms->speaker, IPC_WISH_MDB_GONE, out->takes, out->n_takes,
			       out->take_ms);
	out->n_takes = 0;
}

void member_bridge_send_puts(struct members *ms)
{
	if (ms->out->n_puts)
		speaker_wish(ms->speaker, IPC_WISH_MDB, ms->out->puts, ms->out->n_puts);
	ms->out->n_puts = 0;
}

static void take(struct members *ms, struct mgroup *g, const struct place_port *port, u32 retain_ms)
{
	struct member_out *out = ms->out;

	if (out->n_takes && (out->n_takes == MDB_BATCH_MAX || out->take_ms != retain_ms))
		member_bridge_send_takes(ms);
	out->take_ms = retain_ms;
	out->takes[out->n_takes++] = key_at(g, port);
	g->bridge = MB_NONE;
	g->put = 0;
	ms->bridge_room = ms->counts.puts_refused;
}

static void put(struct members *ms, struct mgroup *g, const struct wish_mdb *m)
{
	if (ms->out->n_puts == MDB_BATCH_MAX)
		member_bridge_send_puts(ms);
	ms->out->puts[ms->out->n_puts++] = *m;
	ms->counts.puts += !m->temporary;
	g->put_answer = WISH_PENDING;
}

/* ---- one group, as it is now ---- */

/*
 * Nobody wants it any more. If that is so because a host has left, the bridge need not wait until what it has
 * heard itself has aged; else it does, for who is there has time to say so.
 */
void member_bridge_take(struct members *ms, struct mgroup *g, u64 now)
{
	const struct conf_segment *s = g->circuit->es->conf;
	const struct place_port *port = &g->circuit->port;
	bool left = member_has_left(g, now);
	struct wish_member w;

	if (!port->bridge || g->mode != MEMBER_NONE || member_combined(g, &w))
		return;
	if (g->bridge == MB_OURS)
		take(ms, g, port, s && !left ? s->retention_ms : 0);
	else if (port->snoops && (g->bridge == MB_LEFT || left))
		take(ms, g, port, 0);
}

void member_bridge_put(struct members *ms, struct mgroup *g)
{
	struct wish_member w;
	struct wish_mdb m;
	bool others;

	if (!g->circuit->port.bridge || !g->circuit->port.snoops)
		return;
	others = member_combined(g, &w);
	if (!others && g->bridge != MB_OURS)
		return;
	if (!together(g, &w, &m))
		return;
	if (others && g->bridge == MB_OURS && g->put == sum_of(ms, &m))
		return;
	m.temporary = !others;
	put(ms, g, &m);
	g->bridge = others ? MB_OURS : MB_LEFT;
	g->put = others ? sum_of(ms, &m) : 0;
}

void member_bridge_moved(struct members *ms, struct mgroup *g)
{
	const struct place_port *was = &g->circuit->was, *port = &g->circuit->port;

	/* A bridge that looks at groups again has what was put there before, and is told what is true now. */
	g->put = 0;
	if (was->bridge == port->bridge && was->ifindex == port->ifindex && was->vid == port->vid)
		return;
	if (g->bridge == MB_OURS)
		take(ms, g, was, 0);
	g->bridge = MB_NONE;
}

/* ---- answers ---- */

static void again(struct members *ms, struct mgroup *g, void *data)
{
	if (g->bridge == MB_OURS && g->put_answer == WISH_REFUSED)
		member_queue(ms, g);
}

void member_bridge_room(struct members *ms)
{
	if (!ms->bridge_room)
		return;
	ms->bridge_room = false;
	member_walk(ms, again, NULL);
}

void member_bridge_result(void *state, const void *result)
{
	static const char *const names[] = {"bridged", "pending", "refused"};
	const struct mdb_result *r = result;
	struct members *ms = state;
	struct circuit *c = place_circuit(&ms->at, &r->key.esi, r->key.tag, false);
	struct mgroup *g = c ? member_find(ms, c, &r->key.group) : NULL;
	const struct mentry *e;

	if (!g || g->bridge != MB_OURS)
		return;
	g->put_answer = r->status;
	if (r->status == WISH_REFUSED) {
		ms->counts.puts_refused++;
		place_circuit_refused(c, r->text);
		g->put = 0;
	} else if (r->error == EAGAIN) {
		g->put = 0;
		member_queue(ms, g);
	}
	e = mgroup_busy(g);
	if (e && member_watched(ms))
		member_tell(ms, e, names[r->status % 3], NULL);
}

const char *member_bridge_why(const struct members *ms, const struct mgroup *g,
			      char why[MEMBER_WHY_MAX])
{
	const struct circuit *c = g->circuit;
	const struct device *bridge = device_by_index(ms->at.devices, c->port.bridge);
	const char *name = bridge ? bridge->fact.ifname : NULL;

	why[0] = '\0';
	if (!c->port.bridge || !name)
		return why;
	if (!(bridge->fact.flags & IFF_UP))
		snprintf(why, MEMBER_WHY_MAX, "%s is down", name);
	else if (!c->port.snoops)
		snprintf(
			why, MEMBER_WHY_MAX,
			"%s does not look at groups (mcast_snooping 0): it sends all to every port",
			name);
	else if (g->put_answer == WISH_REFUSED && c->refused)
		snprintf(why, MEMBER_WHY_MAX, "%s has refused it: %s", name, c->refused);
	return why;
}
