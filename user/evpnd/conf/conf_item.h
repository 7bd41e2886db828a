/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_item.h - the structures that the tables of keys describe: the whole of a file, and an item of
 * each of its lists, with their defaults.
 */
#ifndef EVPND_CONF_ITEM_H
#define EVPND_CONF_ITEM_H

#include "conf/conf_file.h"
#include "conf/conf_schema.h"

/**
 * struct conf_top - a file while it is read or written; the lists go to and come from @file
 * @all: write what is as it would be without being said, too
 */
struct conf_top {
	struct conf_global global;
	struct conf_file *file;
	bool all;
};

struct conf_peer_item {
	struct conf_peer peer;
	struct conf_secret secret;
};

extern const struct conf_key conf_ao_key_keys[];
extern const struct conf_type conf_peers;
extern const struct conf_type conf_peer_bfd;
extern const struct conf_type conf_vrfs;
extern const struct conf_type conf_segments;
extern const struct conf_type conf_bridges;
extern const struct conf_type conf_ao_keys;

/* conf_item.c: what a value is when nothing is said about it */
void conf_global_defaults(struct conf_global *g);
void conf_peer_defaults(struct conf_peer_item *item);

#endif
