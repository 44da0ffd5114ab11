/* SPDX-License-Identifier: GPL-3.0-or-later */
/** cmocka in the words of this project. A test is named as a sentence and run by
 *  CHECK_MAIN(); the output is TAP when CMOCKA_MESSAGE_OUTPUT says so. */
#ifndef CHAT_TESTS_CHECK_H
#define CHAT_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/attr.h"
#include "common/base/err.h"

/** Both errors by their wire words, so that a failure reads well. */
#define check_err(got, want) assert_string_equal(err_word(got), err_word(want))
#define check_ok(got)        check_err(got, ERR_OK)

/** A row of the list of tests. */
#define TEST(fn) cmocka_unit_test(fn)

#define CHECK_MAIN(...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = {__VA_ARGS__}; \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}

#endif
