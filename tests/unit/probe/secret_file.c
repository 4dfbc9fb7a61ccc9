/* SPDX-License-Identifier: MIT */
#include "secret_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char secret_folder[] = "/tmp/test_credential.XXXXXX";
char secret_file[sizeof secret_folder + 8];

int secret_folder_make(void **state)
{
	(void)state;
	if (!mkdtemp(secret_folder))
		return -1;
	snprintf(secret_file, sizeof secret_file, "%s/secret",
		secret_folder);
	return 0;
}

int secret_folder_remove(void **state)
{
	(void)state;
	unlink(secret_file);
	return rmdir(secret_folder);
}

void secret_file_write(const char *p, size_t n, mode_t mode)
{
	FILE *f;

	unlink(secret_file);
	f = fopen(secret_file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(secret_file, mode), 0);
}
