/* SPDX-License-Identifier: GPL-2.0-only */
/* metric.h - one value of `evpnctl metrics`; Documentation/control-socket.rst has the shape */
#ifndef EVPN_METRIC_H
#define EVPN_METRIC_H

#include <jansson.h>

/**
 * metric_add() - a metric more
 * @list: array that it is appended to
 * @type: "gauge" or "counter"
 * @labels: object, whose reference is taken; NULL for want of memory, and then there is no metric
 */
void metric_add(json_t *list, const char *name, const char *type, const char *help, json_t *labels,
		json_int_t value);

#endif
