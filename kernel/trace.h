/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the module: /sys/kernel/tracing/events/evpn/. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM evpn

#if !defined(EVPN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define EVPN_TRACE_H

#include <linux/tracepoint.h>

#include "evpn.h"
#include "neigh.h"

#define EVPN_TRACE_ESI __array(u8, esi, EVPN_ESI_LEN)
#define EVPN_TRACE_ESI_SET(es) memcpy(__entry->esi, (es)->esi.octet, EVPN_ESI_LEN)
#define EVPN_TRACE_ESI_ARG EVPN_ESI_LEN, __entry->esi

TRACE_DEFINE_ENUM(EVPN_DIRECTION_INGRESS);
TRACE_DEFINE_ENUM(EVPN_DIRECTION_EGRESS);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_STANDBY);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_STANDBY_MEMBER);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_VLAN_STANDBY);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_OWNER_LOST);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_MALFORMED);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_NON_DF);
TRACE_DEFINE_ENUM(EVPN_DROP_REASON_SPLIT_HORIZON);
TRACE_DEFINE_ENUM(EVPN_ROLE_NON_DF);
TRACE_DEFINE_ENUM(EVPN_ROLE_DF);
TRACE_DEFINE_ENUM(EVPN_ROLE_DRAINING);
TRACE_DEFINE_ENUM(EVPN_LACP_REWRITTEN);
TRACE_DEFINE_ENUM(EVPN_LACP_ECHO);
TRACE_DEFINE_ENUM(EVPN_LACP_SENT);
TRACE_DEFINE_ENUM(EVPN_LACP_STALE);
TRACE_DEFINE_ENUM(EVPN_ES_CREATED);
TRACE_DEFINE_ENUM(EVPN_ES_CHANGED);
TRACE_DEFINE_ENUM(EVPN_ES_BOUND);
TRACE_DEFINE_ENUM(EVPN_ES_UNBOUND);
TRACE_DEFINE_ENUM(EVPN_ES_REJECTED);
TRACE_DEFINE_ENUM(EVPN_ES_FAILED);
TRACE_DEFINE_ENUM(EVPN_ES_DESTROYED);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_GONE);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_LOCAL);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_SYNCED);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_PENDING);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_REFUSED);
TRACE_DEFINE_ENUM(EVPN_NEIGH_STATE_RETAINED);
TRACE_DEFINE_ENUM(EVPN_OWNER_STATE_NONE);
TRACE_DEFINE_ENUM(EVPN_OWNER_STATE_PRESENT);
TRACE_DEFINE_ENUM(EVPN_OWNER_STATE_LOST);

/* A frame was dropped. */
TRACE_EVENT(evpn_drop,
	TP_PROTO(const struct evpn_es *es, const struct evpn_port *port,
		 enum evpn_direction direction, unsigned int reason,
		 const struct evpn_frame *frame, unsigned int len),
	TP_ARGS(es, port, direction, reason, frame, len),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(int, ifindex)
		__field(u32, direction)
		__field(u32, reason)
		__field(u16, vid)
		__field(u16, proto)
		__field(u32, len)
	),
	TP_fast_assign(
		EVPN_TRACE_ESI_SET(es);
		__entry->ifindex = port->dev->ifindex;
		__entry->direction = direction;
		__entry->reason = reason;
		__entry->vid = frame ? frame->vid : 0;
		__entry->proto = frame ? frame->proto : 0;
		__entry->len = len;
	),
	TP_printk("esi=" EVPN_ESI_FMT " ifindex=%d direction=%s reason=%s vid=%u proto=%#06x len=%u",
		EVPN_TRACE_ESI_ARG, __entry->ifindex,
		__print_symbolic(__entry->direction,
			{ EVPN_DIRECTION_INGRESS, "ingress" },
			{ EVPN_DIRECTION_EGRESS, "egress" }),
		__print_symbolic(__entry->reason,
			{ EVPN_DROP_REASON_STANDBY, "standby" },
			{ EVPN_DROP_REASON_STANDBY_MEMBER, "standby-member" },
			{ EVPN_DROP_REASON_VLAN_STANDBY, "vlan-standby" },
			{ EVPN_DROP_REASON_OWNER_LOST, "owner-lost" },
			{ EVPN_DROP_REASON_MALFORMED, "malformed" },
			{ EVPN_DROP_REASON_NON_DF, "non-df" },
			{ EVPN_DROP_REASON_SPLIT_HORIZON, "split-horizon" }),
		__entry->vid, __entry->proto, __entry->len)
);

