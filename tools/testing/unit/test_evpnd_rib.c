// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_rib.c - the RIB: what counts as a change, which callback comes when, what is left after a
 * neighbour is gone; and the log of changes that sessions read.
 *
 * RFC 4271 (3.2, 9.1), RFC 7313 (4: BoRR, EoRR)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bgp_extcomm.h"
#include "bgp/best_path.h"
#include "bgp/export.h"
#include "bgp/rib.h"

/* What the owner heard last, and how often. */
struct heard {
	struct rib *rib;
	unsigned int n;
	unsigned int gone;
	char log[4096]; /* one letter for each call: + path, - none, with the type's digit before it */
	struct rib_path path;
	u32 label;
	u32 pref;
	bool from_peer;
};

static void on_change(void *data, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct heard *h = data;
	size_t at = strlen(h->log);

	h->n++;
	if (at + 3 < sizeof(h->log))
		snprintf(h->log + at, sizeof(h->log) - at, "%u%c", nlri->type, now ? '+' : '-');
	if (!now) {
		h->gone++;
		return;
	}
	h->path = *now;
	h->label = now->nlri->label[0];
	h->pref = now->attrs->local_pref;
	h->from_peer = now->peer != NULL;
	assert_int_equal(now->nlri->type, nlri->type);
}

static struct heard heard;

static int setup(void **state)
{
	memset(&heard, 0, sizeof(heard));
	heard.rib = rib_new(on_change, &heard);
	*state = heard.rib;
	return heard.rib ? 0 : -1;
}

static int teardown(void **state)
{
	rib_free(*state);
	return 0;
}

static struct ip_addr addr(const char *s)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, s), 0);
	return a;
}

static struct rib_peer *peer(struct rib *rib, const char *address, u32 id)
{
	struct ip_addr a = addr(address);
	struct rib_peer *p = rib_peer_new(rib, &a);

	rib_peer_set(p, false, id);
	return p;
}

static struct evpn_nlri es_route(const char *orig)
{
	struct evpn_nlri n = {.type = EVPN_ES, .orig = addr(orig)};

	n.rd = rd_make_ip(ip_low32(&n.orig), 1);
	esi_parse(&n.esi, "00:11:22:33:44:55:66:77:88:99");
	return n;
}

static struct evpn_nlri mac_route(u32 i, u32 label)
{
	struct evpn_nlri n = {.type = EVPN_MACIP, .labels = 1, .label = {label}};

	n.rd = rd_make_ip(0x0a000001, 100);
	store32(n.mac.b + 2, i);
	n.ip = ip_v4(0x0a000000 + i);
	return n;
}

static struct rib_attrs *attrs(struct rib *rib, u32 pref, const char *nh)
{
	struct ecomm rt = {{0, 2, 0xfd, 0xe8, 0, 0, 0, 1}};
	struct ip_addr hop = addr(nh);
	struct bgp_attrs a;

	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) |
		    BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	a.local_pref = pref;
	a.ext = ecomm_slice(&rt, 1);
	return rib_attrs_get(rib, &a, &hop);
}

/* Give @n to the RIB as @p's, with its octets as a neighbour sends them. */
static int put(struct rib *rib, struct rib_peer *p, const struct evpn_nlri *n, u32 pref,
	       const char *nh)
{
	struct rib_attrs *a = attrs(rib, pref, nh);
	int r;

	assert_non_null(a);
	r = rib_update(rib, p, n, a);
	rib_attrs_put(rib, a);
	return r;
}

static void one_path(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri n = es_route("10.0.0.2");

	assert_int_equal(put(rib, p, &n, 100, "10.0.0.2"), 1);
	assert_int_equal(heard.n, 1);
	assert_true(heard.from_peer);
	assert_int_equal(rib_count(rib, EVPN_ES), 1);
	assert_int_equal(rib_count(rib, 0), 1);
	assert_int_equal(rib_peer_count(p), 1);
	assert_int_equal(rib_withdraw(rib, p, &n), 1);
	assert_int_equal(heard.gone, 1);
	assert_int_equal(rib_count(rib, 0), 0);
	assert_int_equal(rib_withdraw(rib, p, &n), 0);
	assert_int_equal(heard.n, 2);
	assert_null(rib_best(rib, &n));
}

/* A refresh with equal content is no event (RFC 8584: an unchanged RT-4 is not RCVD_ES). */
static void same_again(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri n = es_route("10.0.0.2");

	put(rib, p, &n, 100, "10.0.0.2");
	assert_int_equal(put(rib, p, &n, 100, "10.0.0.2"), 0);
	assert_int_equal(heard.n, 1);
	assert_int_equal(put(rib, p, &n, 101, "10.0.0.2"), 1);
	assert_int_equal(heard.n, 2);
	assert_int_equal(heard.pref, 101);
	assert_int_equal(put(rib, p, &n, 101, "10.0.0.3"), 1);
	assert_int_equal(heard.n, 3);
}

