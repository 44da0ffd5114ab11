/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Every bound of the MLS library, with its reason. What is over one is refused with
 *  ERR_TOO_BIG before anything is allocated. */
#ifndef CHAT_MLS_LIMITS_H
#define CHAT_MLS_LIMITS_H

/** Leaves of a group's tree, blank ones included: the product's largest group. */
#define MLS_LEAVES_MAX 4096
/** Bytes of any message: a commit that touches every leaf of the largest group. */
#define MLS_MESSAGE_MAX (1u << 20)
/** Bytes of a ratchet tree: the largest group with half a kilobyte per node. */
#define MLS_TREE_MAX (8u << 20)
/** Bytes of a group id, a key id, a label's context and the like. */
#define MLS_ID_MAX 255
/** Extensions of one object; each type at most once, so more is an attack on the list. */
#define MLS_EXTENSIONS_MAX 32
/** Proposals of one commit: replacing every member of the largest group. */
#define MLS_PROPOSALS_MAX 4096
/** Proposals that wait for a commit; a member could send them without end. */
#define MLS_PENDING_MAX 4096
/** Bytes of all of them together. */
#define MLS_PENDING_BYTES_MAX (4u << 20)
/** How far one message may wind a sender's ratchet forward: three hashes a step. */
#define MLS_FORWARD_MAX 2000
/** Keys of skipped messages that are kept per sender; older ones are given up. */
#define MLS_SKIPPED_MAX 64
/** Past epochs of which the resumption secret is kept (RFC 9420 section 8.6). */
#define MLS_RESUMPTION_MAX 32

#endif