/* What a segment enforces has changed. */
TRACE_EVENT(evpn_role,
	TP_PROTO(const struct evpn_es *es, u32 before, u32 after),
	TP_ARGS(es, before, after),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(u32, role)
		__field(u32, before)
		__field(u32, after)
	),
	TP_fast_assign(
		EVPN_TRACE_ESI_SET(es);
		__entry->role = es->conf.role;
		__entry->before = before;
		__entry->after = after;
	),
	TP_printk("esi=" EVPN_ESI_FMT " role=%s blocked=%d->%d oos=%d->%d failed=%d flags=%#x->%#x",
		EVPN_TRACE_ESI_ARG,
		__print_symbolic(__entry->role,
			{ EVPN_ROLE_NON_DF, "non-df" },
			{ EVPN_ROLE_DF, "df" },
			{ EVPN_ROLE_DRAINING, "draining" }),
		!!(__entry->before & EVPN_PF_BLOCK), !!(__entry->after & EVPN_PF_BLOCK),
		!!(__entry->before & EVPN_PF_OOS), !!(__entry->after & EVPN_PF_OOS),
		!!(__entry->after & EVPN_PF_FAIL), __entry->before, __entry->after)
);

/* Something was done to a LACPDU, or could not be. */
TRACE_EVENT(evpn_lacp,
	TP_PROTO(const struct evpn_port *port, enum evpn_lacp_counter what, u8 before, u8 after),
	TP_ARGS(port, what, before, after),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(int, ifindex)
		__field(u32, what)
		__field(u8, before)
		__field(u8, after)
	),
	TP_fast_assign(
		EVPN_TRACE_ESI_SET(port->es);
		__entry->ifindex = port->dev->ifindex;
		__entry->what = what;
		__entry->before = before;
		__entry->after = after;
	),
	TP_printk("esi=" EVPN_ESI_FMT " ifindex=%d %s state=%#04x->%#04x",
		EVPN_TRACE_ESI_ARG, __entry->ifindex,
		__print_symbolic(__entry->what,
			{ EVPN_LACP_REWRITTEN, "rewritten" },
			{ EVPN_LACP_ECHO, "echo" },
			{ EVPN_LACP_SENT, "sent" },
			{ EVPN_LACP_STALE, "stale" }),
		__entry->before, __entry->after)
);

/* The owner of a namespace has come or gone. */
TRACE_EVENT(evpn_owner,
	TP_PROTO(const struct evpn_net *en),
	TP_ARGS(en),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, state)
		__field(u32, portid)
		__field(u32, pid)
	),
	TP_fast_assign(
		__entry->netns = en->net->ns.inum;
		__entry->state = en->owner.state;
		__entry->portid = en->owner.portid;
		__entry->pid = pid_nr(en->owner.pid);
	),
	TP_printk("netns=%u state=%s portid=%u pid=%u", __entry->netns,
		__print_symbolic(__entry->state,
			{ EVPN_OWNER_STATE_NONE, "none" },
			{ EVPN_OWNER_STATE_PRESENT, "present" },
			{ EVPN_OWNER_STATE_LOST, "lost" }),
		__entry->portid, __entry->pid)
);

