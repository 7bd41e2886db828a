// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile speaker says whatever it likes to the parent: every message, in any order, with any field,
 * descriptors beside it. netlink is played at the socket, so everything from the message to the octets of
 * a request is the real thing. Whatever is said:
 *  - no request names a device, an ESI or a VXLAN device that is not the configuration's (or zebra's);
 *  - no descriptor stays open, and what waits for the speaker has a limit;
 *  - the parent goes on to hear the next speaker.
 *
 * The input is a sequence of messages: type (a place in says[]), variant, length, and so many octets. Variant 0x01: with an
 * ESI that is not its own; 0x02: on a device that is not; 0x04: a descriptor is sent along; 0x08: the octets
 * are the body. Otherwise a good message is made, and the octets are put over it, from the offset that the
 * first two say. A type beyond says[] sends the octets as they are.
 */
#include <dirent.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/evpn.h"
#include "log.h"
#include "nl_fib.h"
#include "parent/parent_priv.h"

#define CHECK(x)                                                                \
	do {                                                                    \
		if (!(x)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                \
		}                                                               \
	} while (0)

enum { FAMILY = 0x30, BOND0 = 5, MGMT0 = 6, VX0 = 7, BOND1 = 8 };

static const struct esi own = {{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}};
static const struct esi zebras = {{0x03, 0x44, 0x38, 0x39, 0xff, 0xff, 0x01, 0x00, 0x00, 0x07}};
static const struct esi foreign = {{0x00, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}};

/* ---- the kernel, at the socket ---- */

struct mnl_socket {
	int fd[2];
	char reply[4096];
	size_t len;
};

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *s = calloc(1, sizeof(*s));

	CHECK(s && !socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s->fd));
	return s;
}

int mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	return 0;
}

int mnl_socket_close(struct mnl_socket *s)
{
	close(s->fd[0]);
	close(s->fd[1]);
	free(s);
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *s)
{
	return s->fd[0];
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *s)
{
	return 1;
}

int mnl_socket_setsockopt(const struct mnl_socket *s, int type, void *buf, socklen_t len)
{
	return 0;
}

static struct nlmsghdr *put(struct mnl_socket *s, u16 type, u32 seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(s->reply + s->len);

	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static void ended(struct mnl_socket *s, const struct nlmsghdr *nlh)
{
	s->len += MNL_ALIGN(nlh->nlmsg_len);
}

static void put_end(struct mnl_socket *s, const struct nlmsghdr *request, bool dump)
{
	struct nlmsghdr *nlh = put(s, dump ? NLMSG_DONE : NLMSG_ERROR, request->nlmsg_seq);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	err->error = 0;
	err->msg = *request;
	ended(s, nlh);
}

static void put_family(struct mnl_socket *s, u32 seq)
{
	struct nlmsghdr *nlh = put(s, GENL_ID_CTRL, seq);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, EVPN_FAMILY_VERSION);
	ended(s, nlh);
}

/* What was asked for by its ESI, with nothing said of it. */
static void put_same(struct mnl_socket *s, const struct nlmsghdr *request)
{
	const struct genlmsghdr *asked = mnl_nlmsg_get_payload(request);
	struct nlmsghdr *nlh = put(s, FAMILY, request->nlmsg_seq);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	const struct nlattr *a;

	genl->cmd = asked->cmd;
	mnl_attr_for_each(a, request, sizeof(*asked))
		mnl_attr_put(nlh, mnl_attr_get_type(a), mnl_attr_get_payload_len(a),
			     mnl_attr_get_payload(a));
	ended(s, nlh);
}

static void put_link(struct mnl_socket *s, u32 seq, int ifindex, const char *name, const char *kind)
{
	struct nlmsghdr *nlh = put(s, RTM_NEWLINK, seq);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *info, *data;

	ifi->ifi_index = ifindex;
	ifi->ifi_flags = IFF_UP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u8(nlh, IFLA_CARRIER, 1);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	if (ifindex == VX0)
		mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 100);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	ended(s, nlh);
}

/* A segment that is made: with its own ESI, on its own device. */
static void check_es_new(const struct nlmsghdr *nlh)
{
	const struct nlattr *a;
	const char *ifname = "";
	struct esi esi = {{0}};

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == EVPN_A_ES_IFNAME)
			ifname = mnl_attr_get_str(a);
		if (mnl_attr_get_type(a) == EVPN_A_ES_ESI)
			memcpy(&esi, mnl_attr_get_payload(a), sizeof(esi));
	}
	CHECK((!esi_cmp(&esi, &own) && !strcmp(ifname, "bond0")) ||
	      (!esi_cmp(&esi, &zebras) && !strcmp(ifname, "bond1")));
}

