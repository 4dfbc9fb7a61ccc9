/*
 * renames.h: which tool that is gone seems to be one that is new, under another
 * name. Pure.
 */
#ifndef TOOLS_RENAMES_H
#define TOOLS_RENAMES_H

struct tool_changes;

/*
 * renames_find(t): make one change of kind TOOL_RENAMED of a removed and an
 * added tool whose names are the same but for case, '-', '_', '.' and '/'. Or
 * that have the same schemas, and descriptions with three quarters of their words in
 * common; or half of them, where one name holds the other. Of several of these
 * the likest one counts, of the first RENAMES_TRIED that are left.
 */
#define RENAMES_TRIED 16
void renames_find(struct tool_changes *t);

#endif
