// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the module's family, as many, as mixed and as wrong as can be. Speaks netlink by
 * libmnl, and rtnetlink where a device event has to come from this very process.
 *
 *   nlstress random SECONDS SEED IFNAME...    valid requests in random order
 *   nlstress garbage SECONDS SEED IFNAME...   attributes of any type, length and nesting
 *   nlstress faults BOND MEMBER OTHER         each operation again and again, while one allocation
 *                                             after the other fails (fault injection, fail-nth)
 *
 * random and faults check the answers: each refusal is one of the documented errors and, unless
 * memory ran out, says why in a sentence; a creation that failed has created nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/evpn.h>

#define SEGMENTS 6
#define BUFFER 65536
#define NO_ANSWER (-1)

static struct mnl_socket *genl;
static struct mnl_socket *route;
static uint16_t family;
static unsigned int seq;
static char sentence[256];
static char **names;
static int n_names;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct mnl_socket *open_socket(int protocol)
{
	struct mnl_socket *s = mnl_socket_open(protocol);
	struct timeval patience = {.tv_sec = 5};
	int one = 1;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink");
	mnl_socket_setsockopt(s, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(s, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return s;
}

static struct nlmsghdr *begin(char *buf, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	hdr->cmd = cmd;
	hdr->version = EVPN_FAMILY_VERSION;
	return nlh;
}

static int take_family(const struct nlattr *a, void *data)
{
	if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(a);
	return MNL_CB_OK;
}

static void find_family(void)
{
	char buf[BUFFER];
	struct nlmsghdr *nlh = begin(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	ssize_t n;

	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, EVPN_FAMILY_NAME);
	mnl_socket_sendto(genl, nlh, nlh->nlmsg_len);
	n = mnl_socket_recvfrom(genl, buf, sizeof(buf));
	nlh = (struct nlmsghdr *)buf;
	if (n > 0 && nlh->nlmsg_type == GENL_ID_CTRL)
		mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_family, NULL);
	mnl_socket_recvfrom(genl, buf, sizeof(buf));
	if (!family) {
		fprintf(stderr, "nlstress: there is no family evpn\n");
		exit(4);
	}
}

static int take_sentence(const struct nlattr *a, void *data)
{
	if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG)
		snprintf(sentence, sizeof(sentence), "%s", mnl_attr_get_str(a));
	return MNL_CB_OK;
}

/* Returns the errno of the answer, 0, or NO_ANSWER when the kernel could not even give one. */
static int answer(struct mnl_socket *s)
{
	char buf[BUFFER];
	ssize_t n, left;

	sentence[0] = '\0';
	for (;;) {
		n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NO_ANSWER;
		left = n;
		for (struct nlmsghdr *nlh = (void *)buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, (int *)&left)) {
			struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_DONE)
				return 0;
			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
				mnl_attr_parse(nlh, sizeof(*e), take_sentence, NULL);
			return -e->error;
		}
	}
}

static int transact(struct mnl_socket *s, struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0)
		return errno;
	return answer(s);
}

static void put_esi(struct nlmsghdr *nlh, unsigned int n)
{
	uint8_t esi[EVPN_ESI_LEN] = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, n + 1};

	const struct genlmsghdr *hdr = mnl_nlmsg_get_payload(nlh);

	mnl_attr_put(nlh, hdr->cmd == EVPN_CMD_STATS_GET ? EVPN_A_STATS_ESI : EVPN_A_ES_ESI,
		     sizeof(esi), esi);
}

static void put_map(struct nlmsghdr *nlh)
{
	uint8_t map[EVPN_VLAN_MAP_LEN];

	memset(map, rand(), sizeof(map));
	mnl_attr_put(nlh, EVPN_A_ES_VLAN_DF, sizeof(map), map);
}

static void put_wish(struct nlmsghdr *nlh)
{
	if (rand() % 2)
		mnl_attr_put_u32(nlh, EVPN_A_ES_ROLE, rand() % 3);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_MODE, rand() % 3);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_STANDBY, rand() % 3);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_OWNER_HOLD_TIME, rand() % 20);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_LOSS_POLICY, rand() % 2);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_ALLOW, rand() % 8);
	if (rand() % 4 == 0)
		mnl_attr_put_u32(nlh, EVPN_A_ES_GENERATION, rand() % 2);
	if (rand() % 8 == 0)
		put_map(nlh);
}

