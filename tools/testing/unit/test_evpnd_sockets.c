// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_sockets.c - sockets as the speaker gets them, tried over the loopback: who may connect
 * with which key, what a reload changes, what a kernel that lacks something is told.
 *
 * RFC 2385 (TCP MD5), RFC 5082 (GTSM), RFC 5925 (TCP-AO)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "parent/sockets.h"

static char dir[] = "/tmp/test_evpnd_sockets.XXXXXX";
static char key_a[64], key_b[64], key_bad[64];
static struct sockets *sockets;
static uint16_t port;

struct found {
	unsigned int n;
	int fd[8];
	struct ip_addr address[8];
};

static void on_socket(void *data, int fd, const struct ip_addr *address, uint16_t p)
{
	struct found *f = data;

	assert_int_equal(p, port);
	f->fd[f->n] = fd;
	f->address[f->n++] = *address;
}

static struct found find(void)
{
	struct found f = {};

	sockets_each(sockets, on_socket, &f);
	return f;
}

static struct conf_file *conf(const char *fmt, ...)
{
	struct conf_errors errors = {};
	struct conf_file *file;
	char text[1024], rest[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rest, sizeof(rest), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "router-id: 192.0.2.1\nas: 65000\nport: %u\n%s\n", port, rest);
	file = conf_parse_text(text, strlen(text), &errors);
	conf_errors_print(&errors, "test", stderr);
	assert_non_null(file);
	conf_errors_free(&errors);
	return file;
}

static int new_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	getsockname(fd, (struct sockaddr *)&in, &len);
	port = ntohs(in.sin_port);
	close(fd);
	return 0;
}

static void write_key(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	chmod(path, mode);
}

static int make_dir(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	assert_non_null(mkdtemp(dir));
	snprintf(key_a, sizeof(key_a), "%s/a", dir);
	snprintf(key_b, sizeof(key_b), "%s/b", dir);
	snprintf(key_bad, sizeof(key_bad), "%s/bad", dir);
	write_key(key_a, "secret\n", 0600);
	write_key(key_b, "another\n", 0600);
	write_key(key_bad, "\n", 0600);
	return 0;
}

static int remove_dir(void **state)
{
	unlink(key_a);
	unlink(key_b);
	unlink(key_bad);
	return rmdir(dir);
}

static int setup(void **state)
{
	sockets = sockets_new();
	return new_port();
}

static int teardown(void **state)
{
	sockets_free(sockets);
	return 0;
}

static int get_int(int fd, int level, int option)
{
	socklen_t len = sizeof(int);
	int v = -1;

	getsockopt(fd, level, option, &v, &len);
	return v;
}

