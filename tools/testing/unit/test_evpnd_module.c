// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_module.c - kern.c and its files in front of a module that is played: it can go away in the
 * middle of a request, and refuse a batch of neighbours because of one. What is asked of it and what
 * comes back is the subject; the octets between are those of test_nl and of the guests.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "nl_evpn.h"
#include "nl_evpn_mcast.h"
#include "system/kern_priv.h"

/* ---- the module ---- */

enum { SEGMENTS = 8, HOSTS = 256 };

static struct {
	bool there;
	int goes_after; /* so many requests to make or read a segment; -1: never */
	struct nl_es_conf es[SEGMENTS];
	uint32_t incarnation[SEGMENTS];
	uint32_t incarnations;
	bool is_older; /* and tells no incarnation */
	unsigned int n_es;
	unsigned int hosts_read, groups_read;
	struct ip_addr hosts[HOSTS];
	unsigned int n_hosts;
	unsigned int requests; /* of neighbours, of memberships */
	struct ip_addr groups[HOSTS];
	unsigned int n_groups;
	uint32_t retain_ms;
	uint32_t response_ms;
} module;

static int refused(struct nl_err *err, int error, const char *text)
{
	err->error = error;
	err->attr = 0;
	snprintf(err->text, sizeof(err->text), "%s", text);
	return -error;
}

static bool goes(void)
{
	if (module.goes_after > 0 && !--module.goes_after) {
		module.there = false;
		module.n_es = 0;
	}
	return !module.there;
}

int nl_evpn_open(struct nl_evpn *e, struct nl_err *err)
{
	uint32_t group = nl_genl_ctrl_group(); /* one that this kernel has */

	if (!module.there)
		return refused(err, ENOENT, "no module");
	*e = (struct nl_evpn){.nl = nl_open(NETLINK_GENERIC),
			      .family = 0x7ff0,
			      .version = 1,
			      .group_config = group,
			      .group_alarm = group,
			      .group_neigh = group,
			      .group_mcast = group};
	assert_non_null(e->nl);
	return 0;
}

void nl_evpn_close(struct nl_evpn *e)
{
	nl_close(e->nl);
	e->nl = NULL;
}

static struct nl_es_conf *segment(const struct esi *esi)
{
	for (unsigned int i = 0; i < module.n_es; i++)
		if (!esi_cmp(&module.es[i].esi, esi))
			return &module.es[i];
	return NULL;
}

int nl_evpn_es_new(struct nl_evpn *e, const struct nl_es_conf *conf, struct nl_err *err)
{
	struct nl_es_conf *c;

	if (goes())
		return refused(err, ENOENT, "no such family");
	c = segment(&conf->esi);
	if (!c) {
		assert_true(module.n_es < SEGMENTS);
		module.incarnation[module.n_es] = ++module.incarnations;
		c = &module.es[module.n_es++];
	}
	*c = *conf;
	return 0;
}

static void as_it_is(const struct nl_es_conf *conf, struct nl_es *es)
{
	memset(es, 0, sizeof(*es));
	es->conf = *conf;
	es->state = EVPN_ES_STATE_BOUND;
	if (!module.is_older)
		es->incarnation = module.incarnation[conf - module.es];
}

int nl_evpn_es_get(struct nl_evpn *e, const struct esi *esi, struct nl_es *es, struct nl_err *err)
{
	if (goes())
		return refused(err, ENOENT, "no such family");
	if (!segment(esi))
		return refused(err, ENOENT, "no such segment");
	as_it_is(segment(esi), es);
	return 0;
}

int nl_evpn_es_del(struct nl_evpn *e, const struct esi *esi, struct nl_err *err)
{
	struct nl_es_conf *c = segment(esi);

	if (goes() || !c)
		return refused(err, ENOENT, "no such segment");
	module.n_es--;
	*c = module.es[module.n_es];
	module.incarnation[c - module.es] = module.incarnation[module.n_es];
	return 0;
}

int nl_evpn_es_dump(struct nl_evpn *e, nl_es_fn fn, void *data, struct nl_err *err)
{
	struct nl_es es;

	for (unsigned int i = 0; i < module.n_es; i++) {
		as_it_is(&module.es[i], &es);
		fn(data, &es);
	}
	return 0;
}