/* Labels and the ESI of RT-2 are not key: a new one replaces the path and is a change. */
static void non_key_fields(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri a = mac_route(1, 100), b = mac_route(1, 200);

	put(rib, p, &a, 100, "10.0.0.2");
	assert_int_equal(put(rib, p, &b, 100, "10.0.0.2"), 1);
	assert_int_equal(rib_count(rib, EVPN_MACIP), 1);
	assert_int_equal(heard.n, 2);
	assert_int_equal(heard.label, 200);
	esi_parse(&b.esi, "00:11:22:33:44:55:66:77:88:99");
	assert_int_equal(put(rib, p, &b, 100, "10.0.0.2"), 1);
	assert_int_equal(heard.n, 3);
	b.label[0] = 0; /* a withdraw may carry any label */
	assert_int_equal(rib_withdraw(rib, p, &b), 1);
	assert_int_equal(rib_count(rib, 0), 0);
}

/* What happens to a path that is not best concerns nobody. */
static void two_paths(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2), *q = peer(rib, "10.0.0.3", 3);
	struct evpn_nlri n = es_route("10.0.0.9");

	put(rib, p, &n, 200, "10.0.0.9");
	put(rib, q, &n, 100, "10.0.0.9");
	assert_int_equal(heard.n, 1);
	put(rib, q, &n, 150, "10.0.0.9");
	assert_int_equal(heard.n, 1);
	put(rib, q, &n, 300, "10.0.0.9");
	assert_int_equal(heard.n, 2);
	assert_int_equal(heard.pref, 300);
	/* the best one becomes worse: the other one takes over */
	put(rib, q, &n, 10, "10.0.0.9");
	assert_int_equal(heard.n, 3);
	assert_int_equal(heard.pref, 200);
	rib_withdraw(rib, q, &n);
	assert_int_equal(heard.n, 3);
	rib_withdraw(rib, p, &n);
	assert_int_equal(heard.gone, 1);
}

/* A path that is best and changes, staying best although it got worse, is a change of the best path. */
static void best_changes_itself(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2), *q = peer(rib, "10.0.0.3", 3);
	struct evpn_nlri n = es_route("10.0.0.9");

	put(rib, q, &n, 100, "10.0.0.9");
	put(rib, p, &n, 300, "10.0.0.9");
	put(rib, p, &n, 200, "10.0.0.9");
	assert_int_equal(heard.n, 3);
	assert_int_equal(heard.pref, 200);
}

static void local_first(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri n = es_route("10.0.0.1");

	put(rib, p, &n, 900, "10.0.0.2");
	put(rib, NULL, &n, 100, "10.0.0.1");
	assert_int_equal(heard.n, 2);
	assert_false(heard.from_peer);
	assert_null(rib_best(rib, &n)->peer);
	rib_withdraw(rib, NULL, &n);
	assert_true(heard.from_peer);
	assert_int_equal(heard.pref, 900);
}

/* When a neighbour goes, RT-1 and RT-4 go first, however they came, and in one piece. */
static void peer_goes(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2), *q = peer(rib, "10.0.0.3", 3);
	struct evpn_nlri es = es_route("10.0.0.2"), n;
	u32 i;

	for (i = 0; i < 10; i++) {
		n = mac_route(i, 1);
		put(rib, p, &n, 100, "10.0.0.2");
	}
	n = mac_route(3, 1);
	put(rib, q, &n, 50, "10.0.0.3");
	put(rib, p, &es, 100, "10.0.0.2");
	heard.log[0] = '\0';
	assert_true(rib_peer_clear(rib, p, 1));
	assert_string_equal(heard.log, "4-");
	assert_true(rib_peer_clear(rib, p, 4));
	assert_int_equal(rib_peer_count(p), 6);
	assert_false(rib_peer_clear(rib, p, 0));
	assert_string_equal(heard.log, "4-2-2-2-2+2-2-2-2-2-2-");
	assert_int_equal(rib_count(rib, 0), 1);
	rib_peer_free(rib, q);
	assert_int_equal(rib_count(rib, 0), 0);
}

