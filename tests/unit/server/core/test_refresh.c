/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/refresh.h"

#include "tests/lib/check.h"

#define NOW 1700000000000
#define KEY bytes_text("the key of refresh tokens")

static const struct session_row live = {.account_state = ACCOUNT_ACTIVE};
static const struct refresh_row newest = {.expires_ms = NOW + REFRESH_LIFE_MS};
static const struct refresh_row replaced = {.expires_ms = NOW + REFRESH_LIFE_MS,
					    .replaced_ms = NOW};

static struct refresh_token drawn(uint64_t seed)
{
	struct random_seeded seeded;
	struct random random = random_seeded(&seeded, seed);

	return refresh_draw(&random);
}

static void the_newest_token_is_rotated(void **state)
{
	assert_int_equal(refresh_judge(&newest, &live, NOW), REFRESH_ROTATE);
}

static void the_one_before_it_gets_the_same_answer_for_a_minute(void **state)
{
	assert_int_equal(refresh_judge(&replaced, &live, NOW), REFRESH_AGAIN);
	assert_int_equal(refresh_judge(&replaced, &live, NOW + 59999), REFRESH_AGAIN);
	assert_int_equal(refresh_judge(&replaced, &live, NOW + 60000), REFRESH_REUSED);
}

static void once_its_successor_was_used_it_is_reuse_at_once(void **state)
{
	struct refresh_row row = replaced;

	row.successor_used = true;
	assert_int_equal(refresh_judge(&row, &live, NOW), REFRESH_REUSED);
}

static void a_session_that_ended_gives_nothing(void **state)
{
	struct session_row session = live;

	session.revoked = true;
	assert_int_equal(refresh_judge(&newest, &session, NOW), REFRESH_ENDED);
	session = live;
	session.account_state = ACCOUNT_SUSPENDED;
	assert_int_equal(refresh_judge(&newest, &session, NOW), REFRESH_ENDED);
}

static void tokens_and_sessions_expire(void **state)
{
	struct session_row session = live;

	assert_int_equal(refresh_judge(&newest, &live, NOW + REFRESH_LIFE_MS),
			 REFRESH_OVER);
	session.expires_ms = NOW;
	assert_int_equal(refresh_judge(&newest, &session, NOW), REFRESH_OVER);
}

static void asking_twice_gives_the_same_successor(void **state)
{
	struct refresh_token token = drawn(1), a = refresh_next(&token, KEY),
			     b = refresh_next(&token, KEY);

	assert_memory_equal(a.bytes, b.bytes, REFRESH_LEN);
	assert_memory_not_equal(a.bytes, token.bytes, REFRESH_LEN);
}

static void a_successor_cannot_be_made_without_the_key(void **state)
{
	struct refresh_token token = drawn(1), a = refresh_next(&token, KEY),
			     b = refresh_next(&token, bytes_text("another key"));

	assert_memory_not_equal(a.bytes, b.bytes, REFRESH_LEN);
}

static void the_text_is_read_back_and_is_not_what_is_stored(void **state)
{
	struct refresh_token token = drawn(1), back;
	uint8_t hash[TOKEN_HASH_LEN];

	check_ok(refresh_parse(bytes_text(refresh_text(&token).text), &back));
	assert_memory_equal(token.bytes, back.bytes, REFRESH_LEN);
	refresh_hash(&token, hash);
	assert_memory_not_equal(hash, token.bytes, TOKEN_HASH_LEN);
}

static void what_has_not_the_form_of_a_token_is_refused(void **state)
{
	struct refresh_token token = drawn(1), back;
	struct refresh_text text = refresh_text(&token);

	check_err(refresh_parse(bytes_text(""), &back), ERR_BAD_TOKEN);
	check_err(refresh_parse(bytes_of(text.text, REFRESH_TEXT_LEN - 1), &back),
		  ERR_BAD_TOKEN);
	text.text[7] = '=';
	check_err(refresh_parse(bytes_text(text.text), &back), ERR_BAD_TOKEN);
}

CHECK_MAIN(TEST(the_newest_token_is_rotated),
	   TEST(the_one_before_it_gets_the_same_answer_for_a_minute),
	   TEST(once_its_successor_was_used_it_is_reuse_at_once),
	   TEST(a_session_that_ended_gives_nothing), TEST(tokens_and_sessions_expire),
	   TEST(asking_twice_gives_the_same_successor),
	   TEST(a_successor_cannot_be_made_without_the_key),
	   TEST(the_text_is_read_back_and_is_not_what_is_stored),
	   TEST(what_has_not_the_form_of_a_token_is_refused))
