/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the exit codes of chat-client for its manual: the rows of err.def by their exit
 * code, each with the words that --json and the protocol have for it. See manual.sh. */
#include <stdio.h>

#include "common/base/err.h"

#define CODE_MAX 127

static void print_code(int code)
{
	const char *before = "";

	for (int i = 0; i < ERR_COUNT; i++) {
		const struct err_row *row = err_row((enum err)i);
		if (row->exit_code != code)
			continue;
		if (!*before)
			printf(".It %d\n", code);
		printf("%s%s\n.Pq Ql %s", before, row->text, row->word);
		before = " ,\n";
	}
	if (*before)
		printf("\n");
}

int main(void)
{
	printf(".Bl -tag -width Ds\n");
	for (int code = 0; code <= CODE_MAX; code++)
		print_code(code);
	printf(".El\n");
	return fflush(stdout) ? 1 : 0;
}