int nl_evpn_es_speak(struct nl_evpn *e, const struct esi *esi, const struct nl_host *list,
		     unsigned int n, struct nl_err *err)
{
	return 0;
}

int nl_evpn_es_sweep(struct nl_evpn *e, uint32_t generation, struct nl_err *err)
{
	return 0;
}

int nl_evpn_owner_set(struct nl_evpn *e, uint32_t generation, const char *program, bool replace,
		      struct nl_err *err)
{
	return 0;
}

int nl_evpn_owner_get(struct nl_evpn *e, struct nl_owner *owner, struct nl_err *err)
{
	memset(owner, 0, sizeof(*owner));
	return 0;
}

/* As the module says it: the request ends at the first that cannot be, and nothing of it is done. */
static int impossible(const struct nl_neigh *list, unsigned int n, struct nl_err *err)
{
	char text[NL_TEXT_LEN], ip[IP_STRLEN];

	module.requests++;
	for (unsigned int i = 0; i < n; i++) {
		if (ip_is_host(&list[i].address))
			continue;
		snprintf(text, sizeof(text), "%s cannot be the address of a neighbour",
			 ip_format(&list[i].address, ip));
		return refused(err, EADDRNOTAVAIL, text);
	}
	return 0;
}

int nl_evpn_neigh_new(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      nl_neigh_fn fn, void *data, struct nl_neigh_counts *counts,
		      struct nl_err *err)
{
	int r = impossible(list, n, err);

	for (unsigned int i = 0; !r && i < n; i++) {
		assert_true(module.n_hosts < HOSTS);
		module.hosts[module.n_hosts++] = list[i].address;
	}
	return r;
}

int nl_evpn_neigh_del(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      uint32_t retain_ms, struct nl_err *err)
{
	int r = impossible(list, n, err);

	for (unsigned int i = 0; !r && i < n; i++)
		for (unsigned int h = 0; h < module.n_hosts; h++)
			if (ip_equal(&module.hosts[h], &list[i].address))
				module.hosts[h--] = module.hosts[--module.n_hosts];
	return r;
}

int nl_evpn_neigh_ask(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      struct nl_err *err)
{
	return impossible(list, n, err);
}

int nl_evpn_neigh_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			struct nl_err *err)
{
	return 0;
}

int nl_evpn_neigh_dump(struct nl_evpn *e, nl_neigh_fn fn, void *data, struct nl_err *err)
{
	module.hosts_read++;
	return 0;
}

void nl_evpn_neigh_each(const struct nlmsghdr *nlh, nl_neigh_fn fn, void *data)
{
}

int nl_evpn_mcast_dump(struct nl_evpn *e, nl_mcast_fn fn, void (*restart)(void *data), void *data,
		       struct nl_err *err)
{
	module.groups_read++;
	return 0;
}

void nl_evpn_mcast_each(const struct nlmsghdr *nlh, nl_mcast_fn fn, void *data)
{
}

/* 239.0.0.77 is one that the module refuses. */
static int impossible_group(const struct nl_mcast *list, unsigned int n, struct nl_err *err)
{
	module.requests++;
	for (unsigned int i = 0; i < n; i++)
		if (ip_low32(&list[i].group) == 0xef00004d)
			return refused(err, ENOSPC, "there are 262144 wishes already");
	return 0;
}

int nl_evpn_mcast_wish_new(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   struct nl_err *err)
{
	int r = impossible_group(list, n, err);

	for (unsigned int i = 0; !r && i < n; i++) {
		assert_int_equal(list[i].mode, EVPN_MCAST_MODE_EXCLUDE);
		assert_int_equal(list[i].n_sources, 1);
		module.groups[module.n_groups++] = list[i].group;
	}
	return r;
}

int nl_evpn_mcast_wish_del(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   uint32_t retain_ms, struct nl_err *err)
{
	module.n_groups -= n;
	module.retain_ms = retain_ms;
	return 0;
}

int nl_evpn_mcast_wish_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			     struct nl_err *err)
{
	module.n_groups = 0;
	module.retain_ms = retain_ms;
	return 0;
}

