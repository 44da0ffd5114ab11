/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Making and checking leaf nodes (RFC 9420 sections 7.2 and 7.3). Thread: any. */
#ifndef CHAT_MLS_LEAF_H
#define CHAT_MLS_LEAF_H

#include "common/mls/env.h"

/** Where a leaf stands, or shall: what its signature covers besides itself. */
struct mls_place {
	struct bytes group_id;
	uint32_t index;
};

/** Sign the fields of @leaf with the key of its signature_key and add the whole to @out.
 *  @place is needed for sources UPDATE and COMMIT only. Errors: those of the hook. */
enum err mls_leaf_make(const struct mls_env *env, const struct mls_leaf *leaf,
		       const struct mls_place *place, struct buf *out) MUST_CHECK;

/** What of a leaf can be checked by itself: lengths of keys, its signature, its own
 *  extensions and credential among its capabilities, version and suite. @place as above.
 *  Errors: ERR_CORRUPT for the signature, ERR_BAD for the rest. */
enum err mls_leaf_check(const struct mls_leaf *leaf, uint16_t suite,
			const struct mls_place *place) MUST_CHECK;
/** The lifetime of a leaf from a key package. Errors: ERR_EXPIRED when now is outside,
 *  ERR_BAD when it is longer than allowed. */
enum err mls_leaf_check_lifetime(const struct mls_leaf *leaf,
				 const struct mls_env *env) MUST_CHECK;
/** Whether a member can be in a group with these GroupContext extensions: each is
 *  supported, and so is all that is required (sections 11.1 and 13.4).
 *  Errors: ERR_BAD. */
enum err mls_leaf_check_group(const struct mls_leaf *leaf,
			      struct bytes extensions) MUST_CHECK;

#endif
