// SPDX-License-Identifier: GPL-2.0-only
/* The parent's half of the echo: the configuration's key, the wish, what comes back over the IPC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "conf/conf_file.h"
#include "parent/parent_priv.h"
#include "parent/wishes.h"

static char heard[256];

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	const struct fact_echo *f = body;
	const struct batch *b = body;
	size_t used = strlen(heard);

	if (hdr->type == IPC_FACT_ECHO)
		snprintf(heard + used, sizeof(heard) - used, "fact:%s,%u ", f->text, f->times);
	if (hdr->type == IPC_WISH_ECHO_RESULT)
		snprintf(heard + used, sizeof(heard) - used, "result:%s ",
			 ((const struct echo_result *)batch_items(b))->text);
}

static void comes_back(void **state)
{
	struct {
		struct batch head;
		struct wish_echo wish;
	} body = {.head = {.n = 1}, .wish = {"hello"}};
	struct parent p = {};
	struct ipc *speaker;
	sd_event *event;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	sd_event_new(&event);
	p.ipc = ipc_new(event, fd[0], on_message, NULL, NULL);
	speaker = ipc_new(event, fd[1], on_message, NULL, NULL);
	assert_true(wishes_hear(&p, IPC_WISH_ECHO, &body));
	for (int i = 0; i < 100 && !strstr(heard, "fact"); i++)
		sd_event_run(event, 10000);
	assert_string_equal(heard, "result:hello fact:hello,1 ");
	ipc_free(p.ipc);
	ipc_free(speaker);
	sd_event_unref(event);
}

static void configured(void **state)
{
	static const char text[] = "router-id: 192.0.2.1\nas: 65000\necho: hello\n";
	struct conf_errors errors = {};
	struct conf_file *file = conf_parse_text(text, strlen(text), &errors);

	assert_non_null(file);
	assert_string_equal(file->conf->global.echo, "hello");
	conf_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(comes_back),
					   cmocka_unit_test(configured)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
