// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockets.c - listening sockets and sockets to connect with.
 *
 * RFC 4271 (TCP port), RFC 5082 (GTSM), RFC 2385 and RFC 5925 (keys, see tcp_keys.c).
 *
 * A listening socket answers with TTL 255: a peer with GTSM would drop anything less, and to
 * one without it the TTL does not matter. Accepted sockets inherit it; the speaker sets on them what
 * the peer's configuration says.
 */
#include "parent/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

enum {
	LISTENERS_MAX = 8,
	LISTEN_BACKLOG = 128,
	TRIES = 6, /* in a row at which a port that was somebody's has to be free: a minute */
	TTL_GTSM = 255,
	TOS_NETWORK_CONTROL = 0xc0, /* precedence 6, RFC 4271 is silent, everybody does it */
};

/**
 * struct listener - one listening socket
 * @wanted: by the configuration that is being applied
 */
struct listener {
	int fd;
	struct ip_addr address;
	uint16_t port;
	bool wanted;
};

/**
 * struct contested - somebody else had the port when it was wanted
 * @tries: at which it has to be free before it is taken
 * @wanted: by the configuration that is being applied
 */
struct contested {
	struct ip_addr address;
	uint16_t port;
	unsigned int tries;
	bool wanted;
};

struct keyless {
	struct ip_addr address;
	char why[KEYS_TEXT_LEN];
};

/**
 * struct sockets - all listening sockets
 * @contested: @n_contested of them
 * @again: what failed is tried again, and what was said about it is not said again
 * @keyless: peers whose keys are missing on one of them, and why
 * @why: why one is missing
 */
struct sockets {
	struct listener listeners[LISTENERS_MAX];
	size_t n;
	struct contested contested[LISTENERS_MAX];
	size_t n_contested;
	bool again;
	struct keyless *keyless;
	size_t n_keyless;
	char why[256];
};

struct sockets *sockets_new(void)
{
	return calloc(1, sizeof(struct sockets));
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	for (size_t i = 0; i < sockets->n; i++)
		close(sockets->listeners[i].fd);
	free(sockets->keyless);
	free(sockets);
}

static void set_int(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)) < 0)
		log_debug("socket option %d/%d: %s", level, option, strerror(errno));
}

static void set_ttl(int fd, bool v6, int ttl)
{
	set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl);
}

static void set_min_ttl(int fd, bool v6, int ttl)
{
	set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL, ttl);
}

static int open_tcp(const struct ip_addr *a)
{
	bool v6 = a->len == 16;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, TOS_NETWORK_CONTROL);
	/* The address may come later than evpnd, or move. */
	set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_FREEBIND : IP_FREEBIND, 1);
	if (v6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return fd;
}

static int open_listener(const struct ip_addr *a, uint16_t port)
{
	struct sockaddr_storage ss;
	int fd = open_tcp(a), r;

	if (fd < 0)
		return fd;
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_ttl(fd, a->len == 16, TTL_GTSM);
	if (!bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(a, port, &ss)) &&
	    !listen(fd, LISTEN_BACKLOG))
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static struct listener *find_listener(struct sockets *sockets, const struct ip_addr *a,
				      uint16_t port)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (ip_equal(&sockets->listeners[i].address, a) &&
		    sockets->listeners[i].port == port)
			return &sockets->listeners[i];
	return NULL;
}

static struct contested *find_contested(struct sockets *sockets, const struct ip_addr *a,
					uint16_t port)
{
	for (size_t i = 0; i < sockets->n_contested; i++)
		if (ip_equal(&sockets->contested[i].address, a) &&
		    sockets->contested[i].port == port)
			return &sockets->contested[i];
	return NULL;
}

static void contest(struct sockets *sockets, const struct ip_addr *a, uint16_t port)
{
	struct contested *c = find_contested(sockets, a, port);

	if (!c && sockets->n_contested < LISTENERS_MAX)
		c = &sockets->contested[sockets->n_contested++];
	if (c)
		*c = (struct contested){*a, port, TRIES, true};
}

void sockets_expect(struct sockets *sockets, const struct ip_addr *a, uint16_t port)
{
	contest(sockets, a, port);
}

void sockets_contested_each(const struct sockets *sockets,
			    void (*fn)(void *data, const struct ip_addr *address, uint16_t port),
			    void *data)
{
	for (size_t i = 0; i < sockets->n_contested; i++)
		fn(data, &sockets->contested[i].address, sockets->contested[i].port);
}

/*
 * Another BGP daemon that restarts, is upgraded or comes later at boot leaves its port for a while, and ends
 * when it finds it taken. So a port that was somebody's is taken only when it was free at several tries in a
 * row, which are ten seconds apart.
 * Return: -EAGAIN: it is left free
 */