int nl_evpn_mcast_leave(struct nl_evpn *e, const struct nl_mcast *group, uint32_t response_ms,
			struct nl_err *err)
{
	module.response_ms = response_ms;
	return 0;
}

int nl_evpn_core_set(struct nl_evpn *e, const struct nl_core *core, struct nl_err *err)
{
	return 0;
}

int nl_evpn_neigh_set(struct nl_evpn *e, uint32_t host_limit, struct nl_err *err)
{
	return 0;
}

uint8_t nl_evpn_cmd(const struct nlmsghdr *nlh)
{
	return 0;
}

void nl_evpn_parse_es(const struct nlmsghdr *nlh, struct nl_es *es)
{
}

void nl_evpn_parse_owner(const struct nlmsghdr *nlh, struct nl_owner *owner)
{
}

bool nl_genl_is_newfamily(const struct nlmsghdr *nlh, const char *name)
{
	return false;
}

bool nl_genl_is_delfamily(const struct nlmsghdr *nlh, uint16_t family)
{
	return false;
}

uint32_t nl_genl_ctrl_group(void)
{
	return 16;
}

/* ---- who hears of it ---- */

static unsigned int gone, had;
static struct es_result last_result;
static struct neigh_result answers[HOSTS];
static unsigned int n_answers;
static char text[160];
static struct member_result member_answers[MEMBER_BATCH_MAX];

static void on_kernel(void *data, const struct fact_kernel *fact)
{
}

static void on_es(void *data, const struct fact_es *fact)
{
	gone += fact->gone;
	had += !fact->gone;
}

static void on_result(void *data, const struct es_result *result)
{
	last_result = *result;
}

static void on_neighs(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	const struct batch *b = body;

	if (type == IPC_WISH_NEIGH_RESULT) {
		memcpy(answers, batch_items(b), b->n * sizeof(answers[0]));
		n_answers = b->n;
	} else if (type == IPC_WISH_MEMBER_RESULT) {
		memcpy(member_answers, batch_items(b), b->n * sizeof(member_answers[0]));
		n_answers = b->n;
	} else if (type == IPC_FACT_NEIGH_TEXTS) {
		memcpy(text, ((const struct fact_neigh_text *)batch_items(b))->text, sizeof(text));
	}
}

static const struct kern_ops ops = {on_kernel, on_es, on_result, on_neighs, NULL, NULL};

static sd_event *event;

static struct kern *begin(void)
{
	struct kern *kern;

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	kern = kern_new(event, &ops, NULL);
	assert_non_null(kern);
	assert_int_equal(kern_fact(kern)->present, module.there);
	gone = had = n_answers = 0;
	module.hosts_read = module.groups_read = 0;
	text[0] = '\0';
	return kern;
}

static void end(struct kern *kern)
{
	kern_free(kern);
	sd_event_unref(event);
}

static int load(void **state)
{
	memset(&module, 0, sizeof(module));
	module.there = true;
	module.goes_after = -1;
	return 0;
}

static struct wish_es a_wish(uint8_t n)
{
	struct wish_es w = {.esi = {{0, 1, 2, 3, 4, 5, 6, 7, 8, n}},
			    .mode = CONF_PORT_ACTIVE,
			    .standby = CONF_STANDBY_BLOCK,
			    .host_limit = 1};

	snprintf(w.ifname, sizeof(w.ifname), "bond%u", n);
	return w;
}

/* A segment that is only closed, before anybody wishes it: the module takes its entry along. */
static void goes_while_closing(void **state)
{
	struct wish_es w[2] = {a_wish(1), a_wish(2)};

	for (int after = 1; after <= 2; after++) {
		struct kern *kern;

		load(NULL);
		kern = begin();
		kern_close(kern, &w[0]);
		assert_int_equal(module.n_es, 1);
		module.goes_after = after;
		kern_close(kern, &w[1]);
		assert_false(kern_fact(kern)->present);
		assert_false(kern_has_es(kern, &w[0].esi));
		assert_false(kern_has_es(kern, &w[1].esi));
		assert_int_equal(gone, 1);
		end(kern);
	}
}

