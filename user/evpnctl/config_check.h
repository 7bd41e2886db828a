/* SPDX-License-Identifier: GPL-2.0-only */
/* config_check.h - see config_check.c */
#ifndef EVPNCTL_CONFIG_CHECK_H
#define EVPNCTL_CONFIG_CHECK_H

#include "app.h"

/* Not a status of evpnd: it could not be started, as a shell says it. */
enum { EXIT_NO_EVPND = 127 };

/** config_check() - carry out `config check`. Return: the exit status */
int config_check(struct app *app, json_t *params);

/** config_check_fault() - a line that `evpnd --check FILE` printed as {"line", "column", "message"} */
json_t *config_check_fault(const char *line, const char *file);

#endif
