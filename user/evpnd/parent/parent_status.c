// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_status.c - how it is, in a sentence for the service manager, and in sentences for whoever asks.
 *
 * A service that runs and does nothing of what it is for must not look like one that works: what is not
 * enforced begins with "FAILED", and says what to type.
 */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "parent/parent_priv.h"

static size_t keyless(const struct parent *p, const struct conf_peer **first)
{
	const struct conf *conf = p->conf->conf;
	size_t n = 0;

	for (size_t i = 0; i < conf->n_peers; i++)
		if (sockets_key_why(p->sockets, &conf->peers[i]) && !n++)
			*first = &conf->peers[i];
	return n;
}

static void compose(const struct parent *p, char text[PARENT_STATUS_LEN])
{
	const struct fact_kernel *kernel = kern_fact(p->kern);
	const struct conf_peer *n = NULL;
	struct kern_counts c;
	char buf[IP_STRLEN];

	kern_count(p->kern, &c);
	if (conf_is_empty(p->conf))
		snprintf(text, PARENT_STATUS_LEN,
			 "not configured: write router-id, as and peers into %s, then reload",
			 p->options->conf_path);
	else if (!kernel->present && p->conf->conf->n_segments)
		snprintf(text, PARENT_STATUS_LEN, "FAILED: no segment is enforced: %s",
			 kernel->text);
	else if (c.refused)
		snprintf(text, PARENT_STATUS_LEN,
			 "FAILED: the kernel refuses %u of %u segments; evpnctl es show says why",
			 c.refused, c.refused + c.pending + c.installed);
	else if (sockets_why(p->sockets)[0])
		snprintf(text, PARENT_STATUS_LEN, "%s", sockets_why(p->sockets));
	else if (keyless(p, &n))
		snprintf(text, PARENT_STATUS_LEN, "peer %s stays shut down: %s",
			 ip_format(&n->address, buf), sockets_key_why(p->sockets, n));
	else
		snprintf(text, PARENT_STATUS_LEN, "running: %u of %u segments in force",
			 c.installed, c.refused + c.pending + c.installed);
}

void parent_status(struct parent *p)
{
	char text[PARENT_STATUS_LEN];

	if (!p->ready || p->stopping || !p->kern)
		return;
	compose(p, text);
	if (!strcmp(text, p->status))
		return;
	memcpy(p->status, text, sizeof(text));
	sd_notifyf(0, "STATUS=%s", text);
}

void parent_problems(const struct parent *p, void (*fn)(void *data, const char *text), void *data)
{
	const struct conf *conf = p->conf->conf;
	char text[PARENT_STATUS_LEN], buf[IP_STRLEN];
	const char *why;

	if (sockets_why(p->sockets)[0])
		fn(data, sockets_why(p->sockets));
	if (p->icc.why[0])
		fn(data, p->icc.why);
	for (size_t i = 0; i < conf->n_peers; i++) {
		why = sockets_key_why(p->sockets, &conf->peers[i]);
		if (!why)
			continue;
		snprintf(text, sizeof(text), "peer %s stays shut down: %s",
			 ip_format(&conf->peers[i].address, buf), why);
		fn(data, text);
	}
}
