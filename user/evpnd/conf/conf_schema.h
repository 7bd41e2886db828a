/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_schema.h - what a configuration may say: tables of keys, each with its type, its range and its
 * place in a structure. Reading, checking and printing all go by these tables.
 */
#ifndef EVPND_CONF_SCHEMA_H
#define EVPND_CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf_error.h"
#include "conf/node.h"

/**
 * struct conf_word - a word and what it stands for
 *
 * When two words stand for one value, the first is the one that is printed.
 */
struct conf_word {
	const char *name;
	uint64_t value;
};

struct conf_type;

/**
 * struct conf_key - one key of a map
 * @offset, @size: where its value is; @size counts elements for arrays
 * @count: offset of the number of elements, of an array
 * @min, @max: of numbers; of durations in milliseconds
 * @words: of enumerations and flags, ends with a NULL name
 * @keys: of a nested map or of the maps in a list, ends with a NULL name
 * @alias: an older name, which is read as well and never written
 * @required: must be there
 * @always: is printed even when it has its default
 */
struct conf_key {
	const char *name;
	const struct conf_type *type;
	size_t offset;
	size_t size;
	size_t count;
	uint64_t min, max;
	const struct conf_word *words;
	const struct conf_key *keys;
	const char *alias;
	bool required;
	bool always;
};

/**
 * struct conf_reader - where errors go, and which value is being read
 * @path: "segments[ce1].df"
 */
struct conf_reader {
	struct conf_errors *errors;
	char path[256];
};

/**
 * struct conf_type - how a value is read from a node and written to one
 * @read: @field is what @key describes, inside @base
 * @write: NULL when there is nothing to write
 */
struct conf_type {
	void (*read)(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		     void *base);
	struct node *(*write)(const struct conf_key *key, const void *base);
};

/* conf_schema.c */
void conf_complain(struct conf_reader *rd, const struct node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void conf_warn(struct conf_reader *rd, const struct node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** conf_enter() - append to the path; conf_leave() with what it returned takes it off again */
size_t conf_enter(struct conf_reader *rd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void conf_leave(struct conf_reader *rd, size_t mark);

/** conf_is() - is the node of this kind? Complains when it is not */
bool conf_is(struct conf_reader *rd, const struct node *node, enum node_kind kind);

/**
 * conf_read_map() - read a map into a structure that holds the defaults
 *
 * Complains about unknown keys, missing keys and values that make no sense, and reads on.
 */
void conf_read_map(struct conf_reader *rd, const struct conf_key *keys, const struct node *map,
		   void *base);

/** conf_node() - Return: the value of a key of @map, whichever of its names it has there, or NULL */
const struct node *conf_node(const struct conf_key *keys, const struct node *map, const char *name);

/**
 * conf_write_map() - the opposite
 * @defaults: keys whose value is as here are left out; NULL: everything is written
 */
struct node *conf_write_map(const struct conf_key *keys, const void *base, const void *defaults);

/* type_*.c: the types */
extern const struct conf_type conf_bool;
extern const struct conf_type conf_number;
extern const struct conf_type conf_mask;     /* u32: bits of a packet's mark, or 0 */
extern const struct conf_type conf_ports;    /* UDP ports, at least one */
extern const struct conf_type conf_duration; /* in milliseconds */
extern const struct conf_type conf_seconds;  /* a duration, or a bare number; whole seconds */
extern const struct conf_type conf_enum;
extern const struct conf_type conf_flags;
extern const struct conf_type conf_text; /* char[size], printable */
extern const struct conf_type conf_path; /* char[size], absolute */
extern const struct conf_type conf_ifname;
extern const struct conf_type conf_ifnames;
extern const struct conf_type conf_address;
extern const struct conf_type conf_addresses;
extern const struct conf_type conf_router_id;
extern const struct conf_type conf_mac;
extern const struct conf_type conf_route_targets;
extern const struct conf_type conf_rd; /* struct rd; @count: the bool that says that there is one */
extern const struct conf_type conf_vlans;
extern const struct conf_type conf_devices; /* one or a list; base is the struct conf_segment */
extern const struct conf_type conf_esi;	    /* base is the struct conf_segment */
extern const struct conf_type conf_map;

/* conf_keys.c: the tables */
extern const struct conf_key conf_global_keys[];
extern const struct conf_key conf_peer_keys[];
extern const struct conf_key conf_vrf_keys[];
extern const struct conf_key conf_segment_keys[];
extern const struct conf_key conf_bridge_keys[];

#endif
