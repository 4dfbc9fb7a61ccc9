/* SPDX-License-Identifier: MIT */
/*
 * file_tree.h: a folder of files that mcp-serve made, and knows: .mcp-serve in
 * it lists them, so that what is no longer wanted is removed, and nothing else.
 */
#ifndef RENDER_FILE_TREE_H
#define RENDER_FILE_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the reason why something failed. */
#define FILE_TREE_WHY 400

/* Names of files, relative to the folder. */
struct file_tree_files {
	char **v;
	size_t n, cap;
};

struct file_tree {
	int dir, list;	       /* descriptors, -1 for none */
	double made_at;	       /* when all of it was made last; 0 for never */
	struct file_tree_files had; /* what the list named, sorted */
	struct file_tree_files has; /* what was put since file_tree_open */
	bool verbose;	       /* each change is a line on standard output */
};

/*
 * file_tree_open(s, path, why): EXIT_GOOD, and then file_tree_release frees
 * what *s holds. EXIT_USAGE where there is no such folder, EXIT_ENV where
 * somebody else has it open or it cannot be used; and why, which has
 * FILE_TREE_WHY bytes.
 */
int file_tree_open(struct file_tree *s, const char *path, char *why);
void file_tree_release(struct file_tree *s);

/*
 * file_tree_put(s, name, p, n, why): make the file hold these n bytes. It is
 * replaced, whole or not at all, where it does not hold them yet. 0 where it did;
 * 1 where it was replaced; or -1, why.
 *
 * file_tree_keep(s, name): leave the file as it is, if it is one that was put
 * before; false where it is not there.
 */
int file_tree_put(struct file_tree *s, const char *name, const void *p,
	size_t n, char *why);
bool file_tree_keep(struct file_tree *s, const char *name);

/*
 * file_tree_finish(s, at, why): remove what was there and was not put, and note
 * when that was. 0; or -1, why.
 */
int file_tree_finish(struct file_tree *s, double at, char *why);

#endif
