/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * df_json.h - elections as JSON: the engine of `evpnctl df elect`.
 *
 * The keys, their defaults and what counts as an error: Documentation/df-election.rst. Pure but for
 * memory.
 */
#ifndef EVPN_DF_JSON_H
#define EVPN_DF_JSON_H

#include <jansson.h>
#include "df.h"

/**
 * df_json_elect() - hold the election of a case, or of an array of cases
 * @in: borrowed; an object, or an array of objects
 * @err: result on error: a sentence that names the path, the value and what was expected
 * @size: of @err
 *
 * Return: a new object (or array of as many), or NULL with @err filled in.
 */
json_t *df_json_elect(const json_t *in, char *err, size_t size);

#endif
