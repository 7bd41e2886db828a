// SPDX-License-Identifier: GPL-2.0-only
/*
 * channel.c - see channel.h: which PEs there are, greetings, and to whom a word is handed.
 *
 * Greetings tell whether the other end has a channel at all, and whether it hears: a hand-over that waits for
 * a word waits only where there will be one.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "speaker/channel_priv.h"
#include "speaker/speaker_priv.h"

enum {
	HELLO_MS = 5000,
	HEARD_MS = 16000, /* three greetings may be lost */
	HELLO_PAUSE_MS = 100,
};

int channel_pe_cmp(const struct channel_pe *a, const struct channel_pe *b)
{
	return ip_cmp(&a->remote, &b->remote);
}

RB_GENERATE(channel_pes, channel_pe, node, channel_pe_cmp)

struct channel_pe *channel_pe(const struct channel *ch, const struct ip_addr *remote)
{
	struct channel_pe key = {.remote = *remote};

	return RB_FIND(channel_pes, (struct channel_pes *)&ch->pes, &key);
}

static bool is_recent(const struct channel_pe *pe, u64 now)
{
	return pe->heard_us && now - pe->heard_us < HEARD_MS * 1000ull;
}

bool channel_pe_heard(const struct channel_pe *pe)
{
	return pe->hears && is_recent(pe, timer_now_us());
}

bool channel_heard(const struct speaker *speaker, const struct ip_addr *remote)
{
	const struct channel *ch = speaker->channel;
	const struct channel_pe *pe = ch->port ? channel_pe(ch, remote) : NULL;

	return pe && channel_pe_heard(pe);
}

static void transmit(struct channel *ch, struct channel_pe *pe, const struct icc_msg *word)
{
	if (!channel_transmit(ch, pe, word)) {
		ch->counts.unsent++;
		return;
	}
	pe->sent++;
	ch->counts.sent[word->type]++;
}

void channel_send(struct speaker *speaker, const struct ip_addr *remote, const struct icc_msg *word)
{
	struct channel *ch = speaker->channel;
	struct channel_pe *pe = ch->port ? channel_pe(ch, remote) : NULL;

	if (pe)
		transmit(ch, pe, word);
}

void channel_ignored(struct speaker *speaker)
{
	speaker->channel->counts.ignored++;
}

/* ---- greetings ---- */

static void greet(struct channel *ch, struct channel_pe *pe)
{
	u64 now = timer_now_us();
	struct icc_msg hello = {.type = ICC_HELLO, .flags = is_recent(pe, now) ? ICC_HEARD : 0};
	bool news = !pe->greeted_us || hello.flags != pe->said;

	if (!ch->port || (!news && now - pe->greeted_us < HELLO_PAUSE_MS * 1000))
		return;
	pe->greeted_us = now;
	pe->said = hello.flags;
	transmit(ch, pe, &hello);
}

static void forget(struct channel *ch, struct channel_pe *pe)
{
	RB_REMOVE(channel_pes, &ch->pes, pe);
	ch->n_pes--;
	free(pe);
}

static void ask_services(struct speaker *sp)
{
	unsigned int i;

	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->pes && sp->services_up)
			speaker_services[i]->pes(sp->states[i]);
}

/* Who is named no more is greeted no more. */
static void on_hello(void *data)
{
	struct channel *ch = data;
	struct channel_pe *pe, *next;
	bool fewer = false;

	RB_FOREACH(pe, channel_pes, &ch->pes)
		pe->wanted = false;
	ask_services(ch->speaker);
	RB_FOREACH_SAFE(pe, channel_pes, &ch->pes, next)
		if (pe->wanted) {
			greet(ch, pe);
		} else {
			forget(ch, pe);
			fewer = true;
		}
	if (fewer)
		channel_filter(ch);
	timer_start(&ch->hello, HELLO_MS);
}

static struct channel_pe *add(struct channel *ch, const struct ip_addr *remote)
{
	struct channel_pe *pe;
	char ip[IP_STRLEN];

