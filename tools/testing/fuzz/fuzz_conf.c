// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a configuration file: refused with reasons, or understood; and what is understood is
 * printed so that it is understood the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_file.h"

static void check(int ok)
{
	if (!ok)
		abort();
}

static void check_same(const struct conf_file *a, const struct conf_file *b)
{
	json_t *diff = conf_diff(a, b);

	check(json_array_size(diff) == 0);
	json_decref(diff);
}

static void check_reasons(const struct conf_errors *errors)
{
	check(errors->count > 0);
	for (size_t i = 0; i < errors->n; i++)
		check(errors->items[i].message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors errors = {}, none = {};
	struct conf_file *file = conf_parse_text((const char *)data, size, &errors), *again;
	char *yaml;

	if (!file) {
		check_reasons(&errors);
		conf_errors_free(&errors);
		return 0;
	}
	check(!errors.count);
	yaml = conf_yaml(file);
	again = conf_parse_text(yaml, strlen(yaml), &none);
	check(again != NULL);
	check_same(file, again);
	free(yaml);
	conf_errors_free(&errors);
	conf_errors_free(&none);
	conf_file_free(file);
	conf_file_free(again);
	return 0;
}
