/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * far_ends.h - whether BFD hears the far ends of segments' pseudowires, which have no carrier that would go
 * with the path.
 */
#ifndef EVPND_FAR_ENDS_H
#define EVPND_FAR_ENDS_H

#include "addr.h"

struct speaker;

/**
 * enum far_end - what is known of one
 * @FAR_END_AWAITED: nothing yet, or nobody asks any more
 * @FAR_END_HEARD: the path works in both directions
 * @FAR_END_SILENT: it does not
 */
enum far_end { FAR_END_AWAITED, FAR_END_HEARD, FAR_END_SILENT };

/** far_end_set() - what has become of it; every service is told of a change */
void far_end_set(struct speaker *speaker, const struct ip_addr *address, enum far_end state);

enum far_end far_end_is(const struct speaker *speaker, const struct ip_addr *address);

#endif
