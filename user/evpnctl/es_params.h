/* SPDX-License-Identifier: GPL-2.0-only */
/* es_params.h - the words of `es add` and `es set` */
#ifndef EVPNCTL_ES_PARAMS_H
#define EVPNCTL_ES_PARAMS_H

#include "cmd.h"

extern const struct param es_params[];

#endif
