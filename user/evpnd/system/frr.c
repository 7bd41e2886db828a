// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr.c - see frr.h. One connection to zebra's vty, kept open, so that its end is the news that zebra
 * has ended; one command at a time; nothing here ever waits.
 *
 * FRR starts its daemons first and gives them their configuration afterwards: a zebra that was just
 * started answers, and has no segment yet. Until it has segments that are older than its own delay of
 * 3 s, or the hold time is over, what the zebra before it had is not gone but held. So is the segment of a
 * device that was given another name, as long as the device lives.
 */
#include "system/frr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "df_frr.h"
#include "frr_es.h"
#include "frr_vty.h"
#include "log.h"
#include "timer.h"

enum {
	LOOK_MS = 10000,
	DELAY_MS = 200, /* while a segment is new */
	YOUNG_MS =
		50, /* while zebra may have more to say, four times; then twice the time, and so on */
	YOUNG_DOUBLES = 3,
	AGAIN_MS = 50, /* after zebra went away, for two seconds, … */
	AGAIN_SLOW_MS = 200,
	AGAIN_FAST = 40,
	SOON_MS = 20, /* several devices change at once */
	BURST = 7,    /* looks after a change, each after twice the time: FRR takes its time, too */
	BUSY = 4,     /* it is asked for no more than this part of its time */
	ANSWER_MS = 5000,
	TABLES_MS = 1000,     /* while tables are wanted */
	TABLES_SOON_MS = 200, /* after a change */
	TABLES_BUSY = 20,     /* zebra does nothing else while it writes them */
};

/* The commands of one look, in their order. */
enum step { STEP_ENABLE, STEP_VERSION, STEP_VNI, STEP_ES, STEP_MACS, STEP_HOSTS, STEPS };

static const char *const commands[STEPS] = {
	[STEP_ENABLE] = "enable",	    [STEP_VERSION] = FRR_SHOW_VERSION,
	[STEP_VNI] = FRR_SHOW_VNI,	    [STEP_ES] = FRR_SHOW_ES,
	[STEP_MACS] = FRR_SHOW_MACS_DETAIL, [STEP_HOSTS] = FRR_SHOW_HOSTS_DETAIL,
};

/** struct told - a segment as last told; @ifindex: of the device that it is on */
struct told {
	struct fact_frr_es fact;
	uint32_t ifindex;
};

/**
 * struct frr - what is known
 * @fd: to zebra, -1: none
 * @step: the command whose answer is awaited; STEPS: none is
 * @burst: looks to come after a change
 * @tries: looks at a zebra that may have more to say, or failures to reach one
 * @look: when to ask next; @late: when an answer is too late
 * @begun_us: when the present look began; @cost_ms: how long the last one took
 * @delay: a segment of the present look is new
 * @vtep: configured, or none
 * @hold_ms: for how long a zebra may be without its configuration
 * @hold_until: it may be so until then, CLOCK_MONOTONIC microseconds; 0: it has its configuration
 * @es: segments as last told
 * @asked: @last was told at least once
 * @want_tables: ask for tables; @tables: as far as they are read
 * @tables_begun: when the present ones were asked for; @tables_next: no others before; microseconds
 * @too_long: zebra has more than can be read; said, and not asked again
 */
struct frr {
	const struct frr_ops *ops;
	void *data;
	sd_event *event;
	sd_event_source *source;
	int fd;
	enum step step;
	struct frr_answer answer;
	struct timer look;
	struct timer late;
	unsigned int burst;
	unsigned int tries;
	u64 begun_us;
	u64 cost_ms;
	bool delay;
	u64 hold_until;
	u32 hold_ms;
	char vty[CONF_VTY_MAX];
	struct ip_addr vtep;
	struct told *es;
	size_t n_es;
	struct fact_frr now;
	struct fact_frr last;
	bool asked;
	bool want_tables;
	bool too_long;
	u64 tables_begun;
	u64 tables_next;
	struct frr_tables tables;
};

static void tell(struct frr *frr)
{
	bool was = frr->asked && frr->last.present;

	if (frr->asked && !memcmp(&frr->now, &frr->last, sizeof(frr->now)))
		return;
	if (frr->asked && !was && !frr->now.present)
		return; /* it is still away, whatever the reason is now */
	if (!frr->now.present && (was || !frr->asked))
		log_warning("FRR: %s", frr->now.text);
	else if (frr->now.present && !was)
		log_info("FRR: %s answers, its VTEP is %s", frr->now.text,
			 ip_format(&frr->now.vtep, (char[IP_STRLEN]){0}));
	frr->last = frr->now;
	frr->asked = true;
	frr->ops->done(frr->data, &frr->last);
}

