// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_kern.c - wishes while there is no module, and wishes that are none. With the module they
 * are tried in the guests (selftests/evpn/reconcile.sh).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "system/kern.h"
#include "log.h"
#include "nl_evpn.h"
#include "nl_rt.h"

static unsigned int kernels, segments, results, neigh_messages;
static struct fact_kernel last_kernel;
static struct es_result last_result;

static void on_kernel(void *data, const struct fact_kernel *fact)
{
	kernels++;
	last_kernel = *fact;
}

static void on_es(void *data, const struct fact_es *fact)
{
	segments++;
}

static void on_result(void *data, const struct es_result *result)
{
	results++;
	last_result = *result;
}

static void on_neighs(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	neigh_messages++;
}

static const struct kern_ops ops = {on_kernel, on_es, on_result, on_neighs, NULL, NULL};

static struct wish_es a_wish(uint8_t n)
{
	struct wish_es w = {.esi = {{0, 1, 2, 3, 4, 5, 6, 7, 8, n}},
			    .mode = CONF_PORT_ACTIVE,
			    .standby = CONF_STANDBY_BLOCK,
			    .owner_hold_ms = 1000,
			    .host_limit = 1,
			    .allow = 1};

	memcpy(w.ifname, "bond0", 6);
	return w;
}

static unsigned int pending(struct kern *kern)
{
	struct kern_counts c;

	kern_count(kern, &c);
	assert_int_equal(c.installed + c.refused, 0);
	return c.pending;
}

static void test_no_module(void **state)
{
	struct wish_es w[3] = {a_wish(1), a_wish(2), a_wish(3)};
	sd_event *event;
	struct kern *kern;

	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	kern = kern_new(event, &ops, NULL);
	assert_non_null(kern);
	if (kern_fact(kern)->present) {
		kern_free(kern);
		sd_event_unref(event);
		skip();
	}
	assert_int_equal(kernels, 1);
	assert_string_equal(last_kernel.text,
			    "the kernel module evpn is not loaded: modprobe evpn");
	for (int i = 0; i < 3; i++)
		kern_wish(kern, &w[i]);
	assert_int_equal(results, 3);
	assert_int_equal(last_result.status, WISH_PENDING);
	assert_int_equal(last_result.error, ENOENT);
	assert_int_equal(esi_cmp(&last_result.esi, &w[2].esi), 0);
	assert_string_equal(last_result.text, last_kernel.text);
	assert_int_equal(pending(kern), 3);
	kern_wish_gone(kern, &w[0].esi);
	assert_int_equal(pending(kern), 2);
	kern_sweep(kern);
	assert_int_equal(pending(kern), 2);
	/* a resynchronisation in which one of them is not wished again */
	kern_replay(kern);
	kern_wish(kern, &w[1]);
	kern_sweep(kern);
	assert_int_equal(pending(kern), 1);
	/* and one in which another one is wished */
	kern_replay(kern);
	assert_int_equal(kernels, 3);
	kern_wish(kern, &w[2]);
	assert_int_equal(pending(kern), 2);
	kern_sweep(kern);
	assert_int_equal(pending(kern), 1);
	assert_int_equal(segments, 0);
	kern_free(kern);
	sd_event_unref(event);
}

