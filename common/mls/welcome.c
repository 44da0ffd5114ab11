/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Welcome is a GroupInfo under a key that everybody who is added gets, and for each of
 * them that key, with the secret of the lowest node shared with the committer, under the
 * init key of the key package.
 */
#include "common/mls/welcome.h"

#include "common/base/mem.h"
#include "common/mls/codec.h"

/* More than any GroupSecrets without PSKs: so that no copy is left behind by growing. */
#define SECRETS_ROOM 1024

static void welcome_key(const struct mls_suite *suite, const struct secret *joiner,
			const struct secret *psk, struct secret *key,
			struct secret *nonce)
{
	AUTO(secret_done) struct secret welcome = SECRET_INIT;

	mls_welcome_secret(joiner, psk, &welcome);
	mls_expand(&welcome, "key", bytes_of(NULL, 0), suite->aead->key_len, key);
	mls_expand(&welcome, "nonce", bytes_of(NULL, 0), suite->aead->nonce_len, nonce);
}

static enum err seal_info(const struct mls_making *making, const struct mls_turn *turn,
			  const struct mls_group *next, struct buf *out)
{
	const struct mls_suite *suite = making->public->suite;
	AUTO(buf_done) struct buf extensions = BUF_INIT;
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(secret_done) struct secret nonce = SECRET_INIT;

	mls_group_info_extensions(next, false, making->tree_in_welcome, &extensions);
	enum err err =
		mls_group_info_make(next, making->env, buf_view(&extensions), &info);
	if (err != ERR_OK)
		return err;
	welcome_key(suite, &turn->joiner, &turn->psk, &key, &nonce);
	aead_seal(suite->aead, secret_view(&key), secret_view(&nonce), bytes_of(NULL, 0),
		  buf_view(&info), out);
	return ERR_OK;
}

static void encode_psks(const struct mls_items *items, struct buf *out)
{
	for (size_t i = 0; i < items->count; i++) {
		if (items->list[i].proposal.type == MLS_PSK)
			mls_psk_id_encode(out, &items->list[i].proposal.psk);
	}
}

/* EncryptedGroupSecrets for the owner of @package at @leaf. */
static enum err seal_secrets(const struct mls_making *making, const struct mls_turn *turn,
			     const struct mls_path_secrets *path, struct bytes psks,
			     struct bytes info, const struct mls_key_package *package,
			     uint32_t leaf, struct buf *out)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	struct mls_hash ref = mls_key_package_ref(package->raw);
	const struct secret *path_secret =
		making->leaf ? mls_path_secret_for(path, leaf) : NULL;
	struct mls_group_secrets secrets = {.joiner_secret = secret_view(&turn->joiner),
					    .has_path_secret = path_secret != NULL,
					    .psks = psks};

	if (path_secret)
		secrets.path_secret = secret_view(path_secret);
	buf_room(&plain, SECRETS_ROOM + psks.len);
	mls_group_secrets_encode(&plain, &secrets);
	buf_add_vec(out, mls_hash_view(&ref));
	return mls_encrypt(making->public->suite, making->env->random, package->init_key,
			   "Welcome", info, buf_view(&plain), out);
}

static void encode_welcome(const struct mls_suite *suite, struct bytes entries,
			   struct bytes info, struct buf *out)
{
	const struct mls_welcome welcome = {suite->id, entries, info};

	mls_message_head(out, MLS_WELCOME);
	mls_welcome_encode(out, &welcome);
}

enum err mls_welcome_make(const struct mls_making *making, const struct mls_items *items,
			  const struct mls_path_secrets *secrets,
			  const struct mls_turn *turn, struct mls_staged *staged)
{
	const struct mls_suite *suite = making->public->suite;
	const struct mls_nodes *added = &staged->summary.added;
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(buf_done) struct buf psks = BUF_INIT;
	AUTO(buf_done) struct buf entries = BUF_INIT;
	size_t at = 0;

	if (added->count == 0)
		return ERR_OK;
	encode_psks(items, &psks);
	enum err err = seal_info(making, turn, staged->next, &info);
	staged->welcomes = mem_alloc(making->one_welcome ? 1 : added->count,
				     sizeof(*staged->welcomes));
	for (size_t i = 0; i < items->count && err == ERR_OK; i++) {
		const struct mls_proposal *it = &items->list[i].proposal;
		if (it->type != MLS_ADD)
			continue;
		err = seal_secrets(making, turn, secrets, buf_view(&psks),
				   buf_view(&info), &it->add, added->list[at++],
				   &entries);
		if (err == ERR_OK && !making->one_welcome) {
			encode_welcome(suite, buf_view(&entries), buf_view(&info),
				       &staged->welcomes[staged->welcome_count++]);
			buf_clear(&entries);
		}
	}
	if (err == ERR_OK && making->one_welcome)
		encode_welcome(suite, buf_view(&entries), buf_view(&info),
			       &staged->welcomes[staged->welcome_count++]);
	return err;
}

enum err mls_welcome_open_secrets(const struct mls_welcome *welcome,
				  const struct mls_suite *suite,
				  const struct mls_own_package *own, struct buf *out)
{
	struct mls_hash ref = mls_key_package_ref(buf_view(&own->package));
	struct mls_welcome_entry entry;

	for (size_t at = 0; mls_welcome_entry_next(welcome->secrets, &at, &entry);) {
		if (bytes_equal(entry.new_member, mls_hash_view(&ref)))
			return mls_decrypt(suite, &own->init_key, "Welcome",
					   welcome->group_info, entry.secrets.kem_output,
					   entry.secrets.sealed, out);
	}
	return ERR_NOT_FOUND;
}

enum err mls_welcome_open_info(const struct mls_welcome *welcome,
			       const struct mls_suite *suite, const struct secret *joiner,
			       const struct secret *psk, struct buf *out)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(secret_done) struct secret nonce = SECRET_INIT;

	welcome_key(suite, joiner, psk, &key, &nonce);
	return aead_open(suite->aead, secret_view(&key), secret_view(&nonce),
			 bytes_of(NULL, 0), welcome->group_info, out);
}
