/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doc.h - reading a JSON document that may lack anything: a missing member, or one of another type,
 * reads as NULL, 0 or false. `evpnctl` prints what an older or newer evpnd sends without stumbling.
 */
#ifndef EVPNCTL_DOC_H
#define EVPNCTL_DOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** doc_get() - a member, NULL when absent or null */
const json_t *doc_get(const json_t *obj, const char *key);

/** doc_str() - NULL when it is no string */
const char *doc_str(const json_t *obj, const char *key);

/** doc_show() - the string, "?" when it is none: for a format that must have one */
const char *doc_show(const json_t *obj, const char *key);

/** doc_is() - the member is this string */
bool doc_is(const json_t *obj, const char *key, const char *value);

/** doc_int() - @otherwise when it is no number */
long long doc_int(const json_t *obj, const char *key, long long otherwise);

/** doc_true() - the member is true */
bool doc_true(const json_t *obj, const char *key);

/**
 * doc_text() - a value as a person reads it; the caller frees
 *
 * Numbers and strings as they are, true and false as yes and no, arrays with commas, objects as
 * "key value", null as "". Never NULL.
 */
char *doc_text(const json_t *value);

/** doc_ranges() - an array of ascending numbers as "1-10,20"; the caller frees */
char *doc_ranges(const json_t *array);

#endif