static void test_wishes_that_are_none(void **state)
{
	struct wish_es w = a_wish(1);
	const char *why;

	assert_true(kern_wish_ok(&w, &why));
#define REFUSED(change, sentence)                     \
	do {                                          \
		w = a_wish(1);                        \
		change;                               \
		assert_false(kern_wish_ok(&w, &why)); \
		assert_string_equal(why, sentence);   \
	} while (0)
	REFUSED(memset(&w.esi, 0, sizeof(w.esi)), "a reserved ESI");
	REFUSED(memset(&w.esi, 0xff, sizeof(w.esi)), "a reserved ESI");
	REFUSED(w.ifname[0] = '\0', "no device name");
	REFUSED(memset(w.ifname, 'x', sizeof(w.ifname)), "no device name");
	REFUSED(w.mode = 3, "an unknown mode");
	REFUSED(w.mode = (enum conf_mode) - 1, "an unknown mode");
	REFUSED(w.standby = CONF_STANDBY_AUTO, "an unknown standby policy");
	REFUSED(w.standby = 4, "an unknown standby policy");
	REFUSED(w.loss_policy = 2, "an unknown loss policy");
	REFUSED(w.owner_hold_ms = EVPN_HOLD_TIME_MAX + 1, "an owner hold time out of range");
	REFUSED(w.host_timeout_ms = EVPN_HOST_TIMEOUT_MAX + 1, "a host timeout out of range");
	REFUSED(w.host_limit = EVPN_HOST_LIMIT_MAX + 1, "a limit of hosts out of range");
	REFUSED(w.allow = 64, "unknown protocols to allow");
	REFUSED(w.untagged_vid = 4095, "a VLAN out of range");
	REFUSED(w.unknown_unicast = 2, "an unknown way with unknown unicast");
	REFUSED(w.n_peers = 1, "peers that cannot be");
	REFUSED(w.mode = CONF_ALL_ACTIVE; w.n_peers = 1, "peers that cannot be");
	REFUSED(w.mode = CONF_ALL_ACTIVE; w.n_peers = IPC_PEERS_MAX + 1, "peers that cannot be");
	REFUSED(w.mode = CONF_ALL_ACTIVE; w.n_peers = 2;
		w.peers[0] = w.peers[1] = ip_v4(1), "peers that cannot be");
	w = a_wish(1);
	w.mode = CONF_ALL_ACTIVE;
	w.n_peers = 2;
	w.peers[0] = ip_v4(1);
	w.peers[1] = ip_v4(2);
	assert_true(kern_wish_ok(&w, &why));
}

static int count(void *data, const struct nlmsghdr *nlh)
{
	struct nl_link link;

	*(unsigned int *)data += nl_link_parse(nlh, &link);
	return 0;
}

/* nl.c against the kernel that runs here: answers, dumps, errors with their words. */
static void test_netlink(void **state)
{
	struct nl *nl = nl_open(NETLINK_ROUTE);
	unsigned int n = 0;
	struct nl_err err;

	assert_non_null(nl);
	assert_int_equal(nl_link_dump(nl, count, &n, &err), 0);
	assert_true(n >= 1);
	n = 0;
	assert_int_equal(nl_link_get(nl, 1, count, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(nl_link_get(nl, 0x7fffffff, count, &n, &err), -ENODEV);
	assert_int_equal(err.error, ENODEV);
	assert_true(err.text[0]);
	/* the socket is as good as before */
	n = 0;
	assert_int_equal(nl_link_get(nl, 1, count, &n, &err), 0);
	assert_int_equal(n, 1);
	nl_close(nl);
}

/* What a speaker that was taken over might say of neighbours. */
static void test_neighbours_that_are_none(void **state)
{
	const struct wish_neigh good = {
		.key = {.tag = 5, .esi = {{0, 1, 2}}, .address = {.len = 4}}};
	struct wish_neigh w = good;
	const char *why;

	assert_true(kern_neigh_ok(&w, &why));
	w.key.tag = EVPN_NEIGH_TAG_MAX + 1;
	assert_false(kern_neigh_ok(&w, &why));
	w = good;
	w.key.address.len = 200;
	assert_false(kern_neigh_ok(&w, &why));
	w = good;
	memset(&w.key.esi, 0xff, sizeof(w.key.esi));
	assert_false(kern_neigh_ok(&w, &why));
	assert_false(kern_neigh_key_ok(&w.key, &why));
	w = good;
	memset(&w.check_vrf, 7, sizeof(w.check_vrf));
	assert_false(kern_neigh_ok(&w, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_module),
		cmocka_unit_test(test_wishes_that_are_none),
		cmocka_unit_test(test_neighbours_that_are_none),
		cmocka_unit_test(test_netlink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