static int open_contested(struct sockets *sockets, const struct ip_addr *a, uint16_t port)
{
	struct contested *c = find_contested(sockets, a, port);
	int fd = open_listener(a, port);

	if (c)
		c->wanted = true;
	if (fd == -EADDRINUSE) {
		contest(sockets, a, port);
	} else if (fd >= 0 && c && --c->tries) {
		close(fd);
		fd = -EAGAIN;
	} else if (fd >= 0 && c) {
		*c = sockets->contested[--sockets->n_contested];
	}
	return fd;
}

static void forget_contested(struct sockets *sockets)
{
	size_t kept = 0;

	for (size_t i = 0; i < sockets->n_contested; i++)
		if (sockets->contested[i].wanted)
			sockets->contested[kept++] = sockets->contested[i];
	sockets->n_contested = kept;
}

static void say_why(struct sockets *sockets, const struct ip_addr *a, uint16_t port, int e)
{
	char buf[IP_STRLEN];

	snprintf(
		sockets->why, sizeof(sockets->why), "listening on %s port %u: %s",
		ip_format(a, buf), port,
		e == EAGAIN ?
			"another BGP daemon has had it; it is taken when that one stays away" :
		e == EADDRINUSE ?
			"Address already in use; another BGP daemon may be there: set \"listen\" to an address of evpnd's own, or \"port\" to 0" :
			strerror(e));
	log_msg(sockets->again ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, LOG_LOCAL, "%s", sockets->why);
}

static int want(struct sockets *sockets, const struct ip_addr *a, uint16_t port, bool *changed)
{
	struct listener *l = find_listener(sockets, a, port);
	int fd;

	if (l) {
		l->wanted = true;
		return 0;
	}
	fd = open_contested(sockets, a, port);
	if (fd < 0) {
		/* a host without IPv6 has no need to be told at every turn */
		if (fd == -EAFNOSUPPORT)
			return 0;
		say_why(sockets, a, port, -fd);
		return fd;
	}
	if (sockets->n == LISTENERS_MAX) {
		close(fd);
		return -ENOSPC;
	}
	sockets->listeners[sockets->n++] = (struct listener){fd, *a, port, true};
	*changed = true;
	return 0;
}

static void close_unwanted(struct sockets *sockets, bool *changed)
{
	size_t kept = 0;

	for (size_t i = 0; i < sockets->n; i++) {
		if (sockets->listeners[i].wanted) {
			sockets->listeners[kept++] = sockets->listeners[i];
			continue;
		}
		close(sockets->listeners[i].fd);
		*changed = true;
	}
	sockets->n = kept;
}

/* Nobody may connect where there is no peer: then there is no socket, unless one was asked for. */
static int open_wanted(struct sockets *sockets, const struct conf *conf, bool *changed)
{
	const struct conf_global *g = &conf->global;
	uint16_t port = conf->n_peers || g->n_listen ? g->port : 0;
	static const uint8_t any[16];
	struct ip_addr all[] = {ip_from_bytes(any, 4), ip_from_bytes(any, 16)};
	const struct ip_addr *addresses = g->n_listen ? g->listen : all;
	size_t n = g->n_listen ? g->n_listen : 2;
	int result = 0;

	for (size_t i = 0; i < sockets->n; i++)
		sockets->listeners[i].wanted = false;
	for (size_t i = 0; i < sockets->n_contested; i++)
		sockets->contested[i].wanted = false;
	/* Those that go make room, and their port, for those that come. */
	for (size_t i = 0; port && i < n; i++) {
		struct listener *l = find_listener(sockets, &addresses[i], port);

		if (l)
			l->wanted = true;
	}
	close_unwanted(sockets, changed);
	for (size_t i = 0; port && i < n; i++) {
		int r = want(sockets, &addresses[i], port, changed);

		if (r)
			result = r;
	}
	forget_contested(sockets);
	return result;
}

static void note_keyless(struct sockets *sockets, const struct ip_addr *a, const char *why)
{
	struct keyless *grown =
		reallocarray(sockets->keyless, sockets->n_keyless + 1, sizeof(*grown));

	if (!grown)
		return;
	sockets->keyless = grown;
	grown += sockets->n_keyless++;
	grown->address = *a;
	snprintf(grown->why, sizeof(grown->why), "%s", why);
}

const char *sockets_key_why(const struct sockets *sockets, const struct conf_peer *n)
{
	for (size_t i = 0; i < sockets->n_keyless; i++)
		if (ip_equal(&sockets->keyless[i].address, &n->address))
			return sockets->keyless[i].why;
	return NULL;
}

bool sockets_keyless(const struct sockets *sockets, const struct conf_peer *n)
{
	return sockets_key_why(sockets, n);
}

const char *sockets_why(const struct sockets *sockets)
{
	return sockets->why;
}

