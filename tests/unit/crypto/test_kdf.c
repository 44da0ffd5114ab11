/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/kdf.h"

#include "tests/lib/check.h"

/* RFC 5869 appendix A.1. */
static void rfc_5869_a1_is_reproduced(void **state)
{
	const uint8_t ikm[22] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
				 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
	const uint8_t salt[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	const uint8_t info[] = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4,
				0xf5, 0xf6, 0xf7, 0xf8, 0xf9};
	const uint8_t want[42] = {0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90,
				  0x43, 0x4f, 0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d, 0x2d,
				  0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d,
				  0x56, 0xec, 0xc4, 0xc5, 0xbf, 0x34, 0x00, 0x72, 0x08,
				  0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65};
	AUTO(secret_done) struct secret prk = SECRET_INIT;
	uint8_t okm[42];

	hkdf_extract(bytes_of(salt, sizeof(salt)), bytes_of(ikm, sizeof(ikm)), &prk);
	check_ok(hkdf_expand(secret_view(&prk), bytes_of(info, sizeof(info)), okm, 42));
	assert_memory_equal(okm, want, 42);
}

static void an_empty_salt_is_a_salt_of_zeroes(void **state)
{
	AUTO(secret_done) struct secret a = SECRET_INIT;
	AUTO(secret_done) struct secret b = SECRET_INIT;
	const uint8_t zeroes[32] = {0};

	hkdf_extract(bytes_of(NULL, 0), bytes_text("ikm"), &a);
	hkdf_extract(bytes_of(zeroes, 32), bytes_text("ikm"), &b);
	assert_true(secret_equal(&a, &b));
}

static void more_than_255_blocks_are_refused(void **state)
{
	static uint8_t out[KDF_OUT_MAX + 1];

	check_ok(hkdf_expand(bytes_text("prk"), bytes_text(""), out, KDF_OUT_MAX));
	check_err(hkdf_expand(bytes_text("prk"), bytes_text(""), out, KDF_OUT_MAX + 1),
		  ERR_TOO_BIG);
}

static void a_secret_may_be_expanded_onto_itself(void **state)
{
	AUTO(secret_done) struct secret a = SECRET_INIT;
	AUTO(secret_done) struct secret b = SECRET_INIT;

	secret_set(&a, "some secret", 11);
	hkdf_secret(secret_view(&a), bytes_text("info"), 32, &b);
	hkdf_secret(secret_view(&a), bytes_text("info"), 32, &a);
	assert_true(secret_equal(&a, &b));
}

static void hashing_in_parts_is_hashing_the_whole(void **state)
{
	struct sha256 parts;
	struct hmac mac;
	uint8_t a[32], b[32];

	sha256(bytes_text("hello"), a);
	sha256_init(&parts);
	sha256_add(&parts, bytes_text("hel"));
	sha256_add(&parts, bytes_text(""));
	sha256_add(&parts, bytes_text("lo"));
	sha256_final(&parts, b);
	assert_memory_equal(a, b, 32);
	hmac_sha256(bytes_text("key"), bytes_text("hello"), a);
	hmac_init(&mac, bytes_text("key"));
	hmac_add(&mac, bytes_text("he"));
	hmac_add(&mac, bytes_text("llo"));
	hmac_final(&mac, b);
	assert_memory_equal(a, b, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc_5869_a1_is_reproduced),
		TEST(an_empty_salt_is_a_salt_of_zeroes),
		TEST(more_than_255_blocks_are_refused),
		TEST(a_secret_may_be_expanded_onto_itself),
		TEST(hashing_in_parts_is_hashing_the_whole),
	};

	if (crypto_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
