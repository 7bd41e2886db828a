// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern_neigh.c - neighbours: what the module has learned goes up, what the speaker wishes goes down,
 * in batches both ways.
 *
 * Nothing is kept here of a neighbour: the module holds all of them, and the speaker wishes again
 * when a segment has come back into the module. So a hundred thousand of them cost this process
 * nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/kern_priv.h"
#include "log.h"

_Static_assert((int)NEIGH_GONE == (int)EVPN_NEIGH_STATE_GONE &&
		       (int)NEIGH_LOCAL == (int)EVPN_NEIGH_STATE_LOCAL &&
		       (int)NEIGH_SYNCED == (int)EVPN_NEIGH_STATE_SYNCED &&
		       (int)NEIGH_PENDING == (int)EVPN_NEIGH_STATE_PENDING &&
		       (int)NEIGH_REFUSED == (int)EVPN_NEIGH_STATE_REFUSED &&
		       (int)NEIGH_RETAINED == (int)EVPN_NEIGH_STATE_RETAINED,
	       "states are those of the module");
_Static_assert((int)NEIGH_ROUTER == (int)EVPN_NEIGH_FLAG_ROUTER &&
		       (int)NEIGH_STICKY == (int)EVPN_NEIGH_FLAG_STICKY,
	       "flags are those of the module");
_Static_assert((int)BATCH_MAX <= (int)NL_NEIGH_MAX, "a batch fits into one request");

/* Facts and their sentences, on their way up. */
struct kern_neigh_up {
	struct neigh_out facts;
	struct neigh_out texts;
};

static void flush_out(struct kern *kern, enum ipc_type type, struct neigh_out *out, size_t item)
{
	if (out->head.n)
		kern->ops->neighs(kern->data, type, &out->head,
				  (uint32_t)(sizeof(out->head) + out->head.n * item));
	out->head.n = 0;
}

static void flush_up(struct kern *kern)
{
	struct kern_neigh_up *up = kern->up;

	flush_out(kern, IPC_FACT_NEIGHS, &up->facts, sizeof(struct fact_neigh));
	flush_out(kern, IPC_FACT_NEIGH_TEXTS, &up->texts, sizeof(struct fact_neigh_text));
}

static struct neigh_key key_of(const struct nl_neigh *n)
{
	return (struct neigh_key){.tag = n->tag, .esi = n->esi, .address = n->address};
}

static void add_text(struct kern *kern, const struct nl_neigh *n)
{
	struct neigh_out *out = &kern->up->texts;
	struct fact_neigh_text *t = (struct fact_neigh_text *)(void *)out->items + out->head.n++;

	memset(t, 0, sizeof(*t));
	t->key = key_of(n);
	snprintf(t->text, sizeof(t->text), "%s", n->why);
	if (out->head.n == BATCH_MAX)
		flush_up(kern);
}

static void add_fact(void *data, const struct nl_neigh *n)
{
	struct kern *kern = data;
	struct neigh_out *out = &kern->up->facts;
	struct fact_neigh *f = (struct fact_neigh *)(void *)out->items + out->head.n++;

	memset(f, 0, sizeof(*f));
	f->key = key_of(n);
	f->mac = n->mac;
	f->state = n->state < NEIGH_STATES ? (uint8_t)n->state : NEIGH_PENDING;
	f->flags = (uint8_t)(n->flags & (NEIGH_ROUTER | NEIGH_STICKY));
	if (n->probes)
		f->flags |= NEIGH_PROBED;
	if (n->event & EVPN_NEIGH_EVENT_UNANSWERED)
		f->flags |= NEIGH_UNANSWERED;
	f->ifindex = n->ifindex;
	f->vrf = n->vrf;
	f->error = n->error;
	f->since = (int64_t)n->since_ns;
	if (n->why[0])
		add_text(kern, n);
	if (out->head.n == BATCH_MAX)
		flush_up(kern);
}

void kern_neigh_heard(struct kern *kern, const struct nlmsghdr *nlh)
{
	nl_evpn_neigh_each(nlh, add_fact, kern);
}

void kern_neigh_heard_all(struct kern *kern)
{
	flush_up(kern);
}

int kern_neigh_read_all(struct kern *kern, struct nl_err *err)
{
	int r;

	kern->ops->neighs(kern->data, IPC_FACT_NEIGHS_BEGIN, NULL, 0);
	r = nl_evpn_neigh_dump(&kern->evpn, add_fact, kern, err);
	flush_up(kern);
	if (!r)
		kern->ops->neighs(kern->data, IPC_FACT_NEIGHS_DONE, NULL, 0);
	return r;
}

void kern_neigh_replay(struct kern *kern)
{
	struct nl_err err;

	if (kern->evpn.nl && kern->evpn.group_neigh && kern_neigh_read_all(kern, &err))
		log_error("kernel: reading the neighbours: %s", err.text);
}

int kern_neigh_init(struct kern *kern)
{
	kern->up = calloc(1, sizeof(*kern->up));
	return kern->up ? 0 : -ENOMEM;
}

void kern_neigh_free(struct kern *kern)
{
	free(kern->up);
}

/* ---- wishes ---- */

bool kern_neigh_key_ok(const struct neigh_key *k, const char **why)
{
	*why = "a neighbour with an impossible key";
	return !esi_is_reserved(&k->esi) && k->tag <= EVPN_NEIGH_TAG_MAX &&
	       (k->address.len == 4 || k->address.len == 16);
}

bool kern_neigh_ok(const struct wish_neigh *w, const char **why)
{
	return kern_neigh_key_ok(&w->key, why) && ipc_is_bool(&w->check_vrf);
}

