/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcp_keys.h - TCP MD5 (RFC 2385) and TCP-AO (RFC 5925) keys of peers, from their files onto
 * sockets. A key is in this process's memory only while it is put on a socket.
 */
#ifndef EVPND_TCP_KEYS_H
#define EVPND_TCP_KEYS_H

#include <stdbool.h>

#include "conf/conf_file.h"

enum { KEYS_TEXT_LEN = 400 };

/**
 * keys_put() - put all keys of a peer on a socket
 * @fd: a TCP socket of the peer's family; listening, or not yet connected
 * @listening: a TCP-AO key whose id is there already stays (a key never changes under its id, RFC 5925
 *	section 3.1)
 * @err: on error a sentence
 *
 * Return: 0 (also when the peer has no keys), or a negative errno.
 */
int keys_put(int fd, const struct conf_peer *n, const struct conf_secret *s, bool listening,
	     char err[KEYS_TEXT_LEN]);

/** keys_check() - can every key of a peer be read? Else a negative errno with a sentence in @err */
int keys_check(const struct conf_secret *s, char err[KEYS_TEXT_LEN]);

/** keys_remove() - take the keys @s that are not in @stays (or NULL) off a listening socket */
void keys_remove(int fd, const struct conf_peer *n, const struct conf_secret *s,
		 const struct conf_secret *stays);

/**
 * keys_renew() - give a connection the keys of now, without interrupting it
 * @fd: connected to @n
 *
 * TCP-AO (RFC 5925, 7.5): keys are added first, then the peer is asked to send with the first one,
 * then those go that are not in @s. It changes to another key when it has it, and so do we. A TCP MD5 key
 * takes effect at once.
 *
 * Return: 0 or a negative errno with a sentence in @err
 */
int keys_renew(int fd, const struct conf_peer *n, const struct conf_secret *s,
	       char err[KEYS_TEXT_LEN]);

/** keys_warn() - say so in the log when everybody may read a key */
void keys_warn(const struct conf_peer *n, const struct conf_secret *s);

#endif
