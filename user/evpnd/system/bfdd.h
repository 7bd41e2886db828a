/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfdd.h - FRR's bfdd of this machine, looked at: where it has the BFD ports, its sessions are the ones
 * there are, and nobody but bfdd knows how they are.
 *
 * It tells its state to FRR's own daemons only, so it is asked: ten times a second, and for no more than
 * a part of its time.
 */
#ifndef EVPND_BFDD_H
#define EVPND_BFDD_H

#include <systemd/sd-event.h>

#include "contract/bfd.h"
#include "frr_bfd.h"

struct bfdd;

/**
 * struct bfdd_ops - what was learned
 * @sessions: all there are, after each look
 * @gone: it cannot be asked, or has ended; it is not asked any more. A piece of a sentence says why
 */
struct bfdd_ops {
	void (*sessions)(void *data, const struct frr_bfd *list, size_t n);
	void (*gone)(void *data, const char *why);
};

/** bfdd_new() - does nothing before bfdd_ask(); NULL: no memory */
struct bfdd *bfdd_new(sd_event *event, const struct bfdd_ops *ops, void *data);
void bfdd_free(struct bfdd *b);

/** bfdd_ask() - from now on, the one at socket @vty; its end is said by gone(), never from in here */
void bfdd_ask(struct bfdd *b, const char *vty);
void bfdd_stop(struct bfdd *b);

/** bfdd_asked() - is it being asked? */
bool bfdd_asked(const struct bfdd *b);

/**
 * bfdd_fact() - a session of bfdd's as a fact
 * @s: NULL: it has none
 * @before: the last fact of this key, whose count and moment go on
 * @now: CLOCK_MONOTONIC nanoseconds
 *
 * bfdd does not say that the other side is held down on purpose. It says that the other side has signalled
 * "down" for no reason, and that is what such a one does, or one that has begun anew.
 */
struct fact_bfd bfdd_fact(const struct frr_bfd *s, const struct fact_bfd *before, int64_t now);

#endif
