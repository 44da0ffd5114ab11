/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/token.h"

#include "common/crypto/base64url.h"
#include "common/crypto/hash.h"
#include "common/crypto/jws.h"
#include "tests/lib/check.h"

#define NOW    1700000000000
#define ISSUER "https://chat.example.org"

/* RFC 8037 appendix A: a key and its thumbprint. */
#define SEED "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define KID  "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

static const struct token_claims alice = {
	.actor = {.user = {{1}}, .session = {{2}}, .device = {{3}}, .scope = SCOPE_ALL},
	.expires_ms = NOW + TOKEN_LIFE_MS,
};

static void add_key(struct token_ring *ring, const char *seed_text)
{
	uint8_t seed[SIGN_SEED_LEN];

	check_ok(base64url_parse_into(bytes_text(seed_text), seed, sizeof(seed)));
	check_ok(token_ring_add(ring, (uint32_t)ring->count + 1,
				bytes_of(seed, sizeof(seed)), NOW));
}

static struct token_ring ring_of(const char *issuer)
{
	struct token_ring ring;

	check_ok(crypto_init());
	token_ring_init(&ring, issuer);
	add_key(&ring, SEED);
	return ring;
}

/* What our server says about a token with this header and payload, rightly signed. */
static enum err check_signed(const char *header, const char *payload)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;

	check_ok(jws_sign(&token, bytes_text(header), bytes_text(payload),
			  root_view(ring.keys[0].secret)));
	return token_check(&ring, str_view(&token), NOW, &claims);
}

#define HEADER "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" KID "\"}"
#define SUB    "\"sub\":\"aeaaaaaaaaaaaaaaaaaaaaaaaa\""
#define SID    "\"sid\":\"aiaaaaaaaaaaaaaaaaaaaaaaaa\""
#define NOBODY "\"aaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define ISS    "\"iss\":\"" ISSUER "\""
#define AUD    "\"aud\":\"chat\""
#define SCOPE  "\"scope\":\"read\""
#define IAT    "\"iat\":1700000000"
#define EXP    "\"exp\":1700000600"

#define CLAIMS(...) "{" __VA_ARGS__ "}"

static void a_token_says_what_was_put_in(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;

	token_issue(&ring, &alice, NOW, &token);
	assert_true(token.len < 600);
	check_ok(token_check(&ring, str_view(&token), NOW + 1000, &claims));
	assert_memory_equal(&claims.actor, &alice.actor, sizeof(claims.actor));
	assert_int_equal(claims.expires_ms, alice.expires_ms);
}

static void a_scope_is_kept_as_it_was_given(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);

	for (unsigned scope = 0; scope <= SCOPE_ALL; scope++) {
		AUTO(str_done) struct str token = STR_INIT;
		struct token_claims given = alice, claims;
		given.actor.scope = scope;
		token_issue(&ring, &given, NOW, &token);
		check_ok(token_check(&ring, str_view(&token), NOW, &claims));
		assert_int_equal(claims.actor.scope, scope);
	}
}

static void a_token_lives_ten_minutes(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;

	token_issue(&ring, &alice, NOW, &token);
	check_ok(token_check(&ring, str_view(&token), NOW + 599999, &claims));
	check_err(token_check(&ring, str_view(&token), NOW + 600000, &claims),
		  ERR_EXPIRED);
}

static void a_key_is_named_by_its_thumbprint(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(buf_done) struct buf set = BUF_INIT;

	assert_string_equal(ring.keys[0].kid, KID);
	token_key_set(&ring, NOW, &set);
	assert_true(bytes_equal(
		buf_view(&set),
		bytes_text("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":"
			   "\"EdDSA\","
			   "\"use\":\"sig\",\"kid\":\"" KID "\","
			   "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}")));
}

