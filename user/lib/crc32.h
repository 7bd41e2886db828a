/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crc32.h - the CRC-32 of IEEE 802.3 (reflected, polynomial 0x04C11DB7, start and final XOR all
 * ones), which the HRW election of RFC 8584 section 3.2 hashes with. Pure.
 */
#ifndef EVPN_CRC32_H
#define EVPN_CRC32_H

#include <stddef.h>
#include "types.h"

/**
 * crc32_ieee() - checksum of @len octets
 *
 * The check value, of the nine characters "123456789", is 0xcbf43926.
 */
u32 crc32_ieee(const void *data, size_t len);

#endif
