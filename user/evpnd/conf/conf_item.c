// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_item.c - the lists of the configuration: peers, VRFs, segments, bridges, TCP-AO keys; and the
 * defaults of what is in them.
 */
#include "conf/conf_item.h"

#include <stdlib.h>
#include <string.h>

#include "frr_vty.h"

void conf_global_defaults(struct conf_global *g)
{
	*g = (struct conf_global){
		.port = CONF_BGP_PORT,
		.core_isolation = CONF_ISOLATION_KEEP,
		.isolation_delay_ms = 1000,
		.reflector_hold_ms = 30000,
		.uplink_tracking = true,
		.startup_delay_ms = 10000,
		.cold_start_ms = 180000,
		.handover_limit_ms = 5000,
		.memory_limit = 1024,
		.frr = {.vty = FRR_VTY_ZEBRA, .hold_ms = 60000},
		.bfd = {.interval_ms = 300, .multiplier = 3},
		.icc = {.enabled = true, .hops = 255, .port = CONF_ICC_PORT},
		.core = {.mark_mask = 0xff000000,
			 .host_limit = CONF_HOST_LIMIT_ALL,
			 .ports = {4789},
			 .n_ports = 1},
	};
}

void conf_peer_defaults(struct conf_peer_item *item)
{
	*item = (struct conf_peer_item){
		.peer =
			{
				.port = CONF_BGP_PORT,
				.hold_time = CONF_HOLD_TIME,
				.connect_retry_ms = 5000,
				.max_paths = CONF_MAX_PATHS,
				.max_memory = 512,
				.limit_restart_ms = 300000,
			},
	};
}

typedef void (*item_fn)(struct conf_reader *rd, const struct node *item, struct conf_file *file);

static void read_list(struct conf_reader *rd, const struct node *list, struct conf_file *file,
		      size_t max, item_fn fn)
{
	const struct node *item;
	size_t i = 0, mark, outer;

	if (list->kind == NODE_SCALAR && !list->text[0])
		return; /* "peers:" and nothing after it */
	if (!conf_is(rd, list, NODE_LIST))
		return;
	STAILQ_FOREACH(item, &list->children, entry)
	{
		const char *label = node_label(item);

		if (i == max) {
			conf_complain(rd, item, "expected at most %zu of them", max);
			return;
		}
		outer = strlen(rd->path);
		mark = label && label[0] ? conf_enter(rd, "[%.63s]", label) :
					   conf_enter(rd, "[%zu]", i);
		fn(rd, item, file);
		conf_leave(rd, mark);
		rd->path[outer] = '\0';
		i++;
	}
}

static struct conf_file *file_of(void *base)
{
	return ((struct conf_top *)base)->file;
}

static const struct conf_file *const_file_of(const void *base)
{
	return ((const struct conf_top *)base)->file;
}

static bool write_all(const void *base)
{
	return ((const struct conf_top *)base)->all;
}

static void out_of_memory(struct conf_reader *rd, const struct node *node)
{
	conf_complain(rd, node, "out of memory");
}

/* BGP peers */

static void read_peer(struct conf_reader *rd, const struct node *node, struct conf_file *file)
{
	struct conf_peer_item item;
	struct conf_secret *grown;

	conf_peer_defaults(&item);
	conf_read_map(rd, conf_peer_keys, node, &item);
	item.peer.has_md5 = item.secret.password_file[0];
	item.peer.has_ao = item.secret.n_ao;
	grown = reallocarray(file->secrets, file->conf->n_peers + 1, sizeof(*grown));
	if (!grown) {
		out_of_memory(rd, node);
		return;
	}
	file->secrets = grown;
	grown[file->conf->n_peers] = item.secret;
	if (conf_add_peer(file->conf, &item.peer))
		out_of_memory(rd, node);
}

static void read_peers(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		       void *base)
{
	read_list(rd, node, file_of(base), CONF_PEERS_MAX, read_peer);
}