/* One that is wished stays, and waits. */
static void goes_while_wishing(void **state)
{
	struct wish_es w[2] = {a_wish(1), a_wish(2)};

	for (int after = 1; after <= 2; after++) {
		struct kern_counts counts;
		struct kern *kern;

		load(NULL);
		kern = begin();
		kern_close(kern, &w[0]);
		module.goes_after = after;
		kern_wish(kern, &w[1]);
		assert_int_equal(last_result.status, WISH_PENDING);
		assert_int_equal(last_result.error, ENOENT);
		kern_count(kern, &counts);
		assert_int_equal(counts.pending, 1);
		assert_false(kern_has_es(kern, &w[0].esi));
		assert_true(kern_has_es(kern, &w[1].esi));
		/* and it goes during what is asked when nobody wishes it any more */
		kern_wish_gone(kern, &w[1].esi);
		assert_false(kern_has_es(kern, &w[1].esi));
		end(kern);
	}
}

/* The module is loaded again, and goes once more while it is told all wishes. */
static void goes_while_told_all(void **state)
{
	for (int after = 1; after <= 6; after++) {
		struct kern_counts counts;
		struct kern *kern;

		load(NULL);
		kern = begin();
		for (uint8_t n = 0; n < 3; n++) {
			struct wish_es w = a_wish(n);

			kern_wish(kern, &w);
		}
		/* what another has made stands between them */
		for (uint8_t n = 3; n < 5; n++) {
			struct wish_es w = a_wish(n);

			kern_close(kern, &w);
		}
		module.goes_after = after;
		kern_replay(kern);
		for (uint8_t n = 0; n < 3; n++) {
			struct wish_es w = a_wish(n);

			kern_wish(kern, &w);
		}
		kern_count(kern, &counts);
		assert_int_equal(counts.pending, 3);
		assert_int_equal(gone, 5);
		end(kern);
	}
}

/* ---- a segment that is deleted and made again ---- */

/* What has been put off is done. Neighbours and memberships were read so many times since the last call. */
static void are_read_again(unsigned int times)
{
	while (sd_event_run(event, 0) > 0)
		;
	assert_int_equal(module.hosts_read, times);
	assert_int_equal(module.groups_read, times);
	module.hosts_read = module.groups_read = 0;
}

static struct nl_es as_wished(struct kern *kern, const struct wish_es *w)
{
	struct nl_es es;

	kern_wish(kern, w);
	as_it_is(segment(&w->esi), &es);
	return es;
}

/* As another program does it. */
static void replace_segment(const struct nl_es_conf *conf)
{
	struct nl_evpn none = {0};
	struct nl_es_conf same = *conf;
	struct nl_err err;

	assert_int_equal(nl_evpn_es_del(&none, &same.esi, &err), 0);
	assert_int_equal(nl_evpn_es_new(&none, &same, &err), 0);
}

/*
 * By us, as for a change of the mode. That the earlier one was changed, and deleted, is read after the answers:
 * nothing of the present one, nor of its hosts, is lost by that.
 */
static void made_again_and_told_late(void **state)
{
	struct wish_es w = a_wish(1);
	struct kern *kern = begin();
	struct nl_es before = as_wished(kern, &w);

	kern_wish_gone(kern, &w.esi);
	kern_wish(kern, &w);
	assert_int_equal(gone, 1);
	assert_int_equal(had, 2);
	before.conf.role = EVPN_ROLE_DF;
	kern_es_heard(kern, &before, false);
	kern_es_heard(kern, &before, true);
	assert_int_equal(gone, 1);
	assert_int_equal(had, 2);
	are_read_again(0);
	end(kern);
}

/* By another program: what was heard of its hosts may have come before the end of the earlier one. */
static void made_again_by_another(void **state)
{
	struct wish_es w = a_wish(1);
	struct kern *kern = begin();
	struct nl_es es = as_wished(kern, &w);

	replace_segment(&es.conf);
	kern_es_heard(kern, &es, true);
	assert_int_equal(gone, 1);
	assert_int_equal(had, 2);
	are_read_again(1);
	/* and when nothing was heard of the end */
	replace_segment(&es.conf);
	as_it_is(segment(&w.esi), &es);
	kern_es_heard(kern, &es, false);
	assert_int_equal(gone, 2);
	assert_int_equal(had, 3);
	are_read_again(1);
	/* nor of the beginning, until it is wished for once more */
	replace_segment(&es.conf);
	kern_wish(kern, &w);
	assert_int_equal(gone, 3);
	assert_int_equal(had, 4);
	are_read_again(1);
	end(kern);
}