/* As a name: in a map of VLANs the same octets may stand for VLANs. */
static void check_names(const struct nlmsghdr *nlh)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == EVPN_A_ES_IFNAME)
			CHECK(strcmp(mnl_attr_get_str(a), "mgmt0"));
}

/* As an attribute of its length, however deep: an address may hold the same octets. */
static void check_no_foreign(const struct nlmsghdr *nlh)
{
	const struct nlattr head = {.nla_len = sizeof(head) + sizeof(foreign)};
	const char *at = (const char *)nlh, *end = at + nlh->nlmsg_len;

	for (; (at = memmem(at, (size_t)(end - at), &foreign, sizeof(foreign))); at++)
		CHECK(memcmp(at - sizeof(head), &head.nla_len, sizeof(head.nla_len)));
}

static void check_nexthop(const struct nlmsghdr *nlh)
{
	struct nl_fib_nexthop nh;

	CHECK(nl_fib_nexthop_parse(nlh, &nh) && nh.protocol == NL_FIB_PROTOCOL);
	CHECK(nh.n_members || nh.hop.ifindex == BOND0);
}

static void check_route(const struct nlmsghdr *nlh)
{
	struct nl_fib_route r;

	CHECK(nl_fib_route_parse(nlh, &r) && r.protocol == NL_FIB_PROTOCOL && r.table == 254);
	CHECK(r.metric && !r.n_hops);
}

static void check_request(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == FAMILY)
		check_names(nlh);
	else
		CHECK(!memmem(nlh, nlh->nlmsg_len, "mgmt0", 5));
	if (nlh->nlmsg_type == FAMILY && genl->cmd == EVPN_CMD_ES_NEW)
		check_es_new(nlh);
	if (nlh->nlmsg_type == FAMILY)
		check_no_foreign(nlh);
	if (nlh->nlmsg_type == RTM_NEWNEIGH)
		CHECK(ndm->ndm_ifindex == VX0);
	if (nlh->nlmsg_type == RTM_NEWNEXTHOP)
		check_nexthop(nlh);
	if (nlh->nlmsg_type == RTM_NEWROUTE || nlh->nlmsg_type == RTM_DELROUTE)
		check_route(nlh);
	/* it changes nothing but the module, flooding lists, and routes through segments */
	CHECK(nlh->nlmsg_type == RTM_NEWROUTE || nlh->nlmsg_type == RTM_DELROUTE ||
	      nlh->nlmsg_type == RTM_NEWNEXTHOP || nlh->nlmsg_type == RTM_DELNEXTHOP ||
	      nlh->nlmsg_type == FAMILY || nlh->nlmsg_type == GENL_ID_CTRL ||
	      nlh->nlmsg_type == RTM_NEWNEIGH || nlh->nlmsg_type == RTM_DELNEIGH ||
	      nlh->nlmsg_flags & NLM_F_DUMP);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len)
{
	struct mnl_socket *s = (struct mnl_socket *)sock;
	const struct nlmsghdr *nlh = buf;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	bool dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int left = (int)len;

	/* of many the last one is answered */
	for (const struct nlmsghdr *n = buf; mnl_nlmsg_ok(n, left); n = mnl_nlmsg_next(n, &left)) {
		check_request(n);
		nlh = n;
	}
	s->len = 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		put_family(s, nlh->nlmsg_seq);
	if (nlh->nlmsg_type == RTM_GETLINK && dump) {
		put_link(s, nlh->nlmsg_seq, BOND0, "bond0", "dummy");
		put_link(s, nlh->nlmsg_seq, MGMT0, "mgmt0", "dummy");
		put_link(s, nlh->nlmsg_seq, VX0, "vx0", "vxlan");
		put_link(s, nlh->nlmsg_seq, BOND1, "bond1", "dummy");
	}
	if (nlh->nlmsg_type == FAMILY && !dump &&
	    (genl->cmd == EVPN_CMD_ES_GET || genl->cmd == EVPN_CMD_OWNER_GET))
		put_same(s, nlh);
	put_end(s, nlh, dump);
	return (ssize_t)len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf, size_t size)
{
	struct mnl_socket *s = (struct mnl_socket *)sock;
	size_t n = s->len < size ? s->len : size;

	CHECK(n);
	memcpy(buf, s->reply, n);
	s->len = 0;
	return (ssize_t)n;
}