static struct node *write_peers(const struct conf_key *key, const void *base)
{
	const struct conf_file *file = const_file_of(base);
	struct conf_peer_item item, usual;
	struct node *list;

	if (!file || !file->conf->n_peers)
		return NULL;
	list = node_new(NODE_LIST);
	conf_peer_defaults(&usual);
	for (size_t i = 0; i < file->conf->n_peers; i++) {
		item.peer = file->conf->peers[i];
		item.secret = file->secrets[i];
		node_add(list,
			 conf_write_map(conf_peer_keys, &item, write_all(base) ? NULL : &usual));
	}
	return list;
}

const struct conf_type conf_peers = {read_peers, write_peers};

/* BFD with a peer: yes, no, or a map of what is to be another value than elsewhere */

static void read_peer_bfd(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, void *base)
{
	static const struct conf_key scalar = {
		.offset = offsetof(struct conf_peer_item, peer.bfd.enabled),
	};

	if (node->kind != NODE_MAP) {
		conf_bool.read(rd, &scalar, node, base);
		return;
	}
	((struct conf_peer_item *)base)->peer.bfd.enabled = true;
	conf_read_map(rd, key->keys, node, base);
}

static struct node *write_peer_bfd(const struct conf_key *key, const void *base)
{
	const struct conf_bfd *bfd = &((const struct conf_peer_item *)base)->peer.bfd;
	struct conf_peer_item usual;

	if (!bfd->enabled || (!bfd->interval_ms && !bfd->multiplier))
		return node_scalar(NODE_BOOL, bfd->enabled ? "yes" : "no");
	conf_peer_defaults(&usual);
	return conf_write_map(key->keys, base, &usual);
}

const struct conf_type conf_peer_bfd = {read_peer_bfd, write_peer_bfd};

/* TCP-AO keys of a peer */

static void read_ao_keys(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	struct conf_secret *secret = &((struct conf_peer_item *)base)->secret;
	const struct node *item;
	size_t mark, i = 0;

	if (!conf_is(rd, node, NODE_LIST))
		return;
	secret->n_ao = 0;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		struct conf_ao_key ao = {.algorithm = CONF_AO_HMAC_SHA1};

		if (secret->n_ao == CONF_AO_KEYS_MAX) {
			conf_complain(rd, item, "expected at most %d keys", CONF_AO_KEYS_MAX);
			return;
		}
		mark = conf_enter(rd, "[%zu]", i++);
		conf_read_map(rd, conf_ao_key_keys, item, &ao);
		for (uint8_t k = 0; k < secret->n_ao; k++)
			if (secret->ao[k].id == ao.id)
				conf_complain(rd, item, "id %u is in use by another key", ao.id);
		conf_leave(rd, mark);
		secret->ao[secret->n_ao++] = ao;
	}
}

static struct node *write_ao_keys(const struct conf_key *key, const void *base)
{
	const struct conf_secret *secret = &((const struct conf_peer_item *)base)->secret;
	const struct conf_ao_key usual = {.algorithm = CONF_AO_HMAC_SHA1};
	struct node *list;

	if (!secret->n_ao)
		return NULL;
	list = node_new(NODE_LIST);
	for (uint8_t k = 0; k < secret->n_ao; k++)
		node_add(list, conf_write_map(conf_ao_key_keys, &secret->ao[k], &usual));
	return list;
}

const struct conf_type conf_ao_keys = {read_ao_keys, write_ao_keys};

/* VRFs */

static void read_vrf(struct conf_reader *rd, const struct node *node, struct conf_file *file)
{
	struct conf_vrf vrf;

	conf_vrf_defaults(&vrf);
	conf_read_map(rd, conf_vrf_keys, node, &vrf);
	if (conf_add_vrf(file->conf, &vrf))
		out_of_memory(rd, node);
}

static void read_vrfs(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	read_list(rd, node, file_of(base), CONF_VRFS_MAX, read_vrf);
}

