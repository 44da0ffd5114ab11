/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/os/catalog.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/base/str.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

/* A .mo file of pairs that are sorted already; @swapped: of a machine of the other order. */
static void write_mo(struct buf *file, bool swapped, size_t count,
		     const char *const pairs[][2])
{
	uint32_t at = 28 + 16 * (uint32_t)count,
		 head[7] = {0x950412de, 0, (uint32_t)count, 28, 28 + 8 * (uint32_t)count};
	AUTO(buf_done) struct buf texts = BUF_INIT;
	struct buf *out = file;

	for (size_t i = 0; i < ARRAY_LEN(head); i++) {
		uint32_t word = swapped ? __builtin_bswap32(head[i]) : head[i];
		buf_add(out, &word, 4);
	}
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < count; i++) {
			uint32_t row[2] = {(uint32_t)strlen(pairs[i][side]),
					   at + (uint32_t)texts.len};
			for (int j = 0; j < 2; j++) {
				uint32_t word =
					swapped ? __builtin_bswap32(row[j]) : row[j];
				buf_add(out, &word, 4);
			}
			buf_add(&texts, pairs[i][side], strlen(pairs[i][side]) + 1);
		}
	}
	buf_add_bytes(out, buf_view(&texts));
}

static const char *const german[][2] = {
	{"", "Language: de\n"}, {"code", "Code"}, {"no", ""}, {"yes", "ja"}};

static void a_text_is_found_and_what_is_missing_stays_english(void **state)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		struct catalog *catalog = NULL;
		write_mo(&file, swapped, ARRAY_LEN(german), german);
		check_ok(catalog_read(buf_view(&file), &catalog));
		assert_string_equal(catalog_text(catalog, "yes"), "ja");
		assert_string_equal(catalog_text(catalog, "code"), "Code");
		assert_string_equal(catalog_text(catalog, "maybe"), "maybe");
		assert_string_equal(catalog_text(catalog, "no"), "no");
		catalog_free(&catalog);
	}
}

static void a_file_that_is_cut_or_changed_anywhere_is_refused_or_harmless(void **state)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct catalog *catalog = NULL;

	write_mo(&file, false, ARRAY_LEN(german), german);
	for (size_t len = 0; len < file.len; len++) {
		/* of exactly that size, so that a read behind it is noticed */
		AUTO(buf_done) struct buf cut = BUF_INIT;
		buf_add(&cut, file.ptr, len);
		check_err(catalog_read(buf_view(&cut), &catalog), ERR_CORRUPT);
	}
	for (size_t at = 0; at < file.len; at++) {
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			file.ptr[at] ^= (uint8_t)flip;
			if (catalog_read(buf_view(&file), &catalog) == ERR_OK) {
				assert_non_null(catalog_text(catalog, "yes"));
				catalog_free(&catalog);
			}
			file.ptr[at] ^= (uint8_t)flip;
		}
	}
}

static void put(const struct scratch *scratch, const char *language)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	AUTO(str_done) struct str folder = STR_INIT;
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str name = STR_INIT;

	str_addf(&name, "%s/LC_MESSAGES", language);
	scratch_file(scratch, name.ptr, &folder);
	check_ok(file_make_private(folder.ptr));
	str_addf(&path, "%s/chat.mo", folder.ptr);
	write_mo(&file, false, ARRAY_LEN(german), german);
	check_ok(file_replace(path.ptr, buf_view(&file), 0600));
}

static const char *yes(struct catalogs *catalogs, const char *locale)
{
	const struct catalog *catalog = catalogs_find(catalogs, locale);

	return catalog ? catalog_text(catalog, "yes") : "-";
}

static void a_locale_leads_to_its_language_and_never_out_of_the_folder(void **state)
{
	struct scratch scratch;
	AUTO(str_done) struct str folder = STR_INIT;
	static const char *const none[] = {
		"",   "C",     "POSIX", "..",      "../x", "d/",    "de/../x",
		"fr", "fr_FR", "x",     "deutsch", "_de",  "zz_ZZ", "/",
	};

	scratch_init(&scratch);
	scratch_file(&scratch, "", &folder);
	put(&scratch, "de");
	put(&scratch, "pt_BR");
	struct catalogs *catalogs = catalogs_new(folder.ptr);
	for (int again = 0; again < 2; again++) {
		assert_string_equal(yes(catalogs, "de"), "ja");
		assert_string_equal(yes(catalogs, "DE"), "ja");
		assert_string_equal(yes(catalogs, "de_AT.UTF-8"), "ja");
		assert_string_equal(yes(catalogs, "de-CH"), "ja");
		assert_string_equal(yes(catalogs, "pt-br"), "ja");
		assert_string_equal(yes(catalogs, "pt"), "-");
		assert_string_equal(yes(catalogs, "en_GB"), "yes");
		for (size_t i = 0; i < ARRAY_LEN(none); i++)
			assert_string_equal(yes(catalogs, none[i]), "-");
	}
	catalogs_free(&catalogs);
	scratch_done(&scratch);
}

static void names_of_no_language_take_no_place(void **state)
{
	struct scratch scratch;
	AUTO(str_done) struct str folder = STR_INIT;

	scratch_init(&scratch);
	scratch_file(&scratch, "", &folder);
	put(&scratch, "de");
	struct catalogs *catalogs = catalogs_new(folder.ptr);
	for (char c = 'a'; c <= 'z'; c++)
		assert_null(catalogs_find(catalogs, (char[]){'q', c, 0}));
	for (char c = 'a'; c <= 'z'; c++)
		assert_null(catalogs_find(catalogs, (char[]){'x', c, 0}));
	assert_string_equal(yes(catalogs, "de"), "ja");
	catalogs_free(&catalogs);
	scratch_done(&scratch);
}

CHECK_MAIN(TEST(a_text_is_found_and_what_is_missing_stays_english),
	   TEST(a_file_that_is_cut_or_changed_anywhere_is_refused_or_harmless),
	   TEST(a_locale_leads_to_its_language_and_never_out_of_the_folder),
	   TEST(names_of_no_language_take_no_place))
