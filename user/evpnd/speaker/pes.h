/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pes.h - which other PEs are known to be dead although BGP still has their routes: behind a route
 * reflector nothing but BFD tells.
 */
#ifndef EVPND_PES_H
#define EVPND_PES_H

#include "addr.h"

struct speaker;

/**
 * pes_set() - what is known of a PE, by its originator address; every service is told of a change
 * @silent: it was heard by BFD and is not any more. One that was never heard is not silent: it may
 *	have no BFD
 */
void pes_set(struct speaker *speaker, const struct ip_addr *pe, bool silent);

bool pes_silent(const struct speaker *speaker, const struct ip_addr *pe);

#endif
