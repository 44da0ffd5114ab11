/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The permissive hooks, and signing through the key hook.
 */
#include "common/mls/env.h"

#include "common/mls/codec.h"

void mls_own_package_done(struct mls_own_package *own)
{
	buf_done(&own->package);
	hpke_key_done(&own->init_key);
	hpke_key_done(&own->leaf_key);
}

static enum err any_leaf(void *ctx, const struct mls_leaf *leaf,
			 const struct mls_leaf *old)
{
	return ERR_OK;
}

static enum err any_sender(void *ctx, const struct mls_external_sender *sender)
{
	return ERR_OK;
}

const struct mls_identity mls_identity_any = {.leaf = any_leaf, .sender = any_sender};

static enum err any_proposal(void *ctx, const struct mls_view *before,
			     const struct mls_sender *sender,
			     const struct mls_proposal *proposal)
{
	return ERR_OK;
}

static enum err any_commit(void *ctx, const struct mls_view *before,
			   const struct mls_view *after, const struct mls_change *change)
{
	return ERR_OK;
}

const struct mls_policy mls_policy_any = {.proposal = any_proposal, .commit = any_commit};

enum err mls_env_sign(const struct mls_env *env, struct bytes public_key,
		      const char *label, struct bytes content, struct buf *out)
{
	AUTO(buf_done) struct buf message = BUF_INIT;
	uint8_t signature[SIGN_LEN];

	mls_sign_content(label, content, &message);
	enum err err = env->keys->sign(env->keys->ctx, public_key, buf_view(&message),
				       signature);
	if (err == ERR_OK)
		buf_add_vec(out, bytes_of(signature, sizeof(signature)));
	return err;
}
