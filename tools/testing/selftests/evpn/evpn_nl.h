/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table that drives evpn_nl: what each request of the family has in it, by which word, and how a
 * value is written and read.
 */
#ifndef EVPN_NL_H
#define EVPN_NL_H

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * enum kind - how a value is said
 * @U32: a number
 * @U64: a number
 * @TEXT: as it is, in quotes when it has a space in it
 * @FLAG: the word alone
 * @ENUM: one of attr.names, or a number
 * @BITS: several of attr.names, by a comma
 * @ERRNO: the name of an error, ENOENT
 * @OCTETS: 00:11:22, any number of them
 * @ADDRESS: IPv4 or IPv6; to say something wrong, octets, or how many zero octets
 * @VLANS: a map of 4096 bits, 1-3,10
 * @ADDRESSES: nested; a list of ADDRESS
 * @COUNTER: nested; only read, ingress.REASON=PACKETS
 * @MEMBER: nested; only read, member=NAME, with /rewriting, and partner.NAME=STATE
 * @PORT: nested; port=NAME, as often as there are devices; when read, port.NAME=STATE, with /NUMBER of the
 *	device, and why.NAME="SENTENCE"
 * @SOURCE: nested; source=ADDRESS, as often as there are; when read, with /blocked and /leaving
 * @ROW: nested; each on a line of its own, and its keys beside those of the request (verb.row)
 */
enum kind {
	U32,
	U64,
	TEXT,
	FLAG,
	ENUM,
	BITS,
	ERRNO,
	OCTETS,
	ADDRESS,
	VLANS,
	ADDRESSES,
	COUNTER,
	MEMBER,
	PORT,
	SOURCE,
	ROW
};

/**
 * struct attr - an attribute
 * @type: EVPN_A_…
 * @name: its word
 * @kind: how its value is said
 * @names: of ENUM and BITS, by value or by bit; ends with NULL
 */
struct attr {
	int type;
	const char *name;
	enum kind kind;
	const char *const *names;
};

struct set {
	const char *name;
	const struct attr *attrs; /* ends with a name of NULL */
};

/**
 * struct verb - a request or a notification
 * @name: its word
 * @cmd: EVPN_CMD_…
 * @set: what is in it
 * @row: what is in each of its rows, NULL: it has none
 * @dump: without a key the request is a dump
 */
struct verb {
	const char *name;
	int cmd;
	const struct set *set, *row;
	bool dump;
};

extern const char *const drop_reasons[];

const struct verb *verb_by_name(const char *name);
const struct verb *verb_by_cmd(int cmd);
const struct attr *attr_by_name(const struct set *set, const char *name);
const struct attr *attr_by_type(const struct set *set, int type);
/* the attribute that holds the rows; NULL: none does */
const struct attr *attr_of_rows(const struct set *set);

/* "VERB KEY=VALUE…", after its rows; what a request with rows says of itself is added up instead. */
void print_object(struct nlmsghdr *nlh);
/* "ok", or "error=EINVAL message="…" attribute=NAME"; returns the exit status, 0 or 2. */
int print_ack(struct nlmsghdr *nlh, const struct verb *v, const struct nlmsghdr *request);
/* "accepted=1 refused=0": what print_object() has added up; false: nothing. */
bool print_sums(void);
/* Rows are only counted from now on. */
void print_no_rows(void);

/* One word of a request, KEY=VALUE; exits with 3 when it cannot be said. */
void put_word(struct nl_msg *msg, const struct set *set, char *word);
/* A step on in every address among the attributes of a row: the next host. */
void row_next(const struct set *set, void *attrs, int len);

#endif
