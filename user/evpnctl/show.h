/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show.h - the printers that more than one command uses; each takes the document that
 * Documentation/control-socket.rst describes for its method (or one element of its list).
 */
#ifndef EVPNCTL_SHOW_H
#define EVPNCTL_SHOW_H

#include "out.h"

/* cmd_summary.c */
void print_summary(struct out *o, const json_t *doc);

/* cmd_es.c */
void print_segments(struct out *o, const json_t *doc); /* es.show */
void print_segment(struct out *o, const json_t *segment);

/* cmd_df.c */
void print_df(struct out *o, const json_t *doc);    /* df.show */
void print_check(struct out *o, const json_t *doc); /* frr_check() */
void print_why(struct out *o, const json_t *doc);   /* df.why */

/* dead_show.c */
void print_dead(struct out *o, const json_t *doc); /* "dead-pe": dead_check() */

/* cmd_peer.c */
void print_peers(struct out *o, const json_t *doc); /* peer.show */

/* cmd_route.c */
void print_routes(struct out *o, const json_t *doc); /* route.show */

/* cmd_neigh.c */
void print_neigh(struct out *o, const json_t *doc); /* neigh.show */
enum out_style neigh_style(const json_t *neigh);    /* of its state */

/* cmd_trace.c */
void print_trace(struct out *o, const json_t *doc);	   /* neigh.trace */
void print_member_trace(struct out *o, const json_t *doc); /* member.trace */
void print_prefix_trace(struct out *o, const json_t *doc); /* prefix.trace */

/* cmd_member.c */
void print_memberships(struct out *o, const json_t *doc); /* member.show */

/* cmd_prefix.c */
void print_prefixes(struct out *o, const json_t *doc);	 /* prefix.show */
void print_prefix_why(struct out *o, const json_t *doc); /* prefix.why */

/* cmd_flood.c */
void print_flood(struct out *o, const json_t *doc); /* flood.show */
void print_bfd(struct out *o, const json_t *doc);   /* bfd.show */
void print_icc(struct out *o, const json_t *doc);   /* icc.show */

/* cmd_kernel.c: the documents are made by kernel_doc.c */
void print_kernel_es(struct out *o, const json_t *doc);
void print_kernel_stats(struct out *o, const json_t *doc);
void print_kernel_owner(struct out *o, const json_t *doc);
void print_kernel_core(struct out *o, const json_t *doc);
void print_kernel_membership(struct out *o, const json_t *doc);
void print_kernel_counters(struct out *o, const json_t *stats); /* of one segment */

/* cmd_config.c */
void print_config_diff(struct out *o, const json_t *doc);

/* cmd_metrics.c */
void print_metrics(struct out *o, const json_t *doc);

/* cmd_monitor.c */
void print_event(struct out *o, const json_t *event);

/* app.c: the answer's "message", when there is one */
void print_answer(struct out *o, const json_t *doc);

#endif
