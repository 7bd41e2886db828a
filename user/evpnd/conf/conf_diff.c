// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_diff.c - what is different between two configurations, path by path.
 */
#include <stdio.h>
#include <string.h>

#include "conf/conf_file.h"

struct differ {
	json_t *out;
	char path[256];
};

static void report(struct differ *d, const struct node *running, const struct node *file)
{
	const char *op = !running ? "add" : !file ? "remove" : "change";

	json_array_append_new(d->out,
			      json_pack("{s:s, s:s, s:o, s:o}", "op", op, "path", d->path,
					"running", running ? node_to_json(running) : json_null(),
					"file", file ? node_to_json(file) : json_null()));
}

static void compare(struct differ *d, const struct node *running, const struct node *file);

static void step(struct differ *d, const char *fmt, const char *name, const struct node *running,
		 const struct node *file)
{
	size_t mark = strlen(d->path);

	snprintf(d->path + mark, sizeof(d->path) - mark, fmt, name);
	compare(d, running, file);
	d->path[mark] = '\0';
}

static void compare_maps(struct differ *d, const struct node *running, const struct node *file)
{
	const char *fmt = d->path[0] ? ".%s" : "%s";
	const struct node *child;

	STAILQ_FOREACH(child, &running->children, entry)
	step(d, fmt, child->key, child, node_get(file, child->key));
	STAILQ_FOREACH(child, &file->children, entry)
	if (!node_get(running, child->key))
		step(d, fmt, child->key, NULL, child);
}

static void compare_items(struct differ *d, const struct node *running, const struct node *file)
{
	const struct node *item;

	if (running)
		STAILQ_FOREACH(item, &running->children, entry)
	step(d, "[%.63s]", node_label(item), item,
	     file ? node_find_item(file, node_label(item)) : NULL);
	if (file)
		STAILQ_FOREACH(item, &file->children, entry)
	if (!running || !node_find_item(running, node_label(item)))
		step(d, "[%.63s]", node_label(item), NULL, item);
}

static bool is_labelled(const struct node *list)
{
	const struct node *first =
		list && list->kind == NODE_LIST ? STAILQ_FIRST(&list->children) : NULL;

	return first && node_label(first);
}

static void compare(struct differ *d, const struct node *running, const struct node *file)
{
	if (is_labelled(running) || is_labelled(file))
		compare_items(d, running, file);
	else if (!running || !file || running->kind != file->kind)
		report(d, running, file);
	else if (running->kind == NODE_MAP)
		compare_maps(d, running, file);
	else if (!node_equal(running, file))
		report(d, running, file);
}

json_t *conf_diff(const struct conf_file *running, const struct conf_file *file)
{
	struct node *a = conf_tree(running, true);
	struct node *b = conf_tree(file, true);
	struct differ d = {.out = json_array()};

	if (a && b)
		compare(&d, a, b);
	node_free(a);
	node_free(b);
	return d.out;
}
