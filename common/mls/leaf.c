/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One leaf at a time; rules between the leaves of a tree are in treecheck.c.
 */
#include "common/mls/leaf.h"

#include "common/mls/codec.h"

/* LeafNodeTBS (section 7.2): a leaf that was made inside a group is bound to its place. */
static void add_place(struct buf *tbs, const struct mls_leaf *leaf,
		      const struct mls_place *place)
{
	if (leaf->source == MLS_LEAF_KEY_PACKAGE)
		return;
	buf_add_vec(tbs, place->group_id);
	buf_add_u32(tbs, place->index);
}

enum err mls_leaf_make(const struct mls_env *env, const struct mls_leaf *leaf,
		       const struct mls_place *place, struct buf *out)
{
	AUTO(buf_done) struct buf tbs = BUF_INIT;

	mls_leaf_encode_unsigned(&tbs, leaf);
	const size_t len = tbs.len;
	const size_t start = out->len;
	add_place(&tbs, leaf, place);
	buf_add(out, tbs.ptr, len);
	enum err err = mls_env_sign(env, leaf->signature_key, "LeafNodeTBS",
				    buf_view(&tbs), out);
	if (err != ERR_OK)
		out->len = start;
	return err;
}

static enum err check_signature(const struct mls_leaf *leaf,
				const struct mls_place *place)
{
	AUTO(buf_done) struct buf tbs = BUF_INIT;

	buf_add_bytes(&tbs, leaf->unsigned_part);
	add_place(&tbs, leaf, place);
	return mls_verify(leaf->signature_key, "LeafNodeTBS", buf_view(&tbs),
			  leaf->signature);
}

enum err mls_leaf_check(const struct mls_leaf *leaf, uint16_t suite,
			const struct mls_place *place)
{
	const struct mls_capabilities *can = &leaf->capabilities;
	struct mls_extension extension;

	if (leaf->encryption_key.len != DH_LEN ||
	    leaf->signature_key.len != SIGN_PUBLIC_LEN)
		return ERR_BAD;
	if (!mls_list_has(can->versions, MLS_VERSION_1) ||
	    !mls_list_has(can->suites, suite) ||
	    !mls_list_has(can->credentials, leaf->credential.type))
		return ERR_BAD;
	for (size_t at = 0; mls_extension_next(leaf->extensions, &at, &extension);) {
		if (!mls_extension_is_default(extension.type) &&
		    !mls_list_has(can->extensions, extension.type))
			return ERR_BAD;
	}
	return check_signature(leaf, place);
}

enum err mls_leaf_check_lifetime(const struct mls_leaf *leaf, const struct mls_env *env)
{
	const uint64_t now = env->now_ms / 1000;

	if (leaf->source != MLS_LEAF_KEY_PACKAGE)
		return ERR_OK;
	if (leaf->not_after < leaf->not_before)
		return ERR_BAD;
	if (env->lifetime_max_ms &&
	    leaf->not_after - leaf->not_before > env->lifetime_max_ms / 1000)
		return ERR_BAD;
	if (env->now_ms && (now < leaf->not_before || now > leaf->not_after))
		return ERR_EXPIRED;
	return ERR_OK;
}

/* Whether @have has all of @want, types that everybody supports aside. */
static bool list_covers(struct bytes have, struct bytes want,
			bool (*is_default)(uint16_t))
{
	for (size_t i = 0; i + 1 < want.len; i += 2) {
		uint16_t type = (uint16_t)(want.ptr[i] << 8 | want.ptr[i + 1]);
		if (!(is_default && is_default(type)) && !mls_list_has(have, type))
			return false;
	}
	return true;
}

enum err mls_leaf_check_group(const struct mls_leaf *leaf, struct bytes extensions)
{
	const struct mls_capabilities *can = &leaf->capabilities;
	struct mls_extension extension;
	struct mls_required required;

	for (size_t at = 0; mls_extension_next(extensions, &at, &extension);) {
		if (!mls_extension_is_default(extension.type) &&
		    !mls_list_has(can->extensions, extension.type))
			return ERR_BAD;
		if (extension.type != MLS_EXT_REQUIRED_CAPABILITIES)
			continue;
		enum err err = mls_required_decode(extension.data, &required);
		if (err != ERR_OK)
			return err;
		if (!list_covers(can->extensions, required.extensions,
				 mls_extension_is_default) ||
		    !list_covers(can->proposals, required.proposals,
				 mls_proposal_is_default) ||
		    !list_covers(can->credentials, required.credentials, NULL))
			return ERR_BAD;
	}
	return ERR_OK;
}
