/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl.h - netlink: request with acknowledgement, dump, and listening, over libmnl.
 *
 * The kernel answers a request before sendmsg() returns, so a request never waits for anything but
 * the kernel's own work; that is why there is no asynchronous form. Requests and multicast use
 * different sockets: an answer can then not be lost to an overrun.
 */
#ifndef EVPN_NL_H
#define EVPN_NL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	NL_TEXT_LEN = 256,
	NL_REQUEST_LEN = 4096, /* octets of the longest request we make */
	NL_BATCH_MAX = 128,    /* requests */
	NL_PROTOCOLS_MAX = 32, /* of a filter of routes */
};

struct nl;

/**
 * struct nl_err - why the kernel refused
 * @error: errno, 0 when it did not
 * @text: its sentence, verbatim; without one, what errno means
 * @attr: type of the attribute to blame, 0 when none is named. Only one of the outermost level
 */
struct nl_err {
	int error;
	char text[NL_TEXT_LEN];
	uint16_t attr;
};

/**
 * typedef nl_fn - one message of an answer or from a group
 *
 * Return: 0, or a negative errno, which ends the reading and becomes its result.
 */
typedef int (*nl_fn)(void *data, const struct nlmsghdr *nlh);

/**
 * nl_open() - a socket for requests
 * @bus: NETLINK_ROUTE, NETLINK_GENERIC
 *
 * Return: NULL with errno set.
 */
struct nl *nl_open(int bus);

/** nl_open_listener() - a non-blocking socket with a receive buffer of @rcvbuf octets, 0: as it is */
struct nl *nl_open_listener(int bus, int rcvbuf);
void nl_close(struct nl *nl);
int nl_fd(const struct nl *nl);

/** nl_port() - the port number the kernel knows the socket by */
uint32_t nl_port(const struct nl *nl);

/** nl_join() - hear a multicast group; 0 or a negative errno */
int nl_join(struct nl *nl, uint32_t group);

/**
 * nl_request() - send one request and read until it is acknowledged
 * @nlh: flags and sequence number are completed here
 * @fn: for messages before the acknowledgement (a get), may be NULL
 * @err: result, may be NULL
 *
 * Return: 0 or a negative errno.
 */
int nl_request(struct nl *nl, struct nlmsghdr *nlh, nl_fn fn, void *data, struct nl_err *err);

/**
 * nl_dump() - send a dump request and read it to its end
 *
 * Return: 0, a negative errno, or -EINTR: the table changed meanwhile, what was read may be
 * inconsistent, and the caller had better ask again.
 */
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_fn fn, void *data, struct nl_err *err);

/**
 * nl_receive() - what a listener has
 *
 * @fn ends it at once with a negative number, and with a positive one when it has heard enough for now:
 * what was read together with that is still handed over, the rest stays in the socket.
 *
 * Return: 0 when all is read; -ENOBUFS: messages were lost; or what @fn returned. With -ENOBUFS what
 * was still queued is thrown away: it is older than what was lost, so a table that is read anew must
 * not be changed by it.
 */
int nl_receive(struct nl *nl, nl_fn fn, void *data);

/**
 * nl_dump_begin() - ask for a dump without waiting for it
 * @nl: a listener that has joined no group
 *
 * Return: 0 or a negative errno.
 */
int nl_dump_begin(struct nl *nl, struct nlmsghdr *nlh);

/**
 * nl_dump_more() - the next piece of it: one datagram
 *
 * Return: 1: there is more; 0: that was all; -EINTR: that was all, and the table changed meanwhile;
 * -EAGAIN: nothing has come yet; or another negative errno, and there is no more.
 */
int nl_dump_more(struct nl *nl, nl_fn fn, void *data);

/** typedef nl_refused_fn - the kernel refused request @index of a batch */
typedef void (*nl_refused_fn)(void *data, unsigned int index, const struct nl_err *err);

/**
 * nl_batch() - send many requests at once, and read until the last is carried out
 * @buf: requests, one behind the other; flags and sequence numbers are completed here. What the kernel has
 *	to say about each of them has to fit into the socket: NL_BATCH_MAX are no problem
 *
 * Return: 0, whatever was refused; or a negative errno: it is not known what was carried out.
 */
int nl_batch(struct nl *nl, void *buf, size_t len, nl_refused_fn fn, void *data);

/**
 * nl_filter_routes() - of routes a listener hears only what may be of interest, and wakes for nothing else
 * @of: it hears nothing of what was asked for through this one
 * @protocols: it hears of routes of these, @n of them, and of what takes the place of another route
 *
 * A host may have a million routes of another protocol that come and go. Replaces an earlier filter.
 * Return: 0 or a negative errno.
 */
int nl_filter_routes(struct nl *listener, const struct nl *of, const uint8_t *protocols,
		     unsigned int n);

/** nl_err_set() - fill in an error that did not come from the kernel; returns -error */
int nl_err_set(struct nl_err *err, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * nl_attr_table() - sort the attributes of one level
 * @tb: result, @max + 1 entries; NULL where there is none. Later ones of equal type win
 * @offset: octets of the family's header, for a message; unknown types are left out
 */
void nl_attr_table(const struct nlmsghdr *nlh, unsigned int offset, const struct nlattr **tb,
		   uint16_t max);
void nl_attr_nested(const struct nlattr *nest, const struct nlattr **tb, uint16_t max);

/* Values with their size checked; what is absent or too short reads as 0 or "". */
uint8_t nl_u8(const struct nlattr *a);
uint16_t nl_u16(const struct nlattr *a);
uint32_t nl_u32(const struct nlattr *a);
uint64_t nl_u64(const struct nlattr *a);
/** nl_str() - copy at most @size - 1 octets and a NUL */
void nl_str(const struct nlattr *a, char *buf, size_t size);
/** nl_bytes() - copy, padding with zeros; false: absent or longer than @size */
bool nl_bytes(const struct nlattr *a, void *buf, size_t size);

#endif
