// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as BFD control packets, one after the other, some time apart: what is accepted comes
 * back the same, and a session that hears them never sends faster than was asked for and always
 * knows when to act next.
 */
#include <stdlib.h>
#include <string.h>

#include "bfd.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHUNK = BFD_LEN + 1 };

static void check(int ok)
{
	if (!ok)
		abort();
}

static void same(const struct bfd_packet *p)
{
	struct bfd_packet q;
	u8 octets[BFD_LEN];

	bfd_encode(p, octets);
	check(!bfd_decode(octets, sizeof(octets), &q));
	check(p->my_discr == q.my_discr && p->your_discr == q.your_discr && p->state == q.state);
	check(p->diag == q.diag && p->mult == q.mult && p->poll == q.poll && p->final == q.final);
	check(p->desired_min_tx == q.desired_min_tx && p->required_min_rx == q.required_min_rx);
}

static void send_all(struct bfd_session *s, s64 now)
{
	struct bfd_packet p;

	for (int i = 0; bfd_session_tx_due(s, now); i++) {
		check(i < 2);
		bfd_session_tx(s, &p, now, 0);
		check(!(p.poll && p.final));
		check(!bfd_session_interval(s) || s->next_tx > now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bfd_timing timing = {50000, 50000, 3};
	struct bfd_session s;
	struct bfd_packet p;
	s64 now = 0;

	bfd_session_init(&s, &timing, 1, now);
	send_all(&s, now);
	for (; size; now += data[0] * 1000, data += size < CHUNK ? size : CHUNK,
		     size -= size < CHUNK ? size : CHUNK) {
		size_t len = (size < CHUNK ? size : CHUNK) - 1;

		bfd_session_expire(&s, now);
		check(s.detect_at > now);
		if (!bfd_decode(data + 1, len, &p)) {
			same(&p);
			bfd_session_rx(&s, &p, now);
		}
		send_all(&s, now);
		check(bfd_session_deadline(&s) > 0);
		check(s.state != BFD_ADMIN_DOWN);
	}
	return 0;
}
