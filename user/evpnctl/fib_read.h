/* SPDX-License-Identifier: GPL-2.0-only */
/* fib_read.h - of the kernel's tables that evpnd has routes in all routes, for fib_check() */
#ifndef EVPNCTL_FIB_READ_H
#define EVPNCTL_FIB_READ_H

#include "fib_check.h"

/**
 * fib_read() - read them from the kernel
 * @view: its routes, which fib_read_free() frees; links are the caller's
 *
 * Nothing is read beyond evpnd's own routes when there are none. What cannot be read is left out.
 */
void fib_read(struct fib_view *view);
void fib_read_free(struct fib_view *view);

#endif