/* ---- the parent ---- */

static struct parent p;
static struct parent_options options = {.conf_path = "/dev/null", .socket_path = ""};
static int speaker = -1;

static void on_kernel(void *data, const struct fact_kernel *fact)
{
	if (p.ipc)
		parent_send(&p, IPC_FACT_KERNEL, fact, sizeof(*fact));
}

static void on_es(void *data, const struct fact_es *fact)
{
}

static void on_result(void *data, const struct es_result *result)
{
	parent_tell(&p, IPC_WISH_ES_RESULT, result);
}

static void on_neighs(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	parent_send(&p, type, body, len);
}

static const struct kern_ops kern_ops = {
	.kernel = on_kernel, .es = on_es, .result = on_result, .neighs = on_neighs};

static void on_link(void *data, const struct fact_link *now, const struct fact_link *before)
{
}

static void on_link_gone(void *data, const struct fact_link *last)
{
}

static const struct links_ops links_ops = {
	.changed = on_link, .gone = on_link_gone, .follow = parent_conf_follows};

static void on_frr_es(void *data, const struct fact_frr_es *fact)
{
}

static void on_frr(void *data, const struct fact_frr *fact)
{
}

static uint32_t no_ifindex(void *data, const char *ifname)
{
	return 0;
}

static const struct frr_ops frr_ops = {.es = on_frr_es, .done = on_frr, .ifindex = no_ifindex};

static void on_flood(void *data, const struct flood_result *result)
{
	parent_tell(&p, IPC_WISH_FLOOD_RESULT, result);
}

static void on_bfd(void *data, const struct fact_bfd *fact)
{
}

static bool not_busy(void *data)
{
	return false;
}

static const struct routes_ops routes_ops = {.send = on_neighs, .busy = not_busy};

