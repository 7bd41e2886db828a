// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern_member.c - memberships: what the module has heard of IGMP and MLD goes up, what the speaker wishes
 * goes down, in batches both ways.
 *
 * Nothing is kept here of a membership, as nothing is of a neighbour (kern_neigh.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/kern_priv.h"
#include "log.h"
#include "nl_evpn_mcast.h"

_Static_assert((int)MEMBER_SOURCES_MAX == (int)EVPN_MCAST_SOURCES_MAX,
	       "as many as the module keeps");
_Static_assert((int)MEMBER_V1 == (int)EVPN_MCAST_VERSION_V1 &&
		       (int)MEMBER_V2 == (int)EVPN_MCAST_VERSION_V2 &&
		       (int)MEMBER_V3 == (int)EVPN_MCAST_VERSION_V3,
	       "versions are those of the module");

_Static_assert(BATCH_LEN(struct fact_member, MEMBER_BATCH_MAX) + sizeof(struct ipc_hdr) <=
		       IPC_MSG_MAX,
	       "a batch fits into a message");

/** struct member_out - a batch of facts while it is filled */
struct member_out {
	struct batch head;
	struct fact_member facts[MEMBER_BATCH_MAX];
};

static void flush_up(struct kern *kern)
{
	struct member_out *out = kern->members_up;

	if (out->head.n)
		kern->ops->neighs(kern->data, IPC_FACT_MEMBERS, &out->head,
				  BATCH_LEN(struct fact_member, out->head.n));
	out->head.n = 0;
}

static void take_source(struct member_source *s, const struct nl_mcast_source *from)
{
	memcpy(s->addr, from->address.b, sizeof(s->addr));
	s->flags = (from->blocked ? MEMBER_BLOCKED : 0) | (from->leaving ? MEMBER_LEAVING : 0);
}

static bool is_over(const struct nl_mcast *m)
{
	return m->event & EVPN_MCAST_EVENT_ENDED;
}

static void add_fact(void *data, const struct nl_mcast *m)
{
	struct kern *kern = data;
	struct member_out *out = kern->members_up;
	struct fact_member *f = &out->facts[out->head.n++];

	memset(f, 0, sizeof(*f));
	f->key = (struct member_key){.tag = m->tag, .esi = m->esi, .group = m->group};
	f->since = (int64_t)m->since_ns;
	f->ifindex = m->ifindex;
	f->versions = (uint8_t)(m->versions & MEMBER_VERSIONS);
	f->flags = m->leaving ? MEMBER_LEAVING : 0;
	if (!is_over(m))
		f->mode = m->mode == EVPN_MCAST_MODE_EXCLUDE ? MEMBER_EXCLUDE : MEMBER_INCLUDE;
	f->n_sources = (uint16_t)m->n_sources;
	for (unsigned int i = 0; i < m->n_sources; i++)
		take_source(&f->sources[i], &m->sources[i]);
	if (out->head.n == MEMBER_BATCH_MAX)
		flush_up(kern);
}

void kern_member_heard(struct kern *kern, const struct nlmsghdr *nlh)
{
	nl_evpn_mcast_each(nlh, add_fact, kern);
}

void kern_member_heard_all(struct kern *kern)
{
	flush_up(kern);
}

static void begin_again(void *data)
{
	struct kern *kern = data;

	flush_up(kern);
	kern->ops->neighs(kern->data, IPC_FACT_MEMBERS_BEGIN, NULL, 0);
}

void kern_member_replay(struct kern *kern)
{
	struct nl_err err;

	if (!kern->evpn.nl || !kern->evpn.group_mcast)
		return;
	begin_again(kern);
	if (nl_evpn_mcast_dump(&kern->evpn, add_fact, begin_again, kern, &err)) {
		log_error("kernel: reading the memberships: %s", err.text);
		return;
	}
	flush_up(kern);
	kern->ops->neighs(kern->data, IPC_FACT_MEMBERS_DONE, NULL, 0);
}

/* ---- wishes ---- */

/* What a predecessor has wished and nobody wishes any more: long enough for hosts to say that they are there. */
enum { SWEEP_RETAIN_MS = 30000 };

static bool source_ok(const struct member_key *k, const struct member_source *s)
{
	return member_source_ok(&k->group, s->addr) && !s->flags;
}

bool kern_member_key_ok(const struct member_key *k, const char **why)
{
	*why = "a membership with an impossible key";
	return !esi_is_reserved(&k->esi) && k->tag <= EVPN_NEIGH_TAG_MAX &&
	       member_group_ok(&k->group);
}

bool kern_member_ok(const struct wish_member *w, const char **why)
{
	if (!kern_member_key_ok(&w->key, why))
		return false;
	*why = "an impossible membership";
	if (w->n_sources > MEMBER_SOURCES_MAX || w->versions & ~MEMBER_VERSIONS ||
	    (w->mode != MEMBER_INCLUDE && w->mode != MEMBER_EXCLUDE))
		return false;
	for (uint16_t i = 0; i < w->n_sources; i++)
		if (!source_ok(&w->key, &w->sources[i]))
			return false;
	return w->n_sources || w->mode == MEMBER_EXCLUDE;
}

bool kern_member_leave_ok(const struct member_leave *l, const char **why)
{
	if (!kern_member_key_ok(&l->key, why))
		return false;
	*why = "an impossible leave";
	return ipc_is_bool(&l->one_source) && l->response_ms <= EVPN_MCAST_RESPONSE_MAX &&
	       (!l->one_source || source_ok(&l->key, &l->source));
}

static void set_key(struct nl_mcast *m, const struct member_key *k)
{
	m->esi = k->esi;
	m->tag = k->tag;
	m->group = k->group;
}

static void to_kernel(const struct kern *kern, const struct wish_member *w, struct nl_mcast *m)
{
	set_key(m, &w->key);
	m->mode = w->mode == MEMBER_EXCLUDE ? EVPN_MCAST_MODE_EXCLUDE : EVPN_MCAST_MODE_INCLUDE;
	m->versions = w->versions;
	m->generation = kern->generation;
	m->origin = w->origin;
	m->n_sources = w->n_sources;
	for (uint16_t i = 0; i < w->n_sources; i++)
		m->sources[i].address = ip_from_bytes(w->sources[i].addr, w->key.group.len);
}

static void refuse(struct member_result *r, const struct nl_err *err)
{
	r->status = WISH_REFUSED;
	r->error = (uint32_t)err->error;
	snprintf(r->text, sizeof(r->text), "%.119s", err->text);
}

/* A refused batch is taken apart, so that one cannot spoil the rest. */
static void wish_some(struct kern *kern, const struct nl_mcast *list, struct member_result *r,
		      uint32_t n)
{
	struct nl_err err;

	if (!kern->evpn.nl || !nl_evpn_mcast_wish_new(&kern->evpn, list, n, &err))
		return;
	if (n == 1) {
		refuse(r, &err);
		return;
	}
	wish_some(kern, list, r, n / 2);
	wish_some(kern, list + n / 2, r + n / 2, n - n / 2);
}

void kern_member_wish(struct kern *kern, const struct batch *b)
{
	const struct wish_member *w = batch_items(b);
	struct nl_mcast *list = calloc(b->n, sizeof(*list));
	struct batch *out = calloc(1, BATCH_LEN(struct member_result, b->n));
	struct member_result *r = (struct member_result *)(void *)(out + 1);

	if (!list || !out) {
		log_error("kernel: %u memberships: out of memory", b->n);
		goto out;
	}
	kern_begin(kern);
	for (uint32_t i = 0; i < b->n; i++) {
		to_kernel(kern, &w[i], &list[i]);
		r[i].key = w[i].key;
		r[i].status = kern->evpn.nl ? WISH_INSTALLED : WISH_PENDING;
	}
	wish_some(kern, list, r, b->n);
	out->n = b->n;
	kern->ops->neighs(kern->data, IPC_WISH_MEMBER_RESULT, out,
			  BATCH_LEN(struct member_result, b->n));
out:
	free(list);
	free(out);
}

static void take_back(struct kern *kern, const struct nl_mcast *list, uint32_t n,
		      uint32_t retain_ms)
{
	char ip[IP_STRLEN];
	struct nl_err err;

	if (!kern->evpn.nl || !nl_evpn_mcast_wish_del(&kern->evpn, list, n, retain_ms, &err))
		return;
	if (n > 1) {
		take_back(kern, list, n / 2, retain_ms);
		take_back(kern, list + n / 2, n - n / 2, retain_ms);
		return;
	}
	log_error("kernel: taking back membership %s: %s", ip_format(&list->group, ip), err.text);
}

void kern_member_wish_gone(struct kern *kern, const struct batch *b)
{
	const struct member_key *keys = batch_items(b);
	struct nl_mcast *list = calloc(b->n, sizeof(*list));

	if (!list) {
		log_error("kernel: %u memberships: out of memory", b->n);
		return;
	}
	for (uint32_t i = 0; i < b->n; i++)
		set_key(&list[i], &keys[i]);
	take_back(kern, list, b->n, b->retain_ms);
	free(list);
}

void kern_member_leave(struct kern *kern, const struct member_leave *l)
{
	struct nl_mcast m = {.n_sources = l->one_source};
	struct nl_err err;
	char ip[IP_STRLEN];

	set_key(&m, &l->key);
	m.sources[0].address = ip_from_bytes(l->source.addr, l->key.group.len);
	if (kern->evpn.nl && nl_evpn_mcast_leave(&kern->evpn, &m, l->response_ms, &err))
		log_error("kernel: leave of membership %s: %s", ip_format(&m.group, ip), err.text);
}

void kern_member_sweep(struct kern *kern)
{
	struct nl_err err;

	kern_begin(kern);
	if (kern->evpn.nl && kern->evpn.group_mcast &&
	    nl_evpn_mcast_wish_sweep(&kern->evpn, kern->generation, SWEEP_RETAIN_MS, &err))
		log_error("kernel: sweep of memberships: %s", err.text);
}

int kern_member_init(struct kern *kern)
{
	kern->members_up = calloc(1, sizeof(*kern->members_up));
	return kern->members_up ? 0 : -ENOMEM;
}

void kern_member_free(struct kern *kern)
{
	free(kern->members_up);
}
