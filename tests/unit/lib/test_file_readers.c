/* SPDX-License-Identifier: MIT */
/*
 * Goal: who can read a secret counts, and not its mode alone: what systemd and
 * Kubernetes hand over is taken, and what others can read is refused.
 */
#include "base/secrets.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#define ME 1001
#define OTHER 1002
/* Of these two groups only the second has somebody else in it. */
#define ALONE 50
#define SHARED 51

static void members(struct file_readers *r, gid_t group)
{
	file_readers_note(r, ME);
	if (group == SHARED)
		file_readers_note(r, OTHER);
}

struct row {
	int tag, allows;
	unsigned id;
};

static size_t put(unsigned char *out, const struct row *rows)
{
	size_t n = 4;

	memcpy(out, "\2\0\0", 4);
	for (; rows->tag; rows++, n += 8) {
		out[n] = (unsigned char)rows->tag;
		out[n + 1] = 0;
		out[n + 2] = (unsigned char)rows->allows;
		out[n + 3] = 0;
		for (int i = 0; i < 4; i++)
			out[n + 4 + (size_t)i] =
				(unsigned char)(rows->id >> 8 * i);
	}
	return n;
}

#define NONE 0xffffffffU
#define OWNER {1, 4, NONE}
#define USER(allows, id) {2, allows, id}
#define OF_FILE(allows) {4, allows, NONE}
#define GROUP(allows, id) {8, allows, id}
#define MASK(allows) {16, allows, NONE}
#define OTHERS(allows) {32, allows, NONE}

static void test_lists(void **state)
{
	static const struct {
		struct row rows[8];
		gid_t group;
		bool alone;
	} cases[] = {
		/* What systemd does for a service with a user. */
		{{OWNER, USER(4, ME), OF_FILE(0), MASK(4), OTHERS(0)}, 0, true},
		{{OWNER, USER(4, ME), USER(4, OTHER), OF_FILE(0), MASK(4),
			OTHERS(0)}, 0, false},
		{{OWNER, USER(4, ME), USER(4, OTHER), OF_FILE(0), MASK(0),
			OTHERS(0)}, 0, true},
		{{OWNER, USER(4, ME), USER(0, OTHER), OF_FILE(0), MASK(4),
			OTHERS(0)}, 0, true},
		{{OWNER, USER(4, 0), OF_FILE(4), MASK(4), OTHERS(0)}, ALONE,
			true},
		{{OWNER, USER(4, ME), OF_FILE(4), MASK(4), OTHERS(0)}, SHARED,
			false},
		{{OWNER, USER(4, ME), OF_FILE(0), GROUP(4, ALONE), MASK(4),
			OTHERS(0)}, 0, true},
		{{OWNER, USER(4, ME), OF_FILE(0), GROUP(4, SHARED), MASK(4),
			OTHERS(0)}, 0, false},
		{{OWNER, USER(4, ME), OF_FILE(0), MASK(4), OTHERS(4)}, 0,
			false},
		{{OWNER, OF_FILE(0), OTHERS(0)}, SHARED, true},
		{{OWNER, OF_FILE(0), {64, 4, ME}, OTHERS(0)}, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct file_readers r = {.me = ME, .group = cases[i].group,
			.members = members};
		unsigned char acl[READERS_ACL_MAX];
		size_t n = put(acl, cases[i].rows);

		if (file_readers_acl_alone(&r, acl, n) != cases[i].alone)
			fail_msg("list %zu", i);
		/* Root asks: it may be for one user. */
		r = (struct file_readers) {.group = cases[i].group,
			.members = members};
		if (file_readers_acl_alone(&r, acl, n) != cases[i].alone)
			fail_msg("list %zu, asked by root", i);
		assert_false(file_readers_acl_alone(&r, acl, n - 1));
		acl[0] = 3;
		assert_false(file_readers_acl_alone(&r, acl, n));
	}
}

/* Files: as root alone, who can give them away. */
static void test_files(void **state)
{
	static const struct {
		int mode;
		uid_t owner, me;
		gid_t group;
		const char *folder; /* CREDENTIALS_DIRECTORY */
		unsigned acl;	    /* for that user; 0: none */
		bool taken;
	} cases[] = {
		{0600, 0, 0, 0, NULL, 0, true},
		{0400, ME, ME, 0, NULL, 0, true},
		{0640, 0, 0, 0, NULL, 0, false},
		{0640, ME, ME, 54321, NULL, 0, false},
		{0604, 0, 0, 0, NULL, 0, false},
		{0660, 0, ME, 54321, NULL, 0, false},
		/* Kubernetes: root's, with a group that nobody else has. */
		{0440, 0, ME, 54321, NULL, 0, true},
		{0440, 0, 0, 54321, NULL, 0, true},
		{0440, 0, 0, 0, NULL, 0, true},
		{0444, 0, ME, 54321, NULL, 0, false},
		/* systemd. */
		{0400, 0, ME, 0, NULL, ME, true},
		{0400, 0, ME, 0, NULL, OTHER, false},
		{0400, 0, 0, 0, NULL, OTHER, true},
		{0440, ME, ME, 0, "/tmp", 0, true},
		{0444, ME, ME, 0, "/tmp", 0, false},
		{0440, ME, ME, 54321, "/tm", 0, false},
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct row rows[] = {OWNER, USER(4, cases[i].acl),
			OF_FILE(0), MASK(4), OTHERS(0), {0, 0, 0}};
		char path[] = "/tmp/readers-XXXXXX", why[SECRET_FILE_WHY] = "";
		unsigned char acl[READERS_ACL_MAX];
		int fd = mkstemp(path);
		bool taken;

		assert_true(fd >= 0);
		assert_int_equal(fchown(fd, cases[i].owner, cases[i].group), 0);
		assert_int_equal(fchmod(fd, (mode_t)cases[i].mode), 0);
		if (cases[i].acl &&
			fsetxattr(fd, READERS_ACL, acl, put(acl, rows), 0))
			print_message("# no lists here\n");
		close(fd);
		if (cases[i].folder)
			setenv("CREDENTIALS_DIRECTORY", cases[i].folder, 1);
		else
			unsetenv("CREDENTIALS_DIRECTORY");
		assert_int_equal(setegid(cases[i].group), 0);
		assert_int_equal(seteuid(cases[i].me), 0);
		taken = secret_file_private(path, why);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(setegid(0), 0);
		unlink(path);
		/* Of a user who is not on the list, the system refuses it. */
		if (taken != cases[i].taken)
			fail_msg("%zu: %s", i, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
