/* SPDX-License-Identifier: GPL-2.0 */
/*
 * df_json.h - elections as JSON: the engine of `evpnctl df elect`, and the answer of `evpnctl df why`.
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

/**
 * df_json_explain() - candidates, what each advertised, the agreed rules and why, winner and why
 * @tag: ignored in port mode
 *
 * Return: a new object, or NULL when memory is short.
 */
json_t *df_json_explain(const struct df_election *e, u32 tag);

#endif
