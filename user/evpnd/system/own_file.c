// SPDX-License-Identifier: GPL-2.0-only
/*
 * own_file.c - see own_file.h.
 */
#include "system/own_file.h"

#include <stdio.h>

#include "conf/conf.h"

static bool write_to(const char *path, const char *mode, const char *text)
{
	FILE *f = fopen(path, mode);
	bool good;

	if (!f)
		return false;
	good = fputs(text, f) >= 0;
	return !fclose(f) && good;
}

bool own_file_put(const char *path, const char *text)
{
	char fresh[CONF_PATH_MAX + 8];

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	return write_to(fresh, "we", text) && !rename(fresh, path);
}

bool own_file_add(const char *path, const char *line)
{
	return write_to(path, "ae", line);
}