static void put_keys(struct sockets *sockets, const struct conf_peer *n,
		     const struct conf_secret *s)
{
	char err[KEYS_TEXT_LEN], buf[IP_STRLEN];
	int r = 0;

	if (!sockets->again)
		keys_warn(n, s);
	for (size_t i = 0; i < sockets->n && !r; i++)
		if (sockets->listeners[i].address.len == n->address.len)
			r = keys_put(sockets->listeners[i].fd, n, s, true, err);
	if (!r)
		return;
	log_msg(sockets->again ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, LOG_LOCAL,
		"peer %s: %s; it stays shut down, rather than without its key",
		ip_format(&n->address, buf), err);
	note_keyless(sockets, &n->address, err);
}

/* Only those that go: a key that stays is never missing, not even for a moment. */
static void remove_keys(struct sockets *sockets, const struct conf_file *old, size_t i,
			const struct conf_file *now)
{
	const struct conf_peer *n = &old->conf->peers[i];
	const struct conf_peer *same = conf_peer(now->conf, &n->address, n->port);
	const struct conf_secret *stays = same ? &now->secrets[same - now->conf->peers] : NULL;

	for (size_t l = 0; l < sockets->n; l++)
		if (sockets->listeners[l].address.len == n->address.len)
			keys_remove(sockets->listeners[l].fd, n, &old->secrets[i], stays);
}

int sockets_configure(struct sockets *sockets, const struct conf_file *old,
		      const struct conf_file *now, bool *changed)
{
	int r;

	*changed = false;
	sockets->why[0] = '\0';
	sockets->again = old == now;
	for (size_t i = 0; old && i < old->conf->n_peers; i++)
		remove_keys(sockets, old, i, now);
	r = open_wanted(sockets, now->conf, changed);
	sockets->n_keyless = 0;
	for (size_t i = 0; i < now->conf->n_peers; i++)
		put_keys(sockets, &now->conf->peers[i], &now->secrets[i]);
	return r;
}

void sockets_each(const struct sockets *sockets,
		  void (*fn)(void *data, int fd, const struct ip_addr *address, uint16_t port),
		  void *data)
{
	for (size_t i = 0; i < sockets->n; i++) {
		const struct listener *l = &sockets->listeners[i];

		fn(data, l->fd, &l->address, l->port);
	}
}

static void set_distance(int fd, const struct conf_peer *n, bool ebgp)
{
	bool v6 = n->address.len == 16;

	if (n->gtsm_hops) {
		set_ttl(fd, v6, TTL_GTSM);
		set_min_ttl(fd, v6, TTL_GTSM + 1 - n->gtsm_hops);
	} else if (ebgp) {
		set_ttl(fd, v6, n->multihop ? n->multihop : 1);
	}
}

static int bind_to(int fd, const struct conf_peer *n, char err[KEYS_TEXT_LEN])
{
	struct sockaddr_storage ss;
	char buf[IP_STRLEN];
	int r;

	if (n->interface[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, n->interface,
					  (socklen_t)strlen(n->interface)) < 0) {
		r = -errno;
		snprintf(err, KEYS_TEXT_LEN, "interface %s: %s", n->interface, strerror(-r));
		return r;
	}
	if (!ip_is_none(&n->source) &&
	    bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(&n->source, 0, &ss)) < 0) {
		r = -errno;
		snprintf(err, KEYS_TEXT_LEN, "source %s: %s", ip_format(&n->source, buf),
			 strerror(-r));
		return r;
	}
	return 0;
}

int sockets_open(const struct conf_file *file, size_t i, int *fd, char err[KEYS_TEXT_LEN])
{
	const struct conf_peer *n = &file->conf->peers[i];
	int r;

	*fd = open_tcp(&n->address);
	if (*fd < 0) {
		snprintf(err, KEYS_TEXT_LEN, "socket: %s", strerror(-*fd));
		return *fd;
	}
	set_int(*fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_distance(*fd, n, n->remote_as != file->conf->global.as);
	r = bind_to(*fd, n, err);
	if (!r)
		r = keys_put(*fd, n, &file->secrets[i], false, err);
	if (r) {
		close(*fd);
		*fd = -1;
	}
	return r;
}

int sockets_renew_keys(const struct conf_file *file, size_t i, int fd, char err[KEYS_TEXT_LEN])
{
	const struct conf_peer *n = &file->conf->peers[i];
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	struct ip_addr peer;

	if (getpeername(fd, (struct sockaddr *)&ss, &len)) {
		/* the connection may have ended on the way here */
		snprintf(err, KEYS_TEXT_LEN, "the socket whose keys are to be renewed: %s",
			 strerror(errno));
		return errno == ENOTCONN ? 0 : -errno;
	}
	peer = ip_from_sockaddr((struct sockaddr *)&ss);
	if (!ip_equal(&peer, &n->address)) {
		snprintf(err, KEYS_TEXT_LEN, "a socket of somebody else; it gets no keys");
		return -EPERM;
	}
	return keys_renew(fd, n, &file->secrets[i], err);
}
