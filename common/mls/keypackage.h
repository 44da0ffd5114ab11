/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Key packages (RFC 9420 section 10): what a device leaves behind so that others can add
 *  it while it sleeps. Thread: any. */
#ifndef CHAT_MLS_KEYPACKAGE_H
#define CHAT_MLS_KEYPACKAGE_H

#include "common/mls/env.h"

/** What a new leaf says about its client; lists are encoded (see types.h). */
struct mls_client {
	struct bytes signature_key; /**< public; the key store has the other half */
	struct mls_credential credential;
	struct bytes leaf_extensions;
	struct bytes
		extension_types; /**< that the client supports, all in use included */
	struct bytes proposal_types;
};

/** The leaf of @client with capabilities filled in, @versions and the like in @room;
 *  keys, source and signature are left to the caller. */
void mls_client_leaf(const struct mls_client *client, const struct mls_suite *suite,
		     struct buf *room, struct mls_leaf *ret);

/** Make a key package that is valid from @not_before to @not_after (seconds); @extensions
 *  is a list. The caller keeps @ret until it was used.
 *  Errors: those of the sign hook. */
enum err mls_key_package_make(const struct mls_env *env, const struct mls_suite *suite,
			      const struct mls_client *client, uint64_t not_before,
			      uint64_t not_after, struct bytes extensions,
			      struct mls_own_package *ret) MUST_CHECK;
/** Judge one as in section 10.1, credential and lifetime included.
 *  Errors: ERR_BAD, ERR_CORRUPT for a signature, ERR_EXPIRED, those of the hook. */
enum err mls_key_package_check(const struct mls_env *env, uint16_t suite,
			       const struct mls_key_package *package) MUST_CHECK;

#endif
