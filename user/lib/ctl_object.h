/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_object.h - what `monitor` tells of. Both processes of evpnd and evpnctl take it from here.
 */
#ifndef EVPN_CTL_OBJECT_H
#define EVPN_CTL_OBJECT_H

#include <stddef.h>

/* One row each, in the order in which they are shown to people. */
#define CTL_OBJECTS(OBJECT)      \
	OBJECT(ES, "es")         \
	OBJECT(DF, "df")         \
	OBJECT(NEIGH, "neigh")   \
	OBJECT(MEMBER, "member") \
	OBJECT(PREFIX, "prefix") \
	OBJECT(FLOOD, "flood")   \
	OBJECT(PEER, "peer")     \
	OBJECT(ROUTE, "route")   \
	OBJECT(KERNEL, "kernel") \
	OBJECT(BFD, "bfd")       \
	OBJECT(LINK, "link")

#define CTL_OBJECT_NUMBER(object, name) CTL_OBJECT_NUMBER_##object,
#define CTL_OBJECT_BIT(object, name) CTL_OBJECT_##object = 1 << CTL_OBJECT_NUMBER_##object,

enum { CTL_OBJECTS(CTL_OBJECT_NUMBER) CTL_OBJECT_COUNT };

/* A set of them is an unsigned int. */
enum ctl_object { CTL_OBJECTS(CTL_OBJECT_BIT) CTL_OBJECT_ALL = (1 << CTL_OBJECT_COUNT) - 1 };

/** ctl_object_names - ends with NULL */
extern const char *const ctl_object_names[];

/** ctl_object_bit() - 0: there is no such object */
unsigned int ctl_object_bit(const char *name);

/** ctl_object_list() - "es, df ... or link" */
char *ctl_object_list(char *buf, size_t len);

#endif
