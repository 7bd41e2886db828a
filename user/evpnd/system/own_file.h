/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * own_file.h - a file that says which of the kernel's entries are evpnd's own, for its successor.
 */
#ifndef EVPND_OWN_FILE_H
#define EVPND_OWN_FILE_H

#include <stdbool.h>

/**
 * own_file_put() - the file says @text from now on; whoever reads it meanwhile finds all of the old or all
 * of the new
 * @path: shorter than CONF_PATH_MAX; "@path.new" is written beside it
 *
 * Return: false with errno set; the file is as before.
 */
bool own_file_put(const char *path, const char *text);

/** own_file_add() - one more line. Return: false with errno set */
bool own_file_add(const char *path, const char *line);

#endif
