// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as what zebra's socket gives, and any text as what its commands print: however an answer
 * is cut it is the same answer, and what is read from it is whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frr_bfd.h"
#include "frr_es.h"
#include "frr_macs.h"
#include "frr_vty.h"

static void check(int ok)
{
	if (!ok)
		abort();
}

/* Pieces of 1 to 16 octets; how long one is, its first octet says. */
static int feed_pieces(struct frr_answer *a, const uint8_t *data, size_t size)
{
	int r = 0;

	while (!r && size) {
		size_t n = 1 + (data[0] & 15);

		if (n > size)
			n = size;
		r = frr_answer_feed(a, data, n);
		check(!a->complete || !a->text[a->len]);
		data += n;
		size -= n;
	}
	return r;
}

static void an_answer(const uint8_t *data, size_t size)
{
	struct frr_answer whole = {}, cut = {};
	int r = frr_answer_feed(&whole, data, size);

	check(!r || r == -EPROTO);
	check(feed_pieces(&cut, data, size) == r);
	if (!r) {
		check(whole.complete == cut.complete);
		check(whole.len == cut.len && whole.status == cut.status);
		check(!whole.len || !memcmp(whole.text, cut.text, whole.len));
	}
	if (whole.complete && !r) {
		check(strlen(whole.text) == whole.len);
		check(frr_answer_feed(&whole, "x", 1) == -EPROTO);
	}
	frr_answer_clear(&whole);
	frr_answer_clear(&cut);
	check(!whole.text && !whole.len && !whole.complete);
}

static void check_vtep(const struct frr_vtep *v)
{
	check(!ip_is_none(&v->address));
	check(v->rt4 || (!v->alg && !v->pref));
}

static void check_es(const struct frr_es *es)
{
	static const struct frr_vtep none;
	size_t i;

	check(memchr(es->ifname, '\0', sizeof(es->ifname)) != NULL);
	for (i = 0; i < FRR_VTEP_MAX; i++)
		if (i < es->n_vteps)
			check_vtep(&es->vteps[i]);
		else
			check(!memcmp(&es->vteps[i], &none, sizeof(none)));
}

static void segments(const char *text)
{
	struct frr_es *list = (void *)text;
	size_t n = 1, i;
	int r = frr_es_parse(text, &list, &n);

	check(!r || r == -EINVAL);
	check(!!list == !!n);
	check(!r || !list);
	for (i = 0; i < n; i++)
		check_es(&list[i]);
	free(list);
}

static void vtep(const char *text)
{
	struct ip_addr a = frr_vtep_parse(text);

	check(ip_is_none(&a) || !ip_is_zero(&a));
}

static void tables(const char *text)
{
	struct frr_mac *macs;
	struct frr_host *synced;
	struct ip_addr *hosts;
	struct frr_vni *vnis;
	size_t n, i;

	check(!frr_macs_parse(text, &macs, &n) || (!macs && !n));
	free(macs);
	check(!frr_hosts_parse(text, &hosts, &n) || (!hosts && !n));
	free(hosts);
	check(!frr_synced_parse(text, &synced, &n) || (!synced && !n));
	for (i = 0; i < n; i++)
		check(!ip_is_none(&synced[i].address));
	free(synced);
	check(!frr_vnis_parse(text, &vnis, &n) || (!vnis && !n));
	check(!!vnis == !!n);
	for (i = 0; i < n; i++)
		check(vnis[i].vni && vnis[i].vxlan[0] &&
		      memchr(vnis[i].svi, '\0', sizeof(vnis[i].svi)));
	free(vnis);
}

static void bfd(const char *text)
{
	static const struct ip_addr none;
	struct frr_bfd *list;
	size_t n, i;
	int r = frr_bfd_parse(text, &list, &n);

	check(!r || r == -EINVAL);
	check(!!list == !!n && (!r || !n));
	for (i = 0; i < n; i++) {
		check(!ip_is_none(&list[i].remote));
		check(memchr(list[i].ifname, '\0', sizeof(list[i].ifname)) != NULL);
		check(list[i].shutdown == (list[i].state == BFD_ADMIN_DOWN));
		check(frr_bfd_find(list, n, &list[i].remote, &none, list[i].ifname) != NULL);
	}
	free(list);
}

static void version(const char *text)
{
	char v[FRR_VERSION_LEN];

	memset(v, 'x', sizeof(v));
	frr_version_parse(text, v);
	check(memchr(v, '\0', sizeof(v)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	check(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	an_answer(data, size);
	segments(text);
	vtep(text);
	version(text);
	tables(text);
	bfd(text);
	free(text);
	return 0;
}