static struct nlmsghdr *random_request(char *buf)
{
	static const uint8_t cmds[] = {
		EVPN_CMD_ES_NEW,    EVPN_CMD_ES_NEW,	EVPN_CMD_ES_SET,    EVPN_CMD_ES_SET,
		EVPN_CMD_ES_SET,    EVPN_CMD_ES_GET,	EVPN_CMD_ES_DEL,    EVPN_CMD_ES_SWEEP,
		EVPN_CMD_STATS_GET, EVPN_CMD_OWNER_SET, EVPN_CMD_OWNER_GET,
	};
	uint8_t cmd = cmds[rand() % sizeof(cmds)];
	struct nlmsghdr *nlh = begin(buf, family, cmd);
	bool dump = rand() % 4 == 0;

	switch (cmd) {
	case EVPN_CMD_ES_NEW:
	case EVPN_CMD_ES_SET:
		put_esi(nlh, rand() % SEGMENTS);
		if (cmd == EVPN_CMD_ES_NEW || rand() % 8 == 0)
			mnl_attr_put_strz(nlh, EVPN_A_ES_IFNAME, names[rand() % n_names]);
		put_wish(nlh);
		break;
	case EVPN_CMD_ES_GET:
	case EVPN_CMD_STATS_GET:
		if (dump)
			nlh->nlmsg_flags |= NLM_F_DUMP;
		else
			put_esi(nlh, rand() % SEGMENTS);
		if (!dump && cmd == EVPN_CMD_STATS_GET && rand() % 2)
			mnl_attr_put(nlh, EVPN_A_STATS_RESET, 0, NULL);
		break;
	case EVPN_CMD_ES_DEL:
		put_esi(nlh, rand() % SEGMENTS);
		break;
	case EVPN_CMD_ES_SWEEP:
		mnl_attr_put_u32(nlh, EVPN_A_ES_GENERATION, rand() % 2);
		break;
	case EVPN_CMD_OWNER_SET:
		if (rand() % 2)
			mnl_attr_put(nlh, EVPN_A_OWNER_REPLACE, 0, NULL);
		break;
	}
	return nlh;
}

static bool documented(int err)
{
	switch (err) {
	case 0:
	case ENOENT:
	case EBUSY:
	case EEXIST:
	case EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

static int check_answer(const struct nlmsghdr *nlh, int err)
{
	const struct genlmsghdr *hdr = mnl_nlmsg_get_payload(nlh);

	if (!documented(err)) {
		fprintf(stderr, "command %u: %s (%s)\n", hdr->cmd, strerror(err), sentence);
		return 1;
	}
	if (err && !sentence[0]) {
		fprintf(stderr, "command %u: %s, without a sentence\n", hdr->cmd, strerror(err));
		return 1;
	}
	return 0;
}

/* Now and then the owner's socket is closed, with hold times of a few milliseconds. */
static void reopen(void)
{
	mnl_socket_close(genl);
	genl = open_socket(NETLINK_GENERIC);
}

static int run_random(time_t end)
{
	unsigned long requests = 0, refused = 0;
	int bad = 0;

	while (time(NULL) < end && bad < 10) {
		char buf[BUFFER];
		struct nlmsghdr *nlh = random_request(buf);
		int err = transact(genl, nlh);

		bad += check_answer(nlh, err);
		requests++;
		refused += !!err;
		if (rand() % 64 == 0)
			reopen();
	}
	printf("# %lu requests, %lu refused\n", requests, refused);
	return bad || !refused || refused == requests;
}

static void put_garbage(struct nlmsghdr *nlh)
{
	uint8_t bytes[600];
	unsigned int i, n = rand() % 8;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = rand();
	while (n--) {
		uint16_t type = rand() % 24;

		if (rand() % 8 == 0)
			type |= rand() % 2 ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		mnl_attr_put(nlh, type, rand() % (rand() % 4 ? 16 : sizeof(bytes)), bytes);
	}
	/* A last attribute whose length lies. */
	if (rand() % 4 == 0)
		((struct nlattr *)mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)))
			->nla_len = rand();
}

