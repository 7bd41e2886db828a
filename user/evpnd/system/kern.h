/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kern.h - the speaker's wishes against what the module has, reconciled.
 *
 * A wish stays until it is taken back or swept, whatever becomes of the speaker or of the module:
 * a speaker that dies changes nothing in the kernel, and a module that is loaded again gets all of
 * them. Nothing is done to a segment in the kernel that nobody has wished anything about, until a
 * sweep says that all wishes are there.
 */
#ifndef EVPND_KERN_H
#define EVPND_KERN_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct kern;

/**
 * struct kern_ops - what comes back
 * @kernel: the module came or went
 * @es: what the module says of a segment changed
 * @result: what became of a wish: at once when it was made, and again when that changes
 * @neighs: a message about neighbours or memberships, ready to be sent (IPC_FACT_NEIGH*, IPC_FACT_MEMBER*,
 *	IPC_WISH_..._RESULT)
 * @busy: do they wait already? Then the module's further news are left in their socket until
 *	kern_resume(). NULL: never
 * @roles: the module has taken a wish; @before: what it had of the segment, NULL: nothing. May be NULL
 */
struct kern_ops {
	void (*kernel)(void *data, const struct fact_kernel *fact);
	void (*es)(void *data, const struct fact_es *fact);
	void (*result)(void *data, const struct es_result *result);
	void (*neighs)(void *data, enum ipc_type type, const void *body, uint32_t len);
	bool (*busy)(void *data);
	void (*roles)(void *data, const struct fact_es *before, const struct wish_es *wish);
};

/** struct kern_counts - @installs: requests the module accepted; @reasserts: somebody else had interfered */
struct kern_counts {
	unsigned int installed;
	unsigned int pending;
	unsigned int refused;
	uint64_t installs;
	uint64_t reasserts;
};

/** kern_new() - find the module or begin to wait for it; reads what it has. NULL with errno set */
struct kern *kern_new(sd_event *event, const struct kern_ops *ops, void *data);

/** kern_free() - gives the ownership back; roles in the kernel stay as they are */
void kern_free(struct kern *kern);

/** kern_wish() - carried out before it returns, when the module is there */
void kern_wish(struct kern *kern, const struct wish_es *wish);
void kern_wish_gone(struct kern *kern, const struct esi *esi);
/**
 * kern_speaker_died() - its sessions went with it, and other PEs take over
 *
 * As the module does it when all of evpnd dies: segments whose loss policy allows no time are closed.
 */
void kern_speaker_died(struct kern *kern);

/** kern_has_es() - the module has it, or it was wished for */
bool kern_has_es(struct kern *kern, const struct esi *esi);

/** kern_has_es_on() - so it is on this device */
bool kern_has_es_on(struct kern *kern, const struct esi *esi, const char *ifname);

/**
 * kern_close() - have the module keep a segment as @wish says until somebody wishes something of it, or a
 * sweep; one that it has already stays as it is
 */
void kern_close(struct kern *kern, const struct wish_es *wish);

/** kern_core() - how PEs are told apart: now, and each time that the module is loaded */
void kern_core(struct kern *kern, const struct conf_core *core);
/** kern_core_why() - why the module refused it, as a sentence; "" when it did not */
const char *kern_core_why(const struct kern *kern);

/** kern_sweep() - all wishes of this speaker were made: every other segment goes */
void kern_sweep(struct kern *kern);

/** kern_replay() - a fresh speaker: tell it everything; what the last one wished is stale until it is wished again */
void kern_replay(struct kern *kern);
/** kern_replay_neighs() - then the neighbours, when it knows the devices */
void kern_replay_neighs(struct kern *kern);
/** kern_replay_members() - and the memberships */
void kern_replay_members(struct kern *kern);
const struct fact_kernel *kern_fact(const struct kern *kern);
void kern_count(const struct kern *kern, struct kern_counts *counts);

/** kern_wish_ok() - does every field of a wish have a value that it can have? @why: a sentence */
bool kern_wish_ok(const struct wish_es *wish, const char **why);

/*
 * Neighbours. Wishes are carried out before kern_neigh_wish() returns; results and whatever else is
 * known of them then go to kern_ops.neighs.
 */
void kern_resume(struct kern *kern);
/* is there anything in a wish, or in the key of one, that cannot be? */
bool kern_neigh_ok(const struct wish_neigh *wish, const char **why);
bool kern_neigh_key_ok(const struct neigh_key *key, const char **why);
void kern_neigh_wish(struct kern *kern, const struct batch *batch);
void kern_neigh_wish_gone(struct kern *kern, const struct batch *batch);
/** kern_neigh_ask() - have hosts asked that were learned here; keys of struct neigh_key */
void kern_neigh_ask(struct kern *kern, const struct batch *batch);
void kern_neigh_sweep(struct kern *kern);

/* Memberships, likewise. */
bool kern_member_ok(const struct wish_member *wish, const char **why);
bool kern_member_key_ok(const struct member_key *key, const char **why);
bool kern_member_leave_ok(const struct member_leave *leave, const char **why);
void kern_member_wish(struct kern *kern, const struct batch *batch);
void kern_member_wish_gone(struct kern *kern, const struct batch *batch);
void kern_member_leave(struct kern *kern, const struct member_leave *leave);
void kern_member_sweep(struct kern *kern);

#endif