/* A module that tells no incarnation: it seems to have gone, and to be back, and all of it is read again. */
static void made_again_in_an_older_module(void **state)
{
	struct wish_es w = a_wish(1);
	struct kern *kern = begin();
	struct nl_es before;

	module.is_older = true;
	before = as_wished(kern, &w);
	kern_wish_gone(kern, &w.esi);
	kern_wish(kern, &w);
	kern_es_heard(kern, &before, true);
	assert_int_equal(gone, 2);
	assert_int_equal(had, 3);
	are_read_again(1);
	end(kern);
}

/* ---- neighbours ---- */

struct hosts {
	struct batch head;
	struct wish_neigh w[HOSTS];
};

static struct hosts *some_hosts(unsigned int n)
{
	struct hosts *h = calloc(1, sizeof(*h));

	h->head.n = n;
	for (unsigned int i = 0; i < n; i++)
		h->w[i] = (struct wish_neigh){
			.key = {.tag = 1, .esi = {{0, 1}}, .address = ip_v4(0x0a000001 + i)},
			.mac = {{2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}}};
	return h;
}

struct keys {
	struct batch head;
	struct neigh_key k[HOSTS];
};

static struct keys *keys_of(const struct hosts *h)
{
	struct keys *k = calloc(1, sizeof(*k));

	k->head = h->head;
	for (unsigned int i = 0; i < h->head.n; i++)
		k->k[i] = h->w[i].key;
	return k;
}

static const unsigned int bad[] = {0, 77, 78, 255};
enum { BAD = sizeof(bad) / sizeof(bad[0]) };

static void spoil(struct hosts *h)
{
	for (size_t i = 0; i < BAD; i++)
		assert_int_equal(ip_parse(&h->w[bad[i]].key.address, "::ffff:10.0.0.9"), 0);
}

/* One address that cannot be in a batch of 256: the others are wished, and it gets its own answer. */
static void refused_wishes(void **state)
{
	struct hosts *h = some_hosts(HOSTS);
	struct kern *kern = begin();
	unsigned int n_refused = 0;

	spoil(h);
	kern_neigh_wish(kern, &h->head);
	assert_int_equal(module.n_hosts, HOSTS - BAD);
	assert_int_equal(n_answers, HOSTS);
	for (unsigned int i = 0; i < HOSTS; i++) {
		assert_int_equal(ip_cmp(&answers[i].key.address, &h->w[i].key.address), 0);
		if (answers[i].status == WISH_REFUSED) {
			assert_int_equal(answers[i].error, EADDRNOTAVAIL);
			n_refused++;
		} else {
			assert_int_equal(answers[i].status, WISH_INSTALLED);
		}
	}
	assert_int_equal(n_refused, BAD);
	assert_string_equal(text, "::ffff:10.0.0.9 cannot be the address of a neighbour");
	end(kern);
	free(h);
}

/* And when the PE that they came from dies, none of the others stays for ever because of it. */
static void refused_keys(void **state)
{
	struct hosts *h = some_hosts(HOSTS);
	struct kern *kern = begin();
	struct keys *k;

	kern_neigh_wish(kern, &h->head);
	assert_int_equal(module.n_hosts, HOSTS);
	assert_int_equal(module.requests, 1);
	spoil(h);
	k = keys_of(h);
	module.requests = 0;
	kern_neigh_wish_gone(kern, &k->head);
	assert_int_equal(module.n_hosts, BAD);
	assert_true(module.requests <= 2 * 9 * BAD); /* halves, not one by one */
	/* a batch in which all is well is one request */
	free(k);
	free(h);
	h = some_hosts(HOSTS);
	k = keys_of(h);
	module.requests = 0;
	kern_neigh_wish_gone(kern, &k->head);
	assert_int_equal(module.n_hosts, 0);
	assert_int_equal(module.requests, 1);
	end(kern);
	free(k);
	free(h);
}