/* A segment was created, changed, bound, unbound or destroyed. */
TRACE_EVENT(evpn_es,
	TP_PROTO(const struct evpn_es *es, const struct evpn_device *d, enum evpn_es_event what),
	TP_ARGS(es, d, what),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(u32, what)
		__array(char, ifname, IFNAMSIZ)
		__field(int, ifindex)
	),
	TP_fast_assign(
		EVPN_TRACE_ESI_SET(es);
		__entry->what = what;
		strscpy(__entry->ifname, d ? d->name : "", IFNAMSIZ);
		__entry->ifindex = d && d->port ? d->port->dev->ifindex : 0;
	),
	TP_printk("esi=" EVPN_ESI_FMT " %s ifname=%s ifindex=%d", EVPN_TRACE_ESI_ARG,
		__print_symbolic(__entry->what,
			{ EVPN_ES_CREATED, "created" },
			{ EVPN_ES_CHANGED, "changed" },
			{ EVPN_ES_BOUND, "bound" },
			{ EVPN_ES_UNBOUND, "unbound" },
			{ EVPN_ES_REJECTED, "rejected" },
			{ EVPN_ES_FAILED, "failed" },
			{ EVPN_ES_DESTROYED, "destroyed" }),
		__entry->ifname, __entry->ifindex)
);

#define EVPN_TRACE_NEIGH_STATE(state) __print_symbolic(state,                                       \
	{ EVPN_NEIGH_STATE_GONE, "gone" }, { EVPN_NEIGH_STATE_LOCAL, "local" },                    \
	{ EVPN_NEIGH_STATE_SYNCED, "synced" }, { EVPN_NEIGH_STATE_PENDING, "pending" },            \
	{ EVPN_NEIGH_STATE_REFUSED, "refused" }, { EVPN_NEIGH_STATE_RETAINED, "retained" })

/* A neighbour of a segment is something else now. */
TRACE_EVENT(evpn_neigh,
	TP_PROTO(const struct evpn_neigh *n, u8 state),
	TP_ARGS(n, state),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(u32, tag)
		__field(u8, family)
		__array(u8, addr, EVPN_NEIGH_ADDR_LEN)
		__array(u8, lladdr, ETH_ALEN)
		__field(u8, before)
		__field(u8, after)
	),
	TP_fast_assign(
		memcpy(__entry->esi, n->key.esi, EVPN_ESI_LEN);
		__entry->tag = evpn_neigh_key_tag(&n->key);
		__entry->family = n->key.family;
		memcpy(__entry->addr, n->key.addr, EVPN_NEIGH_ADDR_LEN);
		memcpy(__entry->lladdr, state == EVPN_NEIGH_STATE_LOCAL ? n->lladdr :
		       n->wish.lladdr, ETH_ALEN);
		__entry->before = n->state;
		__entry->after = state;
	),
	TP_printk("esi=" EVPN_ESI_FMT " tag=%u addr=%*phN lladdr=%pM %s->%s", EVPN_TRACE_ESI_ARG,
		__entry->tag, __entry->family, __entry->addr, __entry->lladdr,
		EVPN_TRACE_NEIGH_STATE(__entry->before), EVPN_TRACE_NEIGH_STATE(__entry->after))
);

/* ARP or Neighbour Discovery entered a segment. */
TRACE_EVENT(evpn_neigh_heard,
	TP_PROTO(const struct evpn_neigh_key *key, const u8 *lladdr),
	TP_ARGS(key, lladdr),
	TP_STRUCT__entry(
		EVPN_TRACE_ESI
		__field(u32, tag)
		__field(u8, family)
		__array(u8, addr, EVPN_NEIGH_ADDR_LEN)
		__array(u8, lladdr, ETH_ALEN)
	),
	TP_fast_assign(
		memcpy(__entry->esi, key->esi, EVPN_ESI_LEN);
		__entry->tag = evpn_neigh_key_tag(key);
		__entry->family = key->family;
		memcpy(__entry->addr, key->addr, EVPN_NEIGH_ADDR_LEN);
		memcpy(__entry->lladdr, lladdr, ETH_ALEN);
	),
	TP_printk("esi=" EVPN_ESI_FMT " tag=%u addr=%*phN lladdr=%pM", EVPN_TRACE_ESI_ARG,
		__entry->tag, __entry->family, __entry->addr, __entry->lladdr)
);

#endif /* EVPN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