/* Between BoRR and EoRR everything stays in force; afterwards what was not repeated goes. */
static void refresh(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri a = es_route("10.0.0.2"), b = es_route("10.0.0.3"), m = mac_route(1, 1);

	put(rib, p, &a, 100, "10.0.0.2");
	put(rib, p, &b, 100, "10.0.0.2");
	put(rib, p, &m, 100, "10.0.0.2");
	rib_peer_refresh_begin(p);
	assert_int_equal(heard.n, 3);
	assert_false(rib_best(rib, &a)->stale);
	put(rib, p, &a, 100, "10.0.0.2");
	put(rib, p, &m, 200, "10.0.0.2");
	heard.log[0] = '\0';
	rib_peer_refresh_end(rib, p);
	assert_string_equal(heard.log, "4-");
	assert_int_equal(rib_count(rib, 0), 2);
	assert_null(rib_best(rib, &b));
}

static void stale_by_community(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2);
	struct evpn_nlri n = es_route("10.0.0.2");
	struct ip_addr nh = addr("10.0.0.2");
	struct rib_attrs *interned;
	struct bgp_attrs a;
	u8 community[4];

	store32(community, BGP_COMM_LLGR_STALE);
	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_COMMUNITY);
	a.community = (struct slice){community, 4};
	interned = rib_attrs_get(rib, &a, &nh);
	rib_update(rib, p, &n, interned);
	rib_attrs_put(rib, interned);
	assert_true(heard.path.stale);
}

static void no_key(void **state)
{
	struct evpn_nlri unknown = {.type = 99};

	assert_int_equal(put(*state, NULL, &unknown, 100, "10.0.0.2"), -22);
	assert_int_equal(rib_count(*state, 0), 0);
}

/* Two routes with equal attributes share them; different next hops do not. */
static void interning(void **state)
{
	struct rib *rib = *state;
	struct rib_attrs *a = attrs(rib, 100, "10.0.0.2"), *b = attrs(rib, 100, "10.0.0.2");
	struct rib_attrs *c = attrs(rib, 100, "10.0.0.3"), *d = attrs(rib, 101, "10.0.0.2");

	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_ptr_not_equal(a, d);
	rib_attrs_put(rib, a);
	rib_attrs_put(rib, b);
	rib_attrs_put(rib, c);
	rib_attrs_put(rib, d);
}

struct seen {
	size_t routes, paths;
	size_t stop_after;
};

static bool on_walk(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
		    size_t n, size_t best)
{
	struct seen *s = data;

	assert_true(best < n);
	s->routes++;
	s->paths += n;
	return s->routes != s->stop_after;
}

static void walk(void **state)
{
	struct rib *rib = *state;
	struct rib_peer *p = peer(rib, "10.0.0.2", 2), *q = peer(rib, "10.0.0.3", 3);
	struct evpn_nlri es = es_route("10.0.0.2"), n;
	struct seen s = {0};
	u32 i;

	for (i = 0; i < 300; i++) {
		n = mac_route(i, 1);
		put(rib, p, &n, 100, "10.0.0.2");
		if (i % 3 == 0)
			put(rib, q, &n, 100, "10.0.0.3");
	}
	put(rib, p, &es, 100, "10.0.0.2");
	rib_walk(rib, 0, on_walk, &s);
	assert_int_equal(s.routes, 301);
	assert_int_equal(s.paths, 401);
	s = (struct seen){0};
	rib_walk(rib, EVPN_ES, on_walk, &s);
	assert_int_equal(s.routes, 1);
	s = (struct seen){.stop_after = 10};
	rib_walk(rib, 0, on_walk, &s);
	assert_int_equal(s.routes, 10);
}

/* The owner may originate from its callback, while the RIB is in the middle of a neighbour's routes. */
static void originate_on_loss(void *data, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct rib **rib = data;
	struct evpn_nlri own;

	if (now || nlri->type != EVPN_ES)
		return;
	own = es_route("10.0.0.1");
	put(*rib, NULL, &own, 100, "10.0.0.1");
}

static void reentrant(void **state)
{
	struct rib *rib;
	struct rib_peer *p;
	struct evpn_nlri n = es_route("10.0.0.2"), own = es_route("10.0.0.1");

	rib = rib_new(originate_on_loss, &rib);
	p = peer(rib, "10.0.0.2", 2);
	put(rib, p, &n, 100, "10.0.0.2");
	rib_peer_clear(rib, p, 0);
	assert_non_null(rib_best(rib, &own));
	rib_free(rib);
}

/* ---- the log of changes ---- */

static void woken(void *data)
{
	++*(unsigned int *)data;
}

static struct export *log_new(struct rib *rib, unsigned int *wakes)
{
	struct export *e = export_new(rib, woken, wakes);

	assert_non_null(e);
	return e;
}

