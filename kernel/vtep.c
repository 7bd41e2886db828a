// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which PE a VXLAN frame comes from, and whether that PE shares the segment the frame leaves by.
 *
 * The tunnel's outer header is gone when a frame is bridged. What survives decapsulation, GRO, RPS,
 * bridging and br_netfilter is the packet's mark. So when an outer packet is delivered to this host
 * from a PE that is in some segment's list, the PE's number is written into some bits of the mark,
 * and when the inner frame leaves through a segment, those bits are read. The highest number is that
 * of all PEs in no list: it tells that a frame is from the core, when the way it takes through this
 * host does not.
 *
 * RFC 8365 section 8.3.1 (local bias).
 */
#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "evpn.h"

enum vtep_limit {
	VTEP_HASH_BITS = 8,
	VTEP_MASK_BITS_MIN = 2,
	VTEP_MASK_BITS_MAX = 16,
	VTEP_PORT_DEFAULT = 4789,
	/* After everybody else who may set the mark of what is delivered. */
	VTEP_PRIORITY = INT_MAX - 100,
};

#define VTEP_MASK_DEFAULT 0xff000000

/**
 * struct vtep - another PE, by the address its tunnels come from
 * @node: in evpn_core.vteps; written under evpn_net.lock
 * @address: IPv4 addresses are IPv4-mapped
 * @number: what the mark says, from 1; one number is one PE for as long as it is in any list
 * @users: lists it is in; evpn_net.lock
 * @rcu: for kfree_rcu()
 */
struct vtep {
	struct hlist_node node;
	struct in6_addr address;
	u32 number;
	u32 users;
	struct rcu_head rcu;
};

/**
 * struct evpn_peers - the other PEs of a segment; replaced as a whole, never written to
 * @rcu: for kfree_rcu()
 * @n: how many
 * @vtep: each of them; held
 * @bits: size of @numbers
 * @numbers: a bit for the number of each
 */
struct evpn_peers {
	struct rcu_head rcu;
	unsigned int n;
	struct vtep *vtep[EVPN_PEERS_MAX];
	unsigned int bits;
	unsigned long numbers[];
};

/**
 * struct vtep_conf - what the data path needs to know; replaced as a whole
 * @mask: bits of the mark, or 0
 * @shift: of a number in it
 * @n_ports: how many UDP ports
 * @port: UDP ports
 * @rcu: for kfree_rcu()
 */
struct vtep_conf {
	u32 mask;
	u8 shift;
	u8 n_ports;
	__be16 port[EVPN_PORTS_MAX];
	struct rcu_head rcu;
};

/**
 * struct evpn_core - how peers are told apart in a namespace
 * @conf: for the data path; writers hold evpn_net.lock
 * @marked: packets
 * @vteps: struct vtep by address; writers hold evpn_net.lock
 * @numbers: those in use; evpn_net.lock
 * @used: how many; evpn_net.lock
 * @floods: all-active segments; evpn_net.lock
 * @ops: the hooks, in place while there is a PE or an all-active segment, and a mask
 * @hooked: they are in place; evpn_net.lock
 */
struct evpn_core {
	struct vtep_conf __rcu *conf;
	u64 __percpu *marked;
	DECLARE_HASHTABLE(vteps, VTEP_HASH_BITS);
	DECLARE_BITMAP(numbers, 1 << VTEP_MASK_BITS_MAX);
	u32 used;
	u32 floods;
	struct nf_hook_ops ops[2];
	bool hooked;
};

static struct vtep_conf *vtep_conf(struct evpn_net *en)
{
	return rcu_dereference_protected(en->core->conf, lockdep_is_held(&en->lock));
}

/* Who sends cannot lengthen a chain, only who configures the lists: no secret is needed. */
static u32 vtep_hash(const struct in6_addr *address)
{
	return (__force u32)(address->s6_addr32[0] ^ address->s6_addr32[1] ^ address->s6_addr32[2] ^
			     address->s6_addr32[3]);
}

static struct vtep *vtep_find(struct evpn_core *core, const struct in6_addr *address)
{
	struct vtep *v;

	hash_for_each_possible_rcu(core->vteps, v, node, vtep_hash(address)) {
		if (ipv6_addr_equal(&v->address, address))
			return v;
	}
	return NULL;
}

/* The same for an address of IPv4, without making a mapped one of it. */
static struct vtep *vtep_find4(struct evpn_core *core, __be32 address)
{
	struct vtep *v;

	hash_for_each_possible_rcu(core->vteps, v, node, (__force u32)(address ^ htonl(0xffff))) {
		if (v->address.s6_addr32[3] == address && ipv6_addr_v4mapped(&v->address))
			return v;
	}
	return NULL;
}

/* The number of a PE that is in no list; all below are for those that are. */
static u32 vtep_other(u32 mask)
{
	return mask >> (mask ? __ffs(mask) : 0);
}

