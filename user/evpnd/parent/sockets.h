/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sockets.h - the TCP sockets that the speaker gets from the parent: listening ones, and ones to
 * connect with, bound and keyed. The speaker may open none itself.
 */
#ifndef EVPND_SOCKETS_H
#define EVPND_SOCKETS_H

#include <stdbool.h>

#include "conf/conf_file.h"
#include "parent/tcp_keys.h"

struct sockets;

struct sockets *sockets_new(void);
void sockets_free(struct sockets *sockets);

/**
 * sockets_configure() - listen where the configuration says, with the keys of its peers
 * @old: what was in force before, NULL at the start
 * @changed: result: sockets came or went, so the speaker needs all of them again
 *
 * Sockets that stay the same are kept open, and so are connections that wait in them.
 *
 * Return: 0, or the last negative errno; each failure is logged. Asking again with @old equal to
 * @now tries again what failed, in silence.
 */
int sockets_configure(struct sockets *sockets, const struct conf_file *old,
		      const struct conf_file *now, bool *changed);

/**
 * sockets_expect() - another daemon has had this port before, and may come for it again
 *
 * For the first sockets_configure(). A BGP daemon that finds its port taken ends, and evpnd is the first to
 * start; so the port is taken only when it was free at several calls in a row.
 */
void sockets_expect(struct sockets *sockets, const struct ip_addr *address, uint16_t port);

/** sockets_contested_each() - the ports that are wanted, and are or were somebody else's */
void sockets_contested_each(const struct sockets *sockets,
			    void (*fn)(void *data, const struct ip_addr *address, uint16_t port),
			    void *data);

/** sockets_each() - all listening sockets; @fd stays theirs */
void sockets_each(const struct sockets *sockets,
		  void (*fn)(void *data, int fd, const struct ip_addr *address, uint16_t port),
		  void *data);

/** sockets_why() - why there is no listening socket where one was asked for, as a sentence; "" for none */
const char *sockets_why(const struct sockets *sockets);

/** sockets_key_why() - why a peer has no key that was asked for; NULL when nothing is wrong */
const char *sockets_key_why(const struct sockets *sockets, const struct conf_peer *n);

/** sockets_keyless() - could a key of the peer not be put on a listening socket? */
bool sockets_keyless(const struct sockets *sockets, const struct conf_peer *n);

/**
 * sockets_open() - a socket to connect to a peer with
 * @i: its index in the configuration
 * @fd: result, non-blocking, not connected
 *
 * Return: 0, or a negative errno with a sentence in @err.
 */
int sockets_open(const struct conf_file *file, size_t i, int *fd, char err[KEYS_TEXT_LEN]);

/**
 * sockets_renew_keys() - give a connection of the speaker's the keys of now
 * @i: index of the peer in the configuration
 * @fd: must be connected to it, or else it gets no keys
 *
 * Return: 0, also when it is connected no more, or a negative errno with a sentence in @err.
 */
int sockets_renew_keys(const struct conf_file *file, size_t i, int fd, char err[KEYS_TEXT_LEN]);

#endif
