/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_params.h - what a request of the control socket may carry.
 */
#ifndef EVPN_CTL_PARAMS_H
#define EVPN_CTL_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * ctl_params_ok() - are all parameters of a request known, and of the right type?
 * @method: its method; of one that is not known here nothing is
 * @params: an object, or NULL; a parameter that is null is as good as absent
 * @why: gets a sentence when not, which names the parameter
 * @len: octets of @why
 */
bool ctl_params_ok(const char *method, const json_t *params, char *why, size_t len);

#endif