	if (ch->n_pes == CHANNEL_PES_MAX) {
		if (!ch->full)
			log_warning(
				"inter-chassis: %d PEs share segments with this one, and there are more; "
				"%s is one with which hand-over goes by the clock",
				CHANNEL_PES_MAX, ip_format(remote, ip));
		ch->full = true;
		return NULL;
	}
	pe = calloc(1, sizeof(*pe));
	if (!pe)
		return NULL;
	pe->remote = *remote;
	RB_INSERT(channel_pes, &ch->pes, pe);
	ch->n_pes++;
	channel_filter(ch); /* it may answer the greeting at once */
	return pe;
}

void channel_want(struct speaker *speaker, const struct ip_addr *local,
		  const struct ip_addr *remote)
{
	struct channel *ch = speaker->channel;
	struct channel_pe *pe;

	if (local->len != remote->len || ip_equal(local, remote))
		return;
	pe = channel_pe(ch, remote);
	if (!pe)
		pe = add(ch, remote);
	if (!pe)
		return;
	pe->wanted = true;
	pe->local = *local;
	if (!pe->greeted_us)
		greet(ch, pe);
}

/* ---- words ---- */

static void on_greeting(struct channel *ch, struct channel_pe *pe, bool hears)
{
	pe->hears = hears;
	if (!hears || !(pe->said & ICC_HEARD))
		greet(ch, pe);
}

/* From a PE that is known as such; whether it is one of the segment that is spoken of is for the service. */
void channel_word(struct channel *ch, struct channel_pe *pe, const struct icc_msg *word)
{
	struct speaker *sp = ch->speaker;
	unsigned int i;

	pe->received++;
	ch->counts.received[word->type]++;
	pe->heard_us = timer_now_us();
	if (word->type == ICC_HELLO) {
		on_greeting(ch, pe, word->flags & ICC_HEARD);
		return;
	}
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->word && sp->services_up)
			speaker_services[i]->word(sp->states[i], &pe->remote, word);
}

/* ---- life ---- */

void channel_conf(struct speaker *sp)
{
	const struct conf_icc *icc = &sp->bgp.conf->global.icc;
	struct channel *ch = sp->channel;

	ch->port = icc->enabled ? icc->port : 0;
	ch->min_ttl = (u8)(ICC_TTL - icc->hops);
	if (ch->port && !timer_running(&ch->hello))
		timer_start(&ch->hello, 0);
	else if (!ch->port)
		timer_stop(&ch->hello);
}

void channel_close(struct channel *ch)
{
	ch->counts.filtered = channel_filtered(ch);
	for (int i = 0; i < 2; i++) {
		ch->io[i] = sd_event_source_disable_unref(ch->io[i]);
		if (ch->fds[i] >= 0)
			close(ch->fds[i]);
		ch->fds[i] = -1;
	}
}

void channel_socket(struct speaker *sp, int fd, bool v6)
{
	struct channel *ch = sp->channel;

	if (fd < 0 || ch->io[v6] ||
	    sd_event_add_io(sp->bgp.event, &ch->io[v6], fd, EPOLLIN, channel_receive, ch) < 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	ch->fds[v6] = fd;
	sd_event_source_set_priority(ch->io[v6], CHANNEL_PRIORITY);
	channel_filter(ch);
	if (ch->port)
		timer_start(&ch->hello, 0);
}

int channel_init(struct speaker *sp)
{
	struct channel *ch = calloc(1, sizeof(*ch));

	if (!ch)
		return -1;
	ch->speaker = sp;
	ch->fds[0] = ch->fds[1] = -1;
	RB_INIT(&ch->pes);
	timer_init(&ch->hello, sp->bgp.event, 100000, on_hello, ch);
	sp->channel = ch;
	return 0;
}

void channel_done(struct speaker *sp)
{
	struct channel *ch = sp->channel;

	if (!ch)
		return;
	channel_close(ch);
	timer_done(&ch->hello);
	while (!RB_EMPTY(&ch->pes))
		forget(ch, RB_ROOT(&ch->pes));
	free(ch);
	sp->channel = NULL;
}