/* Connect from 127.0.0.2 with what the configuration says of its neighbour 127.0.0.1. */
static int dial(const char *peer_keys, int *fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct conf_file *file = conf(
		"peers: [{address: 127.0.0.1, source: 127.0.0.2, remote-as: 65000, port: %u%s}]",
		port, peer_keys);
	char err[KEYS_TEXT_LEN] = "";
	struct pollfd pfd = {.events = POLLOUT};
	int r = sockets_open(file, 0, fd, err);

	conf_file_free(file);
	if (r)
		return r;
	if (connect(*fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		return -errno;
	pfd.fd = *fd;
	if (poll(&pfd, 1, 700) == 0)
		return -ETIMEDOUT;
	return -get_int(*fd, SOL_SOCKET, SO_ERROR);
}

static int try_dial(const char *peer_keys)
{
	int fd = -1, r = dial(peer_keys, &fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static void configure(const struct conf_file *old, const struct conf_file *now, bool expected)
{
	bool changed;

	assert_int_equal(sockets_configure(sockets, old, now, &changed), 0);
	assert_int_equal(changed, expected);
}

static void test_listening(void **state)
{
	struct conf_file *all = conf("peers: [{address: 192.0.2.9, remote-as: 1}]"),
			 *two = conf("listen: [127.0.0.1, 127.0.0.2]"),
			 *one = conf("listen: [127.0.0.1]");
	struct found f, g;

	configure(NULL, all, true);
	f = find();
	assert_int_equal(f.n, 2);
	assert_int_equal(f.address[0].len, 4);
	assert_int_equal(f.address[1].len, 16);
	assert_int_equal(get_int(f.fd[1], IPPROTO_IPV6, IPV6_V6ONLY), 1);
	/* GTSM neighbours would drop a SYN-ACK with less */
	assert_int_equal(get_int(f.fd[0], IPPROTO_IP, IP_TTL), 255);
	assert_int_equal(get_int(f.fd[1], IPPROTO_IPV6, IPV6_UNICAST_HOPS), 255);
	configure(all, all, false);
	g = find();
	assert_int_equal(f.fd[0], g.fd[0]);
	configure(all, two, true);
	f = find();
	assert_int_equal(f.n, 2);
	configure(two, one, true);
	g = find();
	assert_int_equal(g.n, 1);
	assert_int_equal(g.fd[0], f.fd[0]);
	conf_file_free(all);
	conf_file_free(two);
	conf_file_free(one);
}

static void test_no_listening(void **state)
{
	struct conf_file *file;

	port = 0;
	file = conf("peers: [{address: 192.0.2.9, remote-as: 1}]");
	configure(NULL, file, false);
	assert_int_equal(find().n, 0);
	conf_file_free(file);

	/* nobody may connect: another BGP daemon on this host is to have the port */
	port = 1;
	file = conf("");
	configure(NULL, file, false);
	assert_int_equal(find().n, 0);
	conf_file_free(file);
}

/* Another daemon has the port: that is an error, and the next try may succeed. */
static void test_port_in_use(void **state)
{
	struct conf_file *file = conf("listen: [127.0.0.1]");
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	bool changed;

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(sockets_configure(sockets, NULL, file, &changed), -EADDRINUSE);
	assert_false(changed);
	assert_non_null(strstr(sockets_why(sockets), "another BGP daemon"));
	close(fd);
	/* it restarts: the port is free for a moment, and is left to it */
	assert_int_equal(sockets_configure(sockets, file, file, &changed), -EAGAIN);
	assert_non_null(strstr(sockets_why(sockets), "another BGP daemon has had it"));
	assert_int_equal(find().n, 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(sockets_configure(sockets, file, file, &changed), -EADDRINUSE);
	close(fd);
	/* an upgrade of it takes longer than a restart */
	for (int i = 0; i < 5; i++)
		assert_int_equal(sockets_configure(sockets, file, file, &changed), -EAGAIN);
	configure(file, file, true);
	assert_string_equal(sockets_why(sockets), "");
	conf_file_free(file);
}

static void count_contested(void *data, const struct ip_addr *address, uint16_t at)
{
	assert_int_equal(at, port);
	(*(unsigned int *)data)++;
}

static unsigned int contested(void)
{
	unsigned int n = 0;

	sockets_contested_each(sockets, count_contested, &n);
	return n;
}

/* A host boots: evpnd is the first, and another daemon has had the port before. */
static void test_port_of_another(void **state)
{
	struct conf_file *file = conf("listen: [127.0.0.1]"), *other = conf("listen: [127.0.0.2]");
	uint8_t loopback[] = {127, 0, 0, 1};
	struct ip_addr address = ip_from_bytes(loopback, 4);
	bool changed;

	sockets_expect(sockets, &address, port);
	assert_int_equal(sockets_configure(sockets, NULL, file, &changed), -EAGAIN);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sockets_configure(sockets, file, file, &changed), -EAGAIN);
	assert_int_equal(find().n, 0);
	assert_int_equal(contested(), 1);
	configure(file, file, true);
	assert_int_equal(contested(), 0);

	/* one that is not wanted any more is not remembered */
	sockets_expect(sockets, &address, port);
	configure(file, other, true);
	assert_int_equal(contested(), 0);
	conf_file_free(file);
	conf_file_free(other);
}

static void test_md5(void **state)
{
	struct conf_file *with_a, *with_b, *without = conf("listen: [127.0.0.1]");
	char a[128], b[128];

	with_a = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, password-file: %s}]",
		key_a);
	with_b = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, password-file: %s}]",
		key_b);
	snprintf(a, sizeof(a), ", password-file: %s", key_a);
	snprintf(b, sizeof(b), ", password-file: %s", key_b);
	configure(NULL, with_a, true);
	assert_int_equal(try_dial(a), 0);
	assert_int_equal(try_dial(b), -ETIMEDOUT);
	assert_int_equal(try_dial(""), -ETIMEDOUT);
	/* a reload changes the key of the socket that stays */
	configure(with_a, with_b, false);
	assert_int_equal(try_dial(b), 0);
	assert_int_equal(try_dial(a), -ETIMEDOUT);
	configure(with_b, without, false);
	assert_int_equal(try_dial(""), 0);
	conf_file_free(with_a);
	conf_file_free(with_b);
	conf_file_free(without);
}

static void test_missing_key(void **state)
{
	struct conf_file *file = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, password-file: /nonexistent}, {address: 127.0.0.3, remote-as: 65000, password-file: %s}, {address: 127.0.0.4, remote-as: 65000}]",
		key_bad);
	char err[KEYS_TEXT_LEN];
	int fd = -1;

	configure(NULL, file, true);
	assert_true(sockets_keyless(sockets, &file->conf->peers[0]));
	assert_true(sockets_keyless(sockets, &file->conf->peers[1]));
	assert_false(sockets_keyless(sockets, &file->conf->peers[2]));
	assert_int_equal(sockets_open(file, 0, &fd, err), -ENOENT);
	assert_string_equal(err, "key file /nonexistent: No such file or directory");
	assert_int_equal(sockets_open(file, 1, &fd, err), -EINVAL);
	assert_int_equal(fd, -1);
	assert_int_equal(sockets_open(file, 2, &fd, err), 0);
	close(fd);
	conf_file_free(file);
}