static void announce(struct rib *rib, struct export *e, const struct evpn_nlri *n, u32 pref,
		     bool urgent)
{
	struct rib_attrs *a = attrs(rib, pref, "10.0.0.1");

	assert_int_equal(export_announce(e, n, a, urgent), 0);
	rib_attrs_put(rib, a);
}

/* Read everything; as text: type and + or - for each, E once End-of-RIB is due. */
static const char *drain(struct export_cursor *c, char *text, bool *eor)
{
	struct export_item item;
	size_t at = 0;

	while (export_peek(c, &item)) {
		at += (size_t)sprintf(text + at, "%u%c", item.nlri->type, item.attrs ? '+' : '-');
		export_next(c);
		if (*eor && export_initial_done(c)) {
			text[at++] = 'E';
			*eor = false;
		}
	}
	if (*eor && export_initial_done(c))
		text[at++] = 'E';
	text[at] = '\0';
	return text;
}

static void export_order(void **state)
{
	struct rib *rib = *state;
	struct export_cursor c, late;
	struct evpn_nlri es = es_route("10.0.0.1"), m = mac_route(1, 1), m2 = mac_route(2, 1);
	unsigned int wakes = 0;
	struct export *e = log_new(rib, &wakes);
	bool eor = true;
	char text[64];

	announce(rib, e, &m, 100, false);
	announce(rib, e, &es, 100, false);
	export_attach(e, &c);
	assert_string_equal(drain(&c, text, &eor), "2+4+E");
	/* nothing changed: nothing to send */
	announce(rib, e, &m, 100, false);
	assert_string_equal(drain(&c, text, &eor), "");
	/* urgent overtakes what is queued, also a withdraw of what was queued itself */
	announce(rib, e, &m, 200, false);
	announce(rib, e, &m2, 200, false);
	assert_int_equal(export_withdraw(e, &es, true), 0);
	assert_string_equal(drain(&c, text, &eor), "4-2+2+");
	assert_int_equal(export_withdraw(e, &es, true), -2);
	/* a new session does not hear of what went before it came */
	export_attach(e, &late);
	eor = true;
	assert_string_equal(drain(&late, text, &eor), "2+2+E");
	assert_true(wakes >= 5);
	export_detach(&late);
	export_detach(&c);
	export_free(e);
}

/* A session that is slow sends the last state once, not the history. */
static void export_slow_reader(void **state)
{
	struct rib *rib = *state;
	struct export_cursor c;
	struct evpn_nlri n = mac_route(1, 1);
	unsigned int wakes = 0, i;
	struct export *e = log_new(rib, &wakes);
	bool eor = false;
	char text[64];

	export_attach(e, &c);
	for (i = 1; i < 100; i++)
		announce(rib, e, &n, i, false);
	assert_string_equal(drain(&c, text, &eor), "2+");
	for (i = 1; i < 100; i++) {
		announce(rib, e, &n, i, i & 1);
		export_withdraw(e, &n, i & 1);
	}
	assert_string_equal(drain(&c, text, &eor), "2-");
	assert_int_equal(export_count(e, 0), 0);
	export_detach(&c);
	export_free(e);
}

/* A refresh repeats what is there, and withdraws that this session has not read yet are not lost. */
static void export_rewinds(void **state)
{
	struct rib *rib = *state;
	struct export_cursor c;
	struct evpn_nlri a = es_route("10.0.0.1"), b = mac_route(1, 1);
	unsigned int wakes = 0;
	struct export *e = log_new(rib, &wakes);
	bool eor = true;
	char text[64];

	announce(rib, e, &a, 100, false);
	announce(rib, e, &b, 100, false);
	export_attach(e, &c);
	drain(&c, text, &eor);
	export_withdraw(e, &b, false);
	export_rewind(&c);
	eor = true;
	assert_string_equal(drain(&c, text, &eor), "4+2-E");
	export_detach(&c);
	export_free(e);
}

static bool note_own(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		     size_t n_paths, size_t best)
{
	assert_int_equal(n_paths, 1);
	assert_null(paths[best].peer);
	assert_true(paths[best].since > 0);
	snprintf(data, 32, "%u pref %u", n->type, paths[best].attrs->local_pref);
	return true;
}

