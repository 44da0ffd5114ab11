/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A private folder of one test, and a clock that stands still until it is told to go on.
 *  Thread: one. */
#ifndef CHAT_TESTS_SCRATCH_H
#define CHAT_TESTS_SCRATCH_H

#include "common/base/clock.h"
#include "common/base/str.h"

struct scratch {
	char path[256]; /**< the folder */
};

/** Make a folder under $TMPDIR (or /tmp). Aborts the test when it cannot. */
void scratch_init(struct scratch *scratch);
/** Remove it with all that is in it. */
void scratch_done(struct scratch *scratch);
/** The path of @name inside; owned by @ret_path. */
void scratch_file(const struct scratch *scratch, const char *name, struct str *ret_path);

struct fake_clock {
	struct clock clock;
	uint64_t ms;
};

void fake_clock_init(struct fake_clock *fake, uint64_t ms);

/** What a test of the store begins with: a folder, the path of a database in it that is not
 *  there yet, and the time 1700000000000. */
struct scratch_db {
	struct scratch folder;
	struct str path;
	struct fake_clock clock;
};

void scratch_db_init(struct scratch_db *db);
void scratch_db_done(struct scratch_db *db);

#endif