/* Where the kernel has no TCP-AO the reason is a sentence, and the neighbour stays shut. */
static void test_ao(void **state)
{
	struct conf_file *file = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, ao-keys: [{id: 1, file: %s}, {id: 2, file: %s}]}]",
		key_a, key_b);
	char ao[256], err[KEYS_TEXT_LEN];
	int fd;

	configure(NULL, file, true);
	if (!sockets_keyless(sockets, &file->conf->peers[0])) {
		snprintf(ao, sizeof(ao), ", ao-keys: [{id: 1, file: %s}]", key_a);
		assert_int_equal(try_dial(ao), 0);
		snprintf(ao, sizeof(ao), ", ao-keys: [{id: 2, file: %s}]", key_b);
		assert_int_equal(try_dial(ao), 0);
		snprintf(ao, sizeof(ao), ", ao-keys: [{id: 1, file: %s}]", key_b);
		assert_int_equal(try_dial(ao), -ETIMEDOUT);
		assert_int_equal(try_dial(""), -ETIMEDOUT);
	} else {
		assert_int_equal(sockets_open(file, 0, &fd, err), -ENOPROTOOPT);
		assert_string_equal(
			err, "this kernel has no TCP-AO (Linux 6.7 or later with CONFIG_TCP_AO)");
	}
	conf_file_free(file);
}

/* The connection that test_md5 makes goes on when both ends get another key; nobody else gets any. */
static void test_renewal(void **state)
{
	struct conf_file *a, *b, *there;
	char keys[128], err[KEYS_TEXT_LEN], octet = 'x';
	int fd = -1, accepted, pipes[2];

	a = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, password-file: %s}]",
		key_a);
	b = conf(
		"listen: [127.0.0.1]\npeers: [{address: 127.0.0.2, remote-as: 65000, password-file: %s}, {address: 127.0.0.3, remote-as: 65000}]",
		key_b);
	there = conf("peers: [{address: 127.0.0.1, remote-as: 65000, password-file: %s}]", key_b);
	snprintf(keys, sizeof(keys), ", password-file: %s", key_a);
	configure(NULL, a, true);
	assert_int_equal(dial(keys, &fd), 0);
	accepted = accept(find().fd[0], NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(sockets_renew_keys(b, 1, accepted, err), -EPERM);
	assert_string_equal(err, "a socket of somebody else; it gets no keys");
	assert_int_equal(sockets_renew_keys(b, 0, accepted, err), 0);
	assert_int_equal(sockets_renew_keys(there, 0, fd, err), 0);
	assert_int_equal(write(fd, &octet, 1), 1);
	assert_int_equal(poll(&(struct pollfd){.fd = accepted, .events = POLLIN}, 1, 5000), 1);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(sockets_renew_keys(b, 0, pipes[0], err), -ENOTSOCK);
	close(pipes[0]);
	close(pipes[1]);
	close(accepted);
	close(fd);
	conf_file_free(a);
	conf_file_free(b);
	conf_file_free(there);
}

static void expect_distance(const char *more, int ttl, int min_ttl)
{
	struct conf_file *file =
		conf("peers: [{address: 127.0.0.1, %s}, {address: 2001:db8::1, %s}]", more, more);
	char err[KEYS_TEXT_LEN];
	int fd;

	assert_int_equal(sockets_open(file, 0, &fd, err), 0);
	assert_int_equal(get_int(fd, IPPROTO_IP, IP_TTL), ttl);
	assert_int_equal(get_int(fd, IPPROTO_IP, IP_MINTTL), min_ttl);
	close(fd);
	assert_int_equal(sockets_open(file, 1, &fd, err), 0);
	assert_int_equal(get_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS), ttl);
	assert_int_equal(get_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT), min_ttl);
	close(fd);
	conf_file_free(file);
}

static void test_distance(void **state)
{
	expect_distance("remote-as: 65000", 64, 0);
	expect_distance("remote-as: 65001", 1, 0);
	expect_distance("remote-as: 65001, multihop: 5", 5, 0);
	expect_distance("remote-as: 65001, gtsm-hops: 1", 255, 255);
	expect_distance("remote-as: 65000, gtsm-hops: 3", 255, 253);
}

static void test_source(void **state)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	struct conf_file *file = conf(
		"peers: [{address: 127.0.0.1, source: 127.0.0.9, remote-as: 1}, {address: 127.0.0.2, interface: nix0, remote-as: 1}]");
	char err[KEYS_TEXT_LEN];
	int fd;

	assert_int_equal(sockets_open(file, 0, &fd, err), 0);
	getsockname(fd, (struct sockaddr *)&in, &len);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0x7f000009);
	close(fd);
	assert_int_equal(sockets_open(file, 1, &fd, err), -ENODEV);
	assert_string_equal(err, "interface nix0: No such device");
	conf_file_free(file);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_listening),	CASE(test_no_listening),
		CASE(test_port_in_use), CASE(test_port_of_another),
		CASE(test_md5),		CASE(test_missing_key),
		CASE(test_ao),		CASE(test_renewal),
		CASE(test_distance),	CASE(test_source),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
