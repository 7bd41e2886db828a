/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_es.h - what zebra says of its Ethernet Segments, read from its JSON. Pure.
 *
 * As FRR 8.4 to 10.7 write it: `show evpn es detail json`, `show evpn vni detail json`, `show version`.
 */
#ifndef EVPN_FRR_ES_H
#define EVPN_FRR_ES_H

#include <net/if.h>

#include "addr.h"
#include "types.h"

#define FRR_SHOW_ES "show evpn es detail json"
#define FRR_SHOW_VNI "show evpn vni detail json"
#define FRR_SHOW_VERSION "show version"

#define FRR_VERSION_LEN 32

enum {
	FRR_VTEP_MAX = 64,
	FRR_SPH_MAX = 10, /* of more than so many zebra makes an empty split-horizon list */
	FRR_ALG_UNKNOWN = 255,
};

/** struct frr_vtep - a peer of a segment; without @rt4 it has sent RT-1 only */
struct frr_vtep {
	struct ip_addr address;
	bool rt4;
	u8 alg;
	u16 pref;
};

/**
 * struct frr_es - one segment
 * @ifname: of a local one, else ""
 * @non_df: zebra would filter
 * @delay: the 3 s of a new segment are not over
 * @group: id of the nexthop group to its other PEs, 0: the kernel has none
 * @n_vteps: of all peers; only FRR_VTEP_MAX of them are in @vteps
 */
struct frr_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	bool local;
	bool non_df;
	bool bypass;
	bool ready;
	bool bridge_port;
	bool up;
	bool delay;
	u16 pref;
	u32 group;
	unsigned int n_vteps;
	struct frr_vtep vteps[FRR_VTEP_MAX];
};

/**
 * frr_es_parse() - the segments of an answer
 * @list: result, to be freed; NULL when there is none
 *
 * Return: 0, or -EINVAL when it is not what FRR writes. Nothing is an empty list.
 */
int frr_es_parse(const char *text, struct frr_es **list, size_t *n);

/** struct frr_vni - where a layer 2 VNI is; @svi: "": it has none */
struct frr_vni {
	u32 vni;
	char vxlan[IFNAMSIZ];
	char svi[IFNAMSIZ];
};

/** frr_vnis_parse() - the layer 2 VNIs of an answer to FRR_SHOW_VNI, as frr_es_parse() */
int frr_vnis_parse(const char *text, struct frr_vni **list, size_t *n);

/** frr_vtep_parse() - the address of zebra's own VTEP; none when it has no VNI yet */
struct ip_addr frr_vtep_parse(const char *text);

/** frr_version_parse() - "8.4.4" from "FRRouting 8.4.4 (pe1) ..."; "" when there is none */
void frr_version_parse(const char *text, char version[FRR_VERSION_LEN]);

#endif
