/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * order.h - numbers in order, for who compares the parts of a key one after the other.
 */
#ifndef EVPN_ORDER_H
#define EVPN_ORDER_H

/* negative, 0 or positive; each is read twice */
#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

#endif
