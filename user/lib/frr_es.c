// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_es.c - see frr_es.h. A member that is missing has the value FRR means by leaving it out.
 */
#include "frr_es.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void read_flags(struct frr_es *es, const json_t *flags)
{
	bool group = false;
	const struct {
		const char *name;
		bool *flag;
	} known[] = {
		{"local", &es->local},
		{"nonDF", &es->non_df},
		{"bypass", &es->bypass},
		{"readyForBgp", &es->ready},
		{"operUp", &es->up},
		{"bridgePort", &es->bridge_port},
		{"nexthopGroupActive", &group},
	};
	const char *name;
	json_t *flag;
	size_t i, k;

	json_array_foreach((json_t *)flags, i, flag) {
		name = json_string_value(flag);
		for (k = 0; name && k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcmp(name, known[k].name))
				*known[k].flag = true;
	}
	if (!group)
		es->group = 0;
}

static u8 read_algorithm(const char *name)
{
	unsigned int alg;

	if (!strcmp(name, "preference"))
		return 2;
	if (!strcmp(name, "service-carving"))
		return 0;
	if (!strcmp(name, "HRW"))
		return 1;
	return sscanf(name, "unknown %u", &alg) == 1 && alg < FRR_ALG_UNKNOWN ? (u8)alg :
										FRR_ALG_UNKNOWN;
}

static bool read_vtep(struct frr_vtep *v, const json_t *o)
{
	*v = (struct frr_vtep){};
	if (ip_parse(&v->address, text_of(o, "vtep")))
		return false;
	v->rt4 = json_is_string(json_object_get(o, "dfAlgorithm"));
	if (v->rt4) {
		v->alg = read_algorithm(text_of(o, "dfAlgorithm"));
		v->pref = (u16)json_integer_value(json_object_get(o, "dfPreference"));
	}
	return true;
}

static void read_vteps(struct frr_es *es, const json_t *list)
{
	struct frr_vtep v;
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o) {
		if (!read_vtep(&v, o))
			continue;
		if (es->n_vteps < FRR_VTEP_MAX)
			es->vteps[es->n_vteps] = v;
		es->n_vteps++;
	}
}

static int read_es(struct frr_es *es, const json_t *o)
{
	*es = (struct frr_es){};
	if (esi_parse(&es->esi, text_of(o, "esi")))
		return -EINVAL;
	snprintf(es->ifname, sizeof(es->ifname), "%s", text_of(o, "accessPort"));
	es->group = (u32)json_integer_value(json_object_get(o, "nexthopGroup"));
	read_flags(es, json_object_get(o, "flags"));
	es->delay = json_is_string(json_object_get(o, "dfDelayTimer"));
	es->pref = (u16)json_integer_value(json_object_get(o, "dfPreference"));
	read_vteps(es, json_object_get(o, "vteps"));
	return 0;
}

/* zebra writes nothing at all when it has nothing to say. */
static bool is_blank(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return !*text;
}

int frr_es_parse(const char *text, struct frr_es **list, size_t *n)
{
	json_t *array = is_blank(text) ? json_array() : json_loads(text, 0, NULL);
	size_t count = json_array_size(array), i;
	int r = json_is_array(array) ? 0 : -EINVAL;

	*list = NULL;
	*n = 0;
	if (!r && count)
		*list = calloc(count, sizeof(**list));
	if (count && !*list)
		r = -ENOMEM;
	for (i = 0; !r && i < count; i++)
		r = read_es(&(*list)[i], json_array_get(array, i));
	json_decref(array);
	if (r) {
		free(*list);
		*list = NULL;
		return r;
	}
	*n = count;
	return 0;
}

static bool read_vni(struct frr_vni *v, const json_t *o)
{
	*v = (struct frr_vni){.vni = (u32)json_integer_value(json_object_get(o, "vni"))};
	snprintf(v->vxlan, sizeof(v->vxlan), "%s", text_of(o, "vxlanInterface"));
	snprintf(v->svi, sizeof(v->svi), "%s", text_of(o, "sviInterface"));
	return v->vni && v->vxlan[0] && !strcmp(text_of(o, "type"), "L2");
}

int frr_vnis_parse(const char *text, struct frr_vni **list, size_t *n)
{
	json_t *array = is_blank(text) ? json_array() : json_loads(text, 0, NULL), *o;
	size_t count = json_array_size(array), i;
	int r = json_is_array(array) || json_is_object(array) ? 0 : -EINVAL;

	*n = 0;
	*list = count ? calloc(count, sizeof(**list)) : NULL;
	if (count && !*list)
		r = -ENOMEM;
	if (!r)
		json_array_foreach(array, i, o)
			*n += read_vni(&(*list)[*n], o);
	json_decref(array);
	if (!*n) {
		free(*list);
		*list = NULL;
	}
	return r;
}

static bool vtep_of(const json_t *vni, struct ip_addr *a)
{
	return !ip_parse(a, text_of(vni, "vtepIp")) && !ip_is_zero(a);
}

struct ip_addr frr_vtep_parse(const char *text)
{
	json_t *array = json_loads(text, 0, NULL), *vni;
	struct ip_addr a = {0};
	size_t i;

	if (json_is_object(array) && !vtep_of(array, &a))
		a = (struct ip_addr){0};
	json_array_foreach(array, i, vni)
		if (vtep_of(vni, &a))
			break;
	json_decref(array);
	return ip_is_zero(&a) ? (struct ip_addr){0} : a;
}

void frr_version_parse(const char *text, char version[FRR_VERSION_LEN])
{
	const char *at = strstr(text, "FRRouting ");

	version[0] = '\0';
	if (at)
		sscanf(at, "FRRouting %31[0-9A-Za-z._-]", version);
}