static bool vtep_port(const struct vtep_conf *conf, __be16 port)
{
	unsigned int i;

	/* mostly it is the first; there always is one */
	if (likely(conf->port[0] == port))
		return true;
	for (i = 1; i < conf->n_ports; i++) {
		if (conf->port[i] == port)
			return true;
	}
	return false;
}

/* Is the packet with this UDP header, at @offset, one of VXLAN? */
static bool vtep_vxlan(const struct vtep_conf *conf, const struct sk_buff *skb, int offset)
{
	const struct udphdr *udp;
	struct udphdr buf;

	udp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	return udp && vtep_port(conf, udp->dest);
}

/* @v: the PE it comes from, or NULL; the highest number is all bits of the mask */
static void vtep_mark(struct evpn_core *core, const struct vtep_conf *conf, struct sk_buff *skb,
		      const struct vtep *v)
{
	u32 bits = conf->mask;

	if (v) {
		bits = v->number << conf->shift;
		this_cpu_inc(*core->marked);
	}
	skb->mark = (skb->mark & ~conf->mask) | bits;
}

/* Each packet that is delivered to this host comes here. */
static unsigned int vtep_hook4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct evpn_core *core = priv;
	const struct vtep_conf *conf = rcu_dereference(core->conf);
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *udp = (const void *)iph + iph->ihl * 4;

	if (iph->protocol != IPPROTO_UDP || !conf->mask)
		return NF_ACCEPT;
	if (likely((const u8 *)(udp + 1) <= skb_tail_pointer(skb)) ?
		    vtep_port(conf, udp->dest) :
		    vtep_vxlan(conf, skb, skb_network_offset(skb) + ip_hdrlen(skb)))
		vtep_mark(core, conf, skb, vtep_find4(core, iph->saddr));
	return NF_ACCEPT;
}

static unsigned int vtep_hook6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct evpn_core *core = priv;
	const struct vtep_conf *conf = rcu_dereference(core->conf);
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	u8 proto = iph->nexthdr;
	__be16 fragment;
	int offset;

	if (!conf->mask)
		return NF_ACCEPT;
	offset = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(*iph), &proto, &fragment);
	if (offset >= 0 && proto == IPPROTO_UDP && vtep_vxlan(conf, skb, offset))
		vtep_mark(core, conf, skb, vtep_find(core, &iph->saddr));
	return NF_ACCEPT;
}

static void vtep_init_hooks(struct evpn_core *core)
{
	core->ops[0] = (struct nf_hook_ops){
		.hook = vtep_hook4,
		.priv = core,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = VTEP_PRIORITY,
	};
	core->ops[1] = core->ops[0];
	core->ops[1].hook = vtep_hook6;
	core->ops[1].pf = NFPROTO_IPV6;
}

/* Puts the hooks in or out, whichever follows from who needs them and the mask. */
static int vtep_hook(struct evpn_net *en, u32 mask)
{
	struct evpn_core *core = en->core;
	bool wanted = mask && (core->used || core->floods);
	int err = 0;

	if (wanted == core->hooked)
		return 0;
	if (wanted)
		err = nf_register_net_hooks(en->net, core->ops, ARRAY_SIZE(core->ops));
	else
		nf_unregister_net_hooks(en->net, core->ops, ARRAY_SIZE(core->ops));
	if (!err)
		core->hooked = wanted;
	return err;
}

static void vtep_set_mask(struct vtep_conf *conf, u32 mask)
{
	conf->mask = mask;
	conf->shift = mask ? __ffs(mask) : 0;
}

static void vtep_set_ports(struct vtep_conf *conf, const u16 *ports, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		conf->port[i] = htons(ports[i]);
	conf->n_ports = n;
}

/** evpn_vtep_net_init() - the state of a namespace */
int evpn_vtep_net_init(struct evpn_net *en)
{
	struct evpn_core *core = kvzalloc(sizeof(*core), GFP_KERNEL_ACCOUNT);
	struct vtep_conf *conf = kzalloc(sizeof(*conf), GFP_KERNEL_ACCOUNT);

	if (core)
		core->marked = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!core || !conf || !core->marked) {
		if (core)
			free_percpu(core->marked);
		kvfree(core);
		kfree(conf);
		return -ENOMEM;
	}
	vtep_set_mask(conf, VTEP_MASK_DEFAULT);
	conf->n_ports = 1;
	conf->port[0] = htons(VTEP_PORT_DEFAULT);
	RCU_INIT_POINTER(core->conf, conf);
	hash_init(core->vteps);
	__set_bit(0, core->numbers);
	vtep_init_hooks(core);
	en->core = core;
	return 0;
}

