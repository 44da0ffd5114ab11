/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folders of tests. They are flat or nearly so; what a test leaves behind is removed with
 * the folder.
 */
#include "tests/lib/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/check.h"

void scratch_init(struct scratch *scratch)
{
	const char *base = getenv("TMPDIR");

	snprintf(scratch->path, sizeof(scratch->path), "%s/chat-test-XXXXXX",
		 base && base[0] ? base : "/tmp");
	assert_non_null(mkdtemp(scratch->path));
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void scratch_done(struct scratch *scratch)
{
	assert_int_equal(nftw(scratch->path, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void scratch_file(const struct scratch *scratch, const char *name, struct str *ret_path)
{
	str_clear(ret_path);
	str_addf(ret_path, "%s/%s", scratch->path, name);
}

static uint64_t fake_now(void *ctx)
{
	return ((struct fake_clock *)ctx)->ms;
}

void fake_clock_init(struct fake_clock *fake, uint64_t ms)
{
	*fake = (struct fake_clock){
		.clock = {.now_ms = fake_now, .mono_ms = fake_now, .ctx = fake},
		.ms = ms,
	};
}

void scratch_db_init(struct scratch_db *db)
{
	scratch_init(&db->folder);
	fake_clock_init(&db->clock, 1700000000000);
	db->path = STR_INIT;
	scratch_file(&db->folder, "chat.db", &db->path);
}

void scratch_db_done(struct scratch_db *db)
{
	str_done(&db->path);
	scratch_done(&db->folder);
}