/* What is advertised is shown from here, when it is nowhere else; what is withdrawn is not. */
static void export_shows(void **state)
{
	struct evpn_nlri a = es_route("10.0.0.1"), b = mac_route(1, 1);
	struct rib *rib = *state;
	unsigned int wakes = 0;
	struct export *e = log_new(rib, &wakes);
	struct export_cursor c;
	u8 key[EVPN_KEY_MAX];
	char text[32] = "";

	export_attach(e, &c); /* who has not read it keeps a gravestone */
	announce(rib, e, &a, 100, false);
	announce(rib, e, &b, 7, false);
	assert_int_equal(export_count(e, EVPN_ES), 1);
	assert_int_equal(export_count(e, EVPN_MACIP), 1);
	assert_int_equal(export_count(e, 0), 2);
	export_walk(e, EVPN_MACIP, note_own, text);
	assert_string_equal(text, "2 pref 7");
	assert_true(export_visit(e, key, evpn_key(&a, key), note_own, text));
	assert_string_equal(text, "4 pref 100");
	export_withdraw(e, &a, false);
	assert_int_equal(export_count(e, EVPN_ES), 0);
	assert_false(export_visit(e, key, evpn_key(&a, key), note_own, text));
	text[0] = '\0';
	export_walk(e, EVPN_ES, note_own, text);
	assert_string_equal(text, "");
	export_detach(&c);
	export_free(e);
}

/* How many places both logs have behind a cursor that stands at the beginning. */
static unsigned int places(struct export *e)
{
	const struct export_node *node;
	struct export_cursor c;
	unsigned int n = 0;
	int log;

	export_attach(e, &c);
	for (log = 0; log < 2; log++)
		for (node = &c.mark[log]; node; node = TAILQ_NEXT(node, link))
			n++;
	export_detach(&c);
	return n;
}

/* Withdrawn routes do not stay in memory for ever, though a session that read them is there. */
static void export_graves(void **state)
{
	struct rib *rib = *state;
	struct export_cursor c;
	unsigned int wakes = 0, i;
	struct export *e = log_new(rib, &wakes);
	struct export_item item;

	export_attach(e, &c);
	for (i = 0; i < 10000; i++) {
		struct evpn_nlri n = mac_route(i, 1);

		announce(rib, e, &n, 100, false);
		export_withdraw(e, &n, false);
		while (export_peek(&c, &item))
			export_next(&c);
	}
	assert_int_equal(export_count(e, 0), 0);
	assert_in_range(places(e), 4, 200);
	export_detach(&c);
	export_free(e);
}

/* A PE's own session says whether it lives; a reflector, a route server, another AS do not. */
static void direct(void **state)
{
	static const u8 one[] = {2, 1, 0, 0, 0xfd, 0xe9},
			two[] = {2, 2, 0, 0, 0, 7, 0, 0, 0xfd, 0xe9};
	struct rib_peer *p = peer(*state, "192.0.2.2", 0xc0000202);
	struct evpn_nlri n = es_route("192.0.2.2"), other = es_route("192.0.2.3");
	struct ip_addr nh = addr("192.0.2.2"), far = addr("192.0.2.3");
	struct bgp_attrs a;
	struct rib_path path = {.peer = p, .attrs = &a, .next_hop = &nh, .nlri = &n};

	bgp_attrs_init(&a);
	assert_true(rib_path_direct(&path));
	a.present = BGP_BIT(BGP_ATTR_ORIGINATOR_ID);
	assert_false(rib_path_direct(&path));
	a.present = BGP_BIT(BGP_ATTR_AS_PATH);
	a.as4 = true;
	a.as_path = (struct slice){one, sizeof(one)};
	assert_false(rib_path_direct(&path));
	rib_peer_set(p, true, 0xc0000202);
	assert_true(rib_path_direct(&path));
	path.next_hop = &far; /* of a loopback; the distinguisher has its identifier */
	assert_true(rib_path_direct(&path));
	path.nlri = &other; /* a route server that leaves the path as it is */
	assert_false(rib_path_direct(&path));
	path.nlri = &n;
	a.as_path = (struct slice){two, sizeof(two)};
	assert_false(rib_path_direct(&path));
	path.peer = NULL;
	assert_false(rib_path_direct(&path));
}

int main(void)
{
#define RIB_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		RIB_TEST(one_path),
		RIB_TEST(same_again),
		RIB_TEST(non_key_fields),
		RIB_TEST(two_paths),
		RIB_TEST(best_changes_itself),
		RIB_TEST(local_first),
		RIB_TEST(peer_goes),
		RIB_TEST(refresh),
		RIB_TEST(stale_by_community),
		RIB_TEST(no_key),
		RIB_TEST(interning),
		RIB_TEST(walk),
		RIB_TEST(reentrant),
		RIB_TEST(export_order),
		RIB_TEST(export_slow_reader),
		RIB_TEST(export_rewinds),
		RIB_TEST(export_graves),
		RIB_TEST(export_shows),
		RIB_TEST(direct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
