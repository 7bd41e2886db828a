// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_object.c - see ctl_object.h.
 */
#include "ctl_object.h"

#include <stdio.h>
#include <string.h>

#define NAME(object, name) name,

const char *const ctl_object_names[] = {CTL_OBJECTS(NAME) NULL};

unsigned int ctl_object_bit(const char *name)
{
	for (unsigned int i = 0; i < CTL_OBJECT_COUNT; i++)
		if (!strcmp(ctl_object_names[i], name))
			return 1U << i;
	return 0;
}

char *ctl_object_list(char *buf, size_t len)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < CTL_OBJECT_COUNT && at < len; i++)
		at += (size_t)snprintf(buf + at, len - at, "%s%s",
				       !i			 ? "" :
				       i + 1 == CTL_OBJECT_COUNT ? " or " :
								   ", ",
				       ctl_object_names[i]);
	return buf;
}
