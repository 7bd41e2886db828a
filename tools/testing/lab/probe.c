// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbered UDP datagrams between two network namespaces, in both directions at once, from one
 * process on one monotonic clock. It tells how many were lost, how long the longest silence was and
 * which way every datagram came, and can cut links itself so that the cut stands on the same clock.
 *
 * "Which way" is read from raw sockets in the two end namespaces, outside the system under test:
 * the outer source address of a VXLAN datagram, else the interface the frame arrived on first.
 *
 * Standards: VXLAN header RFC 7348, IEEE 802.1Q tags.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NSEC 1000000000LL
#define MAGIC 0x45564e50524f4245ULL /* "EVNPROBE" */
#define VXLAN_PORT 4789
#define MAX_FLOWS 64
#define MAX_CUTS 8
#define MAX_VIA 64
#define VIA_LEN 48
#define LINGER_NS (300 * 1000000LL)
#define BURST_MAX 10 /* of ticks that a starved process makes up for; the others are not sent */

/* the whole payload of a datagram, in the order of this machine: both ends are this process */
struct payload {
	uint64_t magic;
	uint32_t run;
	uint32_t dir;
	uint64_t seq;
	int64_t sent;
};

/**
 * struct record - the fate of one datagram
 * @sent: monotonic ns
 * @received: monotonic ns of the first copy, 0: not received
 * @copies: how often it was received
 * @via: index into the table of ways, 0: unknown
 */
struct record {
	int64_t sent;
	int64_t received;
	uint16_t copies;
	uint16_t via;
};

/**
 * struct end - one side: where its sockets live
 * @records: of the datagrams this end sent, by sequence number
 */
struct end {
	const char *netns;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	int rx;
	int raw;
	int tx[MAX_FLOWS];
	struct record *records;
	size_t n, cap;
	uint64_t reordered, highest;
	bool any;
};

/* a link to take down: @socket lives in its namespace */
struct cut {
	const char *netns;
	char dev[IFNAMSIZ];
	int socket;
};

static struct end ends[2];
static struct cut cuts[MAX_CUTS];
static unsigned int n_cuts, n_flows = 1, rate = 100, size = sizeof(struct payload);
static char via_names[MAX_VIA][VIA_LEN];
static unsigned int n_via = 1;
static uint32_t run_id;
static int64_t cut_at;
static uint64_t skipped;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

/* Moves the calling thread into a named namespace; NULL: back to where the program was started. */
static void enter(const char *netns)
{
	static int home = -1;
	char path[256];
	int fd;

	if (home < 0)
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (!netns) {
		if (setns(home, CLONE_NEWNET))
			err(1, "setns");
		return;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "network namespace %s", netns);
	close(fd);
}

static void set_port(struct sockaddr_storage *ss, unsigned int port)
{
	if (ss->ss_family == AF_INET6)
		((struct sockaddr_in6 *)ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)ss)->sin_port = htons(port);
}

/* "NETNS,ADDRESS" */
static void parse_end(struct end *e, char *arg)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, *res;
	char *comma = strchr(arg, ',');
	int rc;

	if (!comma)
		errx(1, "%s: NETNS,ADDRESS expected", arg);
	*comma = 0;
	e->netns = arg;
	rc = getaddrinfo(comma + 1, NULL, &hints, &res);
	if (rc)
		errx(1, "%s: %s", comma + 1, gai_strerror(rc));
	memcpy(&e->addr, res->ai_addr, res->ai_addrlen);
	e->addr_len = res->ai_addrlen;
	freeaddrinfo(res);
}

static int bound_socket(const struct end *e, unsigned int port)
{
	struct sockaddr_storage ss = e->addr;
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int big = 8 << 20;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	set_port(&ss, port);
	if (bind(fd, (struct sockaddr *)&ss, e->addr_len))
		err(1, "%s: bind to port %u", e->netns, port);
	return fd;
}

