// SPDX-License-Identifier: GPL-2.0-only
/* fib_read.c - see fib_read.h. */
#include "fib_read.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "nl_fib.h"
#include "out.h"

/* @own: of evpnd's protocol, or all others */
struct routes {
	bool own;
	struct fib_route *list;
	size_t n, cap;
};

/* A route whose hops the kernel does not tell (nexthop_compat_mode 0), or that are dead, is left out. */
static int take_route(void *data, const struct nlmsghdr *nlh)
{
	struct routes *r = data;
	struct nl_fib_route route;

	if (!nl_fib_route_parse(nlh, &route) || (route.protocol == NL_FIB_PROTOCOL) != r->own ||
	    !route.n_hops)
		return 0;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 1024;
		r->list = reallocarray(r->list, r->cap, sizeof(*r->list));
		if (!r->list)
			out_of_memory();
	}
	r->list[r->n++] = (struct fib_route){
		.prefix = route.prefix,
		.table = route.table,
		.metric = route.metric,
		.ifindex = route.hop[0].ifindex,
		.protocol = route.protocol,
	};
	return 0;
}

/* Tables that have a route of ours: few, and those of one stand together. */
static void read_tables(struct nl *nl, const struct routes *ours, struct routes *others, int family)
{
	char buf[NL_FIB_REQUEST_MAX];
	u32 done[64], n = 0;

	for (size_t i = 0; i < ours->n; i++) {
		u32 table = ours->list[i].table, k;

		for (k = n; k && done[k - 1] != table; k--)
			;
		if (k || n == sizeof(done) / sizeof(done[0]))
			continue;
		done[n++] = table;
		nl_dump(nl, nl_fib_dump_request(buf, family, table), take_route, others, NULL);
	}
}

void fib_read(struct fib_view *view)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct routes ours = {.own = true}, others = {.own = false};
	char buf[NL_FIB_REQUEST_MAX];
	struct nl *nl = nl_open(NETLINK_ROUTE);

	for (size_t i = 0; nl && i < 2; i++)
		nl_dump(nl, nl_fib_dump_own(buf, families[i]), take_route, &ours, NULL);
	for (size_t i = 0; nl && i < 2; i++)
		read_tables(nl, &ours, &others, families[i]);
	nl_close(nl);
	view->ours = ours.list;
	view->n_ours = ours.n;
	view->others = others.list;
	view->n_others = others.n;
}

void fib_read_free(struct fib_view *view)
{
	free(view->ours);
	free(view->others);
}
