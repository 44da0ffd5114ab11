/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifest as JSON, so that people and scripts can read it: `tar -xOf BACKUP
 * manifest.json`. Numbers and one digest; nothing in it names anybody.
 */
#include "server/admin/manifest.h"

#include <stddef.h>
#include <string.h>

#include "common/proto/json.h"
#include "common/proto/json_out.h"

#define FORM 1

static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	{"made_ms", offsetof(struct manifest, made_ms)},
	{"newest_ms", offsetof(struct manifest, newest_ms)},
	{"schema", offsetof(struct manifest, schema)},
	{"events", offsetof(struct manifest, events)},
	{"people", offsetof(struct manifest, people)},
	{"rooms", offsetof(struct manifest, rooms)},
	{"files", offsetof(struct manifest, files)},
	{"file_bytes", offsetof(struct manifest, file_bytes)},
	{"missing", offsetof(struct manifest, missing)},
	{"database_bytes", offsetof(struct manifest, database_bytes)},
};

static uint64_t *number(struct manifest *manifest, size_t i)
{
	return (uint64_t *)(void *)((char *)manifest + numbers[i].at);
}

void manifest_write(const struct manifest *manifest, struct buf *out)
{
	struct manifest copy = *manifest;
	struct json_out json = json_out_init(out);
	char digits[2 * SHA256_LEN];

	for (size_t i = 0; i < SHA256_LEN; i++) {
		digits[2 * i] = "0123456789abcdef"[manifest->database_hash[i] >> 4];
		digits[2 * i + 1] = "0123456789abcdef"[manifest->database_hash[i] & 15];
	}
	json_out_open(&json, '{');
	json_out_put_uint(&json, "form", FORM);
	json_out_put_word(&json, "server", PACKAGE_NAME "-server/" PACKAGE_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		json_out_put_uint(&json, numbers[i].name, *number(&copy, i));
	}
	json_out_put_bool(&json, "secrets", manifest->secrets);
	json_out_put_text(&json, "database_sha256", bytes_of(digits, sizeof(digits)));
	json_out_close(&json, '}');
	buf_add_u8(out, '\n');
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hash(struct bytes text, uint8_t hash[SHA256_LEN])
{
	if (text.len != 2 * SHA256_LEN)
		return false;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		int high = digit(text.ptr[2 * i]), low = digit(text.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

enum err manifest_read(struct bytes text, struct manifest *ret)
{
	AUTO(json_free) struct json *json = NULL;
	struct manifest manifest = {0};
	struct bytes hash;
	uint64_t form;

	if (text.len && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (text.len > MANIFEST_MOST || json_parse(text, &json) != ERR_OK)
		return ERR_CORRUPT;
	struct json_node root = json_root(json);
	if (!json_uint(json_get(root, "form"), &form) || form == 0)
		return ERR_CORRUPT;
	if (form > FORM)
		return ERR_NEWER;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (!json_uint(json_get(root, numbers[i].name), number(&manifest, i)))
			return ERR_CORRUPT;
	}
	if (!json_bool(json_get(root, "secrets"), &manifest.secrets) ||
	    !json_text(json_get(root, "database_sha256"), &hash) ||
	    !read_hash(hash, manifest.database_hash))
		return ERR_CORRUPT;
	*ret = manifest;
	return ERR_OK;
}
