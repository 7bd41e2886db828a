// SPDX-License-Identifier: GPL-2.0-only
/*
 * The load and the clock of flood_kernel.sh.
 *
 *   flood_bench send ADDRESS COUNT b|u [VLAN]	COUNT frames inside VXLAN (VNI 100) to a VTEP, as fast
 *						as they leave; prints nanoseconds for one. b: broadcast,
 *						u: to 02:00:00:00:0c:0e
 *   flood_bench role ESI COUNT			all 4094 VLANs of a segment from DF to non-DF or back,
 *						COUNT times, one message each; prints nanoseconds for
 *						one, request and answer, as a median, and the worst
 *
 * One processor does everything: a frame has been forwarded, or dropped, when send() returns.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/evpn.h>
#include <linux/genetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define FRAME_LEN 100

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* A VXLAN packet of RFC 7348 without its outer headers. */
static size_t packet_make(uint8_t *p, char kind, int vlan)
{
	static const uint8_t vxlan[] = {0x08, 0, 0, 0, 0, 0, 100, 0};
	static const uint8_t host[] = {0x02, 0, 0, 0, 0x0c, 0x0e},
			     src[] = {0x02, 0xf0, 0, 0, 0, 0x0b};
	uint8_t *begin = p;

	memcpy(p, vxlan, sizeof(vxlan));
	p += sizeof(vxlan);
	if (kind == 'b')
		memset(p, 0xff, 6);
	else
		memcpy(p, host, 6);
	memcpy(p + 6, src, 6);
	p += 12;
	if (vlan) {
		*p++ = 0x81;
		*p++ = 0;
		*p++ = vlan >> 8;
		*p++ = vlan;
	}
	*p++ = 0x88;
	*p++ = 0xb5;
	memset(p, 0, FRAME_LEN);
	return p + FRAME_LEN - begin;
}

static void send_all(const char *address, unsigned long count, char kind, int vlan)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4789)};
	uint8_t packet[FRAME_LEN + 64];
	struct iovec iov = {packet, packet_make(packet, kind, vlan)};
	struct mmsghdr msgs[BATCH] = {};
	unsigned long sent = 0;
	uint64_t begin;
	int fd, n;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		errx(1, "%s is not an IPv4 address", address);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "%s", address);
	for (n = 0; n < BATCH; n++)
		msgs[n].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
	begin = now_ns();
	while (sent < count) {
		n = sendmmsg(fd, msgs, count - sent < BATCH ? count - sent : BATCH, 0);
		if (n < 0 && errno != ENOBUFS && errno != ECONNREFUSED)
			err(1, "sendmmsg");
		sent += n > 0 ? n : 0;
	}
	printf("%.1f\n", (double)(now_ns() - begin) / count);
}

static int family_cb(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family_msg_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_cb, data);
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	g->cmd = cmd;
	g->version = 1;
	return nlh;
}

static void talk(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	int n;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		err(1, "netlink");
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			err(1, "netlink");
		n = mnl_cb_run(buf, n, 0, mnl_socket_get_portid(nl), cb, data);
	} while (n > 0);
	if (n < 0)
		err(1, "the module");
}

static int number_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void role(const char *text, unsigned int count)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	uint64_t *took = calloc(count, sizeof(*took)), begin;
	char buf[MNL_SOCKET_BUFFER_SIZE];
	uint8_t esi[10], map[512];
	uint16_t family = 0;
	struct nlmsghdr *nlh;
	unsigned int i, x;

	for (i = 0; i < sizeof(esi); i++) {
		if (sscanf(text + i * 3, "%2x", &x) != 1)
			errx(1, "%s is not an ESI", text);
		esi[i] = x;
	}
	if (!nl || !took || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err(1, "netlink");
	nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, EVPN_FAMILY_NAME);
	talk(nl, nlh, family_msg_cb, &family);
	for (i = 0; i < count; i++) {
		memset(map, i & 1 ? 0xff : 0, sizeof(map));
		nlh = request(buf, family, EVPN_CMD_ES_SET);
		mnl_attr_put(nlh, EVPN_A_ES_ESI, sizeof(esi), esi);
		mnl_attr_put(nlh, EVPN_A_ES_VLAN_DF, sizeof(map), map);
		begin = now_ns();
		talk(nl, nlh, NULL, NULL);
		took[i] = now_ns() - begin;
	}
	qsort(took, count, sizeof(*took), number_cmp);
	printf("%llu %llu\n", (unsigned long long)took[count / 2],
	       (unsigned long long)took[count - 1]);
}

int main(int argc, char **argv)
{
	if (argc >= 5 && !strcmp(argv[1], "send"))
		send_all(argv[2], strtoul(argv[3], NULL, 0), argv[4][0],
			 argc > 5 ? atoi(argv[5]) : 0);
	else if (argc == 4 && !strcmp(argv[1], "role"))
		role(argv[2], strtoul(argv[3], NULL, 0));
	else
		errx(1, "usage: flood_bench send ADDRESS COUNT b|u [VLAN] | role ESI COUNT");
	return 0;
}
