/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mls-vectors KIND FILE: run the cases of one file of test vectors and say how many passed.
 * KIND is the base name that the file has in the official set.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/lib/aes128gcm.h"
#include "tests/vectors/vector.h"

static const struct vector_kind kinds[] = {
	{"aes128_gcm_testonly", run_aes128gcm, true},
	{"chacha20_poly1305", run_chacha20, true},
	{"crypto-basics", run_crypto_basics, false},
	{"deserialization", run_deserialization, false},
	{"ed25519", run_ed25519, true},
	{"hkdf_sha256", run_hkdf, true},
	{"hmac_sha256", run_hmac, true},
	{"key-schedule", run_key_schedule, false},
	{"message-protection", run_message_protection, false},
	{"messages", run_messages, false},
	{"passive-client-handling-commit", run_passive_client, false},
	{"passive-client-mlspp", run_passive_client, false},
	{"passive-client-random", run_passive_client, false},
	{"passive-client-welcome", run_passive_client, false},
	{"psk_secret", run_psk_secret, false},
	{"rfc9180-x25519-sha256-base", run_hpke, false},
	{"secret-tree", run_secret_tree, false},
	{"transcript-hashes", run_transcript_hashes, false},
	{"tree-math", run_tree_math, false},
	{"tree-operations", run_tree_operations, false},
	{"tree-validation", run_tree_validation, false},
	{"treekem", run_treekem, false},
	{"welcome", run_welcome, false},
	{"x25519", run_x25519, true},
	{"xchacha20_poly1305", run_xchacha20, true},
};

static const struct vector_kind *kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	/* Whatever else a passive client is asked to follow. */
	static const struct vector_kind passive = {"passive-client", run_passive_client,
						   false};
	return strncmp(name, "passive-client", 14) == 0 ? &passive : NULL;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct buf hex_of(const cJSON *value)
{
	struct buf out = BUF_INIT;
	const char *text = cJSON_IsString(value) ? value->valuestring : "";

	for (; text[0] && text[1]; text += 2) {
		int high = nibble(text[0]), low = nibble(text[1]);
		if (high < 0 || low < 0)
			break;
		buf_add_u8(&out, (uint8_t)(high << 4 | low));
	}
	return out;
}

struct buf hex_at(const cJSON *object, const char *name)
{
	return hex_of(cJSON_GetObjectItemCaseSensitive(object, name));
}

uint64_t number_of(const cJSON *value)
{
	if (cJSON_IsString(value))
		return strtoull(value->valuestring, NULL, 10);
	return cJSON_IsNumber(value) ? (uint64_t)value->valuedouble : UINT64_MAX;
}

uint64_t number_at(const cJSON *object, const char *name)
{
	return number_of(cJSON_GetObjectItemCaseSensitive(object, name));
}

const char *text_at(const cJSON *object, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(value) ? value->valuestring : "";
}

bool bool_at(const cJSON *object, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

bool is_hex(const cJSON *object, const char *name, struct bytes bytes)
{
	AUTO(buf_done) struct buf want = hex_at(object, name);

	return bytes_equal(buf_view(&want), bytes);
}

void secret_at(const cJSON *object, const char *name, struct secret *ret)
{
	AUTO(buf_done) struct buf hex = hex_at(object, name);

	secret_set(ret, hex.ptr, hex.len < SECRET_MAX ? hex.len : SECRET_MAX);
}

const struct mls_suite *suite_at(const cJSON *object)
{
	return mls_suite_find(&mls_suites_tested,
			      (uint16_t)number_at(object, "cipher_suite"));
}

/* The whole file, with integers of more than 15 digits in quotes: a double would lose the
 * end of a 64-bit epoch. */
static bool read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	size_t digits = 0;
	bool quoted = false;
	int c, before = 0;

	if (!file)
		return false;
	while ((c = getc(file)) != EOF) {
		bool digit = c >= '0' && c <= '9';
		if (c == '"' && before != '\\')
			quoted = !quoted;
		if (!digit && digits > 15 && !quoted) {
			buf_add_u8(out, '"');
			memmove(out->ptr + out->len - digits,
				out->ptr + out->len - digits - 1, digits);
			out->ptr[out->len - digits - 1] = '"';
			buf_add_u8(out, '"');
		}
		digits = digit && !quoted ? digits + 1 : 0;
		buf_add_u8(out, (uint8_t)c);
		before = c;
	}
	buf_add_u8(out, 0);
	return fclose(file) == 0;
}

struct tally {
	size_t count[3];
	size_t at;
};

static void run_case(const struct vector_kind *kind, const cJSON *vector,
		     struct tally *tally)
{
	enum outcome outcome = kind->run(vector);

	if (outcome == FAILED)
		printf("case %zu failed\n", tally->at);
	tally->count[outcome]++;
	tally->at++;
}

static void run_all(const struct vector_kind *kind, const cJSON *root,
		    struct tally *tally)
{
	const cJSON *group, *vector;

	if (!kind->wycheproof) {
		cJSON_ArrayForEach(vector, root) run_case(kind, vector, tally);
		return;
	}
	cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(root, "testGroups"))
	{
		cJSON *key = cJSON_GetObjectItemCaseSensitive(group, "publicKey");
		cJSON_ArrayForEach(vector,
				   cJSON_GetObjectItemCaseSensitive(group, "tests"))
		{
			/* What the group says of all its tests is put beside them. */
			if (key)
				cJSON_AddItemReferenceToObject((cJSON *)(uintptr_t)vector,
							       "publicKey", key);
			run_case(kind, vector, tally);
		}
	}
}

int main(int argc, char **argv)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct tally tally = {0};

	if (argc != 3) {
		fprintf(stderr, "usage: mls-vectors KIND FILE\n");
		return 64;
	}
	const struct vector_kind *kind = kind_find(argv[1]);
	if (!kind || crypto_init() != ERR_OK) {
		fprintf(stderr, "mls-vectors: no such kind: %s\n", argv[1]);
		return 64;
	}
	if (!read_file(argv[2], &text)) {
		fprintf(stderr, "mls-vectors: cannot read %s\n", argv[2]);
		return 66;
	}
	cJSON *root = cJSON_Parse((const char *)text.ptr);
	if (!root) {
		fprintf(stderr, "mls-vectors: not JSON: %s\n", argv[2]);
		return 65;
	}
	run_all(kind, root, &tally);
	cJSON_Delete(root);
	printf("%zu passed, %zu failed, %zu skipped\n", tally.count[PASSED],
	       tally.count[FAILED], tally.count[SKIPPED]);
	return tally.count[FAILED] ? 1 : 0;
}
