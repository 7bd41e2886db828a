// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_session.c - a neighbour that says anything at all, to a whole speaker: framing, state machine,
 * verdicts, RIB and services, over a real stream.
 *
 * The first octet of the input tells how far the neighbour goes in good order before it starts: 0 from
 * the first octet on, 1 after OPEN, otherwise in Established. When it has gone, nothing of it may be left.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "bgp/session.h"
#include "speaker/speaker_priv.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FROM_START, AFTER_OPEN };

#define AS 65000
#define INPUT_MAX 60000
#define TURNS_MAX 10000

static struct speaker *speaker;
static struct ip_addr peer;
static int parent; /* the parent's end of the IPC */

static void tell(enum ipc_type type, const void *body, uint32_t len)
{
	struct ipc_hdr hdr = {.type = (uint16_t)type, .len = len};
	struct iovec iov[] = {{&hdr, sizeof(hdr)}, {(void *)body, len}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = len ? 2 : 1};

	if (sendmsg(parent, &msg, 0) < 0)
		abort();
}

/* Let the speaker work until it has nothing to do, and hear what it says to its parent. */
static void settle(void)
{
	static uint8_t heard[IPC_MSG_MAX];
	int turns = TURNS_MAX;

	while (sd_event_run(speaker->bgp.event, 0) > 0 && turns--)
		;
	while (recv(parent, heard, sizeof(heard), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct conf_global global = {.router_id = htonl(INADDR_LOOPBACK), .as = AS};
	struct conf_peer n = {
		.port = CONF_BGP_PORT, .remote_as = AS, .hold_time = 90, .passive = true};
	struct conf_segment segment = {
		.name = "ce1", .interface = "bond0", .ad_per_es = true, .ad_per_evi = true};
	sd_event *event;
	int pair[2];

	log_set_level(LOG_LEVEL_ERROR);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) || sd_event_new(&event) < 0)
		abort();
	parent = pair[0];
	speaker = speaker_new(event, pair[1]);
	peer = ip_v4(0x7f000002);
	n.address = peer;
	esi_parse(&segment.esi, "03:44:38:39:ff:ff:01:00:00:01");
	tell(IPC_CONF_BEGIN, NULL, 0);
	tell(IPC_CONF_GLOBAL, &global, sizeof(global));
	tell(IPC_CONF_PEER, &n, sizeof(n));
	tell(IPC_CONF_SEGMENT, &segment, sizeof(segment));
	tell(IPC_CONF_COMMIT, NULL, 0);
	settle();
	return 0;
}

static void say(int fd, const void *octets, size_t len)
{
	if (send(fd, octets, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* it has hung up on us: fair enough */
	settle();
}

static void say_open(int fd)
{
	struct bgp_open open = {.as = AS, .hold_time = 90, .id = 0x7f000002};
	u8 buf[BGP_MAX_LEN];

	bgp_caps_init(&open.caps);
	open.caps.mp[0] = (struct bgp_af){BGP_AFI_L2VPN, BGP_SAFI_EVPN};
	open.caps.mp_n = 1;
	open.caps.as4 = true;
	open.caps.refresh = true;
	open.caps.enh_refresh = true;
	open.caps.ext_msg = true;
	open.caps.as = AS;
	say(fd, buf, bgp_open_encode(&open, buf, sizeof(buf)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session *s = session_find(&speaker->bgp, &peer, 0);
	u8 keepalive[BGP_HEADER_LEN];
	int pair[2];

	if (size < 2 || size > INPUT_MAX)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	session_accept(s, pair[0]);
	if (data[0] >= AFTER_OPEN)
		say_open(pair[1]);
	if (data[0] > AFTER_OPEN) {
		say(pair[1], keepalive, bgp_keepalive_encode(keepalive, sizeof(keepalive)));
		if (!s->established)
			abort();
	}
	say(pair[1], data + 1, size - 1);
	close(pair[1]);
	settle();
	if (s->established || rib_peer_count(s->rib_peer))
		abort();
	session_clear(s); /* failures in a row would make it refuse us for a while */
	settle();
	return 0;
}
