/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The node of a ratchet tree, for tree.c and treehash.c only. Thread: one at a time. */
#ifndef CHAT_MLS_NODE_H
#define CHAT_MLS_NODE_H

#include "common/mls/types.h"

/* Section 7.8. */
#define NODE_TYPE_LEAF   1
#define NODE_TYPE_PARENT 2

struct mls_node {
	uint32_t refs;
	bool is_leaf;
	size_t len;
	union {
		struct mls_leaf leaf; /**< views into raw */
		struct mls_parent parent;
	};
	uint8_t raw[]; /**< LeafNode or ParentNode as encoded */
};

#endif
