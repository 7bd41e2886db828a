// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern.c - is the module there? Claims the ownership of the namespace's segments, listens to the
 * module's notifications, and waits for it when it is not loaded: nlctrl tells when a family comes
 * or goes, and a timer that grows looks now and then, should that message have been lost.
 */
#include "system/kern.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/kern_priv.h"
#include "log.h"
#include "version.h"

enum {
	KERN_RCVBUF = 1024 * 1024,
	EAR_RCVBUF = 8 * 1024 * 1024,
	RETRY_FIRST_MS = 1000,
	RETRY_MAX_MS = 60000,
};

static void tell(struct kern *kern, bool present, const char *text)
{
	struct fact_kernel fact = {.present = present, .version = kern->evpn.version};

	snprintf(fact.text, sizeof(fact.text), "%s", text);
	if (fact.present == kern->fact.present && !strcmp(fact.text, kern->fact.text))
		return;
	if (present)
		log_info("kernel: %s", text);
	else
		log_warning("kernel: %s", text);
	kern->fact = fact;
	kern->ops->kernel(kern->data, &kern->fact);
}

static void close_ear(struct kern_ear *ear)
{
	ear->source = sd_event_source_disable_unref(ear->source);
	nl_close(ear->nl);
	ear->nl = NULL;
}

static void close_module(struct kern *kern)
{
	kern->listener_source = sd_event_source_disable_unref(kern->listener_source);
	nl_close(kern->listener);
	kern->listener = NULL;
	close_ear(&kern->neighs);
	close_ear(&kern->members);
	if (kern->evpn.nl)
		nl_evpn_close(&kern->evpn);
}

static int on_message(void *data, const struct nlmsghdr *nlh)
{
	struct kern *kern = data;
	struct nl_owner owner;
	struct nl_es es;

	if (nlh->nlmsg_type != kern->evpn.family)
		return 0;
	switch (nl_evpn_cmd(nlh)) {
	case EVPN_CMD_ES_NTF:
	case EVPN_CMD_ES_FAIL_NTF:
	case EVPN_CMD_ES_DEL_NTF:
		nl_evpn_parse_es(nlh, &es);
		kern_es_heard(kern, &es, nl_evpn_cmd(nlh) == EVPN_CMD_ES_DEL_NTF);
		break;
	case EVPN_CMD_OWNER_NTF:
		nl_evpn_parse_owner(nlh, &owner);
		if (owner.state == EVPN_OWNER_STATE_PRESENT && kern->evpn.nl &&
		    owner.portid != nl_port(kern->evpn.nl))
			log_warning("kernel: process %u has taken the segments over", owner.pid);
		break;
	default:
		break;
	}
	/* A request made meanwhile may have found the module gone. */
	return kern->listener ? 0 : -ENOENT;
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct kern *kern = data;
	struct nl_err err;
	int r = nl_receive(kern->listener, on_message, kern);

	if (r == -ENOBUFS) {
		log_info(
			"kernel: more notifications than could be read; reading all segments again");
		if (kern_es_read_all(kern, &err))
			kern_lost(kern, err.text);
		else
			kern_es_put_right(kern);
	} else if (r && r != -ENOENT) {
		log_error("kernel: notifications: %s", strerror(-r));
	}
	return 0;
}

static int on_news(void *data, const struct nlmsghdr *nlh)
{
	struct kern_ear *ear = data;
	struct kern *kern = ear->kern;

	if (nlh->nlmsg_type == kern->evpn.family && nl_evpn_cmd(nlh) == ear->cmd)
		ear->heard(kern, nlh);
	return kern->ops->busy && kern->ops->busy(kern->data);
}

/*
 * Neighbours and memberships have a socket each: however many there are, a segment's news do not wait or
 * drown, and neither do those of the other kind.
 */
static int on_ear(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct kern_ear *ear = data;
	int r = nl_receive(ear->nl, on_news, ear);

	ear->heard_all(ear->kern);
	if (r == -ENOBUFS) {
		log_info("kernel: more news of %s than could be read; reading all of them again",
			 ear->what);
		ear->replay(ear->kern);
	} else if (r > 0) {
		sd_event_source_set_enabled(ear->source, SD_EVENT_OFF);
	} else if (r) {
		log_error("kernel: news of %s: %s", ear->what, strerror(-r));
	}
	return 0;
}

