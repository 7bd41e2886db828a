/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf_file.h - a configuration as the parent has it: what conf.h shows to both processes, and what
 * only the parent may know. Parsed, checked, printed, compared; never half of it.
 */
#ifndef EVPND_CONF_FILE_H
#define EVPND_CONF_FILE_H

#include "conf/conf.h"
#include "conf/conf_error.h"
#include "conf/node.h"

enum {
	CONF_AO_KEYS_MAX = 4, /* one in use, one to roll over to, and room to breathe */
	CONF_PEERS_MAX = 4096,
	CONF_VRFS_MAX = 4096,
	CONF_SEGMENTS_MAX = 4096,
	CONF_BRIDGES_MAX = 16384,
	CONF_FILE_BYTES_MAX = 16 * 1024 * 1024,
};

enum conf_ao_algorithm { CONF_AO_HMAC_SHA1, CONF_AO_CMAC_AES128, CONF_AO_HMAC_SHA256 };

/**
 * struct conf_ao_key - a TCP-AO key (RFC 5925), by the file that has it
 * @id: SendID and RecvID
 */
struct conf_ao_key {
	uint8_t id;
	char file[CONF_PATH_MAX];
	enum conf_ao_algorithm algorithm;
};

/**
 * struct conf_secret - where the keys of a neighbour are
 * @password_file: of TCP MD5 (RFC 2385), "" for none
 */
struct conf_secret {
	char password_file[CONF_PATH_MAX];
	struct conf_ao_key ao[CONF_AO_KEYS_MAX];
	uint8_t n_ao;
};

/**
 * struct conf_file - a whole configuration, valid by construction
 * @secrets: one for each of @conf's neighbours, in their order
 */
struct conf_file {
	struct conf *conf;
	struct conf_secret *secrets;
};

/**
 * conf_parse_text() - YAML text to configuration
 * @errors: everything that is wrong, warnings included
 *
 * Return: NULL when there is an error.
 */
struct conf_file *conf_parse_text(const char *text, size_t len, struct conf_errors *errors);
struct conf_file *conf_parse_path(const char *path, struct conf_errors *errors);

/** conf_is_empty() - nothing is configured: no router-id, so nothing else either */
static inline bool conf_is_empty(const struct conf_file *file)
{
	return !file->conf->global.router_id;
}

/** conf_parse_tree() - the same from a tree, which stays the caller's */
struct conf_file *conf_parse_tree(const struct node *tree, struct conf_errors *errors);
void conf_file_free(struct conf_file *file);

/**
 * conf_tree() - the opposite
 * @all: values that are as they would be without being said, too
 */
struct node *conf_tree(const struct conf_file *file, bool all);

/** conf_yaml() - canonical text; reading it gives the same configuration. The caller frees */
char *conf_yaml(const struct conf_file *file);

/**
 * conf_diff() - [{"op": "add" | "remove" | "change", "path", "running", "file"}]
 *
 * Items of lists are compared by their name or address, not by their place.
 */
json_t *conf_diff(const struct conf_file *running, const struct conf_file *file);

/** conf_check() - what no single value can tell: duplicates, contradictions, things without effect */
void conf_check(const struct conf_file *file, const struct node *tree, struct conf_errors *errors);

#endif