static int run_garbage(time_t end)
{
	unsigned long requests = 0, accepted = 0;

	while (time(NULL) < end) {
		char buf[BUFFER] = {};
		struct nlmsghdr *nlh = begin(buf, family, rand() % 16);

		if (rand() % 2)
			put_esi(nlh, rand() % SEGMENTS);
		put_garbage(nlh);
		nlh->nlmsg_flags |= rand() % 8 ? 0 : 1 << rand() % 16;
		nlh->nlmsg_flags |= NLM_F_ACK;
		accepted += !transact(genl, nlh);
		requests++;
		if (rand() % 64 == 0)
			reopen();
	}
	printf("# %lu requests, %lu accepted\n", requests, accepted);
	return 0;
}

static int fail_fd = -1;

/* Lets the nth allocation of this thread fail from here on; 0: none. Does not allocate itself. */
static void fail_nth(unsigned int nth)
{
	char buf[16];
	int n = snprintf(buf, sizeof(buf), "%u", nth);

	if (pwrite(fail_fd, buf, n, 0) != n)
		die("fail-nth");
}

/* Whether the fault has happened. */
static bool failed_nth(void)
{
	char buf[16] = "";

	if (pread(fail_fd, buf, sizeof(buf) - 1, 0) <= 0)
		die("fail-nth");
	return !atoi(buf);
}

static int del_segment(unsigned int n)
{
	char buf[BUFFER];
	struct nlmsghdr *nlh = begin(buf, family, EVPN_CMD_ES_DEL);

	put_esi(nlh, n);
	return transact(genl, nlh);
}

static struct nlmsghdr *wish(char *buf, uint8_t cmd, unsigned int n, const char *ifname)
{
	struct nlmsghdr *nlh = begin(buf, family, cmd);

	put_esi(nlh, n);
	if (ifname)
		mnl_attr_put_strz(nlh, EVPN_A_ES_IFNAME, ifname);
	mnl_attr_put_u32(nlh, EVPN_A_ES_STANDBY, EVPN_STANDBY_LACP_OOS);
	mnl_attr_put_u32(nlh, EVPN_A_ES_ROLE, rand() % 2);
	put_map(nlh);
	return nlh;
}

static int new_segment(unsigned int n, const char *ifname)
{
	char buf[BUFFER];

	return transact(genl, wish(buf, EVPN_CMD_ES_NEW, n, ifname));
}

/* Segment 0 with another mode; as DF for all VLANs if it is all-active, so that its bond needs no hook. */
static struct nlmsghdr *wish_mode(char *buf, uint32_t mode)
{
	struct nlmsghdr *nlh = begin(buf, family, EVPN_CMD_ES_SET);
	uint8_t map[EVPN_VLAN_MAP_LEN];

	put_esi(nlh, 0);
	memset(map, 0xff, sizeof(map));
	mnl_attr_put_u32(nlh, EVPN_A_ES_MODE, mode);
	mnl_attr_put(nlh, EVPN_A_ES_VLAN_DF, sizeof(map), map);
	return nlh;
}

static int exists(unsigned int n)
{
	char buf[BUFFER];
	struct nlmsghdr *nlh = begin(buf, family, EVPN_CMD_ES_GET);

	put_esi(nlh, n);
	return transact(genl, nlh) == 0;
}

static struct nlmsghdr *set_master(char *buf, const char *dev, const char *master)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	ifi->ifi_index = if_nametoindex(dev);
	mnl_attr_put_u32(nlh, IFLA_MASTER, master ? if_nametoindex(master) : 0);
	return nlh;
}

enum fault_op {
	OP_NEW,
	OP_SET,
	OP_REBIND,
	OP_MODE,
	OP_ENSLAVE,
	OP_RELEASE,
	OP_GET,
	OP_DUMP,
	OP_STATS,
	OP_OWNER,
	OP_DEL,
	OP_COUNT
};

static const char *const op_names[] = {
	"es-new",
	"es-set",
	"es-set of another device",
	"es-set of the mode",
	"enslaving",
	"releasing",
	"es-get",
	"es-get, all",
	"stats-get",
	"owner-set",
	"es-del",
};

static struct nlmsghdr *op_request(enum fault_op op, char *buf, char **argv)
{
	struct nlmsghdr *nlh;

