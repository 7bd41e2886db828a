/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parent.h - the privileged half of evpnd: configuration, netlink, sockets, clients, and a speaker to
 * serve. It never parses a byte from the network.
 */
#ifndef EVPND_PARENT_H
#define EVPND_PARENT_H

#include <stdbool.h>

#include "conf/conf_file.h"
#include "parent/sandbox.h"

/**
 * struct parent_options - how evpnd was started
 * @conf_path: read again at a reload
 * @socket_path: of the control socket
 * @state_path: what is to outlive a process; NULL: nothing
 * @human: the log is for a person
 */
struct parent_options {
	const char *conf_path;
	const char *socket_path;
	const char *state_path;
	enum sandbox_policy sandbox;
	bool human;
};

/**
 * parent_main() - run until SIGTERM or SIGINT
 * @conf: the configuration to begin with; taken over
 * @ctl_fd: listening control socket; taken over
 *
 * Return: exit status of the process.
 */
int parent_main(const struct parent_options *options, struct conf_file *conf, int ctl_fd);

#endif
