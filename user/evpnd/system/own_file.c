// SPDX-License-Identifier: GPL-2.0-only
/*
 * own_file.c - see own_file.h.
 */
#include "system/own_file.h"

#include <stdio.h>

#include "conf/conf.h"

bool own_file_put(const char *path, const char *text)
{
	char fresh[CONF_PATH_MAX + 8];
	FILE *f;
	bool good;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	f = fopen(fresh, "we");
	if (!f)
		return false;
	good = fputs(text, f) >= 0;
	good = !fclose(f) && good;
	return good && !rename(fresh, path);
}

bool own_file_add(const char *path, const char *line)
{
	FILE *f = fopen(path, "ae");
	bool good;

	if (!f)
		return false;
	good = fputs(line, f) >= 0;
	return !fclose(f) && good;
}
