// SPDX-License-Identifier: GPL-2.0-only
/* rt_protocol.c - see rt_protocol.h. */
#include "rt_protocol.h"

#include <stddef.h>

const char *rt_protocol_name(uint8_t protocol)
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = {{188, "ospf"},    {187, "isis"}, {186, "bgp"},   {189, "rip"},
		     {190, "rip"},     {42, "babel"}, {192, "eigrp"}, {12, "bird"},
		     {2, "connected"}, {3, "static"}, {4, "static"},  {196, "static"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == protocol)
			return names[i].name;
	return "other";
}
