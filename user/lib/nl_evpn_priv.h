/* SPDX-License-Identifier: GPL-2.0-only */
/* nl_evpn_priv.h - what the nl_evpn*.c share. */
#ifndef EVPN_NL_EVPN_PRIV_H
#define EVPN_NL_EVPN_PRIV_H

#include "nl_evpn.h"

enum { NL_EVPN_DUMP_TRIES = 8 };

/** nl_evpn_begin() - a request of the family at the start of @buf */
struct nlmsghdr *nl_evpn_begin(char *buf, const struct nl_evpn *e, uint8_t cmd);

#endif
