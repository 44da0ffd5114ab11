/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Choosing which of the proposals that wait a commit of ours covers (RFC 9420 sections
 *  12.2 and 12.4). Thread: that of the group. */
#ifndef CHAT_MLS_SELECT_H
#define CHAT_MLS_SELECT_H

#include "common/mls/proposals.h"

/** Add to @items, which holds our own by-value proposals, those that wait and go together
 *  with them and with each other; @committer is our leaf. What is left out stays. */
void mls_items_select(const struct mls_public *public, const struct mls_env *env,
		      uint32_t committer, struct mls_items *items);

#endif