/** evpn_vtep_net_exit() - the end of it; there is no segment any more, and no hook is running */
void evpn_vtep_net_exit(struct evpn_net *en)
{
	struct evpn_core *core = en->core;

	WARN_ON_ONCE(core->hooked || core->used || core->floods);
	kfree(rcu_dereference_protected(core->conf, true));
	free_percpu(core->marked);
	kvfree(core);
}

/* How many PEs can be told apart; without a mask as many as by the widest. */
static u32 vtep_most(u32 mask)
{
	return (mask ? vtep_other(mask) : (1 << VTEP_MASK_BITS_MAX) - 1) - 1;
}

static struct vtep *vtep_get(struct evpn_net *en, const struct in6_addr *address,
			     struct netlink_ext_ack *extack)
{
	struct evpn_core *core = en->core;
	u32 mask = vtep_conf(en)->mask;
	u32 most = vtep_most(mask);
	struct vtep *v = vtep_find(core, address);
	u32 number;

	if (v) {
		v->users++;
		return v;
	}
	number = find_first_zero_bit(core->numbers, most + 1);
	if (number > most) {
		NL_SET_ERR_MSG_FMT(extack, "mark mask %#x can tell %u PEs apart, not one more",
				   mask, most);
		return ERR_PTR(-ENOSPC);
	}
	v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return ERR_PTR(-ENOMEM);
	v->address = *address;
	v->number = number;
	v->users = 1;
	__set_bit(number, core->numbers);
	core->used++;
	hash_add_rcu(core->vteps, &v->node, vtep_hash(address));
	return v;
}

static void vtep_put(struct evpn_net *en, struct vtep *v)
{
	if (--v->users)
		return;
	hash_del_rcu(&v->node);
	__clear_bit(v->number, en->core->numbers);
	en->core->used--;
	kfree_rcu(v, rcu);
}

static void vtep_put_all(struct evpn_net *en, struct vtep **vteps, unsigned int n)
{
	while (n--)
		vtep_put(en, vteps[n]);
	vtep_hook(en, vtep_conf(en)->mask);
}

/**
 * evpn_vtep_peers() - a list of peers
 * @en: the namespace's state
 * @addresses: of their tunnels, @n of them, at most EVPN_PEERS_MAX; IPv4 ones IPv4-mapped, each once
 * @n: how many
 * @extack: why not
 *
 * Context: under evpn_net.lock.
 * Return: the list, to be put with evpn_vtep_peers_put(), or an error pointer.
 */
struct evpn_peers *evpn_vtep_peers(struct evpn_net *en, const struct in6_addr *addresses,
				   unsigned int n, struct netlink_ext_ack *extack)
{
	struct vtep *vteps[EVPN_PEERS_MAX];
	struct evpn_peers *peers;
	unsigned int i, bits = 1;
	struct vtep *v;
	int err;

	lockdep_assert_held(&en->lock);
	for (i = 0; i < n; i++) {
		v = vtep_get(en, &addresses[i], extack);
		if (IS_ERR(v)) {
			vtep_put_all(en, vteps, i);
			return ERR_CAST(v);
		}
		vteps[i] = v;
		bits = max(bits, v->number + 1);
	}
	err = vtep_hook(en, vtep_conf(en)->mask);
	peers = err ? NULL :
		      kzalloc(struct_size(peers, numbers, BITS_TO_LONGS(bits)), GFP_KERNEL_ACCOUNT);
	if (!peers) {
		vtep_put_all(en, vteps, n);
		return ERR_PTR(err ?: -ENOMEM);
	}
	peers->n = n;
	peers->bits = bits;
	for (i = 0; i < n; i++) {
		peers->vtep[i] = vteps[i];
		__set_bit(vteps[i]->number, peers->numbers);
	}
	return peers;
}

/** evpn_vtep_peers_put() - a list that no segment has any more, or NULL; under evpn_net.lock */
void evpn_vtep_peers_put(struct evpn_net *en, struct evpn_peers *peers)
{
	lockdep_assert_held(&en->lock);
	if (!peers)
		return;
	vtep_put_all(en, peers->vtep, peers->n);
	kfree_rcu(peers, rcu);
}

/** evpn_vtep_peers_equal() - the same PEs, whatever their order? NULL is an empty list */
bool evpn_vtep_peers_equal(const struct evpn_peers *a, const struct evpn_peers *b)
{
	if (!a || !b)
		return !(a ? a->n : 0) && !(b ? b->n : 0);
	return a->n == b->n && a->bits == b->bits && bitmap_equal(a->numbers, b->numbers, a->bits);
}

static const struct evpn_peers *vtep_es_peers(const struct evpn_es *es)
{
	return rcu_dereference_protected(es->peers, lockdep_is_held(&es->net->lock));
}

/** evpn_vtep_peers_count() - how many peers a segment has; under evpn_net.lock */
unsigned int evpn_vtep_peers_count(const struct evpn_es *es)
{
	const struct evpn_peers *peers = vtep_es_peers(es);

	return peers ? peers->n : 0;
}

