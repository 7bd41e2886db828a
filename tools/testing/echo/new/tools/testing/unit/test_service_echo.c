// SPDX-License-Identifier: GPL-2.0-only
/* The echo service in front of a speaker that only writes down what it is asked to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service_rig.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	char log[256];
};

#include "service_speaker.h"

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	assert_int_equal(type, IPC_WISH_ECHO);
	assert_int_equal(n, 1);
	note(sp, "wish:%s ", ((const struct wish_echo *)wishes)->text);
}

static void echoes(void **state)
{
	struct speaker sp = {.conf = conf_new()};
	struct fact_echo fact = {.text = "hello", .times = 1};
	void *echo = rig_begin(&echo_service, &sp);
	json_t *doc = NULL;
	char err[64] = "";

	echo_service.conf(echo, 0, sp.conf);
	expect(&sp, "");
	strcpy(sp.conf->global.echo, "hello");
	echo_service.conf(echo, CONF_CHANGED_IDENTITY, sp.conf);
	expect(&sp, "wish:hello ");
	echo_service.conf(echo, 0, sp.conf);
	expect(&sp, "");
	echo_service.fact(echo, IPC_FACT_ECHO, &fact);
	assert_true(echo_service.query(echo, "echo.show", NULL, &doc, err, sizeof(err)));
	assert_string_equal(json_string_value(json_object_get(doc, "heard")), "hello");
	assert_int_equal(json_integer_value(json_object_get(doc, "times")), 1);
	json_decref(doc);
	echo_service.stop(echo);
	conf_free(sp.conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(echoes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