static void resume(struct kern_ear *ear)
{
	if (ear->source)
		sd_event_source_set_enabled(ear->source, SD_EVENT_ON);
}

/** kern_resume() - whoever was busy is not any more */
void kern_resume(struct kern *kern)
{
	resume(&kern->neighs);
	resume(&kern->members);
}

/* A module that knows none of these is still good for segments. */
static int listen_with(struct kern *kern, struct kern_ear *ear, uint32_t group)
{
	int r;

	if (!group)
		return 0;
	ear->nl = nl_open_listener(NETLINK_GENERIC, EAR_RCVBUF);
	if (!ear->nl)
		return -errno;
	r = nl_join(ear->nl, group);
	if (r)
		return r;
	return sd_event_add_io(kern->event, &ear->source, nl_fd(ear->nl), EPOLLIN, on_ear, ear);
}

static int listen_to_module(struct kern *kern, struct nl_err *err)
{
	int r;

	kern->listener = nl_open_listener(NETLINK_GENERIC, KERN_RCVBUF);
	if (!kern->listener)
		return nl_err_set(err, errno, "netlink socket: %s", strerror(errno));
	r = nl_join(kern->listener, kern->evpn.group_config);
	if (!r)
		r = nl_join(kern->listener, kern->evpn.group_alarm);
	if (!r)
		r = sd_event_add_io(kern->event, &kern->listener_source, nl_fd(kern->listener),
				    EPOLLIN, on_readable, kern);
	if (r >= 0)
		r = listen_with(kern, &kern->neighs, kern->evpn.group_neigh);
	if (r >= 0)
		r = listen_with(kern, &kern->members, kern->evpn.group_mcast);
	return r < 0 ? nl_err_set(err, -r, "notifications of the module: %s", strerror(-r)) : 0;
}

/* Somebody may have been here before: a generation that no segment in the module has. */
static void choose_generation(struct kern *kern)
{
	struct nl_owner owner;
	struct nl_err err;

	if (!nl_evpn_owner_get(&kern->evpn, &owner, &err) && owner.generation >= kern->generation)
		kern->generation = owner.generation;
	kern->generation++;
}

static int claim(struct kern *kern, struct nl_err *err)
{
	struct nl_owner owner;
	struct nl_err ignored;
	int r = nl_evpn_owner_set(&kern->evpn, kern->generation, "evpnd " EVPN_VERSION, false, err);

	if (r == -EBUSY && !nl_evpn_owner_get(&kern->evpn, &owner, &ignored))
		nl_err_set(err, EBUSY,
			   "process %u owns the segments of this namespace; stop it first",
			   owner.pid);
	return r;
}

/* Order: listen, own, read, then put right. Nothing that happens in between is missed. */
static int open_module(struct kern *kern, struct nl_err *err)
{
	int r = nl_evpn_open(&kern->evpn, err);

	if (!r)
		r = listen_to_module(kern, err);
	if (!r) {
		choose_generation(kern);
		r = claim(kern, err);
	}
	if (!r)
		r = kern_es_read_all(kern, err);
	return r;
}

/* Either may be upgraded before the other; which has met which is worth a word. */
static void tell_met(struct kern *kern)
{
	char text[sizeof(kern->fact.text)], version[32] = "";
	FILE *f = fopen("/sys/module/evpn/version", "re");

	if (f && fgets(version, sizeof(version), f))
		version[strcspn(version, "\n")] = '\0';
	if (f)
		fclose(f);
	snprintf(text, sizeof(text), "the module evpn %s is loaded%s", version,
		 version[0] && strcmp(version, EVPN_VERSION) ? ", this evpnd is " EVPN_VERSION :
							       "");
	tell(kern, true, version[0] ? text : "the module evpn is loaded");
}

static void look(struct kern *kern)
{
	struct nl_err err;

	timer_stop(&kern->retry);
	if (open_module(kern, &err)) {
		kern_lost(kern, err.text);
		return;
	}
	kern->retry_ms = RETRY_FIRST_MS;
	tell_met(kern);
	kern_core_install(kern);
	kern_es_install_all(kern);
	if (kern->swept)
		kern_es_sweep_module(kern);
	kern_neigh_replay(kern);
	kern_member_replay(kern);
}

