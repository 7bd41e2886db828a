// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_bfd.c - see frr_bfd.h. Intervals are in milliseconds there, and those of the other side are what it
 * has sent last.
 */
#include "frr_bfd.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* Not below 0, and small enough that its product with a multiplier is no trouble. */
static u32 number_of(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	if (n < 0)
		return 0;
	return n > UINT32_MAX / 1000 ? UINT32_MAX / 1000 : (u32)n;
}

static u8 read_diag(const char *name)
{
	static const char *const names[BFD_DIAGS] = {
		[BFD_DIAG_NONE] = "ok",
		[BFD_DIAG_TIMEOUT] = "control detection time expired",
		[BFD_DIAG_ECHO] = "echo function failed",
		[BFD_DIAG_NEIGHBOR_DOWN] = "neighbor signaled session down",
		[BFD_DIAG_FORWARDING_RESET] = "forwarding plane reset",
		[BFD_DIAG_PATH_DOWN] = "path down",
		[BFD_DIAG_CONCATENATED_DOWN] = "concatenated path down",
		[BFD_DIAG_ADMIN_DOWN] = "administratively down",
		[BFD_DIAG_REVERSE_CONCATENATED_DOWN] = "reverse concatenated path down",
	};
	u8 i;

	for (i = 0; i < BFD_DIAGS; i++)
		if (!strcmp(name, names[i]))
			return i;
	return BFD_DIAG_NONE;
}

static enum bfd_state read_state(const char *status)
{
	if (!strcmp(status, "up"))
		return BFD_UP;
	if (!strcmp(status, "init"))
		return BFD_INIT;
	return strcmp(status, "shutdown") ? BFD_DOWN : BFD_ADMIN_DOWN;
}

/* RFC 5880 6.8.7, 6.8.4: the slower of what one sends and the other takes, in each direction */
static void read_timing(struct frr_bfd *b, const json_t *o)
{
	u32 tx = number_of(o, "transmit-interval"), rx = number_of(o, "receive-interval");
	u32 their_tx = number_of(o, "remote-transmit-interval");
	u32 their_rx = number_of(o, "remote-receive-interval");
	u32 mult = number_of(o, "remote-detect-multiplier");

	b->remote_mult = mult > UINT8_MAX ? UINT8_MAX : (u8)mult;
	b->interval_us = (tx > their_rx ? tx : their_rx) * 1000;
	b->detection_us = (u64)b->remote_mult * (rx > their_tx ? rx : their_tx) * 1000;
}

static bool is_default_vrf(const json_t *o)
{
	const char *vrf = text_of(o, "vrf");

	return !*vrf || !strcmp(vrf, "default");
}

static int read_peer(struct frr_bfd *b, const json_t *o)
{
	const char *local = text_of(o, "local");

	*b = (struct frr_bfd){};
	if (ip_parse(&b->remote, text_of(o, "peer")) || (*local && ip_parse(&b->local, local)))
		return -EINVAL;
	if (ip_is_zero(&b->local))
		b->local = (struct ip_addr){0};
	snprintf(b->ifname, sizeof(b->ifname), "%s", text_of(o, "interface"));
	b->multihop = json_is_true(json_object_get(o, "multihop"));
	b->state = read_state(text_of(o, "status"));
	b->shutdown = b->state == BFD_ADMIN_DOWN;
	b->diag = read_diag(text_of(o, "diagnostic"));
	b->remote_diag = read_diag(text_of(o, "remote-diagnostic"));
	b->seconds = number_of(o, b->state == BFD_UP ? "uptime" : "downtime");
	read_timing(b, o);
	return 0;
}

int frr_bfd_parse(const char *text, struct frr_bfd **list, size_t *n)
{
	json_t *array = json_loads(text, 0, NULL), *o;
	size_t count = json_array_size(array), i;
	int r = json_is_array(array) ? 0 : -EINVAL;

	*list = NULL;
	*n = 0;
	if (count && !(*list = calloc(count, sizeof(**list))))
		r = -ENOMEM;
	json_array_foreach(array, i, o) {
		if (!r && is_default_vrf(o))
			r = read_peer(&(*list)[(*n)++], o);
	}
	json_decref(array);
	if (!r && *n)
		return 0;
	free(*list);
	*list = NULL;
	*n = 0;
	return r;
}

static bool matches(const struct frr_bfd *b, const struct ip_addr *remote,
		    const struct ip_addr *local, const char *ifname)
{
	return ip_equal(&b->remote, remote) &&
	       (ip_is_none(local) || ip_is_none(&b->local) || ip_equal(&b->local, local)) &&
	       (!*ifname || !strcmp(b->ifname, ifname));
}

const struct frr_bfd *frr_bfd_find(const struct frr_bfd *list, size_t n,
				   const struct ip_addr *remote, const struct ip_addr *local,
				   const char *ifname)
{
	const struct frr_bfd *found = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!matches(&list[i], remote, local, ifname))
			continue;
		if (!found || list[i].state > found->state)
			found = &list[i];
	}
	return found;
}
