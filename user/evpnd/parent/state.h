/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - what the next evpnd needs before anybody has told it: which segments there were, so that their
 * ports are closed before the first device of a booting host carries a frame, which of them an operator has
 * taken out of service, and which TCP ports another daemon of this host has had.
 */
#ifndef EVPND_STATE_H
#define EVPND_STATE_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct state;

/**
 * state_new() - read what the last evpnd has left
 * @path: of the file; NULL keeps nothing. A file that cannot be read is said, and as good as none
 *
 * Return: NULL for want of memory.
 */
struct state *state_new(sd_event *event, const char *path);

/** state_free() - writes what is not written yet */
void state_free(struct state *state);

/** state_note() - a wish was made; written a moment later if it is news */
void state_note(struct state *state, const struct wish_es *wish);

/** state_forget() - a wish was taken back */
void state_forget(struct state *state, const struct esi *esi);

/** state_begin() - a speaker begins to wish; state_sweep(): it has, and what it did not wish is forgotten */
void state_begin(struct state *state);
void state_sweep(struct state *state);

/**
 * struct state_port - a TCP port that was wanted and that somebody else had
 */
struct state_port {
	struct ip_addr address;
	uint16_t port;
};

enum { STATE_PORTS_MAX = 8 };

/** state_ports() - what @ports (result) has room for; Return: how many */
size_t state_ports(const struct state *state, struct state_port ports[STATE_PORTS_MAX]);

/** state_note_ports() - these and no others; at most STATE_PORTS_MAX */
void state_note_ports(struct state *state, const struct state_port *ports, size_t n);

/** state_each() - every segment, as a wish: non-DF, and @maintenance where an operator has drained it */
void state_each(const struct state *state, void (*fn)(void *data, const struct wish_es *wish),
		void *data);

#endif
