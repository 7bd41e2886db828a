/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_repair.h - what the kernel refused FRR, made in FRR's place: forwarding entries behind a segment of
 * other PEs, and hosts that other PEs of an own segment have.
 *
 * FRR asks for these in a way that newer kernels do not take, and never asks again. Only what is missing
 * is made; what is there, whoever made it, stays as it is. What was made here is written down, and is
 * taken back when zebra has it no more.
 */
#ifndef EVPND_FRR_REPAIR_H
#define EVPND_FRR_REPAIR_H

#include "frr_es.h"
#include "frr_macs.h"
#include "system/links.h"

struct frr_repair;

/**
 * struct frr_tables - what zebra has, all asked in one look
 * @young: zebra may not have its configuration yet: what it does not have is not gone
 */
struct frr_tables {
	struct frr_es *es;
	size_t n_es;
	struct frr_vni *vnis;
	size_t n_vnis;
	struct frr_mac *macs;
	size_t n_macs;
	struct frr_host *hosts;
	size_t n_hosts;
	bool young;
};

/** struct frr_repaired - how many were made and are there; @refused: were refused here as well */
struct frr_repaired {
	unsigned int macs;
	unsigned int hosts;
	unsigned int refused;
};

/**
 * frr_repair_new() - read what the last evpnd has made
 * @path: where it is written down; NULL: nowhere
 *
 * Return: NULL with errno set.
 */
struct frr_repair *frr_repair_new(const char *path, const struct links *links);
void frr_repair_free(struct frr_repair *r);

/** frr_repair_take() - make what is missing, take back what zebra has no more */
void frr_repair_take(struct frr_repair *r, const struct frr_tables *tables);

/** frr_repair_end() - take everything back */
void frr_repair_end(struct frr_repair *r);

struct frr_repaired frr_repair_count(const struct frr_repair *r);

#endif
