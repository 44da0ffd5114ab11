/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the keys of chat-client for its manual: for each thing to do all keys that do it, in
 * the order of the rows; see manual.sh. */
#include <stdio.h>
#include <string.h>

#include "common/base/bytes.h"
#include "common/os/lang.h"

static const struct {
	const char *command, *name, *help;
} rows[] = {
#define KEY(keys, command, name, help) {command, name, help},
#include "client/cmd/key.def"
#undef KEY
};

static size_t first_of(const char *command)
{
	size_t i = 0;

	while (strcmp(rows[i].command, command) != 0)
		i++;
	return i;
}

int main(void)
{
	printf(".Bl -tag -width \"Alt-Down, Ctrl-X n\"\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *between = ".It ";
		if (first_of(rows[i].command) != i)
			continue;
		for (size_t k = i; k < ARRAY_LEN(rows); k++) {
			if (strcmp(rows[k].command, rows[i].command) != 0)
				continue;
			printf("%s%s", between, rows[k].name);
			between = " , ";
		}
		printf("\n%s\n.Pq Ic %s\n", rows[i].help, rows[i].command);
	}
	printf(".El\n");
	return fflush(stdout) ? 1 : 0;
}
