/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_bfd.h - the BFD sessions of FRR's bfdd, out of "show bfd peers json". Pure.
 */
#ifndef EVPN_FRR_BFD_H
#define EVPN_FRR_BFD_H

#include <net/if.h>

#include "addr.h"
#include "bfd.h"

#define FRR_SHOW_BFD "show bfd peers json"

/**
 * struct frr_bfd - one session
 * @local: none: as the routing table has it; @ifname: of a session that is bound to one, else ""
 * @shutdown: held down here, by bfdd's configuration; @state is BFD_ADMIN_DOWN
 * @diag, @remote_diag: enum bfd_diag
 * @seconds: since @state began
 * @interval_us, @detection_us: as negotiated
 */
struct frr_bfd {
	struct ip_addr remote;
	struct ip_addr local;
	char ifname[IFNAMSIZ];
	bool multihop;
	bool shutdown;
	enum bfd_state state;
	u8 diag;
	u8 remote_diag;
	u8 remote_mult;
	u64 seconds;
	u32 interval_us;
	u64 detection_us;
};

/**
 * frr_bfd_parse() - the sessions of an answer, those of VRFs left out
 * @list: result, to be freed; NULL when there is none
 *
 * Return: 0, -EINVAL when it is not what bfdd writes, or -ENOMEM.
 */
int frr_bfd_parse(const char *text, struct frr_bfd **list, size_t *n);

/**
 * frr_bfd_find() - a session that tells whether @remote lives
 * @local: none: whichever; @ifname: "": whichever
 *
 * Return: one that is Up, else any of them, or NULL.
 */
const struct frr_bfd *frr_bfd_find(const struct frr_bfd *list, size_t n,
				   const struct ip_addr *remote, const struct ip_addr *local,
				   const char *ifname);

#endif