static void drop_tables(struct frr *frr)
{
	free(frr->tables.es);
	free(frr->tables.vnis);
	free(frr->tables.macs);
	free(frr->tables.hosts);
	frr->tables = (struct frr_tables){0};
}

static void hang_up(struct frr *frr)
{
	drop_tables(frr);
	frr->source = sd_event_source_disable_unref(frr->source);
	if (frr->fd >= 0)
		close(frr->fd);
	frr->fd = -1;
	frr->step = STEPS;
	frr_answer_clear(&frr->answer);
	timer_stop(&frr->late);
}

static void give_up(struct frr *frr, const char *why)
{
	hang_up(frr);
	memset(&frr->now, 0, sizeof(frr->now));
	frr->now.numeric = frr->last.numeric;
	frr->now.vtep = ip_is_none(&frr->vtep) ? frr->last.vtep : frr->vtep;
	snprintf(frr->now.text, sizeof(frr->now.text), "%.100s: %s", frr->vty, why);
	tell(frr);
	timer_start(&frr->look, frr->tries++ < AGAIN_FAST ? AGAIN_MS : AGAIN_SLOW_MS);
}

static void ask(struct frr *frr, enum step step)
{
	size_t len = strlen(commands[step]) + 1;

	frr->step = step;
	timer_start(&frr->late, ANSWER_MS);
	if (send(frr->fd, commands[step], len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		give_up(frr, strerror(errno));
}

/* Of @list, or NULL. */
static const struct frr_es *find_local(const struct frr_es *list, size_t n, const struct esi *esi)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].local && !esi_cmp(&list[i].esi, esi))
			return &list[i];
	return NULL;
}

static struct told *find_told(struct frr *frr, const struct esi *esi)
{
	size_t i;

	for (i = 0; i < frr->n_es; i++)
		if (!esi_cmp(&frr->es[i].fact.esi, esi))
			return &frr->es[i];
	return NULL;
}

/* Its device lives on under this name; NULL: under its old one, or not at all. */
static const char *new_name(const struct frr *frr, const struct told *t)
{
	const char *name = t->ifindex ? frr->ops->ifname(frr->data, t->ifindex) : NULL;

	return name && strcmp(name, t->fact.ifname) ? name : NULL;
}

/* zebra does not have it. Return: it stays a segment */
static bool is_held(struct frr *frr, struct told *t)
{
	const char *name = new_name(frr, t);
	struct fact_frr_es before = t->fact;

	if (!name && !frr->hold_until)
		return false;
	t->fact.held = true;
	memset(t->fact.renamed, 0, sizeof(t->fact.renamed));
	if (name)
		snprintf(t->fact.renamed, sizeof(t->fact.renamed), "%s", name);
	if (memcmp(&before, &t->fact, sizeof(before)))
		frr->ops->es(frr->data, &t->fact);
	return true;
}

static void tell_gone(struct frr *frr, const struct frr_es *list, size_t n)
{
	size_t i = 0;

	while (i < frr->n_es) {
		struct told *t = &frr->es[i];

		if (find_local(list, n, &t->fact.esi) || is_held(frr, t)) {
			i++;
			continue;
		}
		t->fact.gone = true;
		frr->ops->es(frr->data, &t->fact);
		*t = frr->es[--frr->n_es];
	}
}

static void tell_es(struct frr *frr, const struct frr_es *es)
{
	struct told *told = find_told(frr, &es->esi);
	struct fact_frr_es fact;

	memset(&fact, 0, sizeof(fact));
	fact.esi = es->esi;
	memcpy(fact.ifname, es->ifname, sizeof(fact.ifname));
	fact.bypass = es->bypass;
	fact.delay = es->delay;
	if (told && !memcmp(&told->fact, &fact, sizeof(fact)))
		return;
	if (!told) {
		struct told *more = reallocarray(frr->es, frr->n_es + 1, sizeof(*more));

		if (!more)
			return;
		frr->es = more;
		told = &more[frr->n_es++];
	}
	told->fact = fact;
	told->ifindex = frr->ops->ifindex(frr->data, fact.ifname);
	frr->ops->es(frr->data, &told->fact);
}

static u64 less(u64 a, u64 b)
{
	return a < b ? a : b;
}

