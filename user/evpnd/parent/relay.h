/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * relay.h - questions to the speaker and its answers: those that go straight through to a client, and
 * those the parent has a part of its own to add to.
 */
#ifndef EVPND_RELAY_H
#define EVPND_RELAY_H

#include <jansson.h>

#include "parent/ctl_server.h"
#include "contract/ipc.h"

/**
 * typedef relay_fn - an answer arrived whole
 * @answer: {"result": ...} or {"error": ...}, borrowed; NULL: the speaker will not answer, @why says so
 */
typedef void (*relay_fn)(void *data, const json_t *answer, const char *why);

struct relay;

struct relay *relay_new(void);
void relay_free(struct relay *relay);

/**
 * relay_request() - have the speaker answer a client's request
 * @ipc: NULL: there is no speaker
 * @why: what to say then
 */
void relay_request(struct relay *relay, struct ipc *ipc, struct ctl_request *request,
		   const char *why);

/** relay_ask() - ask the speaker; @fn may be NULL. @params: borrowed, may be NULL */
void relay_ask(struct relay *relay, struct ipc *ipc, const char *method, json_t *params,
	       relay_fn fn, void *data, const char *why);

/** relay_piece() - an IPC_ANSWER arrived. Return: false when nobody has asked */
bool relay_piece(struct relay *relay, const struct ipc_hdr *hdr, const void *body);

/** relay_fail() - the speaker is gone: so are its answers */
void relay_fail(struct relay *relay, const char *why);

#endif