/** evpn_vtep_peer() - the address of one of them, IPv4 ones IPv4-mapped; under evpn_net.lock */
const struct in6_addr *evpn_vtep_peer(const struct evpn_es *es, unsigned int i)
{
	return &vtep_es_peers(es)->vtep[i]->address;
}

/**
 * evpn_vtep_shared() - does a frame come from a PE that shares the segment?
 * @es: the segment
 * @skb: the frame, its mark as it was bridged; evpn_vtep_listed() may be asked before
 *
 * Context: within an RCU read-side section.
 */
bool evpn_vtep_shared(const struct evpn_es *es, const struct sk_buff *skb)
{
	const struct evpn_peers *peers = rcu_dereference(es->peers);
	u32 mask = READ_ONCE(es->mark_mask), number;

	if (!peers || !mask)
		return false;
	number = (skb->mark & mask) >> __ffs(mask);
	return number && number < peers->bits && test_bit(number, peers->numbers);
}

/**
 * evpn_vtep_floods() - there is one more all-active segment, or one less
 * @en: the namespace's state
 * @floods: one more
 *
 * Should there be no memory for the hooks, frames of a tunnel are known by its device only, until
 * the next change.
 *
 * Context: under evpn_net.lock.
 */
void evpn_vtep_floods(struct evpn_net *en, bool floods)
{
	lockdep_assert_held(&en->lock);
	en->core->floods += floods ? 1 : -1;
	vtep_hook(en, vtep_conf(en)->mask);
}

static int vtep_check_mask(struct evpn_net *en, u32 mask, struct netlink_ext_ack *extack)
{
	u32 last = find_last_bit(en->core->numbers, 1 << VTEP_MASK_BITS_MAX);
	u32 numbers = vtep_other(mask), most = vtep_most(mask);
	unsigned int bits = hweight32(mask);

	if (!mask)
		return 0;
	if (numbers & (numbers + 1) || bits < VTEP_MASK_BITS_MIN || bits > VTEP_MASK_BITS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "mark mask %#x is not %u to %u bits in a row", mask,
				   VTEP_MASK_BITS_MIN, VTEP_MASK_BITS_MAX);
		return -EINVAL;
	}
	if (last > most) {
		NL_SET_ERR_MSG_FMT(extack,
				   "mark mask %#x can tell %u PEs apart, number %u is in use", mask,
				   most, last);
		return -ENOSPC;
	}
	return 0;
}

/**
 * evpn_vtep_set() - change how peers are told apart
 * @en: the namespace's state
 * @mask: bits of the mark, or NULL to keep them
 * @ports: UDP ports of VXLAN, or NULL to keep them
 * @n_ports: how many, at most EVPN_PORTS_MAX
 * @extack: why not
 *
 * A packet that is on its way while the mask changes may be read by the wrong one.
 *
 * Context: under evpn_net.lock.
 * Return: 0 or an error, and then nothing has changed.
 */
int evpn_vtep_set(struct evpn_net *en, const u32 *mask, const u16 *ports, unsigned int n_ports,
		  struct netlink_ext_ack *extack)
{
	struct vtep_conf *old = vtep_conf(en), *conf;
	struct evpn_es *es;
	int err;

	lockdep_assert_held(&en->lock);
	err = mask ? vtep_check_mask(en, *mask, extack) : 0;
	if (err)
		return err;
	conf = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
	if (!conf)
		return -ENOMEM;
	if (mask)
		vtep_set_mask(conf, *mask);
	if (ports)
		vtep_set_ports(conf, ports, n_ports);
	err = vtep_hook(en, conf->mask);
	if (err) {
		kfree(conf);
		return err;
	}
	rcu_assign_pointer(en->core->conf, conf);
	kfree_rcu(old, rcu);
	evpn_for_each_es(es, en)
		WRITE_ONCE(es->mark_mask, conf->mask);
	return 0;
}

/** evpn_vtep_mask() - the bits of the mark; under evpn_net.lock */
u32 evpn_vtep_mask(struct evpn_net *en)
{
	return vtep_conf(en)->mask;
}

/** evpn_vtep_port() - UDP port number @i, or 0 after the last; under evpn_net.lock */
unsigned int evpn_vtep_port(struct evpn_net *en, unsigned int i)
{
	const struct vtep_conf *conf = vtep_conf(en);

	return i < conf->n_ports ? ntohs(conf->port[i]) : 0;
}

/** evpn_vtep_used() - how many different PEs all lists have; under evpn_net.lock */
u32 evpn_vtep_used(struct evpn_net *en)
{
	return en->core->used;
}

/** evpn_vtep_marked() - packets marked since the beginning */
u64 evpn_vtep_marked(struct evpn_net *en)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(en->core->marked, cpu);
	return sum;
}
