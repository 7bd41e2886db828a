// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd.c - see bfd.h.
 */
#include "bfd.h"

#include "cursor.h"

enum {
	VERSION = 1,
	FLAG_POLL = 0x20,
	FLAG_FINAL = 0x10,
	FLAG_CPI = 0x08,
	FLAG_AUTH = 0x04,
	FLAG_DEMAND = 0x02,
	FLAG_MULTIPOINT = 0x01,
	STATE_SHIFT = 6,
	VERSION_SHIFT = 5,
	DIAG_MASK = 0x1f,
};

const char *bfd_state_name(enum bfd_state state)
{
	static const char *const names[] = {
		[BFD_ADMIN_DOWN] = "admin-down",
		[BFD_DOWN] = "down",
		[BFD_INIT] = "init",
		[BFD_UP] = "up",
	};

	return names[state & 3];
}

const char *bfd_diag_name(unsigned int diag)
{
	static const char *const names[BFD_DIAGS] = {
		[BFD_DIAG_NONE] = "none",
		[BFD_DIAG_TIMEOUT] = "detection time expired",
		[BFD_DIAG_ECHO] = "echo function failed",
		[BFD_DIAG_NEIGHBOR_DOWN] = "neighbor signaled session down",
		[BFD_DIAG_FORWARDING_RESET] = "forwarding plane reset",
		[BFD_DIAG_PATH_DOWN] = "path down",
		[BFD_DIAG_CONCATENATED_DOWN] = "concatenated path down",
		[BFD_DIAG_ADMIN_DOWN] = "administratively down",
		[BFD_DIAG_REVERSE_CONCATENATED_DOWN] = "reverse concatenated path down",
	};

	return diag < BFD_DIAGS ? names[diag] : "unknown";
}

/* ---- the packet ---- */

static const char *check(const u8 *b, size_t len)
{
	if (len < BFD_LEN)
		return "it is shorter than 24 octets";
	if (b[0] >> VERSION_SHIFT != VERSION)
		return "its version is not 1";
	if (b[3] < BFD_LEN || b[3] > len)
		return "its length field does not fit the datagram";
	if (b[1] & FLAG_AUTH)
		return "it is authenticated, and no key is configured";
	if (b[1] & FLAG_MULTIPOINT)
		return "its Multipoint bit is set";
	if (!b[2])
		return "its Detect Mult is 0";
	if (!load32(b + 4))
		return "its My Discriminator is 0";
	if (!load32(b + 8) && b[1] >> STATE_SHIFT > BFD_DOWN)
		return "its Your Discriminator is 0 although its state is not Down";
	return NULL;
}

const char *bfd_decode(const void *data, size_t len, struct bfd_packet *p)
{
	const u8 *b = data;
	const char *why = check(b, len);

	if (why)
		return why;
	*p = (struct bfd_packet){
		.state = (enum bfd_state)(b[1] >> STATE_SHIFT),
		.diag = b[0] & DIAG_MASK,
		.poll = b[1] & FLAG_POLL,
		.final = b[1] & FLAG_FINAL,
		.control_plane_independent = b[1] & FLAG_CPI,
		.demand = b[1] & FLAG_DEMAND,
		.mult = b[2],
		.my_discr = load32(b + 4),
		.your_discr = load32(b + 8),
		.desired_min_tx = load32(b + 12),
		.required_min_rx = load32(b + 16),
		.required_min_echo_rx = load32(b + 20),
	};
	return NULL;
}

void bfd_encode(const struct bfd_packet *p, u8 out[BFD_LEN])
{
	out[0] = (u8)(VERSION << VERSION_SHIFT | (p->diag & DIAG_MASK));
	out[1] = (u8)(p->state << STATE_SHIFT | (p->poll ? FLAG_POLL : 0) |
		      (p->final ? FLAG_FINAL : 0) | (p->control_plane_independent ? FLAG_CPI : 0) |
		      (p->demand ? FLAG_DEMAND : 0));
	out[2] = p->mult;
	out[3] = BFD_LEN;
	store32(out + 4, p->my_discr);
	store32(out + 8, p->your_discr);
	store32(out + 12, p->desired_min_tx);
	store32(out + 16, p->required_min_rx);
	store32(out + 20, p->required_min_echo_rx);
}

/* ---- intervals ---- */

static u32 larger(u32 a, u32 b)
{
	return a > b ? a : b;
}

u32 bfd_session_interval(const struct bfd_session *s)
{
	if (!s->remote_min_rx)
		return 0; /* the remote system wants none */
	if (s->remote_demand && s->state == BFD_UP && s->remote_state == BFD_UP && !s->polling)
		return 0;
	return larger(s->tx_used_us, s->remote_min_rx);
}

s64 bfd_session_detection(const struct bfd_session *s)
{
	return (s64)s->remote_mult * larger(s->rx_used_us, s->remote_min_tx);
}

/* 75 to 100 per cent; to 90 when a single packet that is late would be one that is lost. */
static s64 jittered(const struct bfd_session *s, u32 interval, u32 random)
{
	u32 percent = 75 + random % (s->timing.mult == 1 ? 16 : 26);

	return (s64)interval * percent / 100;
}

/* The next packet, for a change that the remote system is to hear of at once. */
static void tell(struct bfd_session *s, s64 now)
{
	s->next_tx = now;
}

/*
 * What is advertised follows the state: slow until the session is Up. A change while it is Up is
 * polled; the new value counts at once only where that is the careful choice.
 */
