/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The format of GNU .mo files: a head, two tables of (length, offset) for originals and
 * translations, the texts, each ended by a zero byte. Originals are sorted. Everything is
 * checked once when a file is read, so that a look-up need not.
 */
#include "common/os/catalog.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/file.h"
#include "common/os/lang.h"

#define MAGIC     0x950412deu
#define HEAD_LEN  20
#define FILE_MOST (4u << 20) /* ours has 60 KiB */
#define NAME_MOST 16         /* of "ca_ES" and the like */

struct catalog {
	uint8_t *file;
	bool swapped;
	uint32_t count, originals, translations;
};

static uint32_t word_at(const struct catalog *catalog, size_t at)
{
	uint32_t word;

	memcpy(&word, catalog->file + at, sizeof(word));
	return catalog->swapped ? __builtin_bswap32(word) : word;
}

static const char *text_at(const struct catalog *catalog, uint32_t table, uint32_t index)
{
	return (const char *)catalog->file +
	       word_at(catalog, table + (size_t)index * 8 + 4);
}

/* Every row of the table at @table lies in the file, text and zero byte included. */
static bool table_is_sound(const struct catalog *catalog, size_t len, uint32_t table)
{
	if (table > len || (uint64_t)catalog->count * 8 > len - table)
		return false;
	for (uint32_t i = 0; i < catalog->count; i++) {
		uint64_t size = word_at(catalog, table + (size_t)i * 8);
		uint64_t at = word_at(catalog, table + (size_t)i * 8 + 4);
		if (at + size >= len || catalog->file[at + size] != 0)
			return false;
	}
	return true;
}

enum err catalog_read(struct bytes file, struct catalog **ret_catalog)
{
	struct catalog *catalog;

	if (file.len < HEAD_LEN || file.len > FILE_MOST)
		return ERR_CORRUPT;
	catalog = mem_new(struct catalog);
	catalog->file = (uint8_t *)mem_strndup((const char *)file.ptr, file.len);
	catalog->swapped = word_at(catalog, 0) != MAGIC;
	catalog->count = word_at(catalog, 8);
	catalog->originals = word_at(catalog, 12);
	catalog->translations = word_at(catalog, 16);
	if (word_at(catalog, 0) != MAGIC || word_at(catalog, 4) >> 16 > 1 ||
	    !table_is_sound(catalog, file.len, catalog->originals) ||
	    !table_is_sound(catalog, file.len, catalog->translations)) {
		catalog_free(&catalog);
		return ERR_CORRUPT;
	}
	*ret_catalog = catalog;
	return ERR_OK;
}

void catalog_free(struct catalog **catalog)
{
	if (!*catalog)
		return;
	mem_free((*catalog)->file);
	mem_free(*catalog);
	*catalog = NULL;
}

const char *catalog_text(const struct catalog *catalog, const char *english)
{
	uint32_t low = 0, high = catalog->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(english, text_at(catalog, catalog->originals, middle));
		if (order == 0) {
			const char *text =
				text_at(catalog, catalog->translations, middle);
			return *text ? text : english;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return english;
}

struct entry {
	char name[NAME_MOST];
	struct catalog *catalog;
};

struct catalogs {
	struct str folder;
	struct catalog english;
	struct entry entries[CATALOG_LANGUAGES];
	size_t count;
};

struct catalogs *catalogs_new(const char *folder)
{
	struct catalogs *catalogs = mem_new(struct catalogs);

	catalogs->folder = STR_INIT;
	str_add(&catalogs->folder, folder ? folder : lang_folder());
	return catalogs;
}

void catalogs_free(struct catalogs **catalogs)
{
	if (!*catalogs)
		return;
	for (size_t i = 0; i < (*catalogs)->count; i++)
		catalog_free(&(*catalogs)->entries[i].catalog);
	str_done(&(*catalogs)->folder);
	mem_free(*catalogs);
	*catalogs = NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The language and the region of @locale, as a folder is named: "de_AT", or "de" where it
 * says no region. False: that is no name of a language, and no name of a file either. */
static bool folder_of(const char *locale, char ret_name[NAME_MOST], size_t *ret_language)
{
	size_t len = 0;

	while (is_letter(locale[len]) && len < 3) {
		ret_name[len] = (char)(locale[len] | 0x20);
		len++;
	}
	*ret_language = len;
	if (len < 2 || !strchr("_-.@", locale[len]))
		return false; /* strchr() finds the end of the text too */
	if ((locale[len] == '_' || locale[len] == '-') && is_letter(locale[len + 1]) &&
	    is_letter(locale[len + 2]) && !is_letter(locale[len + 3])) {
		ret_name[len] = '_';
		ret_name[len + 1] = (char)(locale[len + 1] & ~0x20);
		ret_name[len + 2] = (char)(locale[len + 2] & ~0x20);
		len += 3;
	}
	ret_name[len] = '\0';
	return true;
}

static struct catalog *load(const struct catalogs *catalogs, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct catalog *catalog = NULL;

	str_addf(&path, "%s/%s/LC_MESSAGES/chat.mo", catalogs->folder.ptr, name);
	enum err err = file_read(path.ptr, FILE_MOST, &file);
	if (err == ERR_OK)
		err = catalog_read(buf_view(&file), &catalog);
	return err == ERR_OK ? catalog : NULL;
}

const struct catalog *catalogs_find(struct catalogs *catalogs, const char *locale)
{
	char name[NAME_MOST] = "";
	size_t language;

	if (!folder_of(locale, name, &language))
		return NULL;
	if (language == 2 && memcmp(name, "en", 2) == 0)
		return &catalogs->english;
	for (size_t i = 0; i < catalogs->count; i++) {
		if (strcmp(catalogs->entries[i].name, name) == 0)
			return catalogs->entries[i].catalog;
	}
	if (catalogs->count == CATALOG_LANGUAGES)
		return NULL;
	/* What is not there is not remembered: names are free, places are not. */
	struct entry *entry = &catalogs->entries[catalogs->count];
	memcpy(entry->name, name, sizeof(name));
	entry->catalog = load(catalogs, name);
	if (!entry->catalog && name[language]) {
		name[language] = '\0';
		entry->catalog = load(catalogs, name);
	}
	if (entry->catalog)
		catalogs->count++;
	return entry->catalog;
}
