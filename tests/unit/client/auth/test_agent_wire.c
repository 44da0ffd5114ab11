/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of ssh-agents: whole, cut, refused, lying about their lengths. */
#include "client/auth/agent_wire.h"

#include "common/crypto/sshwire.h"
#include "tests/lib/check.h"
#include "tests/lib/ssh_signer.h"

static void put_key(struct buf *out, struct bytes blob, const char *comment)
{
	sshwire_put(out, blob);
	sshwire_put(out, bytes_text(comment));
}

/* An agent with an RSA key, a plain one of ours and a token's. */
static void make_list(struct buf *out)
{
	AUTO(buf_done) struct buf rsa = BUF_INIT;
	struct ssh_signer plain, token;

	ssh_signer_init(&plain, 1, false);
	ssh_signer_init(&token, 2, true);
	sshwire_put(&rsa, bytes_text("ssh-rsa"));
	sshwire_put(&rsa, bytes_text("exponent"));
	buf_add_u8(out, 12);
	buf_add_u32(out, 3);
	put_key(out, buf_view(&rsa), "old");
	put_key(out, buf_view(&plain.blob), "alice@laptop");
	put_key(out, buf_view(&token.blob), "token");
	ssh_signer_done(&plain);
	ssh_signer_done(&token);
}

static void keys_of_our_types_are_taken(void **state)
{
	AUTO(buf_done) struct buf list = BUF_INIT;
	struct agent_keys keys;

	make_list(&list);
	check_ok(agent_read_keys(buf_view(&list), &keys));
	assert_int_equal(keys.count, 2);
	assert_int_equal(keys.others, 1);
	assert_true(bytes_equal(keys.rows[0].comment, bytes_text("alice@laptop")));
	assert_false(keys.rows[0].key.sk);
	assert_true(keys.rows[1].key.sk);
	agent_keys_done(&keys);
}

static void a_list_that_is_cut_or_goes_on_is_refused(void **state)
{
	AUTO(buf_done) struct buf list = BUF_INIT;
	struct agent_keys keys;

	make_list(&list);
	for (size_t len = 0; len < list.len; len++)
		check_err(agent_read_keys(bytes_of(list.ptr, len), &keys), ERR_BAD);
	buf_add_u8(&list, 0);
	check_err(agent_read_keys(buf_view(&list), &keys), ERR_BAD);
}

static void lengths_that_lie_reserve_nothing(void **state)
{
	static const uint8_t many[] = {12, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t wide[] = {12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xf0, 1};
	struct agent_keys keys;

	check_err(agent_read_keys(bytes_of(many, sizeof(many)), &keys), ERR_BAD);
	check_err(agent_read_keys(bytes_of(wide, sizeof(wide)), &keys), ERR_BAD);
}

static void a_refusal_is_one(void **state)
{
	static const uint8_t failure[] = {5};
	struct agent_keys keys;
	struct bytes blob;

	check_err(agent_read_keys(bytes_of(failure, 1), &keys), ERR_FORBIDDEN);
	check_err(agent_read_signature(bytes_of(failure, 1), &blob), ERR_FORBIDDEN);
	check_err(agent_read_signature(bytes_of("\x0c", 1), &blob), ERR_BAD);
	check_err(agent_read_signature(bytes_of(NULL, 0), &blob), ERR_BAD);
}

static void an_answer_is_waited_for_up_to_a_bound(void **state)
{
	static const uint8_t part[] = {0, 0, 0, 2, 5};
	static const uint8_t huge[] = {0, 4, 0, 1};
	static const uint8_t empty[] = {0, 0, 0, 0};
	struct bytes reply;

	for (size_t len = 0; len <= sizeof(part); len++)
		check_err(agent_whole(bytes_of(part, len), &reply), ERR_TRUNCATED);
	check_err(agent_whole(bytes_of(huge, sizeof(huge)), &reply), ERR_TOO_BIG);
	check_err(agent_whole(bytes_of(empty, sizeof(empty)), &reply), ERR_BAD);
}

CHECK_MAIN(TEST(keys_of_our_types_are_taken),
	   TEST(a_list_that_is_cut_or_goes_on_is_refused),
	   TEST(lengths_that_lie_reserve_nothing), TEST(a_refusal_is_one),
	   TEST(an_answer_is_waited_for_up_to_a_bound))