static void look_later(struct frr *frr, bool delay)
{
	u64 ms = delay ? DELAY_MS : LOOK_MS;
	unsigned int doubles;

	if (frr->want_tables)
		ms = less(ms, TABLES_MS);
	if (frr->hold_until) {
		doubles = frr->tries++ / 4;
		ms = less(ms, YOUNG_MS << (doubles < YOUNG_DOUBLES ? doubles : YOUNG_DOUBLES));
	}
	if (frr->burst)
		ms = less(ms, SOON_MS << (BURST - frr->burst--));
	if (ms < BUSY * frr->cost_ms)
		ms = BUSY * frr->cost_ms;
	timer_start(&frr->look, ms);
}

/* The delay of a segment is over when it is 3 s old: so old is what zebra was told, too. */
static bool is_configured(const struct frr_es *list, size_t n)
{
	bool any = false, delay = false;
	size_t i;

	for (i = 0; i < n; i++) {
		any |= list[i].local;
		delay |= list[i].local && list[i].delay;
	}
	return any && !delay;
}

static bool take_segments(struct frr *frr)
{
	struct frr_es *list;
	size_t n, i;

	frr->delay = false;

	if (frr_es_parse(frr->answer.text, &list, &n))
		return false;
	if (is_configured(list, n) || timer_now_us() >= frr->hold_until)
		frr->hold_until = 0;
	tell_gone(frr, list, n);
	for (i = 0; i < n; i++) {
		if (!list[i].local || !list[i].ifname[0])
			continue;
		tell_es(frr, &list[i]);
		frr->delay |= list[i].delay;
	}
	free(frr->tables.es);
	frr->tables.es = list;
	frr->tables.n_es = n;
	frr->cost_ms = (timer_now_us() - frr->begun_us) / 1000;
	return true;
}

static bool take_vnis(struct frr *frr)
{
	frr->now.vtep = ip_is_none(&frr->vtep) ? frr_vtep_parse(frr->answer.text) : frr->vtep;
	free(frr->tables.vnis);
	if (frr_vnis_parse(frr->answer.text, &frr->tables.vnis, &frr->tables.n_vnis))
		frr->tables.n_vnis = 0;
	return true;
}

static bool take_macs(struct frr *frr)
{
	return !frr_macs_parse(frr->answer.text, &frr->tables.macs, &frr->tables.n_macs);
}

static bool take_hosts(struct frr *frr)
{
	return !frr_synced_parse(frr->answer.text, &frr->tables.hosts, &frr->tables.n_hosts);
}

static void take_version(struct frr *frr)
{
	char version[FRR_VERSION_LEN];

	frr_version_parse(frr->answer.text, version);
	memset(&frr->now, 0, sizeof(frr->now));
	frr->now.numeric = df_frr_order(version) == DF_FRR_NUMBER;
	snprintf(frr->now.text, sizeof(frr->now.text), "FRR %s", version[0] ? version : "?");
}

static bool take_answer(struct frr *frr)
{
	switch (frr->step) {
	case STEP_VERSION:
		take_version(frr);
		return true;
	case STEP_VNI:
		return take_vnis(frr);
	case STEP_ES:
		return take_segments(frr);
	case STEP_MACS:
		return take_macs(frr);
	case STEP_HOSTS:
		return take_hosts(frr);
	default:
		return true;
	}
}

static bool tables_due(struct frr *frr)
{
	return frr->want_tables && !frr->too_long && timer_now_us() >= frr->tables_next;
}

static void tell_tables(struct frr *frr)
{
	u64 now = timer_now_us(), pause = TABLES_BUSY * (now - frr->tables_begun);

	if (pause < TABLES_SOON_MS * 1000)
		pause = TABLES_SOON_MS * 1000;
	frr->tables_next = now + pause;
	frr->tables.young = frr->hold_until;
	frr->ops->tables(frr->data, &frr->tables);
}

/* The look is over. */
static void finish(struct frr *frr)
{
	drop_tables(frr);
	look_later(frr, frr->delay);
}

/* Segments are told at once; the tables, which may be long, come after them. */
static void after(struct frr *frr, enum step step)
{
	if (step == STEP_ES) {
		frr->now.present = true;
		frr->now.hold_until = frr->hold_until;
		tell(frr);
		frr->tables_begun = timer_now_us();
	} else if (step == STEP_HOSTS) {
		tell_tables(frr);
	}
	if (step == STEP_HOSTS || (step == STEP_ES && !tables_due(frr)))
		finish(frr);
	else
		ask(frr, step + 1);
}

