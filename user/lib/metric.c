// SPDX-License-Identifier: GPL-2.0-only
/*
 * metric.c - see metric.h.
 */
#include "metric.h"

void metric_add(json_t *list, const char *name, const char *type, const char *help, json_t *labels,
		json_int_t value)
{
	json_array_append_new(list,
			      json_pack("{s:s, s:s, s:s, s:o, s:I}", "name", name, "type", type,
					"help", help, "labels", labels, "value", value));
}
