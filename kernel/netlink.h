/* SPDX-License-Identifier: GPL-2.0-only */
/* netlink.h - what the requests about all objects share; netlink.c, and netlink_es.c for segments */
#ifndef EVPN_NETLINK_H
#define EVPN_NETLINK_H

#include <net/genetlink.h>

#include "evpn.h"

/* Sets the offending attribute beside the sentence. */
#define REFUSE(extack, attr, fmt, args...)               \
	do {                                             \
		NL_SET_BAD_ATTR(extack, attr);           \
		NL_SET_ERR_MSG_FMT(extack, fmt, ##args); \
	} while (0)

void evpn_netlink_u32(const struct genl_info *info, int attr, u32 *value);
void *evpn_netlink_begin(struct sk_buff *msg, const struct genl_info *info, u8 cmd);
int evpn_netlink_reply(struct genl_info *info, struct sk_buff *msg, void *hdr, int err);
int evpn_netlink_answer(struct genl_info *info, u8 cmd, struct mutex *lock,
			int (*fill)(struct sk_buff *msg, void *data), void *data);

/**
 * struct evpn_netlink_batch - notifications about many objects, as few messages as they fit into
 * @group: who hears them
 * @fill: puts one object, or fails and leaves @msg as it was
 * @data: for @fill
 * @msg: being filled, or NULL
 */
struct evpn_netlink_batch {
	struct evpn_net *en;
	unsigned int group;
	u8 cmd;
	int (*fill)(struct sk_buff *msg, const void *object, void *data);
	void *data;
	struct sk_buff *msg;
	void *hdr;
};

void evpn_netlink_batch_add(struct evpn_netlink_batch *batch, const void *object);
void evpn_netlink_batch_send(struct evpn_netlink_batch *batch);

/* netlink_es.c */
struct evpn_es *evpn_netlink_es(struct genl_info *info, int attr);
int evpn_netlink_es_dump(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd,
			 int (*fill)(struct sk_buff *msg, const struct evpn_es *es));

#endif /* EVPN_NETLINK_H */