static void set_intervals(struct bfd_session *s, s64 now)
{
	bool up = s->state == BFD_UP;
	u32 tx = up ? s->timing.min_tx : larger(s->timing.min_tx, BFD_SLOW_US);
	u32 rx = s->timing.min_rx;

	if (tx == s->tx_us && rx == s->rx_us)
		return;
	if (!up || tx < s->tx_us)
		s->tx_used_us = tx;
	if (!up || rx > s->rx_us)
		s->rx_used_us = rx;
	s->tx_us = tx;
	s->rx_us = rx;
	if (!up)
		return;
	s->polling = true;
	tell(s, now);
}

static void end_poll(struct bfd_session *s)
{
	s->polling = false;
	s->tx_used_us = s->tx_us;
	s->rx_used_us = s->rx_us;
}

/* ---- states ---- */

static void enter(struct bfd_session *s, enum bfd_state state, enum bfd_diag diag, s64 now)
{
	s->state = state;
	s->diag = diag;
	s->polling = false;
	set_intervals(s, now);
	if (state != BFD_UP)
		end_poll(s);
	tell(s, now);
}

void bfd_session_init(struct bfd_session *s, const struct bfd_timing *timing, u32 discr, s64 now)
{
	*s = (struct bfd_session){
		.timing = *timing,
		.state = BFD_DOWN,
		.remote_state = BFD_DOWN,
		.discr = discr,
		.remote_min_rx = 1,
		.next_tx = now,
		.detect_at = BFD_NEVER,
		.last_rx = BFD_NEVER,
	};
	set_intervals(s, now);
	end_poll(s);
}

static void step(struct bfd_session *s, enum bfd_state remote, s64 now)
{
	if (remote == BFD_ADMIN_DOWN) {
		if (s->state != BFD_DOWN)
			enter(s, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, now);
		return;
	}
	switch (s->state) {
	case BFD_DOWN:
		if (remote == BFD_DOWN)
			enter(s, BFD_INIT, s->diag, now);
		else if (remote == BFD_INIT)
			enter(s, BFD_UP, BFD_DIAG_NONE, now);
		break;
	case BFD_INIT:
		if (remote != BFD_DOWN)
			enter(s, BFD_UP, BFD_DIAG_NONE, now);
		break;
	case BFD_UP:
		if (remote == BFD_DOWN)
			enter(s, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, now);
		break;
	case BFD_ADMIN_DOWN:
		break;
	}
}

bool bfd_session_rx(struct bfd_session *s, const struct bfd_packet *p, s64 now)
{
	enum bfd_state before = s->state, remote_before = s->remote_state;
	u32 interval = bfd_session_interval(s);

	s->remote_discr = p->my_discr;
	s->remote_state = p->state;
	s->remote_diag = p->diag;
	s->remote_demand = p->demand;
	s->remote_min_rx = p->required_min_rx;
	s->remote_min_tx = p->desired_min_tx;
	s->remote_mult = p->mult;
	s->last_rx = now;
	if (p->final && s->polling)
		end_poll(s);
	if (s->state != BFD_ADMIN_DOWN)
		step(s, p->state, now);
	s->detect_at = now + bfd_session_detection(s);
	if (p->poll)
		s->final_due = true;
	/* a remote system that wants packets sooner than the next is planned gets one now */
	if (bfd_session_interval(s) && (!interval || bfd_session_interval(s) < interval))
		tell(s, now);
	return s->state != before || s->remote_state != remote_before;
}

bool bfd_session_expire(struct bfd_session *s, s64 now)
{
	if (now < s->detect_at)
		return false;
	s->detect_at = BFD_NEVER;
	s->remote_discr = 0;
	s->remote_min_rx = 1;
	if (s->state != BFD_INIT && s->state != BFD_UP)
		return false;
	s->remote_state = BFD_DOWN;
	s->remote_demand = false;
	enter(s, BFD_DOWN, BFD_DIAG_TIMEOUT, now);
	return true;
}

bool bfd_session_tx_due(const struct bfd_session *s, s64 now)
{
	return s->final_due || (bfd_session_interval(s) && now >= s->next_tx);
}

void bfd_session_tx(struct bfd_session *s, struct bfd_packet *p, s64 now, u32 random)
{
	bool final = s->final_due;

	*p = (struct bfd_packet){
		.state = s->state,
		.diag = (u8)s->diag,
		.poll = s->polling && !final,
		.final = final,
		.mult = s->timing.mult,
		.my_discr = s->discr,
		.your_discr = s->remote_discr,
		.desired_min_tx = s->tx_us,
		.required_min_rx = s->rx_us,
	};
	s->final_due = false;
	/* an answer to a Poll does not move the periodic packets, unless one was due as well */
	if (!final || now >= s->next_tx)
		s->next_tx = now + jittered(s, larger(s->tx_used_us, s->remote_min_rx), random);
}

s64 bfd_session_deadline(const struct bfd_session *s)
{
	s64 tx = bfd_session_interval(s) ? s->next_tx : BFD_NEVER;

	if (s->final_due)
		return 0;
	return tx < s->detect_at ? tx : s->detect_at;
}

void bfd_session_timing(struct bfd_session *s, const struct bfd_timing *timing, s64 now)
{
	if (s->timing.mult != timing->mult)
		tell(s, now);
	s->timing = *timing;
	set_intervals(s, now);
	if (s->state != BFD_UP)
		end_poll(s);
}

bool bfd_session_admin(struct bfd_session *s, bool down, s64 now)
{
	if (down == (s->state == BFD_ADMIN_DOWN))
		return false;
	if (down)
		enter(s, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, now);
	else
		enter(s, BFD_DOWN, BFD_DIAG_NONE, now);
	return true;
}
