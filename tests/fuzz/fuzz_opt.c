/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option files: any bytes are a file that is either taken or refused with a reason, and
 * what a mistake is called holds nothing that a terminal would act on. */
/* Covers: common/base/opt.c common/base/opt_file.c common/base/opt_value.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/opt.h"
#include "common/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum option {
#define OPTION(id, ...) OPTION_##id,
#include "tests/unit/base/option.def"
#undef OPTION
	OPTION_COUNT
};

static const struct opt_row rows[] = {
#define OPTION OPT_ROW
#include "tests/unit/base/option.def"
#undef OPTION
};

static void check_reason(const struct str *why)
{
	assert(utf8_valid(why->ptr, why->len));
	for (size_t i = 0; i < why->len; i++)
		assert((unsigned char)why->ptr[i] >= ' ' || why->ptr[i] == '\n');
}

static void check_values(const struct opts *opts)
{
	int64_t port = opts_number(opts, OPTION_PORT);

	assert(port >= 1 && port <= 65535);
	assert(opts_word(opts, OPTION_COLOUR) <= 2);
	assert(strlen(opts_text(opts, OPTION_ROOM)) <= 8);
	for (size_t i = 0; i < opts_list_count(opts, OPTION_TAGS); i++)
		assert(opts_list_item(opts, OPTION_TAGS, i)[0]);
}

static void read_as(const uint8_t *data, size_t size, const char *profile, bool hosted)
{
	AUTO(opts_done) struct opts opts;
	AUTO(str_done) struct str why = STR_INIT;

	opts_init(&opts, rows, OPTION_COUNT, NULL);
	opts.home = "/home/alice";
	opts.hosted = hosted;
	enum err err = opts_read_file(&opts, "f", bytes_of(data, size), profile, &why);
	assert((err == ERR_OK) == (why.len == 0));
	check_reason(&why);
	check_values(&opts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > OPT_FILE_MAX)
		return 0;
	read_as(data, size, NULL, false);
	read_as(data, size, "work", true);
	return 0;
}
