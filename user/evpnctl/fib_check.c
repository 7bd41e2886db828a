// SPDX-License-Identifier: GPL-2.0-only
/* fib_check.c - see fib_check.h. */
#include "fib_check.h"

#include <stdlib.h>
#include <string.h>

#include "rt_protocol.h"

enum { NOTES_MAX = 64, LEGS_MAX = 1024 };

/* Routes of @protocol in @table that are preferred to ours: how many, and one of them. */
struct note {
	size_t n;
	const struct fib_route *example, *ours;
};

/* Devices that our routes use. */
struct legs {
	u32 list[LEGS_MAX];
	size_t n;
};

static int by_prefix(const void *a, const void *b)
{
	const struct fib_route *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

static bool is_leg(const struct legs *legs, u32 ifindex)
{
	for (size_t i = 0; i < legs->n; i++)
		if (legs->list[i] == ifindex)
			return true;
	return false;
}

/* The next route is mostly by the device of the one before. */
static void find_legs(const struct fib_view *v, struct legs *legs)
{
	u32 last = 0;

	for (size_t i = 0; i < v->n_ours && legs->n < LEGS_MAX; i++) {
		u32 ifindex = v->ours[i].ifindex;

		if (ifindex && ifindex != last && !is_leg(legs, ifindex))
			legs->list[legs->n++] = ifindex;
		last = ifindex;
	}
}

static void count(struct note notes[NOTES_MAX], const struct fib_route *other,
		  const struct fib_route *ours)
{
	for (struct note *n = notes; n < notes + NOTES_MAX; n++) {
		if (!n->n) {
			n->example = other;
			n->ours = ours;
		}
		if (n->example->table != other->table || n->example->protocol != other->protocol)
			continue;
		n->n++;
		return;
	}
}

static const char *device_name(const struct fib_view *v, u32 ifindex)
{
	for (size_t i = 0; i < v->n_links; i++)
		if (v->links[i].ifindex == ifindex)
			return v->links[i].ifname;
	return "no device";
}

/* Of the VRF, "" for the main table */
static const char *vrf_name(const struct fib_view *v, u32 table)
{
	for (size_t i = 0; i < v->n_links; i++)
		if (v->links[i].vrf_table == table)
			return v->links[i].ifname;
	return "";
}

static json_t *warning(const struct fib_view *v, const struct note *n)
{
	const struct fib_route *other = n->example;
	char prefix[PREFIX_STRLEN];

	return json_pack(
		"{s:s, s:s, s:o}", "interface", vrf_name(v, other->table), "what",
		"prefix-not-used", "message",
		json_sprintf(
			"the kernel does not use %zu of the routes that are in step with another PE, but a route of protocol %s: to %s by %s with metric %u, and evpnd's by %s has %u; what is for the customer goes round by another PE. That protocol's routes need a higher metric (FRR: distance) than evpnd's",
			n->n, rt_protocol_name(other->protocol),
			prefix_format(&other->prefix, prefix), device_name(v, other->ifindex),
			other->metric, device_name(v, n->ours->ifindex), n->ours->metric));
}

json_t *fib_check(struct fib_view *view)
{
	struct note notes[NOTES_MAX] = {};
	struct legs legs = {};
	json_t *list = json_array();

	if (!view->n_ours)
		return list;
	qsort(view->ours, view->n_ours, sizeof(*view->ours), by_prefix);
	find_legs(view, &legs);
	for (size_t i = 0; i < view->n_others; i++) {
		const struct fib_route *other = &view->others[i];
		const struct fib_route *ours =
			bsearch(other, view->ours, view->n_ours, sizeof(*view->ours), by_prefix);

		if (ours && other->metric < ours->metric && !is_leg(&legs, other->ifindex))
			count(notes, other, ours);
	}
	for (size_t i = 0; i < NOTES_MAX && notes[i].n; i++)
		json_array_append_new(list, warning(view, &notes[i]));
	return list;
}
