/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/doc/reference.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/check.h"

static void the_page_in_doc_is_what_the_tables_say(void **state)
{
	AUTO(str_done) struct str want = STR_INIT, got = STR_INIT, path = STR_INIT;
	const char *top = getenv("top_srcdir");
	char chunk[4096];
	size_t len;

	reference_write(&want);
	str_addf(&path, "%s/doc/REFERENCE.md", top ? top : ".");
	FILE *file = fopen(path.ptr, "r");
	if (!file)
		fail_msg("%s is missing: make reference", path.ptr);
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		str_add_len(&got, chunk, len);
	fclose(file);
	if (!str_equal(&got, want.ptr))
		fail_msg("doc/REFERENCE.md is not what the tables say: make reference");
}

CHECK_MAIN(TEST(the_page_in_doc_is_what_the_tables_say))
