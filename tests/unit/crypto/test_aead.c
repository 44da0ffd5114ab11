/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/aead.h"
#include "common/crypto/secret.h"

#include "tests/lib/check.h"

static const uint8_t key[32] = "a key that is thirty-two bytes!";
static const uint8_t nonce[24] = "nonce of twenty-four";

static void round_trip(const struct aead *aead)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	AUTO(buf_done) struct buf plain = BUF_INIT;
	struct bytes k = bytes_of(key, aead->key_len),
		     n = bytes_of(nonce, aead->nonce_len);
	struct bytes ad = bytes_text("associated");

	aead_seal(aead, k, n, ad, bytes_text("hello"), &sealed);
	assert_int_equal(sealed.len, 5 + AEAD_TAG_LEN);
	check_ok(aead_open(aead, k, n, ad, buf_view(&sealed), &plain));
	assert_true(bytes_equal(buf_view(&plain), bytes_text("hello")));
}

static void refusals(const struct aead *aead)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	AUTO(buf_done) struct buf plain = BUF_INIT;
	struct bytes k = bytes_of(key, aead->key_len),
		     n = bytes_of(nonce, aead->nonce_len);
	struct bytes ad = bytes_text("associated");

	aead_seal(aead, k, n, ad, bytes_text("hello"), &sealed);
	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		check_err(aead_open(aead, k, n, ad, buf_view(&sealed), &plain),
			  ERR_CORRUPT);
		sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < sealed.len; len++)
		check_err(aead_open(aead, k, n, ad, bytes_of(sealed.ptr, len), &plain),
			  ERR_CORRUPT);
	check_err(aead_open(aead, k, n, bytes_text("Associated"), buf_view(&sealed),
			    &plain),
		  ERR_CORRUPT);
	assert_int_equal(plain.len, 0);
}

static void chacha20_opens_what_it_sealed(void **state)
{
	round_trip(&aead_chacha20);
}

static void xchacha20_opens_what_it_sealed(void **state)
{
	round_trip(&aead_xchacha20);
}

static void chacha20_refuses_any_change(void **state)
{
	refusals(&aead_chacha20);
}

static void xchacha20_refuses_any_change(void **state)
{
	refusals(&aead_xchacha20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chacha20_opens_what_it_sealed),
		TEST(xchacha20_opens_what_it_sealed),
		TEST(chacha20_refuses_any_change),
		TEST(xchacha20_refuses_any_change),
	};

	if (crypto_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
