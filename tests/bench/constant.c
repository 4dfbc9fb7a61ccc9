/* SPDX-License-Identifier: MIT */
/*
 * constant: a FastCGI program that answers every request with the file that it
 * is given, header fields and all. The upper bound of mcp-serve.
 *
 * usage: constant FILE, behind a FastCGI server
 */
#include <fcgiapp.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static char answer[65536];
	FCGX_Request r;
	size_t n;
	FILE *f;

	if (argc != 2 || !(f = fopen(argv[1], "rb")))
		return 2;
	n = fread(answer, 1, sizeof answer, f);
	fclose(f);
	if (FCGX_Init() || FCGX_InitRequest(&r, 0, 0))
		return 3;
	while (FCGX_Accept_r(&r) == 0) {
		FCGX_PutStr(answer, (int)n, r.out);
		FCGX_Finish_r(&r);
	}
	return 0;
}
