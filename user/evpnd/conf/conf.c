// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf.c - configuration files: read, check, hand over whole or not at all; and back to a tree.
 *
 * YAML (conf_yaml.c) becomes a tree (node.c), the tree is read by tables of keys (conf_schema.c,
 * conf_keys.c), and what is left to check needs more than one value (conf_check.c). Every stage
 * collects what is wrong and goes on, so an operator sees all of it in one run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf_item.h"
#include "conf/conf_yaml.h"

static struct conf_file *new_file(void)
{
	struct conf_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->conf = conf_new();
	if (!file->conf) {
		free(file);
		return NULL;
	}
	return file;
}

void conf_file_free(struct conf_file *file)
{
	if (!file)
		return;
	conf_free(file->conf);
	free(file->secrets);
	free(file);
}

struct conf_file *conf_parse_tree(const struct node *tree, struct conf_errors *errors)
{
	struct conf_reader rd = {.errors = errors};
	struct conf_top top = {.file = new_file()};
	size_t before = errors->count;

	if (!top.file) {
		conf_error_add(errors, false, 0, 0, "out of memory");
		return NULL;
	}
	conf_global_defaults(&top.global);
	conf_read_map(&rd, conf_global_keys, tree, &top);
	top.file->conf->global = top.global;
	conf_check(top.file, tree, errors);
	if (errors->count == before)
		return top.file;
	conf_file_free(top.file);
	return NULL;
}

/* A package that was installed and nothing more: no mistake, and nothing to do. */
static struct conf_file *nothing(struct conf_errors *errors)
{
	struct conf_file *file = new_file();

	if (!file) {
		conf_error_add(errors, false, 0, 0, "out of memory");
		return NULL;
	}
	conf_global_defaults(&file->conf->global);
	conf_error_add(errors, true, 0, 0,
		       "there is nothing in it; evpnd needs router-id, as and peers to begin");
	return file;
}

struct conf_file *conf_parse_text(const char *text, size_t len, struct conf_errors *errors)
{
	struct node *tree = yaml_parse(text, len, errors);
	size_t syntax = errors->count;
	struct conf_file *file = NULL;

	if (tree && tree->kind == NODE_SCALAR && !tree->text[0]) {
		node_free(tree);
		tree = NULL;
	}
	if (tree)
		file = conf_parse_tree(tree, errors);
	else if (!syntax)
		file = nothing(errors);
	node_free(tree);
	conf_errors_sort(errors);
	if (!syntax)
		return file;
	conf_file_free(file);
	return NULL;
}

static char *read_all(int fd, size_t *len)
{
	size_t size = 0;
	char *text = NULL;

	*len = 0;
	for (;;) {
		ssize_t n;

		if (size - *len < 4096) {
			char *grown = realloc(text, size + 65536);

			if (!grown)
				break;
			text = grown;
			size += 65536;
		}
		n = read(fd, text + *len, size - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return text;
		if (n < 0)
			break;
		*len += (size_t)n;
		if (*len > CONF_FILE_BYTES_MAX) {
			errno = EFBIG;
			break;
		}
	}
	free(text);
	return NULL;
}

struct conf_file *conf_parse_path(const char *path, struct conf_errors *errors)
{
	struct conf_file *file = NULL;
	char *text = NULL;
	size_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		text = read_all(fd, &len);
	if (text)
		file = conf_parse_text(text, len, errors);
	else
		conf_error_add(errors, false, 0, 0, "%s", strerror(errno));
	free(text);
	if (fd >= 0)
		close(fd);
	return file;
}

struct node *conf_tree(const struct conf_file *file, bool all)
{
	struct conf_top top = {.file = (struct conf_file *)file, .all = all};
	struct conf_top usual = {};

	top.global = file->conf->global;
	conf_global_defaults(&usual.global);
	return conf_write_map(conf_global_keys, &top, all ? NULL : &usual);
}

char *conf_yaml(const struct conf_file *file)
{
	struct node *tree;
	char *text;

	if (conf_is_empty(file))
		return strdup("# nothing is configured\n");
	tree = conf_tree(file, false);
	text = tree ? node_to_yaml(tree) : NULL;

	node_free(tree);
	return text;
}
