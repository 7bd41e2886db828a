// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches a bond's ports from outside of evpn, in the bonding driver's own words, every four
 * milliseconds, and prints a line for every change of a port's LACP states:
 *
 *   MONOTONIC-NS PORT ACTOR-STATE PARTNER-STATE
 *
 *   bondwatch NETNS BOND [SECONDS]
 *
 * Standards: IEEE 802.1AX, the state octets.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS 16

struct port {
	char name[32];
	int actor, partner;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static unsigned int read_ports(const char *path, struct port *ports)
{
	FILE *f = fopen(path, "r");
	unsigned int n = 0;
	char line[256];
	int actor = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "Slave Interface: ", 17) && n < MAX_PORTS) {
			ports[n] = (struct port){.actor = -1, .partner = -1};
			sscanf(line + 17, "%31s", ports[n++].name);
		} else if (strstr(line, "details actor lacp pdu")) {
			actor = 1;
		} else if (strstr(line, "details partner lacp pdu")) {
			actor = 0;
		} else if (n && strstr(line, "port state: ")) {
			int state = atoi(strchr(line, ':') + 1);

			*(actor ? &ports[n - 1].actor : &ports[n - 1].partner) = state;
		}
	}
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	struct port old[MAX_PORTS], new[MAX_PORTS];
	unsigned int n_old = 0, n, i;
	char path[128];
	int64_t end;
	int ns;

	if (argc < 3)
		errx(1, "usage: bondwatch NETNS BOND [SECONDS]");
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	ns = open(path, O_RDONLY);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "network namespace %s", argv[1]);
	snprintf(path, sizeof(path), "/proc/thread-self/net/bonding/%s", argv[2]);
	end = now_ns() + (argc > 3 ? atof(argv[3]) : 1e6) * 1e9;
	setlinebuf(stdout);
	while (now_ns() < end) {
		n = read_ports(path, new);
		for (i = 0; i < n; i++)
			if (n != n_old || new[i].actor != old[i].actor ||
			    new[i].partner != old[i].partner)
				printf("%" PRId64 " %s %d %d\n", now_ns(), new[i].name,
				       new[i].actor, new[i].partner);
		memcpy(old, new, sizeof(old));
		n_old = n;
		usleep(4000);
	}
	return 0;
}