static void open_end(struct end *e, unsigned int port)
{
	unsigned int i;
	int big = 32 << 20;

	enter(e->netns);
	e->rx = bound_socket(e, port);
	for (i = 0; i < n_flows; i++)
		e->tx[i] = bound_socket(e, port + 1 + i);
	e->raw = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (e->raw < 0)
		err(1, "%s: packet socket", e->netns);
	setsockopt(e->raw, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	enter(NULL);
}

static struct record *record_of(struct end *e, uint64_t seq)
{
	if (seq >= e->cap) {
		e->cap = e->cap ? e->cap * 2 : 4096;
		e->records = realloc(e->records, e->cap * sizeof(*e->records));
		if (!e->records)
			err(1, "realloc");
	}
	return &e->records[seq];
}

static void send_one(unsigned int dir, unsigned int port)
{
	struct end *e = &ends[dir], *other = &ends[!dir];
	struct sockaddr_storage to = other->addr;
	uint64_t seq = e->n++;
	struct record *r = record_of(e, seq);
	char buf[65536] = {0};
	struct payload p = {MAGIC, run_id, dir, seq, now_ns()};

	*r = (struct record){.sent = p.sent};
	memcpy(buf, &p, sizeof(p));
	set_port(&to, port);
	/* a refused datagram is a lost one, and is counted as such */
	(void)!sendto(e->tx[seq % n_flows], buf, size, 0, (struct sockaddr *)&to, other->addr_len);
}

static void receive(unsigned int dir)
{
	struct end *from = &ends[!dir];
	struct payload p;
	struct record *r;

	while (recv(ends[dir].rx, &p, sizeof(p), MSG_TRUNC) >= (ssize_t)sizeof(p)) {
		if (p.magic != MAGIC || p.run != run_id || p.dir != (dir ^ 1) || p.seq >= from->n)
			continue;
		r = &from->records[p.seq];
		if (r->copies++)
			continue;
		r->received = now_ns();
		if (from->any && p.seq < from->highest)
			from->reordered++;
		if (!from->any || p.seq > from->highest)
			from->highest = p.seq;
		from->any = true;
	}
}

static uint16_t via_index(const char *name)
{
	unsigned int i;

	for (i = 1; i < n_via; i++)
		if (!strcmp(via_names[i], name))
			return i;
	if (n_via == MAX_VIA)
		return 0;
	snprintf(via_names[n_via], VIA_LEN, "%s", name);
	return n_via++;
}

/**
 * find_probe() - the payload inside a frame, if it is one of ours
 * @f: frame from its Ethernet header on
 * @len: its length
 * @outer: filled with the outer source address when the payload travels in VXLAN, else ""
 * @p: filled
 */
static bool find_probe(const uint8_t *f, size_t len, char outer[VIA_LEN], struct payload *p)
{
	bool vxlan = false;
	size_t at = 0;

	outer[0] = 0;
	for (;;) {
		char src[VIA_LEN] = "";
		uint16_t type, dport;

		if (at + 14 > len)
			return false;
		type = f[at + 12] << 8 | f[at + 13];
		at += 14;
		while ((type == ETH_P_8021Q || type == ETH_P_8021AD) && at + 4 <= len) {
			type = f[at + 2] << 8 | f[at + 3];
			at += 4;
		}
		if (type == ETH_P_IP && at + 20 <= len && f[at + 9] == IPPROTO_UDP) {
			inet_ntop(AF_INET, f + at + 12, src, sizeof(src));
			at += (f[at] & 15) * 4;
		} else if (type == ETH_P_IPV6 && at + 40 <= len && f[at + 6] == IPPROTO_UDP) {
			inet_ntop(AF_INET6, f + at + 8, src, sizeof(src));
			at += 40;
		} else {
			return false;
		}
		if (at + 8 > len)
			return false;
		dport = f[at + 2] << 8 | f[at + 3];
		at += 8;
		if (dport == VXLAN_PORT && !vxlan) {
			vxlan = true;
			memcpy(outer, src, VIA_LEN);
			at += 8;
			continue;
		}
		if (at + sizeof(*p) > len)
			return false;
		memcpy(p, f + at, sizeof(*p));
		return p->magic == MAGIC && p->run == run_id;
	}
}

/* The first sight of a datagram in the namespace of its receiver tells which way it came. */
static void watch(unsigned int dir)
{
	struct end *from = &ends[!dir];
	struct sockaddr_ll sll;
	socklen_t sll_len = sizeof(sll);
	char outer[VIA_LEN];
	uint8_t frame[512];
	struct payload p;
	ssize_t len;

	while ((len = recvfrom(ends[dir].raw, frame, sizeof(frame), 0, (struct sockaddr *)&sll,
			       &sll_len)) > 0) {
		if (sll.sll_pkttype == PACKET_OUTGOING || !find_probe(frame, len, outer, &p) ||
		    p.dir != (dir ^ 1) || p.seq >= from->n || from->records[p.seq].via)
			continue;
		if (!outer[0]) {
			char name[IFNAMSIZ] = "?";

			enter(ends[dir].netns);
			if_indextoname(sll.sll_ifindex, name);
			enter(NULL);
			snprintf(outer, sizeof(outer), "%s", name);
		}
		from->records[p.seq].via = via_index(outer);
	}
}

/* "NETNS,DEVICE" */
static void parse_cut(char *arg)
{
	char *comma = strchr(arg, ',');
	struct cut *c = &cuts[n_cuts];

	if (!comma || n_cuts == MAX_CUTS)
		errx(1, "%s: NETNS,DEVICE expected, at most %d times", arg, MAX_CUTS);
	*comma = 0;
	c->netns = arg;
	snprintf(c->dev, sizeof(c->dev), "%s", comma + 1);
	enter(c->netns);
	c->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (c->socket < 0 || !if_nametoindex(c->dev))
		err(1, "%s in %s", c->dev, c->netns);
	enter(NULL);
	n_cuts++;
}

static void do_cuts(void)
{
	unsigned int i;

	cut_at = now_ns();
	for (i = 0; i < n_cuts; i++) {
		struct ifreq ifr = {0};

		memcpy(ifr.ifr_name, cuts[i].dev, IFNAMSIZ);
		if (ioctl(cuts[i].socket, SIOCGIFFLAGS, &ifr))
			err(1, "%s", cuts[i].dev);
		ifr.ifr_flags &= ~IFF_UP;
		if (ioctl(cuts[i].socket, SIOCSIFFLAGS, &ifr))
			err(1, "%s", cuts[i].dev);
	}
}

static int by_received(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;

	return (x->received > y->received) - (x->received < y->received);
}

/*
 * @outage: the longest run of lost datagrams, from when the first of them was sent to when the next
 *	one was sent that arrived, in ns; unlike @gap it does not count the time in which this process
 *	was not running
 * @discarded: of the lost ones, those that did reach the receiver's machine and were dropped by it,
 *	as a bond does with what comes in by a link that it has just closed
 * @first: the first datagram sent after the cut that arrived
 */
struct summary {
	uint64_t received, lost, discarded, duplicates;
	int64_t gap, outage;
	const struct record *before, *after, *first;
};

static void summarise(const struct end *e, struct summary *s)
{
	const struct record **sorted = calloc(e->n + 1, sizeof(*sorted));
	int64_t lost_since = 0;
	size_t i;

	*s = (struct summary){0};
	if (!sorted)
		err(1, "calloc");
	for (i = 0; i < e->n; i++) {
		const struct record *r = &e->records[i];

		if (lost_since && r->sent - lost_since > s->outage)
			s->outage = r->sent - lost_since;
		if (!r->copies) {
			s->lost++;
			s->discarded += !!r->via;
			lost_since = lost_since ? lost_since : r->sent;
			continue;
		}
		lost_since = 0;
		sorted[s->received++] = r;
		s->duplicates += r->copies - 1;
		if (cut_at && r->sent > cut_at && (!s->first || r->received < s->first->received))
			s->first = r;
	}
	qsort(sorted, s->received, sizeof(*sorted), by_received);
	for (i = 1; i < s->received; i++) {
		if (sorted[i]->received - sorted[i - 1]->received <= s->gap)
			continue;
		s->gap = sorted[i]->received - sorted[i - 1]->received;
		s->before = sorted[i - 1];
		s->after = sorted[i];
	}
	free(sorted);
}

static const char *via_of(const struct record *r)
{
	return r && r->via ? via_names[r->via] : "?";
}

static double ms(int64_t ns)
{
	return ns / 1e6;
}

static void print_text(void)
{
	unsigned int d;

	for (d = 0; d < 2; d++) {
		struct summary s;

		summarise(&ends[d], &s);
		printf("%s > %s: sent %zu, received %" PRIu64 ", lost %" PRIu64
		       ", duplicated %" PRIu64 ", reordered %" PRIu64 "\n",
		       ends[d].netns,
		       ends[d].netns == ends[0].netns ? ends[1].netns : ends[0].netns, ends[d].n,
		       s.received, s.lost, s.duplicates, ends[d].reordered);
		if (s.discarded)
			printf("  of the lost ones %" PRIu64 " reached %s and were dropped there\n",
			       s.discarded, ends[!d].netns);
		if (s.after)
			printf("  longest silence %.1f ms, last before it via %s, first after it via %s\n",
			       ms(s.gap), via_of(s.before), via_of(s.after));
		if (cut_at && s.first)
			printf("  first datagram after the cut: %.1f ms, via %s\n",
			       ms(s.first->received - cut_at), via_of(s.first));
		if (cut_at && !s.first)
			printf("  nothing after the cut\n");
	}
}

static void print_json(void)
{
	unsigned int d;

	printf("{\"rate\": %u, \"cut-ns\": %" PRId64 ", \"skipped\": %" PRIu64
	       ", \"directions\": [",
	       rate, cut_at, skipped);
	for (d = 0; d < 2; d++) {
		struct summary s;

		summarise(&ends[d], &s);
		printf("%s\n{\"from\": \"%s\", \"to\": \"%s\", \"sent\": %zu, \"received\": %" PRIu64
		       ", \"lost\": %" PRIu64 ", \"discarded\": %" PRIu64
		       ", \"duplicates\": %" PRIu64 ", \"reordered\": %" PRIu64,
		       d ? "," : "", ends[d].netns, ends[!d].netns, ends[d].n, s.received, s.lost,
		       s.discarded, s.duplicates, ends[d].reordered);
		printf(", \"gap-ms\": %.3f, \"outage-ms\": %.3f", ms(s.gap), ms(s.outage));
		if (s.after)
			printf(", \"gap-start-ns\": %" PRId64 ", \"gap-end-ns\": %" PRId64
			       ", \"via-before\": \"%s\", \"via-after\": \"%s\"",
			       s.before->received, s.after->received, via_of(s.before),
			       via_of(s.after));
		if (cut_at && s.first)
			printf(", \"after-cut-ms\": %.3f, \"after-cut-via\": \"%s\"",
			       ms(s.first->received - cut_at), via_of(s.first));
		printf("}");
	}
	printf("]}\n");
}

/* One line a datagram: direction, sequence number, sent, received (0: lost), copies, way. */
static void write_log(const char *path)
{
	FILE *f = fopen(path, "w");
	unsigned int d;
	size_t i;

	if (!f)
		err(1, "%s", path);
	if (cut_at)
		fprintf(f, "cut %" PRId64 "\n", cut_at);
	for (d = 0; d < 2; d++)
		for (i = 0; i < ends[d].n; i++) {
			const struct record *r = &ends[d].records[i];

			fprintf(f, "%s %zu %" PRId64 " %" PRId64 " %u %s\n", d ? "b>a" : "a>b", i,
				r->sent, r->received, r->copies, via_of(r));
		}
	if (fclose(f))
		err(1, "%s", path);
}

static int tick_timer(void)
{
	struct itimerspec its = {
		.it_interval = {.tv_sec = rate == 1, .tv_nsec = rate == 1 ? 0 : NSEC / rate},
		.it_value = {.tv_nsec = 1}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &its, NULL))
		err(1, "timerfd");
	return fd;
}

