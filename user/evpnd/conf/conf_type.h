/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_type.h - what the types of values share (type_*.c): each reads a value from text, writes it as text, and
 * has the sentence that says what was expected.
 */
#ifndef EVPND_CONF_TYPE_H
#define EVPND_CONF_TYPE_H

#include "conf/conf.h"
#include "conf/conf_schema.h"

/* where @key keeps its value within @base */
#define FIELD(key, base) ((void *)((char *)(base) + (key)->offset))

/** conf_store(), conf_load() - a number of @key's size */
void conf_store(const struct conf_key *key, void *base, uint64_t v);
uint64_t conf_load(const struct conf_key *key, const void *base);

/** conf_parse_number() - decimal digits, none of them a zero in front; @end: what follows */
bool conf_parse_number(const char *s, char **end, uint64_t *v);

/** conf_read_number() - struct conf_type.read of conf_number */
void conf_read_number(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base);

/** conf_take_mac() - Return: whether @node is the address of a device, which is in @m then */
bool conf_take_mac(struct conf_reader *rd, const struct node *node, struct mac *m);

#endif
