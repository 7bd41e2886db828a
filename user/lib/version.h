/* SPDX-License-Identifier: GPL-2.0-only */
/* version.h - the version of evpnd and evpnctl; dkms.conf has the module's, the same */
#ifndef EVPN_VERSION_H
#define EVPN_VERSION_H

#define EVPN_VERSION "0.1.0"

#endif
