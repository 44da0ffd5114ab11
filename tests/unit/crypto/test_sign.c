/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/dh.h"
#include "common/crypto/sign.h"

#include "tests/lib/check.h"

static const uint8_t seed[32] = "thirty-two bytes of a test seed";

static void a_signature_is_of_its_message_and_key(void **state)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	uint8_t public_key[SIGN_PUBLIC_LEN], signature[SIGN_LEN];

	check_ok(sign_key(bytes_of(seed, 32), &secret, public_key));
	check_ok(sign_make(secret_view(&secret), bytes_text("hello"), signature));
	struct bytes key = bytes_of(public_key, sizeof(public_key));
	check_ok(sign_check(key, bytes_text("hello"), bytes_of(signature, SIGN_LEN)));
	check_err(sign_check(key, bytes_text("hallo"), bytes_of(signature, SIGN_LEN)),
		  ERR_CORRUPT);
	check_err(sign_check(key, bytes_text("hello"), bytes_of(signature, SIGN_LEN - 1)),
		  ERR_CORRUPT);
	check_err(sign_check(bytes_of(seed, 32), bytes_text("hello"),
			     bytes_of(signature, SIGN_LEN)),
		  ERR_CORRUPT);
	check_err(sign_check(bytes_of(public_key, 31), bytes_text("hello"),
			     bytes_of(signature, SIGN_LEN)),
		  ERR_CORRUPT);
}

static void ones_own_signature_is_known_again(void **state)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	uint8_t public_key[SIGN_PUBLIC_LEN], signature[SIGN_LEN];
	struct bytes made = bytes_of(signature, SIGN_LEN);

	check_ok(sign_key(bytes_of(seed, 32), &secret, public_key));
	struct bytes own = secret_view(&secret);
	check_ok(sign_make(own, bytes_text("hello"), signature));
	check_ok(sign_is_own(own, bytes_text("hello"), made));
	check_err(sign_is_own(own, bytes_text("hallo"), made), ERR_CORRUPT);
	check_err(sign_is_own(own, bytes_text("hello"), bytes_of(signature, 63)),
		  ERR_CORRUPT);
	check_err(sign_is_own(bytes_of(seed, 32), bytes_text("hello"), made),
		  ERR_CORRUPT);
	for (size_t i = 0; i < SIGN_LEN; i++) {
		signature[i] ^= 0x80;
		check_err(sign_is_own(own, bytes_text("hello"), made), ERR_CORRUPT);
		signature[i] ^= 0x80;
	}
}

static void keys_of_other_lengths_are_refused(void **state)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	uint8_t public_key[SIGN_PUBLIC_LEN], signature[SIGN_LEN];

	check_err(sign_key(bytes_of(seed, 31), &secret, public_key), ERR_BAD);
	check_err(sign_make(bytes_of(seed, 32), bytes_text("hello"), signature), ERR_BAD);
	check_err(dh_public(bytes_of(seed, 31), public_key), ERR_BAD);
	check_err(dh_shared(bytes_of(seed, 32), bytes_of(seed, 31), &secret), ERR_BAD);
}

static void both_sides_share_a_secret(void **state)
{
	const uint8_t other[32] = "another thirty-two bytes of seed";
	AUTO(secret_done) struct secret a = SECRET_INIT;
	AUTO(secret_done) struct secret b = SECRET_INIT;
	uint8_t pa[DH_LEN], pb[DH_LEN];

	check_ok(dh_public(bytes_of(seed, 32), pa));
	check_ok(dh_public(bytes_of(other, 32), pb));
	check_ok(dh_shared(bytes_of(seed, 32), bytes_of(pb, 32), &a));
	check_ok(dh_shared(bytes_of(other, 32), bytes_of(pa, 32), &b));
	assert_true(secret_equal(&a, &b));
}

static void rfc_9180_section_7_1_4_a_key_of_low_order_is_refused(void **state)
{
	const uint8_t zero[32] = {0};
	AUTO(secret_done) struct secret secret = SECRET_INIT;

	check_err(dh_shared(bytes_of(seed, 32), bytes_of(zero, 32), &secret), ERR_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signature_is_of_its_message_and_key),
		TEST(ones_own_signature_is_known_again),
		TEST(keys_of_other_lengths_are_refused),
		TEST(both_sides_share_a_secret),
		TEST(rfc_9180_section_7_1_4_a_key_of_low_order_is_refused),
	};

	if (crypto_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