static void take(struct frr *frr)
{
	enum step step = frr->step;
	bool ok = !frr->answer.status && take_answer(frr);

	timer_stop(&frr->late);
	frr_answer_clear(&frr->answer);
	if (!ok) {
		give_up(frr, "an answer that FRR does not give");
		return;
	}
	frr->step = STEPS;
	after(frr, step);
}

/* More than can be read, of the tables: roles are worth more than they are. */
static void on_bad_answer(struct frr *frr, int error)
{
	if (frr->step >= STEP_MACS && frr->step < STEPS && error == -EMSGSIZE) {
		frr->too_long = true;
		log_warning("FRR: \"%s\" gives more than %d octets: nothing is done in FRR's place",
			    commands[frr->step], FRR_VTY_ANSWER_MAX);
	}
	give_up(frr, "an answer to nothing");
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct frr *frr = data;
	char buf[16384];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	int r = 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0) {
		timer_start(&frr->late, ANSWER_MS);
		r = frr->step == STEPS ? -EPROTO : frr_answer_feed(&frr->answer, buf, (size_t)n);
	}
	if (n <= 0)
		give_up(frr, n ? strerror(errno) : "zebra has ended");
	else if (r)
		on_bad_answer(frr, r);
	else if (frr->answer.complete)
		take(frr);
	return 0;
}

static void on_late(void *data)
{
	give_up(data, "zebra does not answer");
}

static void on_look(void *data)
{
	struct frr *frr = data;

	if (!frr->vty[0] || frr->step != STEPS)
		return;
	frr->begun_us = timer_now_us();
	if (frr->fd >= 0) {
		ask(frr, STEP_VNI);
		return;
	}
	frr->fd = frr_vty_connect(frr->vty);
	if (frr->fd < 0) {
		give_up(frr, strerror(-frr->fd));
	} else if (sd_event_add_io(frr->event, &frr->source, frr->fd, EPOLLIN, on_io, frr) < 0) {
		give_up(frr, "no memory");
	} else {
		frr->hold_until = frr->begun_us + frr->hold_ms * 1000ULL;
		frr->tries = 0;
		ask(frr, STEP_ENABLE);
	}
}

void frr_want_tables(struct frr *frr, bool wanted)
{
	frr->want_tables = wanted;
	frr->too_long = false;
	frr->tables_next = 0;
	frr_look(frr);
}

void frr_look(struct frr *frr)
{
	s64 left = timer_left_ms(&frr->look);

	if (!frr->vty[0])
		return;
	frr->burst = BURST;
	if (frr->step == STEPS && frr->fd >= 0 && (left < 0 || left > SOON_MS))
		look_later(frr, false);
}

static void forget(struct frr *frr)
{
	size_t i;

	for (i = 0; i < frr->n_es; i++) {
		frr->es[i].fact.gone = true;
		frr->ops->es(frr->data, &frr->es[i].fact);
	}
	frr->n_es = 0;
	memset(&frr->last, 0, sizeof(frr->last));
	frr->asked = false;
}

void frr_configure(struct frr *frr, const char *vty, const struct ip_addr *vtep, u32 hold_ms)
{
	frr->hold_ms = hold_ms;
	if (!vty)
		vty = "";
	if (strcmp(vty, frr->vty)) {
		hang_up(frr);
		timer_stop(&frr->look);
		/* Asked at another place, what it has not any more is seen with its first answer. */
		if (!vty[0])
			forget(frr);
		snprintf(frr->vty, sizeof(frr->vty), "%s", vty);
	}
	frr->vtep = *vtep;
	if (vty[0] && frr->step == STEPS)
		on_look(frr);
	else
		frr_look(frr);
}

void frr_replay(struct frr *frr)
{
	size_t i;

	if (!frr->asked)
		return;
	for (i = 0; i < frr->n_es; i++)
		frr->ops->es(frr->data, &frr->es[i].fact);
	frr->ops->done(frr->data, &frr->last);
}

struct frr *frr_new(sd_event *event, const struct frr_ops *ops, void *data)
{
	struct frr *frr = calloc(1, sizeof(*frr));

	if (!frr)
		return NULL;
	frr->event = sd_event_ref(event);
	frr->ops = ops;
	frr->data = data;
	frr->fd = -1;
	frr->step = STEPS;
	timer_init(&frr->look, event, 50000, on_look, frr);
	timer_init(&frr->late, event, 50000, on_late, frr);
	return frr;
}

void frr_free(struct frr *frr)
{
	if (!frr)
		return;
	hang_up(frr);
	timer_done(&frr->look);
	timer_done(&frr->late);
	free(frr->es);
	sd_event_unref(frr->event);
	free(frr);
}
