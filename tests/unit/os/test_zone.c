/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clocks elsewhere, compared with what libc says when it is told to be there. */
#include "common/os/zone.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/base/str.h"
#include "tests/lib/check.h"

static const char *const zones[] = {
	"Europe/Berlin",  "America/New_York", "Asia/Kolkata",      "Australia/Sydney",
	"America/Bogota", "Asia/Kathmandu",   "Africa/Casablanca", "Pacific/Auckland",
};

static void clocks_agree_with_libc_from_1970_to_2090(void **state)
{
	size_t looked = 0;

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		AUTO(str_done) struct str path = STR_INIT;
		str_addf(&path, "/usr/share/zoneinfo/%s", zones[i]);
		if (access(path.ptr, R_OK) != 0)
			continue;
		setenv("TZ", zones[i], 1);
		tzset();
		/* Every 11 days and some hours, so that all hours are met. */
		for (time_t at = 0; at < (time_t)3786912000; at += 11 * 86400 + 4000) {
			struct tm tm;
			int offset_s;
			check_ok(zone_offset(zones[i], at, &offset_s));
			assert_non_null(localtime_r(&at, &tm));
			assert_int_equal(offset_s, tm.tm_gmtoff);
		}
		looked++;
	}
	if (looked == 0)
		skip();
}

static void what_is_no_zone_is_refused(void **state)
{
	static const char *const names[] = {
		"",     "/etc/passwd",    "../../etc/passwd", "Europe/../../passwd",
		"a//b", "Europe/Berlin\n"};
	int offset_s = 7;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check_err(zone_offset(names[i], 0, &offset_s), ERR_BAD);
	check_err(zone_offset("Nowhere/Atall", 0, &offset_s), ERR_NOT_FOUND);
	check_err(zone_offset("Europe", 0, &offset_s), ERR_NOT_FOUND);
	assert_int_equal(offset_s, 7);
	check_ok(zone_offset("UTC", 0, &offset_s));
	assert_int_equal(offset_s, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_agree_with_libc_from_1970_to_2090),
		cmocka_unit_test(what_is_no_zone_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
