// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/core/neigh.c in user space: the cases that KUnit runs too, and the rules that hold
 * whatever the facts are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../../kernel/tests/core_cases.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const u8 host_mac[] = {CASE_HOST_MAC};
static const u8 host_ip[] = {CASE_HOST_IP};
static const u8 host_ip6[] = {CASE_HOST_IP6};

/* In a buffer of the very size, so that the sanitizer sees an over-read. */
static int parse(const struct heard_case *c, u32 len, struct evpn_heard *heard)
{
	u8 *data = malloc(len ? len : 1);
	int err;

	memcpy(data, c->data, len);
	err = evpn_neigh_parse(c->proto, c->vid, data, len, heard);
	free(data);
	return err;
}

static void test_parse(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(heard_cases); i++) {
		const struct heard_case *c = &heard_cases[i];
		struct evpn_heard got;

		print_message("heard: %s\n", c->name);
		assert_int_equal(c->err, parse(c, c->len, &got));
		if (c->err)
			continue;
		assert_int_equal(c->tag, got.tag);
		assert_int_equal(c->family, got.family);
		assert_int_equal(c->override, got.override);
		assert_memory_equal(got.lladdr, host_mac, sizeof(host_mac));
		assert_memory_equal(got.addr, c->family == 4 ? host_ip : host_ip6, c->family);
	}
}

/* What says something says nothing any more when it is cut short anywhere. */
static void test_parse_cut(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(heard_cases); i++) {
		const struct heard_case *c = &heard_cases[i];
		struct evpn_heard got;

		if (c->err)
			continue;
		for (u32 len = 0; len < c->len; len++)
			assert_int_equal(-EINVAL, parse(c, len, &got));
	}
}

static void test_decide(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(decide_cases); i++) {
		const struct decide_case *c = &decide_cases[i];
		struct evpn_neigh_decision got = evpn_neigh_decide(&c->facts);

		print_message("decide: %s\n", c->name);
		assert_int_equal(c->state, got.state);
		assert_int_equal(c->act, got.act);
	}
}

static struct evpn_neigh_facts facts_of(unsigned int place, unsigned int entry, unsigned int bits)
{
	return (struct evpn_neigh_facts){
		.place = place,
		.entry = entry,
		.wished = bits & 1,
		.retained = bits & 2,
		.local = bits & 4,
		.heard = bits & 8,
		.failed = bits & 16,
		.probing = bits & 32,
		.outdated = bits & 64,
		.full = bits & 128,
		.unattended = bits & 256,
	};
}

static void check_rules(const struct evpn_neigh_facts *f, struct evpn_neigh_decision d)
{
	bool ours = f->entry == EVPN_NEIGH_ENTRY_OURS;
	bool own = f->place == EVPN_NEIGH_PLACE_OWN;
	bool there = f->place == EVPN_NEIGH_PLACE_OK || f->place == EVPN_NEIGH_PLACE_VRF ||
		     f->place == EVPN_NEIGH_PLACE_LLADDR;
	bool forgets = f->entry == EVPN_NEIGH_ENTRY_VALID && there && f->full && !f->wished &&
		       !f->retained;

	/* C45: what the host has learned is never touched but to be kept, and always told where it can be ... */
	if (f->entry == EVPN_NEIGH_ENTRY_VALID && !forgets) {
		assert_int_equal(d.act, there && f->unattended ? EVPN_NEIGH_ACT_REFRESH :
								 EVPN_NEIGH_ACT_NONE);
		assert_int_equal(there, d.state == EVPN_NEIGH_STATE_LOCAL);
	}
	/* ... but where there are too many, and nobody else has it: it goes, and nothing else does. */
	assert_int_equal(forgets, d.act == EVPN_NEIGH_ACT_FORGET);
	if (forgets)
		assert_int_equal(d.state, EVPN_NEIGH_STATE_GONE);
	/* Nor is what somebody else has put there. */
	if (f->entry == EVPN_NEIGH_ENTRY_FOREIGN) {
		assert_int_equal(d.act, EVPN_NEIGH_ACT_NONE);
		assert_int_not_equal(d.state, EVPN_NEIGH_STATE_LOCAL);
		assert_int_not_equal(d.state, EVPN_NEIGH_STATE_SYNCED);
	}
	/* Nothing is put where nobody wants it, nor in the place of a valid entry. */
	if (d.act == EVPN_NEIGH_ACT_INSTALL) {
		assert_true(f->wished || f->retained);
		assert_int_equal(f->place, EVPN_NEIGH_PLACE_OK);
		assert_true(f->entry == EVPN_NEIGH_ENTRY_ABSENT ||
			    f->entry == EVPN_NEIGH_ENTRY_FAILED);
	}
	/* Only our own entries are changed or taken out, and none of them is forgotten. */
	if (d.act == EVPN_NEIGH_ACT_REPLACE || d.act == EVPN_NEIGH_ACT_RELEASE)
		assert_true(ours || (own && f->entry == EVPN_NEIGH_ENTRY_CHANGED));
	if (d.act == EVPN_NEIGH_ACT_REFRESH)
		assert_true(ours || f->entry == EVPN_NEIGH_ENTRY_VALID);
	if (ours && d.state == EVPN_NEIGH_STATE_GONE)
		assert_int_equal(d.act, EVPN_NEIGH_ACT_RELEASE);
	/* A wish is never without an answer. */
	if (f->wished)
		assert_true(d.state != EVPN_NEIGH_STATE_GONE &&
			    d.state != EVPN_NEIGH_STATE_RETAINED);
	if (d.state == EVPN_NEIGH_STATE_SYNCED)
		assert_true(f->wished && f->place == EVPN_NEIGH_PLACE_OK);
	if (d.state == EVPN_NEIGH_STATE_RETAINED)
		assert_true(f->retained && !f->wished);
	/* What is this host's own nobody else has, whatever is heard or wished. */
	if (own) {
		assert_int_equal(d.state,
				 f->wished ? EVPN_NEIGH_STATE_REFUSED : EVPN_NEIGH_STATE_GONE);
		assert_int_equal(d.act == EVPN_NEIGH_ACT_RELEASE,
				 ours || f->entry == EVPN_NEIGH_ENTRY_CHANGED);
	}
	/* Where there is no place nobody is local. */
	if (!there)
		assert_int_not_equal(d.state, EVPN_NEIGH_STATE_LOCAL);
}

static void test_decide_exhaustively(void **state)
{
	for (unsigned int place = 0; place <= EVPN_NEIGH_PLACE_OWN; place++) {
		for (unsigned int entry = 0; entry <= EVPN_NEIGH_ENTRY_FOREIGN; entry++) {
			for (unsigned int bits = 0; bits < 512; bits++) {
				struct evpn_neigh_facts f = facts_of(place, entry, bits);

				check_rules(&f, evpn_neigh_decide(&f));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_cut),
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_decide_exhaustively),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