static void the_newest_key_signs_and_the_older_ones_still_verify(void **state)
{
	AUTO(token_ring_done)
	struct token_ring ring = ring_of(ISSUER), before = ring_of(ISSUER);
	AUTO(str_done) struct str old = STR_INIT, new = STR_INIT;
	struct token_claims claims;

	token_issue(&before, &alice, NOW, &old);
	add_key(&ring, "AAAxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
	check_ok(token_check(&ring, str_view(&old), NOW, &claims));
	token_issue(&ring, &alice, NOW, &new);
	check_ok(token_check(&ring, str_view(&new), NOW, &claims));
	check_err(token_check(&before, str_view(&new), NOW, &claims), ERR_BAD_TOKEN);
}

static void a_key_before_the_newest_one_ends_with_its_last_token(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str old = STR_INIT;
	AUTO(buf_done) struct buf set = BUF_INIT;
	struct token_claims claims, given = alice;
	uint64_t end = NOW + TOKEN_LIFE_MS + TOKEN_SKEW_MS;
	uint32_t number = 0;

	given.expires_ms = NOW + 1000 * TOKEN_LIFE_MS;
	token_issue(&ring, &given, NOW, &old);
	add_key(&ring, "AAAxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
	assert_int_equal(token_ring_newest(&ring), 2);
	check_ok(token_check(&ring, str_view(&old), end - 1, &claims));
	assert_false(token_ring_prune(&ring, end - 1, &number));
	check_err(token_check(&ring, str_view(&old), end, &claims), ERR_BAD_TOKEN);
	token_key_set(&ring, end, &set);
	assert_null(memmem(set.ptr, set.len, KID, strlen(KID)));
	assert_true(token_ring_prune(&ring, end, &number));
	assert_int_equal(number, 1);
	assert_false(token_ring_prune(&ring, end * 2, &number));
	assert_int_equal(ring.count, 1);
}

static void a_ring_takes_so_many_keys_and_again_when_they_have_ended(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	uint8_t seed[SIGN_SEED_LEN] = {0};
	uint32_t number;

	for (seed[0] = 1; ring.count < TOKEN_KEYS_MOST; seed[0]++)
		check_ok(token_ring_add(&ring, (uint32_t)ring.count + 1,
					bytes_of(seed, sizeof(seed)), NOW));
	assert_true(token_ring_is_full(&ring));
	check_err(token_ring_add(&ring, 99, bytes_of(seed, sizeof(seed)), NOW),
		  ERR_TOO_BIG);
	while (token_ring_prune(&ring, NOW + 2 * TOKEN_LIFE_MS, &number))
		;
	assert_int_equal(ring.count, 1);
	check_ok(token_ring_add(&ring, 99, bytes_of(seed, sizeof(seed)), NOW));
}

static void another_issuer_with_the_same_key_is_foreign(void **state)
{
	AUTO(token_ring_done)
	struct token_ring ours = ring_of(ISSUER),
			  theirs = ring_of("https://evil.example");
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;

	token_issue(&theirs, &alice, NOW, &token);
	check_err(token_check(&ours, str_view(&token), NOW, &claims), ERR_BAD_TOKEN);
}

static void every_claim_is_needed_and_checked(void **state)
{
	static const char *const bad[] = {
		CLAIMS(AUD "," SUB "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," SUB "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SID "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT),
		CLAIMS(ISS ",\"aud\":\"other\"," SUB "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS ",\"aud\":[\"chat\"]," SUB "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD ",\"sub\":\"alice\"," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD ",\"sub\":7," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD ",\"sub\":" NOBODY "," SID "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SUB ",\"sid\":" NOBODY "," SCOPE "," IAT "," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE ",\"iat\":1700000100," EXP),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT
			   ",\"exp\":\"1700000600\""),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT ",\"exp\":-1"),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT "," EXP
			   ",\"nbf\":1700000100"),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT "," EXP
			   ",\"did\":\"x\""),
		/* twice the same name */
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT "," EXP "," SUB),
		CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT "," EXP
			   ",\"x\":1,\"x\":1"),
		"[]",
		"null",
		"",
	};

	check_ok(check_signed(
		HEADER, CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE "," IAT "," EXP)));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(check_signed(HEADER, bad[i]), ERR_BAD_TOKEN);
	check_err(check_signed(HEADER, CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE
						  "," IAT ",\"exp\":1700000000")),
		  ERR_EXPIRED);
}

static void a_header_that_says_anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"" KID "\"}",
		"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"" KID "\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" KID "\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"another\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" KID
		"\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":[\"" KID "\"]}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" KID "\",\"kid\":\"" KID
		"\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" KID
		"\",\"alg\":\"none\"}",
		"\"" KID "\"",
		"{",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(check_signed(bad[i], CLAIMS(ISS "," AUD "," SUB "," SID
							  "," SCOPE "," IAT "," EXP)),
			  ERR_BAD_TOKEN);
}

/* RFC 8725 section 2.1: the public key, which everyone has, used as a MAC key. */
static void a_mac_keyed_with_the_public_key_is_refused(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;
	uint8_t mac[SHA256_LEN];

	base64url_add(
		&token,
		bytes_text("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"" KID "\"}"));
	str_add_char(&token, '.');
	base64url_add(&token, bytes_text(CLAIMS(ISS "," AUD "," SUB "," SID "," SCOPE
						    "," IAT "," EXP)));
	hmac_sha256(bytes_of(ring.keys[0].public_key, SIGN_PUBLIC_LEN), str_view(&token),
		    mac);
	str_add_char(&token, '.');
	base64url_add(&token, bytes_of(mac, sizeof(mac)));
	check_err(token_check(&ring, str_view(&token), NOW, &claims), ERR_BAD_TOKEN);
}

static void texts_that_are_no_tokens_are_refused(void **state)
{
	AUTO(token_ring_done) struct token_ring ring = ring_of(ISSUER);
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;

	token_issue(&ring, &alice, NOW, &token);
	for (size_t len = 0; len < token.len; len++)
		check_err(token_check(&ring, bytes_of(token.ptr, len), NOW, &claims),
			  ERR_BAD_TOKEN);
	while (token.len < 3000)
		str_add(&token, "A");
	check_err(token_check(&ring, str_view(&token), NOW, &claims), ERR_BAD_TOKEN);
}

CHECK_MAIN(TEST(a_token_says_what_was_put_in), TEST(a_scope_is_kept_as_it_was_given),
	   TEST(a_token_lives_ten_minutes), TEST(a_key_is_named_by_its_thumbprint),
	   TEST(the_newest_key_signs_and_the_older_ones_still_verify),
	   TEST(a_key_before_the_newest_one_ends_with_its_last_token),
	   TEST(a_ring_takes_so_many_keys_and_again_when_they_have_ended),
	   TEST(another_issuer_with_the_same_key_is_foreign),
	   TEST(every_claim_is_needed_and_checked),
	   TEST(a_header_that_says_anything_else_is_refused),
	   TEST(a_mac_keyed_with_the_public_key_is_refused),
	   TEST(texts_that_are_no_tokens_are_refused))
