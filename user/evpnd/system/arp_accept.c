// SPDX-License-Identifier: GPL-2.0-only
/*
 * arp_accept.c - see arp_accept.h. What was set stays set when evpnd ends: another daemon may follow, and what
 * an operator has set himself cannot be told from it.
 *
 * Linux: Documentation/networking/ip-sysctl.rst, arp_accept and accept_untracked_na (5.19 and later)
 */
#include "system/arp_accept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/**
 * struct set - interface indices, few
 */
struct set {
	uint32_t *list;
	size_t n;
};

/**
 * struct accept - what is known
 * @segments: devices that carry a segment, with their ESIs in @esis
 * @done: devices that were looked after
 */
struct accept {
	struct set segments;
	struct esi *esis;
	struct set done;
	const struct links *links;
};

static bool has(const struct set *s, uint32_t v)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i] == v)
			return true;
	return false;
}

static bool add(struct set *s, uint32_t v)
{
	uint32_t *more = reallocarray(s->list, s->n + 1, sizeof(*more));

	if (!more)
		return false;
	s->list = more;
	more[s->n++] = v;
	return true;
}

static void put(const char *family, const char *ifname, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, ifname, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return; /* a kernel without it, or a device without IPv6 */
	if (fd < 0 || write(fd, "1\n", 2) != 2)
		log_warning("%s: %s: %s; answers to another PE's questions are not learned here",
			    ifname, name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

struct accept *accept_new(void)
{
	return calloc(1, sizeof(struct accept));
}

void accept_free(struct accept *a)
{
	if (!a)
		return;
	free(a->segments.list);
	free(a->esis);
	free(a->done.list);
	free(a);
}

void accept_segment(struct accept *a, const struct fact_es *fact)
{
	uint32_t ifindex = fact->gone ? 0 : fact->ifindex;
	struct esi *more;

	for (size_t i = 0; i < a->segments.n; i++) {
		if (esi_cmp(&a->esis[i], &fact->esi))
			continue;
		a->segments.list[i] = ifindex;
		return;
	}
	more = reallocarray(a->esis, a->segments.n + 1, sizeof(*more));
	if (!more)
		return;
	a->esis = more;
	more[a->segments.n] = fact->esi;
	add(&a->segments, ifindex);
}

/* The segment's device, a VLAN on it, or a VLAN on such a VLAN. */
static bool is_circuit(const struct accept *a, const struct fact_link *f)
{
	const struct fact_link *lower = f->link ? links_by_index(a->links, f->link) : NULL;

	if (has(&a->segments, f->ifindex))
		return true;
	if (!lower || strcmp(f->kind, "vlan"))
		return false;
	if (has(&a->segments, lower->ifindex))
		return true;
	return !strcmp(lower->kind, "vlan") && lower->link && has(&a->segments, lower->link);
}

static void look_at(void *data, const struct fact_link *f)
{
	struct accept *a = data;

	if (has(&a->done, f->ifindex) || !is_circuit(a, f) || !add(&a->done, f->ifindex))
		return;
	put("ipv4", f->ifname, "arp_accept");
	put("ipv6", f->ifname, "accept_untracked_na");
}

void accept_links(struct accept *a, const struct links *links)
{
	a->links = links;
	if (links && a->segments.n)
		links_each(links, look_at, a);
}

void accept_link(struct accept *a, const struct links *links, const struct fact_link *now)
{
	a->links = links;
	if (links && a->segments.n)
		look_at(a, now);
}

void accept_link_gone(struct accept *a, uint32_t ifindex)
{
	for (size_t i = 0; i < a->done.n; i++)
		if (a->done.list[i] == ifindex)
			a->done.list[i] = a->done.list[--a->done.n];
}
