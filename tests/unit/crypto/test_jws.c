/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/jws.h"

#include "common/base/str.h"
#include "common/crypto/base64url.h"
#include "common/crypto/sign.h"
#include "tests/lib/check.h"

/* RFC 8037 appendix A: the key, the payload and its signature. */
#define SEED    "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define PUBLIC  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define HEADER  "{\"alg\":\"EdDSA\"}"
#define PAYLOAD "Example of Ed25519 signing"
#define TOKEN \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_" \
	"MGCjP0JzlnLWG1" \
	"PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

struct pair {
	struct secret secret;
	uint8_t public_key[SIGN_PUBLIC_LEN];
};

static struct pair rfc_pair(void)
{
	uint8_t seed[SIGN_SEED_LEN], public_key[SIGN_PUBLIC_LEN];
	struct pair pair;

	check_ok(crypto_init());
	check_ok(base64url_parse_into(bytes_text(SEED), seed, sizeof(seed)));
	check_ok(
		base64url_parse_into(bytes_text(PUBLIC), public_key, sizeof(public_key)));
	check_ok(sign_key(bytes_of(seed, sizeof(seed)), &pair.secret, pair.public_key));
	assert_memory_equal(pair.public_key, public_key, sizeof(public_key));
	return pair;
}

/* Split and open @token with the key of the RFC, both halves of it alike. */
static enum err open_token(const char *token, struct buf *ret_payload)
{
	AUTO(buf_done) struct buf own = BUF_INIT;
	struct pair pair = rfc_pair();
	struct jws jws;
	enum err err = jws_split(bytes_text(token), &jws);

	if (err != ERR_OK)
		return err;
	err = jws_open(&jws, bytes_of(pair.public_key, SIGN_PUBLIC_LEN), ret_payload);
	check_err(jws_open_own(&jws, secret_view(&pair.secret), &own), err);
	assert_true(bytes_equal(buf_view(&own), buf_view(ret_payload)));
	jws_done(&jws);
	return err;
}

static void the_example_of_rfc_8037_is_made_byte_for_byte(void **state)
{
	AUTO(str_done) struct str token = STR_INIT;
	struct pair pair = rfc_pair();

	check_ok(jws_sign(&token, bytes_text(HEADER), bytes_text(PAYLOAD),
			  secret_view(&pair.secret)));
	assert_string_equal(token.ptr, TOKEN);
}

static void the_example_of_rfc_8037_is_read(void **state)
{
	AUTO(buf_done) struct buf payload = BUF_INIT;
	struct jws jws;

	check_ok(jws_split(bytes_text(TOKEN), &jws));
	assert_true(bytes_equal(buf_view(&jws.header), bytes_text(HEADER)));
	jws_done(&jws);
	check_ok(open_token(TOKEN, &payload));
	assert_true(bytes_equal(buf_view(&payload), bytes_text(PAYLOAD)));
}

static void forged_tokens_are_refused(void **state)
{
	static const char *const forged[] = {
		/* algorithm "none", signature empty */
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
		/* last byte of the signature changed */
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_"
		"MGCjP0JzlnLWG1"
		"PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KBA",
		/* payload changed */
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmd.hgyY0il_"
		"MGCjP0JzlnLWG1"
		"PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
		/* signature missing */
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
		/* padding */
		TOKEN "==",
		/* HS256 keyed with the public key */
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.TwBQjbxIG8WSsqLS-bz3Ewv4VP-xIlRp-"
		"6kvkAbMyRI",
		/* spare bits of the last character set: another spelling of the same bytes */
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_"
		"MGCjP0JzlnLWG1"
		"PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAh",
		/* not three parts */
		"",
		".",
		"..",
		"...",
		TOKEN ".",
		TOKEN ".AA",
		/* white space */
		" " TOKEN,
		TOKEN "\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		AUTO(buf_done) struct buf payload = BUF_INIT;
		check_err(open_token(forged[i], &payload), ERR_BAD);
		assert_int_equal(payload.len, 0);
	}
}

static void every_changed_bit_is_noticed(void **state)
{
	char token[] = TOKEN;

	for (size_t i = 0; i < sizeof(token) - 1; i++) {
		AUTO(buf_done) struct buf payload = BUF_INIT;
		token[i] ^= 1;
		check_err(open_token(token, &payload), ERR_BAD);
		token[i] ^= 1;
	}
}

static void base64url_is_that_of_rfc_4648(void **state)
{
	static const char *const texts[][2] = {{"f", "Zg"},          {"fo", "Zm8"},
					       {"foo", "Zm9v"},      {"foob", "Zm9vYg"},
					       {"fooba", "Zm9vYmE"}, {"\xfb\xff", "-_8"}};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(str_done) struct str text = STR_INIT;
		AUTO(buf_done) struct buf back = BUF_INIT;
		base64url_add(&text, bytes_text(texts[i][0]));
		assert_string_equal(text.ptr, texts[i][1]);
		check_ok(base64url_parse(bytes_text(texts[i][1]), &back));
		assert_true(bytes_equal(buf_view(&back), bytes_text(texts[i][0])));
	}
}

static void only_the_canonical_base64url_is_read(void **state)
{
	static const char *const bad[] = {"Zg==",  "Zh",  "Z",     "Zm9v ",
					  "Zm 9v", "+/8", "Zm9v\n"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(buf_done) struct buf buf = BUF_INIT;
		check_err(base64url_parse(bytes_text(bad[i]), &buf), ERR_BAD);
		assert_int_equal(buf.len, 0);
	}
}

/* Found by the fuzzer: libsodium takes 0xb3 for a letter. */
static void no_byte_outside_of_the_alphabet_is_a_letter(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";

	for (unsigned byte = 0; byte < 256; byte++) {
		for (unsigned at = 0; at < 4; at++) {
			AUTO(buf_done) struct buf buf = BUF_INIT;
			char text[4] = {'A', 'A', 'A', 'A'};
			text[at] = (char)byte;
			bool letter = memchr(alphabet, (int)byte, sizeof(alphabet) - 1);
			check_err(base64url_parse(bytes_of(text, 4), &buf),
				  letter ? ERR_OK : ERR_BAD);
		}
	}
}

CHECK_MAIN(TEST(no_byte_outside_of_the_alphabet_is_a_letter),
	   TEST(the_example_of_rfc_8037_is_made_byte_for_byte),
	   TEST(the_example_of_rfc_8037_is_read), TEST(forged_tokens_are_refused),
	   TEST(every_changed_bit_is_noticed), TEST(base64url_is_that_of_rfc_4648),
	   TEST(only_the_canonical_base64url_is_read))