	switch (op) {
	case OP_NEW:
		return wish(buf, EVPN_CMD_ES_NEW, 0, argv[0]);
	case OP_SET:
		return wish(buf, EVPN_CMD_ES_SET, 0, NULL);
	case OP_REBIND:
		return wish(buf, EVPN_CMD_ES_SET, 0, argv[2]);
	case OP_MODE:
		return wish_mode(buf, EVPN_MODE_SINGLE_ACTIVE);
	case OP_ENSLAVE:
		return set_master(buf, argv[1], argv[0]);
	case OP_RELEASE:
		return set_master(buf, argv[1], NULL);
	case OP_GET:
	case OP_DUMP:
		nlh = begin(buf, family, EVPN_CMD_ES_GET);
		if (op == OP_GET)
			put_esi(nlh, 0);
		else
			nlh->nlmsg_flags |= NLM_F_DUMP;
		return nlh;
	case OP_STATS:
		nlh = begin(buf, family, EVPN_CMD_STATS_GET);
		put_esi(nlh, 0);
		return nlh;
	case OP_OWNER:
		return begin(buf, family, EVPN_CMD_OWNER_SET);
	default:
		nlh = begin(buf, family, EVPN_CMD_ES_DEL);
		put_esi(nlh, 0);
		return nlh;
	}
}

/* Brings about what the operation starts from; nothing fails here. */
static void op_prepare(enum fault_op op, char **argv)
{
	char buf[BUFFER];

	del_segment(0);
	if (op == OP_NEW || op == OP_RELEASE)
		transact(route, set_master(buf, argv[1], argv[0]));
	if (op == OP_ENSLAVE)
		transact(route, set_master(buf, argv[1], NULL));
	if (op != OP_NEW)
		new_segment(0, argv[0]);
	if (op == OP_MODE) {
		transact(genl, wish_mode(buf, EVPN_MODE_ALL_ACTIVE));
		/* the hook goes a grace period later; should it still be there, less can fail */
		usleep(50000);
	}
}

/* One operation with the nth allocation failing. Sets *hit to whether there was an nth. */
static int fault_once(enum fault_op op, unsigned int nth, char **argv, bool *hit)
{
	struct mnl_socket *s = op == OP_ENSLAVE || op == OP_RELEASE ? route : genl;
	char buf[BUFFER];
	struct nlmsghdr *nlh;
	int err;

	op_prepare(op, argv);
	nlh = op_request(op, buf, argv);
	fail_nth(nth);
	err = mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0 ? errno : 0;
	*hit = failed_nth();
	fail_nth(0);
	if (!err)
		err = answer(s);
	if (op == OP_NEW && err && err != NO_ANSWER && exists(0)) {
		fprintf(stderr, "es-new failed (%s) and has created a segment\n", strerror(err));
		return 1;
	}
	return 0;
}

static int fault_op(enum fault_op op, char **argv)
{
	unsigned int nth, bad = 0;
	bool hit = true;

	for (nth = 1; hit && nth < 2000; nth++)
		bad += fault_once(op, nth, argv, &hit);
	printf("# %s: %u allocations failed one after the other\n", op_names[op], nth - 2);
	if (hit || nth <= 2) {
		fprintf(stderr, "%s: no fault was injected, or there was no end\n", op_names[op]);
		bad++;
	}
	return bad;
}

static int run_faults(char **argv)
{
	int bad = 0;

	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_fd < 0)
		return 4;
	for (enum fault_op op = 0; op < OP_COUNT; op++)
		bad += fault_op(op, argv);
	del_segment(0);
	return bad != 0;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: nlstress random|garbage SECONDS SEED IFNAME...\n"
				"       nlstress faults BOND MEMBER OTHER\n");
		return 1;
	}
	genl = open_socket(NETLINK_GENERIC);
	route = open_socket(NETLINK_ROUTE);
	find_family();
	if (!strcmp(argv[1], "faults"))
		return run_faults(argv + 2);
	srand(atoi(argv[3]));
	names = argv + 4;
	n_names = argc - 4;
	if (!n_names)
		return 1;
	if (!strcmp(argv[1], "garbage"))
		return run_garbage(time(NULL) + atoi(argv[2]));
	return run_random(time(NULL) + atoi(argv[2]));
}