static int signal_socket(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* What is due at a tick, and what came in meanwhile. */
static void tick(uint64_t ticks, unsigned int port)
{
	unsigned int d;

	if (ticks > BURST_MAX) {
		skipped += ticks - BURST_MAX;
		ticks = BURST_MAX;
	}
	while (ticks--)
		for (d = 0; d < 2; d++) {
			send_one(d, port);
			watch(!d);
			receive(!d);
		}
}

/* Sends until @until (0: for ever) or a signal, then listens a little longer. */
static void loop(int64_t until, int64_t cut_time, unsigned int port)
{
	struct pollfd fds[] = {
		{.fd = ends[0].raw, .events = POLLIN},	{.fd = ends[1].raw, .events = POLLIN},
		{.fd = ends[0].rx, .events = POLLIN},	{.fd = ends[1].rx, .events = POLLIN},
		{.fd = tick_timer(), .events = POLLIN}, {.fd = signal_socket(), .events = POLLIN},
	};
	int64_t stop = 0;
	unsigned int d;

	for (;;) {
		int64_t now = now_ns();
		uint64_t ticks;

		if (stop && now > stop)
			return;
		if (!stop && until && now >= until)
			stop = now + LINGER_NS;
		if (cut_time && !cut_at && now >= cut_time)
			do_cuts();
		poll(fds, stop ? 4 : 6, 20);
		for (d = 0; d < 2; d++) {
			watch(d);
			receive(d);
		}
		if (stop)
			continue;
		if (read(fds[4].fd, &ticks, sizeof(ticks)) == sizeof(ticks))
			tick(ticks, port);
		if (fds[5].revents & POLLIN)
			stop = now + LINGER_NS;
	}
}

static void usage(void)
{
	fputs("usage: probe -a NETNS,ADDRESS -b NETNS,ADDRESS [options]\n"
	      "  -r RATE     datagrams a second and direction (100)\n"
	      "  -d SECONDS  how long (until SIGINT or SIGTERM)\n"
	      "  -f FLOWS    source ports to send from in turn (1, at most 64)\n"
	      "  -s SIZE     bytes of UDP payload (32)\n"
	      "  -p PORT     first UDP port (7000)\n"
	      "  -c NETNS,DEVICE  a link to take down; may be repeated\n"
	      "  -t SECONDS  when to take the links down\n"
	      "  -w FILE     one line a datagram\n"
	      "  -j          the summary as JSON\n"
	      "probe -n      prints the monotonic clock in nanoseconds\n",
	      stderr);
	exit(1);
}

int main(int argc, char **argv)
{
	double seconds = 0, cut_after = 0;
	const char *log = NULL;
	unsigned int port = 7000;
	bool json = false;
	int64_t start;
	int opt;

	while ((opt = getopt(argc, argv, "a:b:r:d:f:s:p:c:t:w:jn")) != -1) {
		switch (opt) {
		case 'a':
			parse_end(&ends[0], optarg);
			break;
		case 'b':
			parse_end(&ends[1], optarg);
			break;
		case 'r':
			rate = atoi(optarg);
			break;
		case 'd':
			seconds = atof(optarg);
			break;
		case 'f':
			n_flows = atoi(optarg);
			break;
		case 's':
			size = atoi(optarg);
			break;
		case 'p':
			port = atoi(optarg);
			break;
		case 'c':
			parse_cut(optarg);
			break;
		case 't':
			cut_after = atof(optarg);
			break;
		case 'w':
			log = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'n':
			printf("%" PRId64 "\n", now_ns());
			return 0;
		default:
			usage();
		}
	}
	if (!ends[0].netns || !ends[1].netns || !rate || !n_flows || n_flows > MAX_FLOWS ||
	    size < sizeof(struct payload) || size > 65507 || optind != argc)
		usage();
	if (ends[0].addr.ss_family != ends[1].addr.ss_family)
		errx(1, "both addresses must be of one family");
	run_id = getpid();
	open_end(&ends[0], port);
	open_end(&ends[1], port);
	start = now_ns();
	loop(seconds ? start + (int64_t)(seconds * NSEC) : 0,
	     n_cuts ? start + (int64_t)(cut_after * NSEC) : 0, port);
	if (log)
		write_log(log);
	if (json)
		print_json();
	else
		print_text();
	return 0;
}
