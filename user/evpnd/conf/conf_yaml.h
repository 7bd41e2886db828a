/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_yaml.h - YAML text into a tree of nodes that know where they were written.
 */
#ifndef EVPND_CONF_YAML_H
#define EVPND_CONF_YAML_H

#include <stddef.h>

#include "conf/conf_error.h"
#include "conf/node.h"

/**
 * yaml_parse() - read one document
 * @errors: what is wrong with it as YAML; a document with errors gives what could be read before a
 *	syntax error, so that its meaning can be checked up to there
 *
 * Aliases, several documents, and keys that are not plain words are refused.
 *
 * Return: NULL when there is nothing to look at.
 */
struct node *yaml_parse(const char *text, size_t len, struct conf_errors *errors);

#endif
