/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parent_priv.h - what the parts of the parent know of each other: parent.c (life and death, facts and
 * wishes), parent_speaker.c (the other process), parent_conf.c (what is in force),
 * parent_ctl.c (what clients may ask of the parent itself).
 */
#ifndef EVPND_PARENT_PRIV_H
#define EVPND_PARENT_PRIV_H

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "system/arp_accept.h"
#include "parent/ctl_server.h"
#include "parent/guard.h"
#include "parent/icc_sockets.h"
#include "system/frr.h"
#include "contract/ipc.h"
#include "system/kern.h"
#include "system/fdb_flood.h"
#include "system/links.h"
#include "system/mdb.h"
#include "parent/parent.h"
#include "parent/parent_bfd.h"
#include "parent/relay.h"
#include "parent/sockets.h"
#include "parent/state.h"
#include "system/forget.h"
#include "system/ports.h"
#include "system/remote_pes.h"
#include "system/routes.h"
#include "system/bgp_end.h"
#include "system/speak.h"
#include "system/uplinks.h"
#include "timer.h"

enum { PARENT_WHY_LEN = 160, PARENT_STATUS_LEN = 320 };

/**
 * struct parent - everything
 * @conf: in force
 * @ipc: to the speaker, NULL: there is none
 * @pid: of the speaker, 0: none
 * @reaped, @closed: the two halves of a speaker's death; both must be there
 * @status: what the service manager was told last
 * @why: why there is no speaker, for clients
 * @violations: messages of this speaker that made no sense or asked for what it may not have, within an
 *	hour; @violations_total: of all speakers
 * @condemned: there were too many: nothing that it says counts any more
 * @guard: what it may ask for
 * @deadline: to SIGKILL a speaker that does not end
 * @ping, @ping_ms: under a watchdog, how often the speaker is asked whether it lives; @unanswered: asked
 *	since it last said so
 * @listen_again: to open listening sockets that could not be opened
 */
struct parent {
	const struct parent_options *options;
	sd_event *event;
	struct conf_file *conf;
	struct links *links;
	struct uplinks *uplinks;
	struct ports *ports;
	struct speak *speak;
	struct bgp_end *bgp_end;
	struct forget *forget;
	struct kern *kern;
	struct fdb_flood *flood;
	struct mdb *mdb;
	struct routes *routes;
	struct remote_pes *remote_pes;
	struct accept *accept;
	struct frr *frr;
	struct frr_repair *repair;
	struct sockets *sockets;
	struct icc_sockets icc;
	struct parent_bfd *bfd;
	struct state *state;
	struct ctl_server *ctl;
	struct relay *relay;
	u64 started_us;
	bool ready;
	bool stopping;
	char status[PARENT_STATUS_LEN];

	struct ipc *ipc;
	pid_t pid;
	sd_event_source *child;
	bool reaped;
	bool closed;
	char why[PARENT_WHY_LEN];
	unsigned int violations;
	u64 violations_total;
	u64 violations_since_us;
	bool condemned;
	struct guard guard;
	unsigned int restarts;
	u64 spawned_us;
	u64 respawn_ms;
	struct timer respawn;
	struct timer deadline;
	struct timer ping;
	u64 ping_ms;
	unsigned int unanswered;
	struct timer listen_again;
};

/* parent.c */
/* one event for monitors of @object; steals the reference */
void parent_event(struct parent *p, const char *object, const char *what, json_t *event);
void parent_stopped(struct parent *p);

/* parent_speaker.c */
void parent_speaker_init(struct parent *p);
int parent_speaker_start(struct parent *p);
void parent_speaker_stop(struct parent *p);
void parent_speaker_free(struct parent *p);
/* to the speaker, if there is one */
/* the speaker has not read much of what it was sent */
bool parent_speaker_busy(const struct parent *p);
void parent_send(struct parent *p, enum ipc_type type, const void *body, uint32_t len);
/* the same with a batch of one: what became of a wish */
void parent_tell(struct parent *p, enum ipc_type type, const void *result);
/* the speaker has said what makes no sense: too much of that is its end */
void parent_violation(struct parent *p, const char *what);
/* it has asked for what it may not have, and perhaps might a moment ago: that is no sign of malice */
void parent_forbidden(struct parent *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* hear what comes from a speaker by @fd, which is taken over; no process behind it is looked after */
int parent_speaker_hear(struct parent *p, int fd);

/* parent_conf.c */
/* take a valid configuration into force; @p owns it then. Return: how many values changed */
size_t parent_conf_commit(struct parent *p, struct conf_file *conf);
/* read the file again; @errors: what is wrong with it, and then nothing has changed */
int parent_conf_reload(struct parent *p, struct conf_errors *errors, size_t *changes);
/* is this bond's LACP partner the ESI of a segment? @data: the parent */
bool parent_conf_follows(void *data, const char *ifname);
/* is this the VXLAN device and the VNI of a configured bridge? The speaker is not trusted with others */
bool parent_conf_floods(const struct parent *p, const struct flood_key *key);
void parent_conf_listen(struct parent *p);
/* how the module tells PEs apart: as configured, and by the ports of this host's VXLAN devices */
void parent_conf_core(struct parent *p);
/* warns of whoever else uses the bits that tell PEs apart, when there is an all-active segment */
void parent_conf_mark(struct parent *p);
/* whether there is an FRR to look at */
void parent_conf_frr(struct parent *p);
void parent_conf_send(struct parent *p);
void parent_conf_send_sockets(struct parent *p);
/* Return: false when no neighbour of the configuration was meant */
bool parent_conf_open_socket(struct parent *p, const struct ipc_socket *request);
void parent_conf_renew_keys(struct parent *p, const struct ipc_socket *of, int fd);

/* parent_boot.c */
/* read what the last evpnd has left; before sockets are opened */
int parent_boot_read(struct parent *p);
/* which ports somebody else has is for the next one to know */
void parent_boot_note_ports(struct parent *p);
/* close what the last one knew and the configuration does not say */
void parent_boot(struct parent *p);
/* the speaker is to know what is in maintenance */
void parent_send_maintenance(struct parent *p);

/* parent_status.c */
/* the service manager hears in one sentence how it is, when that has changed */
void parent_status(struct parent *p);
/* sentences for people who ask: what the parent knows to be wrong */
void parent_problems(const struct parent *p, void (*fn)(void *data, const char *text), void *data);

/* parent_ctl.c */
extern const struct ctl_ops parent_ctl_ops;

#endif