static struct node *write_vrfs(const struct conf_key *key, const void *base)
{
	const struct conf_file *file = const_file_of(base);
	struct conf_vrf usual;
	struct node *list;

	if (!file || !file->conf->n_vrfs)
		return NULL;
	conf_vrf_defaults(&usual);
	list = node_new(NODE_LIST);
	for (size_t i = 0; i < file->conf->n_vrfs; i++)
		node_add(list, conf_write_map(conf_vrf_keys, &file->conf->vrfs[i],
					      write_all(base) ? NULL : &usual));
	return list;
}

const struct conf_type conf_vrfs = {read_vrfs, write_vrfs};

/* segments: what is usual depends on who decides and on the mode, so these are read first */

static enum conf_control peek_control(const struct node *node)
{
	const struct node *control = node->kind == NODE_MAP ? node_get(node, "control") : NULL;

	return control && control->kind == NODE_SCALAR && !strcmp(control->text, "frr") ?
		       CONF_CONTROL_FRR :
		       CONF_CONTROL_EVPND;
}

static enum conf_mode peek_mode(const struct node *node, enum conf_control control)
{
	const struct node *mode = node->kind == NODE_MAP ? node_get(node, "mode") : NULL;

	for (int m = CONF_ALL_ACTIVE; m <= CONF_PORT_ACTIVE; m++)
		if (mode && mode->kind == NODE_SCALAR && !strcmp(mode->text, conf_mode_name(m)))
			return m;
	return control == CONF_CONTROL_FRR ? CONF_ALL_ACTIVE : CONF_PORT_ACTIVE;
}

static void read_segment(struct conf_reader *rd, const struct node *node, struct conf_file *file)
{
	enum conf_control control = peek_control(node);
	struct conf_segment segment;

	conf_segment_defaults(&segment, control, peek_mode(node, control));
	conf_read_map(rd, conf_segment_keys, node, &segment);
	if (conf_add_segment(file->conf, &segment))
		out_of_memory(rd, node);
}

static void read_segments(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, void *base)
{
	read_list(rd, node, file_of(base), CONF_SEGMENTS_MAX, read_segment);
}

static struct node *write_segment(const struct conf_segment *segment, bool all)
{
	struct conf_segment usual;

	conf_segment_defaults(&usual, segment->control, segment->mode);
	usual.control = CONF_CONTROL_EVPND;
	return conf_write_map(conf_segment_keys, segment, all ? NULL : &usual);
}

static struct node *write_segments(const struct conf_key *key, const void *base)
{
	const struct conf_file *file = const_file_of(base);
	struct node *list;

	if (!file || !file->conf->n_segments)
		return NULL;
	list = node_new(NODE_LIST);
	for (size_t i = 0; i < file->conf->n_segments; i++)
		node_add(list, write_segment(&file->conf->segments[i], write_all(base)));
	return list;
}

const struct conf_type conf_segments = {read_segments, write_segments};

/* bridge domains */

static void read_bridge(struct conf_reader *rd, const struct node *node, struct conf_file *file)
{
	struct conf_bridge bridge = {};

	conf_read_map(rd, conf_bridge_keys, node, &bridge);
	if (conf_add_bridge(file->conf, &bridge))
		out_of_memory(rd, node);
}

static void read_bridges(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	read_list(rd, node, file_of(base), CONF_BRIDGES_MAX, read_bridge);
}

static struct node *write_bridges(const struct conf_key *key, const void *base)
{
	const struct conf_file *file = const_file_of(base);
	const struct conf_bridge usual = {};
	struct node *list;

	if (!file || !file->conf->n_bridges)
		return NULL;
	list = node_new(NODE_LIST);
	for (size_t i = 0; i < file->conf->n_bridges; i++)
		node_add(list, conf_write_map(conf_bridge_keys, &file->conf->bridges[i],
					      write_all(base) ? NULL : &usual));
	return list;
}

const struct conf_type conf_bridges = {read_bridges, write_bridges};
