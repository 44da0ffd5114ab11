/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/config.h"

#include <stdlib.h>

#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

/* Somebody edits the file, and it is away for a moment; who never had one needs none. The
 * machine that this runs on may have one of its own, for root. */
static void a_file_that_is_away_does_not_put_the_defaults_in_force(void **state)
{
	char *argv[] = {(char *)(uintptr_t) "chat-server", NULL};
	struct scratch scratch;

	scratch_init(&scratch);
	setenv("XDG_CONFIG_HOME", scratch.path, 1);
	for (int had = 0; had < 2; had++) {
		AUTO(str_done) struct str why = STR_INIT;
		struct config first = {.file_found = had == 1};
		struct config fresh;
		enum err err = config_load_again(&first, &fresh, 1, argv, &why);

		check_err(err, had && !fresh.file_found ? ERR_NOT_FOUND : ERR_OK);
		assert_int_equal(why.len > 0, err != ERR_OK);
		config_done(&fresh);
	}
	scratch_done(&scratch);
}

CHECK_MAIN(TEST(a_file_that_is_away_does_not_put_the_defaults_in_force))
