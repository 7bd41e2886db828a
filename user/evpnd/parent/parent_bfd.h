/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parent_bfd.h - the BFD process as its parent sees it: what it is to run is wished by the speaker,
 * timed by the configuration, and given to it again whenever it has to be started anew.
 */
#ifndef EVPND_PARENT_BFD_H
#define EVPND_PARENT_BFD_H

#include <systemd/sd-event.h>

#include "conf/conf.h"
#include "contract/ipc.h"
#include "parent/sandbox.h"

struct parent_bfd;

/**
 * parent_bfd_new() - no process runs until the first session is wished
 * @fact: told how a session is, at each change
 */
struct parent_bfd *parent_bfd_new(sd_event *event, enum sandbox_policy policy, bool human,
				  void (*fact)(void *data, const struct fact_bfd *fact),
				  void *data);
void parent_bfd_free(struct parent_bfd *b);

/**
 * parent_bfd_ok() - may the speaker have this session?
 * @why: result, what is wrong with it
 */
bool parent_bfd_ok(const struct conf *conf, const struct bfd_key *key, const char **why);

/** parent_bfd_wish() - a session that parent_bfd_ok() allows shall run, as @conf says how */
void parent_bfd_wish(struct parent_bfd *b, const struct conf *conf, const struct bfd_key *key);
void parent_bfd_wish_gone(struct parent_bfd *b, const struct bfd_key *key);

/** parent_bfd_sweep() - what was not wished since parent_bfd_replay() goes */
void parent_bfd_sweep(struct parent_bfd *b);

/** parent_bfd_conf() - other timing, without a flap; what is not allowed any more goes. NULL is allowed */
void parent_bfd_conf(struct parent_bfd *b, const struct conf *conf);

/** parent_bfd_link() - a device has come: sessions that are bound to its name need it */
void parent_bfd_link(struct parent_bfd *b, const char *ifname, uint32_t ifindex);

/** parent_bfd_replay() - all facts once more, for a speaker that was just started */
void parent_bfd_replay(struct parent_bfd *b);

#endif
