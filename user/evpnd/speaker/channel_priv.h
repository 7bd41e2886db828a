/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * channel_priv.h - the channel's state, shared by its own files and the speaker.
 *
 *   channel.c         PEs, greetings, what is done with a word
 *   channel_io.c      datagrams
 *   channel_filter.c  whose datagrams the kernel lets through
 *   channel_show.c    answers to the control socket
 */
#ifndef EVPND_CHANNEL_PRIV_H
#define EVPND_CHANNEL_PRIV_H

#include <jansson.h>
#include <sys/tree.h>
#include <systemd/sd-event.h>

#include "speaker/channel.h"
#include "timer.h"

enum {
	CHANNEL_PES_MAX = 1024,
	CHANNEL_TYPES = ICC_ASK + 1,
	/* after what the kernel answers, before BGP; and after it, who has more to say than is read in a turn */
	CHANNEL_PRIORITY = SD_EVENT_PRIORITY_IMPORTANT + 10,
	CHANNEL_PRIORITY_BUSY = SD_EVENT_PRIORITY_NORMAL + 10,
};

/**
 * struct channel_pe - another PE, found by @remote
 * @wanted: named in the round that is under way
 * @hears: its last greeting said that it hears this one
 * @heard_us: when anything of it arrived last, CLOCK_MONOTONIC; 0: never
 * @greeted_us: when it was greeted last, with the flags @said
 * @budget: datagrams of it that may still be read, filled up every @refilled_us
 */
struct channel_pe {
	RB_ENTRY(channel_pe) node;
	struct ip_addr local;
	struct ip_addr remote;
	bool wanted;
	bool hears;
	u8 said;
	u64 heard_us;
	u64 greeted_us;
	u64 refilled_us;
	unsigned int budget;
	u64 sent;
	u64 received;
};

/**
 * struct channel_counts - datagrams since the start
 * @stranger: from who shares no segment with this PE, or to another address of it
 * @far: crossed more routers than "hops" allows
 * @busy: more came of one PE than are read
 * @filtered: dropped by the kernel at sockets that are closed; see channel_filtered()
 * @ignored: not believed by a service, or of no use any more
 */
struct channel_counts {
	u64 sent[CHANNEL_TYPES];
	u64 received[CHANNEL_TYPES];
	u64 unsent;
	u64 unknown;
	u64 malformed;
	u64 stranger;
	u64 far;
	u64 busy;
	u64 filtered;
	u64 ignored;
};

/**
 * struct channel - of a speaker
 * @fds, @io: IPv4 and IPv6; -1 and NULL for none
 * @port: that datagrams are sent to
 * @min_ttl: that must be left of a datagram that comes
 * @full: whether it was said that there is room for no more PEs
 */
struct channel {
	struct speaker *speaker;
	int fds[2];
	sd_event_source *io[2];
	u16 port;
	u8 min_ttl;
	RB_HEAD(channel_pes, channel_pe) pes;
	unsigned int n_pes;
	bool full;
	struct timer hello;
	struct channel_counts counts;
};

RB_PROTOTYPE(channel_pes, channel_pe, node, channel_pe_cmp);

/* channel.c */
int channel_pe_cmp(const struct channel_pe *a, const struct channel_pe *b);
int channel_init(struct speaker *sp);
void channel_done(struct speaker *sp);
/* a socket of the parent's, which is taken over */
void channel_socket(struct speaker *sp, int fd, bool v6);
void channel_close(struct channel *ch);
/* a configuration is in force */
void channel_conf(struct speaker *sp);
bool channel_pe_heard(const struct channel_pe *pe);
void channel_word(struct channel *ch, struct channel_pe *pe, const struct icc_msg *word);
struct channel_pe *channel_pe(const struct channel *ch, const struct ip_addr *remote);

/* channel_io.c */
int channel_receive(sd_event_source *source, int fd, uint32_t revents, void *data);
bool channel_transmit(struct channel *ch, const struct channel_pe *pe, const struct icc_msg *word);

/* channel_filter.c */
/* from now on the sockets take what comes from the PEs there are, and nothing else */
void channel_filter(const struct channel *ch);
/* what the kernel has dropped since the start: from strangers, or more than there was room for */
u64 channel_filtered(const struct channel *ch);

/* channel_show.c */
json_t *channel_show(struct speaker *sp, const json_t *params, char *err, size_t err_len);
void channel_metrics(const struct channel *ch, json_t *list);

#endif
