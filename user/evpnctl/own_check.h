/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * own_check.h - segments that evpnd elects itself: what would cost a customer its service one day and
 * does no harm yet. Pure: all of it is asked by somebody else.
 */
#ifndef EVPNCTL_OWN_CHECK_H
#define EVPNCTL_OWN_CHECK_H

#include <jansson.h>

/**
 * own_check() - look for single points of failure
 * @segments: of es.show; may be NULL
 * @routes: of route.show type 4; may be NULL
 * @peers: of peer.show; may be NULL
 *
 * Return: [{"interface", "what", "message"}], a new reference. "single-reflector": nothing but one
 * reflector tells this PE of the others of the segment, and them of this one. "block-alone": this PE has one
 * session, and closes the segment when that is lost.
 */
json_t *own_check(const json_t *segments, const json_t *routes, const json_t *peers);

#endif