static void set_up(void)
{
	static const char text[] =
		"router-id: 192.0.2.1\nas: 65000\nport: 0\n"
		"peers: [{address: 192.0.2.9, remote-as: 65000}]\n"
		"vrfs: [{name: default}]\n"
		"segments:\n"
		"  - {name: a, interface: bond0, esi: \"00:11:22:33:44:55:66:77:88:99\", mode: all-active}\n"
		"bridges: [{bridge: br0, vxlan: vx0, vni: 100}]\n";
	const struct fact_frr_es es = {.esi = zebras, .ifname = "bond1"};
	struct conf_errors errors = {};

	log_open("fuzz", true);
	log_set_level(getenv("FUZZ_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	CHECK(sd_event_new(&p.event) >= 0);
	p.options = &options;
	p.conf = conf_parse_text(text, sizeof(text) - 1, &errors);
	CHECK(p.conf);
	conf_errors_free(&errors);
	p.sockets = sockets_new();
	p.relay = relay_new();
	p.kern = kern_new(p.event, &kern_ops, NULL);
	p.links = links_new(p.event, &links_ops, &p);
	p.frr = frr_new(p.event, &frr_ops, NULL);
	p.flood = fdb_flood_new(p.event, NULL, p.links, on_flood, NULL);
	p.routes = routes_new(p.event, p.links, &routes_ops, NULL);
	p.state = state_new(p.event, NULL);
	p.bfd = parent_bfd_new(p.event, SANDBOX_OFF, true, on_bfd, NULL);
	p.ctl = ctl_server_new(p.event, -1, &parent_ctl_ops, &p);
	CHECK(p.sockets && p.relay && p.kern && p.links && p.frr && p.flood && p.bfd && p.state &&
	      p.routes && p.ctl);
	routes_conf(p.routes, p.conf->conf);
	routes_replay(p.routes);
	CHECK(kern_fact(p.kern)->present);
	parent_speaker_init(&p);
	guard_frr(&p.guard, &es);
}

static void run(void)
{
	for (int i = 0; i < 1000 && sd_event_run(p.event, 0) > 0; i++)
		;
}

/* ---- the speaker ---- */

static void make_es(struct wish_es *w, u8 variant)
{
	*w = (struct wish_es){.esi = variant & 1 ? foreign : own,
			      .mode = CONF_ALL_ACTIVE,
			      .standby = CONF_STANDBY_BLOCK,
			      .df = true};
	strcpy(w->ifname, variant & 2 ? "mgmt0" : "bond0");
	if (variant & 16) {
		w->esi = zebras;
		strcpy(w->ifname, variant & 2 ? "bond0" : "bond1");
	}
}

static uint32_t make_neighs(enum ipc_type type, void *body, u8 variant)
{
	struct batch *b = body;
	size_t size = type == IPC_WISH_NEIGH ? sizeof(struct wish_neigh) : sizeof(struct neigh_key);
	struct neigh_key key = {.tag = 10, .esi = own, .address = {.len = 4, .b = {10, 0, 0, 9}}};

	*b = (struct batch){.n = 2};
	memcpy((char *)(b + 1), &key, sizeof(key));
	if (variant & 1)
		key.esi = foreign;
	memcpy((char *)(b + 1) + size, &key, sizeof(key));
	return (uint32_t)(sizeof(*b) + 2 * size);
}

/* A batch of one. */
static uint32_t one(void *body, const void *item, size_t size)
{
	*(struct batch *)body = (struct batch){.n = 1};
	memcpy((char *)body + sizeof(struct batch), item, size);
	return (uint32_t)(sizeof(struct batch) + size);
}

static void make_prefix(struct wish_prefix *w, u8 variant)
{
	memset(w, 0, sizeof(*w));
	w->key.metric = variant & 1 ? 5 : 0xbe000001;
	w->key.vrf = variant & 4 ? MGMT0 : 0;
	w->key.prefix = (struct ip_prefix){.addr = {.len = 4, .b = {10, variant & 8}}, .plen = 8};
	w->n_hops = variant & 16 ? 9 : 1;
	w->hops[0].ifindex = variant & 2 ? MGMT0 : BOND0;
	w->hops[0].gateway = (struct ip_addr){.len = 4, .b = {192, 0, 2, 2}};
}

/* Return: octets of a good body, as far as the variant lets it be one */
static uint32_t make_body(enum ipc_type type, u8 variant, void *body)
{
	struct flood_key flood = {
		.vni = 100, .remote_vni = 100, .address = {.len = 4, .b = {192, 0, 2, 2}}};
	struct ipc_socket socket = {.peer = {.len = 4, .b = {192, 0, 2, variant & 1 ? 8 : 9}},
				    .port = 179};
	struct ipc_text text = {.id = variant, .more = !!(variant & 2)};
	struct member_key group = {.tag = 10, .group = {.len = 4, .b = {239, 1, 1, 1}}};
	struct wish_member member = {.mode = MEMBER_EXCLUDE, .versions = variant & 7};
	struct member_leave left = {.response_ms = 3000};
	struct bfd_key bfd = {};
	struct wish_prefix prefix;
	struct wish_es es;

	group.esi = variant & 1 ? foreign : own;
	member.key = group;
	left.key = group;
	switch (type) {
	case IPC_WISH_MEMBER:
		return one(body, &member, sizeof(member));
	case IPC_WISH_MEMBER_GONE:
		return one(body, &group, sizeof(group));
	case IPC_WISH_MEMBER_LEAVE:
		return one(body, &left, sizeof(left));
	case IPC_WISH_ES:
		make_es(&es, variant);
		return one(body, &es, sizeof(es));
	case IPC_WISH_ES_GONE:
		make_es(&es, variant);
		return one(body, &es.esi, sizeof(es.esi));
	case IPC_WISH_NEIGH:
	case IPC_WISH_NEIGH_GONE:
		return make_neighs(type, body, variant);
	case IPC_WISH_FLOOD:
	case IPC_WISH_FLOOD_GONE:
		strcpy(flood.ifname, variant & 2 ? "mgmt0" : "vx0");
		return one(body, &flood, sizeof(flood));
	case IPC_SOCKET_REQUEST:
		memcpy(body, &socket, sizeof(socket));
		return sizeof(socket);
	case IPC_ANSWER:
	case IPC_EVENT:
		memcpy(body, &text, sizeof(text));
		strcpy((char *)body + sizeof(text), "{\"object\":\"es\",\"event\":\"x\"}");
		return (uint32_t)(sizeof(text) + strlen((char *)body + sizeof(text)));
	case IPC_WISH_BFD:
	case IPC_WISH_BFD_GONE:
		return one(body, &bfd, sizeof(bfd));
	case IPC_WISH_PREFIX:
		make_prefix(&prefix, variant);
		return one(body, &prefix, sizeof(prefix));
	case IPC_WISH_PREFIX_GONE:
		make_prefix(&prefix, variant);
		return one(body, &prefix.key, sizeof(prefix.key));
	default:
		return 0;
	}
}

static void send_it(const void *msg, size_t len, bool with_fd)
{
	union {
		struct cmsghdr hdr;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.hdr = {.cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {(void *)msg, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	memcpy(CMSG_DATA(&control.hdr), &speaker, sizeof(speaker));
	if (with_fd) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control.bytes);
	}
	while (sendmsg(speaker, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EAGAIN)
		run();
}

/* In an order of their own, so that the seeds outlive new messages: those are added at the end. */
static const enum ipc_type says[] = {
	IPC_WISH_ES,
	IPC_WISH_ES_GONE,
	IPC_WISH_ES_SWEEP,
	IPC_WISH_NEIGH,
	IPC_WISH_NEIGH_GONE,
	IPC_WISH_NEIGH_SWEEP,
	IPC_WISH_FLOOD,
	IPC_WISH_FLOOD_GONE,
	IPC_WISH_FLOOD_SWEEP,
	IPC_WISH_FRR_LOOK,
	IPC_SOCKET_REQUEST,
	IPC_ANSWER,
	IPC_EVENT,
	IPC_READY,
	IPC_CONF_COMMIT,
	IPC_FACT_LINK,
	IPC_SOCKET,
	IPC_LISTEN,
	IPC_SHUTDOWN,
	IPC_WISH_ES_RESULT,
	IPC_QUERY,
	IPC_SOCKET_KEYS,
	IPC_WISH_BFD,
	IPC_WISH_BFD_GONE,
	IPC_WISH_BFD_SWEEP,
	IPC_WISH_MEMBER,
	IPC_WISH_MEMBER_GONE,
	IPC_WISH_MEMBER_SWEEP,
	IPC_WISH_MEMBER_LEAVE,
	IPC_WISH_PREFIX,
	IPC_WISH_PREFIX_GONE,
	IPC_WISH_PREFIX_SWEEP,
};

static void say(u8 which, u8 variant, const u8 *data, size_t n)
{
	enum ipc_type type = which < sizeof(says) / sizeof(says[0]) ? says[which] : IPC_TYPE_MAX;
	static _Alignas(8) u8 msg[sizeof(struct ipc_hdr) + 16384];
	struct ipc_hdr hdr = {.type = (uint16_t)type};
	u8 *body = msg + sizeof(hdr);

	memset(msg, 0, sizeof(msg));
	if (type >= IPC_TYPE_MAX) {
		send_it(data, n, variant & 4);
		return;
	}
	hdr.len = make_body(type, variant, body);
	if (variant & 8) {
		hdr.len = (uint32_t)n;
		memcpy(body, data, n);
	} else if (n > 2) {
		size_t at = (size_t)(data[0] | data[1] << 8) % (hdr.len + 1);

		n -= 2;
		memcpy(body + at, data + 2, n < hdr.len - at ? n : hdr.len - at);
	}
	memcpy(msg, &hdr, sizeof(hdr));
	send_it(msg, sizeof(hdr) + hdr.len, variant & 4);
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) char unread[IPC_MSG_MAX];
	static int usual,
		more; /* descriptors; how often one was made that stays, when it was needed */
	int pair[2], n_fd;

	if (!p.event)
		set_up();
	run();
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	speaker = pair[0];
	CHECK(!parent_speaker_hear(&p, pair[1]));
	while (size > 3) {
		size_t n = data[2] < size - 3 ? data[2] : size - 3;

		say(data[0], data[1], data + 3, n);
		data += 3 + n;
		size -= 3 + n;
		run();
		if (!p.ipc) /* a message of no octets is what the end looks like */
			break;
		CHECK(ipc_waiting(p.ipc) < 64 * 1024 * 1024);
	}
	while (recv(speaker, unread, sizeof(unread), MSG_DONTWAIT) > 0)
		;
	close(speaker);
	for (int i = 0; i < 100 && p.ipc; i++)
		run();
	CHECK(!p.ipc);
	kern_replay(p.kern);
	kern_sweep(p.kern);
	n_fd = descriptors();
	more += usual && n_fd > usual;
	usual = n_fd > usual ? n_fd : usual;
	CHECK(n_fd == usual && more < 8);
	CHECK(kern_fact(p.kern)->present);
	return 0;
}
