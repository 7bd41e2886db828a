/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kern_priv.h - what kern.c (is the module there, who is told), kern_es.c (segments wished and
 * segments had), kern_core.c (what holds for all of them), kern_neigh.c (neighbours) and kern_member.c (memberships) know of each other.
 */
#ifndef EVPND_KERN_PRIV_H
#define EVPND_KERN_PRIV_H

#include "system/kern.h"
#include "system/reconcile.h"
#include "nl_evpn.h"
#include "timer.h"

/**
 * struct kern_es - a segment that is wished for, or in the module, or both
 * @had: the module has it; @conf is its configuration there, @fact what was told of it
 * @incarnation: which life of the segment in the module that is
 * @asked_to_speak: members whose bond was asked to send a LACPDU
 * @asserts: how often it had to be put right in the second that began at @asserts_us
 */
struct kern_es {
	struct wished w;
	struct esi esi;
	bool had;
	bool seen;
	struct wish_es wish;
	struct nl_es_conf conf;
	struct fact_es fact;
	uint32_t incarnation;
	uint64_t asked_to_speak;
	unsigned int asserts;
	u64 asserts_us;
};

struct kern_neigh_up;
struct member_out;

/**
 * struct kern_ear - a socket for one kind of news
 * @what: for people
 * @cmd: EVPN_CMD_..._NTF
 * @heard: one message; @heard_all: there is none left: many share a batch
 * @replay: read all of them
 */
struct kern_ear {
	struct kern *kern;
	struct nl *nl;
	sd_event_source *source;
	const char *what;
	uint8_t cmd;
	void (*heard)(struct kern *kern, const struct nlmsghdr *nlh);
	void (*heard_all)(struct kern *kern);
	void (*replay)(struct kern *kern);
};

/**
 * struct kern - everything about the module
 * @evpn: its family; @evpn.nl NULL: not there. This socket is the owner
 * @retry_ms: pause before the next look for the module
 * @generation: of the segments in the module; ours, not the speaker's
 * @begun: the present speaker has wished something, so that @generation is of its wishes
 * @swept: the last sweep was asked for; repeated when the module comes back
 * @up, @members_up: facts about neighbours and memberships on their way up
 * @hosts_again: neighbours and memberships are to be read again
 * @core: valid if @has_core; @core_why: the module refused it
 */
struct kern {
	sd_event *event;
	const struct kern_ops *ops;
	void *data;
	struct nl_evpn evpn;
	struct nl *listener;
	sd_event_source *listener_source;
	struct kern_ear neighs;
	struct kern_ear members;
	struct nl *ctrl;
	sd_event_source *ctrl_source;
	struct timer retry;
	u64 retry_ms;
	struct timer assert_again;
	struct timer hosts_again;
	struct fact_kernel fact;
	struct reconcile segments;
	uint32_t generation;
	bool begun;
	bool swept;
	uint64_t installs;
	uint64_t reasserts;
	struct kern_neigh_up *up;
	struct member_out *members_up;
	struct conf_core core;
	bool has_core;
	char core_why[256];
};

/* kern.c */
/* the module answered as if it were gone: close, tell, begin to look for it */
void kern_lost(struct kern *kern, const char *text);
/*
 * somebody else has ended a segment: the sockets are several, so its neighbours and memberships may have been heard of
 * in its next life already when the end of the one before is told, and who is told forgets them; all are read again
 */
void kern_hosts_again(struct kern *kern);

/* kern_es.c */
void kern_es_init(struct kern *kern);
int kern_es_read_all(struct kern *kern, struct nl_err *err);
void kern_es_install_all(struct kern *kern);
void kern_es_heard(struct kern *kern, const struct nl_es *es, bool deleted);
/* @text: why they can only wait */
void kern_es_all_pending(struct kern *kern, const char *text);
void kern_es_forget_had(struct kern *kern);
void kern_es_sweep_module(struct kern *kern);
void kern_es_put_right(struct kern *kern);
void kern_es_replay(struct kern *kern);
void kern_es_free(struct kern *kern);
/* the speaker wishes: at its first wish a generation of its own begins in the module */
void kern_begin(struct kern *kern);

/* kern_core.c */
void kern_core_install(struct kern *kern);

/* kern_neigh.c */
int kern_neigh_init(struct kern *kern);
void kern_neigh_free(struct kern *kern);
/* one message of the module's; kern_neigh_heard_all() when there is none left: many share a batch */
void kern_neigh_heard(struct kern *kern, const struct nlmsghdr *nlh);
void kern_neigh_heard_all(struct kern *kern);
int kern_neigh_read_all(struct kern *kern, struct nl_err *err);
void kern_neigh_replay(struct kern *kern);

/* kern_member.c: likewise */
int kern_member_init(struct kern *kern);
void kern_member_free(struct kern *kern);
void kern_member_heard(struct kern *kern, const struct nlmsghdr *nlh);
void kern_member_heard_all(struct kern *kern);
void kern_member_replay(struct kern *kern);

#endif
