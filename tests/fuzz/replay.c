/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main() of a fuzzer where no fuzzing engine is linked: runs its body once over each file
 * of the folders that are named, and over every beginning of each, and speaks TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/os/file.h"

#define FILE_MAX (1 << 20) /* of a corpus that is kept in a repository */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of its own for each length, so that a read behind the end is seen. */
static void run_exactly(const uint8_t *data, size_t size)
{
	AUTO(buf_done) struct buf copy = BUF_INIT;

	buf_add(&copy, data, size);
	LLVMFuzzerTestOneInput(copy.ptr, size);
}

static enum err run_file(const char *folder, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf buf = BUF_INIT;

	str_addf(&path, "%s/%s", folder, name);
	enum err err = file_read(path.ptr, FILE_MAX, &buf);
	if (err != ERR_OK)
		return err;
	size_t step = buf.len / 256 + 1;
	for (size_t size = 0; size < buf.len; size += step)
		run_exactly(buf.ptr, size);
	run_exactly(buf.ptr, buf.len);
	return ERR_OK;
}

int main(int argc, char *argv[])
{
	int points = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		const struct dirent *entry;
		while (folder && (entry = readdir(folder))) {
			if (entry->d_name[0] == '.')
				continue;
			enum err err = run_file(argv[i], entry->d_name);
			printf("%sok %d - %s: %s\n", err == ERR_OK ? "" : "not ",
			       ++points, entry->d_name, err_word(err));
		}
		if (folder)
			closedir(folder);
	}
	if (points == 0)
		printf("not ok %d - no input was found\n", ++points);
	printf("1..%d\n", points);
	return 0;
}