/* ---- memberships ---- */

struct groups {
	struct batch head;
	struct wish_member w[MEMBER_BATCH_MAX];
};

static struct groups *some_groups(void)
{
	struct groups *g = calloc(1, sizeof(*g));

	g->head.n = MEMBER_BATCH_MAX;
	for (unsigned int i = 0; i < MEMBER_BATCH_MAX; i++)
		g->w[i] = (struct wish_member){
			.key = {.tag = 1, .esi = {{0, 1}}, .group = ip_v4(0xef000001 + i)},
			.mode = MEMBER_EXCLUDE,
			.n_sources = 1,
			.sources = {{.addr = {192, 0, 2, 7}}}};
	return g;
}

/* One that is refused does not keep the others out; and what is taken back, or left. */
static void memberships(void **state)
{
	struct member_leave leave = {.response_ms = 3000, .one_source = true};
	struct groups *g = some_groups();
	struct kern *kern = begin();
	struct batch *keys = calloc(1, BATCH_LEN(struct member_key, 2));

	g->w[30].key.group = ip_v4(0xef00004d);
	module.requests = 0;
	kern_member_wish(kern, &g->head);
	assert_int_equal(module.n_groups, MEMBER_BATCH_MAX - 1);
	assert_int_equal(n_answers, MEMBER_BATCH_MAX);
	assert_true(module.requests <= 13); /* halves, not one by one */
	for (unsigned int i = 0; i < MEMBER_BATCH_MAX; i++)
		assert_int_equal(member_answers[i].status, i == 30 ? WISH_REFUSED : WISH_INSTALLED);
	assert_string_equal(member_answers[30].text, "there are 262144 wishes already");
	keys->n = 2;
	keys->retain_ms = 180000;
	((struct member_key *)(void *)(keys + 1))[0] = g->w[0].key;
	((struct member_key *)(void *)(keys + 1))[1] = g->w[1].key;
	kern_member_wish_gone(kern, keys);
	assert_int_equal(module.n_groups, MEMBER_BATCH_MAX - 3);
	assert_int_equal(module.retain_ms, 180000);
	leave.key = g->w[2].key;
	leave.source = g->w[2].sources[0];
	kern_member_leave(kern, &leave);
	assert_int_equal(module.response_ms, 3000);
	end(kern);
	free(keys);
	free(g);
}

/* What no speaker may wish. */
static void impossible_memberships(void **state)
{
	struct groups *g = some_groups();
	struct wish_member w = g->w[0];
	struct member_leave l = {.key = w.key, .response_ms = 1};
	const char *why;

	assert_true(kern_member_ok(&w, &why));
	w.key.group = ip_v4(0x0a000001);
	assert_false(kern_member_ok(&w, &why));
	w = g->w[0];
	w.key.tag = 1 << 24;
	assert_false(kern_member_ok(&w, &why));
	w = g->w[0];
	w.n_sources = MEMBER_SOURCES_MAX + 1;
	assert_false(kern_member_ok(&w, &why));
	w = g->w[0];
	w.mode = MEMBER_INCLUDE;
	assert_true(kern_member_ok(&w, &why));
	w.n_sources = 0;
	assert_false(kern_member_ok(&w, &why));
	w = g->w[0];
	w.sources[0].addr[15] = 1; /* an IPv4 address has four octets */
	assert_false(kern_member_ok(&w, &why));
	assert_true(kern_member_leave_ok(&l, &why));
	l.response_ms = 25501;
	assert_false(kern_member_leave_ok(&l, &why));
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_while_closing, load),
		cmocka_unit_test_setup(goes_while_wishing, load),
		cmocka_unit_test_setup(goes_while_told_all, load),
		cmocka_unit_test_setup(made_again_and_told_late, load),
		cmocka_unit_test_setup(made_again_by_another, load),
		cmocka_unit_test_setup(made_again_in_an_older_module, load),
		cmocka_unit_test_setup(refused_wishes, load),
		cmocka_unit_test_setup(refused_keys, load),
		cmocka_unit_test_setup(memberships, load),
		cmocka_unit_test(impossible_memberships),
	};

	return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
