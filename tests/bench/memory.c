/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel adds it up itself in smaps_rollup (proc(5)), in one read.
 */
#include "tests/bench/memory.h"

#include <stdio.h>

long memory_pss_kib(pid_t pid)
{
	char path[64], line[256];
	long pss = -1;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Pss: %ld", &pss) == 1)
			break;
	}
	if (file)
		fclose(file);
	return pss;
}
