/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the slash commands of chat-client for its manual, from the rows that make them; see
 * manual.sh. */
#include <ctype.h>
#include <stdio.h>

#include "common/base/bytes.h"
#include "common/os/lang.h"

static const struct {
	const char *name, *args, *help;
} rows[] = {
#define CMD(name, args, where, help) {#name, args, help},
#include "client/cmd/cmd.def"
#undef CMD
};

int main(void)
{
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		printf(".It Ic /%s", rows[i].name);
		if (*rows[i].args)
			printf(" Ar %s", rows[i].args);
		printf("\n%c%s.\n", toupper((unsigned char)rows[i].help[0]),
		       rows[i].help + 1);
	}
	printf(".El\n");
	return fflush(stdout) ? 1 : 0;
}
