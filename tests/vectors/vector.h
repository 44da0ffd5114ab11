/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Running official test vectors: one function per kind of file, each given one case. */
#ifndef CHAT_TESTS_VECTORS_VECTOR_H
#define CHAT_TESTS_VECTORS_VECTOR_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/base/bytes.h"
#include "common/mls/suite.h"

enum outcome { PASSED, FAILED, SKIPPED };

typedef enum outcome vector_fn(const cJSON *vector);

struct vector_kind {
	const char *name; /**< base name of the file */
	vector_fn *run;
	bool wycheproof; /**< cases are testGroups[].tests[] */
};

/** Says which line failed and gives FAILED up. */
#define NEED(condition) \
	do { \
		if (!(condition)) { \
			printf("  %s:%d: %s\n", __FILE__, __LINE__, #condition); \
			return FAILED; \
		} \
	} while (0)

/** The bytes of a hex string; empty for null and for a missing one. */
struct buf hex_of(const cJSON *value);
struct buf hex_at(const cJSON *object, const char *name);
/** A number, also one that is too big for a double and was quoted by the reader. */
uint64_t number_of(const cJSON *value);
uint64_t number_at(const cJSON *object, const char *name);
const char *text_at(const cJSON *object, const char *name);
bool bool_at(const cJSON *object, const char *name);
/** Whether the hex string at @name is @bytes. */
bool is_hex(const cJSON *object, const char *name, struct bytes bytes);
/** The secret in a hex string. */
void secret_at(const cJSON *object, const char *name, struct secret *ret);
/** The suite of a case, NULL for one that we cannot run. */
const struct mls_suite *suite_at(const cJSON *object);

vector_fn run_tree_math, run_deserialization, run_crypto_basics, run_key_schedule,
	run_psk_secret, run_transcript_hashes, run_secret_tree, run_messages,
	run_message_protection, run_welcome, run_tree_operations, run_tree_validation,
	run_treekem, run_passive_client, run_hpke, run_ed25519, run_x25519, run_chacha20,
	run_xchacha20, run_aes128gcm, run_hkdf, run_hmac;

#endif
