/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Welcomes made by hand by a member who knows all keys: what it signs must still be right. */
#include "common/mls/welcome.h"

#include "common/mls/codec.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

struct made {
	struct party alice, bob;
	struct buf package;
	struct mls_proposal add;
	struct mls_staged *staged;
};

static void make(struct made *it)
{
	party_init(&it->alice, "alice", 1);
	party_init(&it->bob, "bob", 2);
	party_create(&it->alice, bytes_of(NULL, 0));
	it->package = party_package(&it->bob);
	it->add = party_add(&it->package);
	const struct mls_commit_options options = {.proposals = &it->add, .count = 1};
	it->staged = party_commit(&it->alice, &options);
}

static void made_done(struct made *it)
{
	mls_staged_free(&it->staged);
	buf_done(&it->package);
	party_done(&it->alice);
	party_done(&it->bob);
}

/* The GroupSecrets of the honest Welcome. */
static void open_secrets(struct made *it, struct buf *out)
{
	struct mls_message message;

	check_ok(mls_message_decode(buf_view(&it->staged->welcomes[0]), &message));
	check_ok(mls_welcome_open_secrets(&message.welcome, &mls_suite_chacha,
					  &it->bob.store.packages[0], out));
}

/* A Welcome with the GroupInfo that the staged group signs now. */
static struct buf forge(struct made *it, struct bytes secrets_bytes)
{
	struct mls_group_secrets secrets;
	struct secret joiner = SECRET_INIT, psk = SECRET_INIT, key = SECRET_INIT,
		      nonce = SECRET_INIT;
	AUTO(buf_done) struct buf extensions = BUF_INIT;
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	AUTO(buf_done) struct buf entry = BUF_INIT;
	struct mls_hash ref = mls_key_package_ref(buf_view(&it->package));
	struct buf out = BUF_INIT;

	check_ok(mls_group_secrets_decode(secrets_bytes, &secrets));
	secret_set(&joiner, secrets.joiner_secret.ptr, secrets.joiner_secret.len);
	secret_room(&psk, MLS_HASH_LEN);
	mls_welcome_secret(&joiner, &psk, &key);
	mls_expand(&key, "nonce", bytes_of(NULL, 0), 12, &nonce);
	mls_expand(&key, "key", bytes_of(NULL, 0), 32, &key);
	mls_group_info_extensions(it->staged->next, false, true, &extensions);
	check_ok(mls_group_info_make(it->staged->next, &it->alice.env,
				     buf_view(&extensions), &info));
	aead_seal(&aead_chacha20, secret_view(&key), secret_view(&nonce),
		  bytes_of(NULL, 0), buf_view(&info), &sealed);
	buf_add_vec(&entry, mls_hash_view(&ref));
	check_ok(mls_encrypt(&mls_suite_chacha, &it->alice.random, it->add.add.init_key,
			     "Welcome", buf_view(&sealed), secrets_bytes, &entry));
	const struct mls_welcome welcome = {MLS_SUITE_CHACHA, buf_view(&entry),
					    buf_view(&sealed)};
	mls_message_head(&out, MLS_WELCOME);
	mls_welcome_encode(&out, &welcome);
	return out;
}

static enum err join(struct made *it, const struct buf *welcome)
{
	struct mls_group *group = NULL;
	struct mls_hash used;
	enum err err = mls_group_join(&it->bob.env, buf_view(welcome), bytes_of(NULL, 0),
				      NULL, &group, &used);

	mls_group_free(&group);
	return err;
}

static void the_control_is_taken(void **state)
{
	AUTO(made_done) struct made it = {0};
	AUTO(buf_done) struct buf secrets = BUF_INIT;
	make(&it);
	open_secrets(&it, &secrets);
	AUTO(buf_done) struct buf welcome = forge(&it, buf_view(&secrets));

	check_ok(join(&it, &welcome));
}

static void rfc_12_4_3_1_the_confirmation_tag_is_verified(void **state)
{
	AUTO(made_done) struct made it = {0};
	AUTO(buf_done) struct buf secrets = BUF_INIT;
	make(&it);
	open_secrets(&it, &secrets);
	it.staged->next->public.tag.bytes[0] ^= 1;
	AUTO(buf_done) struct buf welcome = forge(&it, buf_view(&secrets));

	check_err(join(&it, &welcome), ERR_CORRUPT);
}

static void rfc_12_4_3_1_the_path_secret_fits_the_tree(void **state)
{
	AUTO(made_done) struct made it = {0};
	AUTO(buf_done) struct buf secrets = BUF_INIT;
	AUTO(buf_done) struct buf wrong = BUF_INIT;
	struct mls_group_secrets view;
	const uint8_t other[32] = {1};
	make(&it);
	open_secrets(&it, &secrets);

	check_ok(mls_group_secrets_decode(buf_view(&secrets), &view));
	view.path_secret = bytes_of(other, 32);
	mls_group_secrets_encode(&wrong, &view);
	AUTO(buf_done) struct buf welcome = forge(&it, buf_view(&wrong));
	check_err(join(&it, &welcome), ERR_CORRUPT);
}

static void rfc_12_4_3_1_a_missing_psk_is_named(void **state)
{
	AUTO(made_done) struct made it = {0};
	AUTO(buf_done) struct buf secrets = BUF_INIT;
	AUTO(buf_done) struct buf wrong = BUF_INIT;
	AUTO(buf_done) struct buf psks = BUF_INIT;
	struct mls_group_secrets view;
	const uint8_t nonce[32] = {1};
	const struct mls_psk_id psk = {.type = MLS_PSK_EXTERNAL,
				       .id = bytes_text("none of ours"),
				       .nonce = bytes_of(nonce, 32)};
	make(&it);
	open_secrets(&it, &secrets);

	check_ok(mls_group_secrets_decode(buf_view(&secrets), &view));
	mls_psk_id_encode(&psks, &psk);
	view.psks = buf_view(&psks);
	mls_group_secrets_encode(&wrong, &view);
	AUTO(buf_done) struct buf welcome = forge(&it, buf_view(&wrong));
	check_err(join(&it, &welcome), ERR_NOT_FOUND);
}

CHECK_MAIN(TEST(the_control_is_taken),
	   TEST(rfc_12_4_3_1_the_confirmation_tag_is_verified),
	   TEST(rfc_12_4_3_1_the_path_secret_fits_the_tree),
	   TEST(rfc_12_4_3_1_a_missing_psk_is_named))