void kern_lost(struct kern *kern, const char *text)
{
	/* text may live in what is closed */
	char why[sizeof(kern->fact.text)];

	snprintf(why, sizeof(why), "%s", text);
	close_module(kern);
	kern_es_forget_had(kern);
	tell(kern, false, why);
	kern_es_all_pending(kern, why);
	timer_start(&kern->retry, kern->retry_ms);
	kern->retry_ms = kern->retry_ms * 2 < RETRY_MAX_MS ? kern->retry_ms * 2 : RETRY_MAX_MS;
}

static void on_retry(void *data)
{
	look(data);
}

static void on_assert_again(void *data)
{
	kern_es_put_right(data);
}

static void on_hosts_again(void *data)
{
	kern_neigh_replay(data);
	kern_member_replay(data);
}

/* Once for all that is heard in one turn of the loop. */
void kern_hosts_again(struct kern *kern)
{
	timer_start(&kern->hosts_again, 0);
}

static int on_ctrl_message(void *data, const struct nlmsghdr *nlh)
{
	struct kern *kern = data;
	uint16_t family = kern->evpn.family;

	if (!kern->evpn.nl && nl_genl_is_newfamily(nlh, EVPN_FAMILY_NAME)) {
		kern->retry_ms = RETRY_FIRST_MS;
		look(kern);
	} else if (kern->evpn.nl && nl_genl_is_delfamily(nlh, family)) {
		kern_lost(kern, "the module evpn was unloaded; nothing is enforced");
	}
	return 0;
}

static int on_ctrl(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct kern *kern = data;

	if (nl_receive(kern->ctrl, on_ctrl_message, kern) == -ENOBUFS && !kern->evpn.nl)
		look(kern);
	return 0;
}

static int listen_to_nlctrl(struct kern *kern)
{
	int r;

	kern->ctrl = nl_open_listener(NETLINK_GENERIC, 0);
	if (!kern->ctrl)
		return -errno;
	r = nl_join(kern->ctrl, nl_genl_ctrl_group());
	if (r)
		return r;
	return sd_event_add_io(kern->event, &kern->ctrl_source, nl_fd(kern->ctrl), EPOLLIN, on_ctrl,
			       kern);
}

struct kern *kern_new(sd_event *event, const struct kern_ops *ops, void *data)
{
	struct kern *kern = calloc(1, sizeof(*kern));
	int r;

	if (!kern)
		return NULL;
	kern->event = event;
	kern->ops = ops;
	kern->data = data;
	kern->retry_ms = RETRY_FIRST_MS;
	kern_es_init(kern);
	timer_init(&kern->retry, event, 500000, on_retry, kern);
	timer_init(&kern->assert_again, event, 100000, on_assert_again, kern);
	timer_init(&kern->hosts_again, event, 1, on_hosts_again, kern);
	kern->neighs = (struct kern_ear){.kern = kern,
					 .what = "neighbours",
					 .cmd = EVPN_CMD_NEIGH_NTF,
					 .heard = kern_neigh_heard,
					 .heard_all = kern_neigh_heard_all,
					 .replay = kern_neigh_replay};
	kern->members = (struct kern_ear){.kern = kern,
					  .what = "memberships",
					  .cmd = EVPN_CMD_MCAST_NTF,
					  .heard = kern_member_heard,
					  .heard_all = kern_member_heard_all,
					  .replay = kern_member_replay};
	r = kern_neigh_init(kern);
	if (!r)
		r = kern_member_init(kern);
	if (!r)
		r = listen_to_nlctrl(kern);
	if (r < 0) {
		kern_free(kern);
		errno = -r;
		return NULL;
	}
	look(kern);
	return kern;
}

void kern_free(struct kern *kern)
{
	if (!kern)
		return;
	timer_done(&kern->retry);
	timer_done(&kern->assert_again);
	timer_done(&kern->hosts_again);
	close_module(kern);
	sd_event_source_disable_unref(kern->ctrl_source);
	nl_close(kern->ctrl);
	kern_es_free(kern);
	kern_neigh_free(kern);
	kern_member_free(kern);
	free(kern);
}

void kern_replay(struct kern *kern)
{
	kern->ops->kernel(kern->data, &kern->fact);
	kern_es_replay(kern);
}

void kern_replay_neighs(struct kern *kern)
{
	kern_neigh_replay(kern);
}

void kern_replay_members(struct kern *kern)
{
	kern_member_replay(kern);
}

const struct fact_kernel *kern_fact(const struct kern *kern)
{
	return &kern->fact;
}
