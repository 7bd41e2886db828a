/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_vty.h - asking a daemon of FRR what vtysh asks it: over its unix socket, one command at a time.
 *
 * A command ends with a NUL. The answer is text and ends with three NULs and an octet of status.
 */
#ifndef EVPN_FRR_VTY_H
#define EVPN_FRR_VTY_H

#include <stddef.h>
#include "types.h"

#define FRR_VTY_ZEBRA "/run/frr/zebra.vty"

enum {
	FRR_VTY_ANSWER_MAX = 64 * 1024 * 1024,
	FRR_VTY_ERROR_LEN = 256,
};

/**
 * struct frr_answer - an answer while it arrives; zeroed memory is an empty one
 * @text: ends with a NUL when @complete
 * @status: of the command, 0 is success
 */
struct frr_answer {
	char *text;
	size_t len;
	size_t size;
	bool complete;
	u8 status;
};

/**
 * frr_answer_feed() - append what was read
 *
 * Return: 0, -EMSGSIZE when it is more than FRR_VTY_ANSWER_MAX, -ENOMEM, or -EPROTO when something
 * follows the end.
 */
int frr_answer_feed(struct frr_answer *a, const void *bytes, size_t n);

/** frr_answer_clear() - give the text back; ready for the next answer */
void frr_answer_clear(struct frr_answer *a);

/**
 * frr_vty_connect() - a non-blocking socket that is connected to @path
 *
 * Return: the descriptor, or a negative errno.
 */
int frr_vty_connect(const char *path);

/**
 * frr_vty_ask() - one command and its answer; waits
 * @text: the answer, to be freed
 * @err: a sentence, on failure
 *
 * Return: 0 or a negative errno.
 */
int frr_vty_ask(const char *path, const char *command, int timeout_ms, char **text,
		char err[FRR_VTY_ERROR_LEN]);

#endif
