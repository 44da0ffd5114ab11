/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Welcomes for those whom a commit adds (RFC 9420 section 12.4.3.1), and opening them.
 *  Inside of the library. Thread: that of the group. */
#ifndef CHAT_MLS_WELCOME_H
#define CHAT_MLS_WELCOME_H

#include "common/mls/make.h"

/** Fill @staged->welcomes; @staged->next is complete, @items are those of the commit. */
enum err mls_welcome_make(const struct mls_making *making, const struct mls_items *items,
			  const struct mls_path_secrets *secrets,
			  const struct mls_turn *turn,
			  struct mls_staged *staged) MUST_CHECK;

/** The GroupSecrets for the owner of @own, added to @out, which the caller wipes.
 *  Errors: ERR_NOT_FOUND when there are none, ERR_CORRUPT, ERR_BAD. */
enum err mls_welcome_open_secrets(const struct mls_welcome *welcome,
				  const struct mls_suite *suite,
				  const struct mls_own_package *own,
				  struct buf *out) MUST_CHECK;
/** The GroupInfo, added to @out. Errors: ERR_CORRUPT. */
enum err mls_welcome_open_info(const struct mls_welcome *welcome,
			       const struct mls_suite *suite, const struct secret *joiner,
			       const struct secret *psk, struct buf *out) MUST_CHECK;

#endif