static void to_kernel(const struct kern *kern, const struct wish_neigh *w, struct nl_neigh *n)
{
	*n = (struct nl_neigh){
		.esi = w->key.esi,
		.tag = w->key.tag,
		.address = w->key.address,
		.mac = w->mac,
		.check_vrf = w->check_vrf,
		.vrf = w->vrf,
		.flags = w->flags & (NEIGH_ROUTER | NEIGH_STICKY),
		.generation = kern->generation,
		.origin = w->origin,
	};
}

struct answers {
	struct kern *kern;
	struct neigh_result *results;
	uint32_t n;
};

static void on_answer(void *data, const struct nl_neigh *n)
{
	struct answers *a = data;
	struct neigh_result *r;

	if (n->index < 0 || (uint32_t)n->index >= a->n)
		return;
	r = &a->results[n->index];
	r->status = n->state == EVPN_NEIGH_STATE_PENDING ? WISH_PENDING : WISH_REFUSED;
	r->error = n->error;
	/* the state is told as well: a local one with another MAC address stays local */
	add_fact(a->kern, n);
}

/* The request was refused as a whole: each is tried on its own, so that one cannot spoil the rest. */
static void one_by_one(struct kern *kern, const struct nl_neigh *list, struct answers *a)
{
	struct answers one = {.kern = kern, .n = 1};
	struct nl_neigh refused;
	struct nl_err err;

	for (uint32_t i = 0; i < a->n && kern->evpn.nl; i++) {
		one.results = &a->results[i];
		if (!nl_evpn_neigh_new(&kern->evpn, &list[i], 1, on_answer, &one, NULL, &err))
			continue;
		a->results[i].status = WISH_REFUSED;
		a->results[i].error = (uint32_t)err.error;
		refused = list[i];
		snprintf(refused.why, sizeof(refused.why), "%.159s", err.text);
		add_text(kern, &refused);
	}
}

void kern_neigh_wish(struct kern *kern, const struct batch *b)
{
	const struct wish_neigh *w = batch_items(b);
	struct nl_neigh *list = calloc(b->n, sizeof(*list));
	struct neigh_out *out = calloc(1, sizeof(*out));
	struct answers a = {.kern = kern, .n = b->n};
	struct nl_err err;

	if (!list || !out) {
		log_error("kernel: %u neighbours: out of memory", b->n);
		goto out;
	}
	kern_begin(kern);
	a.results = (struct neigh_result *)(void *)out->items;
	for (uint32_t i = 0; i < b->n; i++) {
		to_kernel(kern, &w[i], &list[i]);
		a.results[i].key = w[i].key;
		a.results[i].status = kern->evpn.nl ? WISH_INSTALLED : WISH_PENDING;
		a.results[i].error = kern->evpn.nl ? 0 : ENOENT;
	}
	if (kern->evpn.nl &&
	    nl_evpn_neigh_new(&kern->evpn, list, b->n, on_answer, &a, NULL, &err)) {
		log_debug("kernel: %u neighbours: %s", b->n, err.text);
		one_by_one(kern, list, &a);
	}
	flush_up(kern);
	out->head.n = b->n;
	flush_out(kern, IPC_WISH_NEIGH_RESULT, out, sizeof(struct neigh_result));
out:
	free(list);
	free(out);
}

/* A refused batch is taken apart: what is wrong with one key keeps no other host alive. */
static void take_back(struct kern *kern, const struct nl_neigh *list, uint32_t n,
		      uint32_t retain_ms)
{
	char ip[IP_STRLEN];
	struct nl_err err;

	if (!nl_evpn_neigh_del(&kern->evpn, list, n, retain_ms, &err))
		return;
	if (n > 1) {
		take_back(kern, list, n / 2, retain_ms);
		take_back(kern, list + n / 2, n - n / 2, retain_ms);
		return;
	}
	log_error("kernel: taking back neighbour %s: %s", ip_format(&list->address, ip), err.text);
}

void kern_neigh_wish_gone(struct kern *kern, const struct batch *b)
{
	const struct neigh_key *keys = batch_items(b);
	struct nl_neigh *list = calloc(b->n, sizeof(*list));

	if (!list) {
		log_error("kernel: %u neighbours: out of memory", b->n);
		return;
	}
	for (uint32_t i = 0; i < b->n; i++) {
		list[i].esi = keys[i].esi;
		list[i].tag = keys[i].tag;
		list[i].address = keys[i].address;
	}
	if (kern->evpn.nl)
		take_back(kern, list, b->n, b->retain_ms);
	free(list);
}

void kern_neigh_ask(struct kern *kern, const struct batch *b)
{
	const struct neigh_key *keys = batch_items(b);
	struct nl_neigh *list = calloc(b->n, sizeof(*list));
	struct nl_err err;

	for (uint32_t i = 0; list && i < b->n; i++)
		list[i] = (struct nl_neigh){
			.esi = keys[i].esi, .tag = keys[i].tag, .address = keys[i].address};
	/* an older module cannot */
	if (list && kern->evpn.nl && nl_evpn_neigh_ask(&kern->evpn, list, b->n, &err))
		log_debug("kernel: asking %u neighbours: %s", b->n, err.text);
	free(list);
}

void kern_neigh_sweep(struct kern *kern)
{
	struct nl_err err;

	kern_begin(kern);
	if (kern->evpn.nl && kern->evpn.group_neigh &&
	    nl_evpn_neigh_sweep(&kern->evpn, kern->generation, 0, &err))
		log_error("kernel: sweep of neighbours: %s", err.text);
}
