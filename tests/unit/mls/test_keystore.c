/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/keystore.h"

#include "tests/lib/check.h"

static const uint8_t seed[32] = "thirty-two bytes of a test seed";

static void what_was_added_is_found(void **state)
{
	AUTO(mls_keystore_done) struct mls_keystore store = {0};
	AUTO(secret_done) struct secret psk = SECRET_INIT;
	const struct mls_keys keys = mls_keystore_keys(&store);
	const struct mls_psk_id id = {.type = MLS_PSK_EXTERNAL, .id = bytes_text("id")};
	const struct mls_psk_id past = {.type = MLS_PSK_RESUMPTION,
					.id = bytes_text("id")};
	uint8_t key[SIGN_PUBLIC_LEN], signature[SIGN_LEN];

	check_ok(crypto_init());
	check_ok(mls_keystore_add_sign(&store, bytes_of(seed, 32), key));
	check_ok(keys.sign(keys.ctx, bytes_of(key, 32), bytes_text("hello"), signature));
	check_ok(sign_check(bytes_of(key, 32), bytes_text("hello"),
			    bytes_of(signature, 64)));
	check_err(keys.sign(keys.ctx, bytes_of(seed, 32), bytes_text("hello"), signature),
		  ERR_NOT_FOUND);
	check_ok(mls_keystore_add_psk(&store, bytes_text("other"), bytes_text("one")));
	check_ok(mls_keystore_add_psk(&store, bytes_text("id"), bytes_text("two")));
	check_ok(keys.psk(keys.ctx, &id, &psk));
	assert_true(bytes_equal(secret_view(&psk), bytes_text("two")));
	check_err(keys.psk(keys.ctx, &past, &psk), ERR_NOT_FOUND);
}

static void what_does_not_fit_is_refused(void **state)
{
	AUTO(mls_keystore_done) struct mls_keystore store = {0};
	const uint8_t big[SECRET_MAX + 1] = {0};

	check_err(mls_keystore_add_sign(&store, bytes_of(seed, 31), NULL), ERR_BAD);
	check_err(mls_keystore_add_psk(&store, bytes_text("id"),
				       bytes_of(big, sizeof(big))),
		  ERR_TOO_BIG);
}

static void a_removed_package_is_gone(void **state)
{
	AUTO(mls_keystore_done) struct mls_keystore store = {0};
	const struct mls_keys keys = mls_keystore_keys(&store);

	for (int i = 0; i < 3; i++) {
		struct mls_own_package own = {0};
		buf_add_u8(&own.package, (uint8_t)i);
		mls_keystore_add_package(&store, &own);
		assert_null(own.package.ptr);
	}
	uint8_t one = 1;
	struct mls_hash ref = mls_key_package_ref(bytes_of(&one, 1));
	AUTO(mls_own_package_done) struct mls_own_package found = {0};
	check_ok(keys.package(keys.ctx, mls_hash_view(&ref), &found));
	assert_int_equal(found.package.ptr[0], 1);
	mls_keystore_remove_package(&store, mls_hash_view(&ref));
	mls_keystore_remove_package(&store, mls_hash_view(&ref));
	assert_int_equal(store.package_count, 2);
	struct mls_own_package none;
	check_err(keys.package(keys.ctx, mls_hash_view(&ref), &none), ERR_NOT_FOUND);
}

CHECK_MAIN(TEST(what_was_added_is_found), TEST(what_does_not_fit_is_refused),
	   TEST(a_removed_package_is_gone))
