/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What letters are made of: catalogs of translations, the names of their languages, which
 * users choose, and what waited sealed in the queue. The first byte says which. */
/* Covers: common/os/catalog.c server/mail/letter.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "server/core/mailing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A catalog that was taken can be asked for anything, and what it says ends inside it. */
static void try_catalog(struct bytes file)
{
	struct catalog *catalog = NULL;
	struct letter letter = {.subject = STR_INIT, .body = STR_INIT};
	const struct letter_facts facts = {
		.server = "chat.example.org",
		.name = "alice",
		.code = "123456",
		.what = "a key",
		.place = "192.0.2.7",
		.client = "chat-client",
		.asked_ms = 1700000000000,
		.minutes = 10,
	};

	if (catalog_read(file, &catalog) != ERR_OK)
		return;
	assert(strlen(catalog_text(catalog, "")) < file.len + 1);
	for (int kind = LETTER_NONE; kind < LETTER_COUNT; kind++) {
		str_clear(&letter.subject);
		str_clear(&letter.body);
		letter_write(&letter, (enum letter_kind)kind, &facts, catalog);
	}
	str_done(&letter.subject);
	str_done(&letter.body);
	catalog_free(&catalog);
}

/* No name leads out of the folder; here is none. */
static void try_locale(struct bytes name)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct catalogs *catalogs = catalogs_new("/proc/self/fdinfo/none");

	str_set_len(&text, (const char *)name.ptr, name.len);
	const struct catalog *catalog = catalogs_find(catalogs, text.ptr);
	if (catalog)
		assert(strncasecmp(text.ptr, "en", 2) == 0);
	catalogs_free(&catalogs);
}

static void try_record(struct bytes plain)
{
	struct due_letter letter = {
		.name = STR_INIT,
		.code = STR_INIT,
		.what = STR_INIT,
		.place = STR_INIT,
		.client = STR_INIT,
	};

	if (due_letter_read(plain, &letter) == ERR_OK)
		assert(ID_LEN + 10 + letter.name.len + letter.code.len + letter.what.len +
			       letter.place.len + letter.client.len ==
		       plain.len);
	due_letter_done(&letter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'm')
		try_catalog(bytes_of(data + 1, size - 1));
	else if (data[0] == 'l')
		try_locale(bytes_of(data + 1, size - 1));
	else
		try_record(bytes_of(data + 1, size - 1));
	return 0;
}
