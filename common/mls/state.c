/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Serialisation. What is read back was written by this file, but a disk may lie: every
 * length is checked, and a tree that does not hash to the context's tree hash is refused.
 */
#include "common/mls/state.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/member.h"

#define STATE_VERSION 1

/* Room that is enough, so that no growing leaves copies of secrets in freed memory: a key
 * pair, the fixed part of a core record, two ratchets with all skipped keys. */
#define KEY_ROOM  128
#define CORE_ROOM 8192
#define NODE_ROOM 16384

/* All records of the largest group in one: secrets of 8,191 nodes beside the tree. */
#define PACK_MAX (64u << 20)

static void secret_write(const struct secret *secret, struct buf *out)
{
	buf_add_vec(out, secret_view(secret));
}

static void secret_read(struct rd *rd, struct secret *ret)
{
	struct bytes view = rd_vec_max(rd, SECRET_MAX);

	secret_set(ret, view.ptr, view.len);
}

static void key_write(const struct hpke_key *key, struct buf *out)
{
	secret_write(&key->private_key, out);
	buf_add(out, key->public_key, DH_LEN);
}

static void key_read(struct rd *rd, struct hpke_key *ret)
{
	secret_read(rd, &ret->private_key);
	rd_copy(rd, ret->public_key, DH_LEN);
}

static struct secret *epoch_secrets(struct mls_epoch *epoch, size_t i)
{
	struct secret *const list[] = {&epoch->sender_data,   &epoch->exporter,
				       &epoch->external,      &epoch->confirmation,
				       &epoch->membership,    &epoch->resumption,
				       &epoch->authenticator, &epoch->init};

	return i < ARRAY_LEN(list) ? list[i] : NULL;
}

static void private_write(const struct mls_private *private, struct buf *out)
{
	buf_add_u32(out, private->leaf);
	key_write(&private->leaf_key, out);
	for (size_t i = 0; i < TREE_LEVELS_MAX; i++) {
		buf_add_u8(out, private->has[i]);
		if (private->has[i])
			key_write(&private->keys[i], out);
	}
}

static void private_read(struct rd *rd, struct mls_private *ret)
{
	ret->leaf = rd_u32(rd);
	key_read(rd, &ret->leaf_key);
	for (size_t i = 0; i < TREE_LEVELS_MAX; i++) {
		ret->has[i] = rd_present(rd);
		if (ret->has[i])
			key_read(rd, &ret->keys[i]);
	}
}

static void core_write(const struct mls_group *group, struct buf *out)
{
	struct mls_epoch epoch = group->epoch;

	buf_add_u16(out, STATE_VERSION);
	mls_public_write(&group->public, out);
	buf_add_u8(out, group->removed);
	for (size_t i = 0; epoch_secrets(&epoch, i); i++)
		secret_write(epoch_secrets(&epoch, i), out);
	mls_epoch_done(&epoch);
	private_write(&group->private, out);
	buf_add(out, group->signature_key, SIGN_PUBLIC_LEN);
	buf_add_u8(out, (uint8_t)group->past_count);
	for (size_t i = 0; i < group->past_count; i++) {
		buf_add_u64(out, group->past[i].epoch);
		secret_write(&group->past[i].secret, out);
	}
	buf_add_u32(out, group->secrets.leaves);
}

static void pending_write(const struct mls_group *group, struct buf *out)
{
	buf_add_u16(out, STATE_VERSION);
	buf_add_u16(out, (uint16_t)group->update_count);
	for (size_t i = 0; i < group->update_count; i++)
		key_write(&group->updates[i], out);
	mls_public_write_pending(&group->public, out);
}

/* The reader behind a version that we know. */
static struct rd open_record(struct bytes record)
{
	struct rd rd = rd_init(record);
	uint16_t version = rd_u16(&rd);

	if (rd.err == ERR_OK && version > STATE_VERSION)
		rd_fail(&rd, ERR_NEWER);
	else if (rd.err == ERR_OK && version == 0)
		rd_fail(&rd, ERR_BAD);
	return rd;
}

static void past_read(struct rd *rd, struct mls_group *group)
{
	uint8_t count = rd_u8(rd);

	if (count > MLS_RESUMPTION_MAX) {
		rd_fail(rd, ERR_BAD);
		return;
	}
	group->past_count = count;
	for (size_t i = 0; i < count; i++) {
		group->past[i].epoch = rd_u64(rd);
		secret_read(rd, &group->past[i].secret);
	}
}

enum err mls_state_load(const struct mls_suites *suites, struct bytes core,
			struct mls_group **ret)
{
	AUTO(mls_group_free) struct mls_group *group = mls_group_new();
	struct rd rd = open_record(core);

	if (rd.err != ERR_OK)
		return rd.err;
	enum err err = mls_public_read(suites, &rd, &group->public);
	if (err != ERR_OK)
		return err;
	group->removed = rd_present(&rd);
	for (size_t i = 0; epoch_secrets(&group->epoch, i); i++)
		secret_read(&rd, epoch_secrets(&group->epoch, i));
	private_read(&rd, &group->private);
	rd_copy(&rd, group->signature_key, SIGN_PUBLIC_LEN);
	past_read(&rd, group);
	uint32_t leaves = rd_u32(&rd);
	if (leaves > MLS_LEAVES_MAX || (leaves & (leaves - 1)) != 0 ||
	    (!group->removed && group->private.leaf >= leaves))
		rd_fail(&rd, ERR_BAD);
	err = rd_done(&rd);
	if (err != ERR_OK)
		return err;
	if (leaves)
		mls_secret_tree_init(&group->secrets, group->public.suite->aead, leaves,
				     NULL);
	group->saved = true;
	*ret = group;
	group = NULL;
	return ERR_OK;
}

static enum err tree_load(struct mls_group *group, struct bytes record)
{
	struct rd rd = open_record(record);
	struct mls_tree tree;

	if (rd.err != ERR_OK)
		return rd.err;
	if (group->public.tree.leaves)
		return ERR_BAD;
	enum err err = mls_tree_decode(rd_rest(&rd), &tree);
	if (err != ERR_OK)
		return err;
	struct mls_hash hash = mls_tree_root_hash(&tree);
	const struct mls_leaf *own = mls_tree_leaf(&tree, group->private.leaf);
	if (!mls_hash_equal(&hash, group->public.context.tree_hash) ||
	    (!group->removed &&
	     (!own || !bytes_equal(own->signature_key,
				   bytes_of(group->signature_key, SIGN_PUBLIC_LEN))))) {
		mls_tree_done(&tree);
		return ERR_CORRUPT;
	}
	group->public.tree = tree;
	return ERR_OK;
}

static enum err pending_load(struct mls_group *group, struct bytes record)
{
	struct rd rd = open_record(record);
	uint16_t count = rd_u16(&rd);

	if (rd.err != ERR_OK)
		return rd.err;
	if (count > MLS_PENDING_MAX || group->updates)
		return ERR_BAD;
	group->updates = count ? mem_alloc(count, sizeof(*group->updates)) : NULL;
	group->update_count = count;
	for (size_t i = 0; i < count; i++)
		key_read(&rd, &group->updates[i]);
	if (rd.err != ERR_OK)
		return rd.err;
	return mls_public_read_pending(&group->public, rd_rest(&rd));
}

static enum err node_load(struct mls_group *group, uint32_t index, struct bytes record)
{
	struct rd rd = open_record(record);

	if (rd.err != ERR_OK)
		return rd.err;
	return mls_secret_tree_read(&group->secrets, index, rd_rest(&rd));
}

enum err mls_state_load_part(struct mls_group *group, enum mls_part part, uint32_t index,
			     struct bytes record)
{
	switch (part) {
	case MLS_PART_TREE: return tree_load(group, record);
	case MLS_PART_PENDING: return pending_load(group, record);
	case MLS_PART_SECRET: return node_load(group, index, record);
	default: return ERR_BAD;
	}
}

bool mls_state_is_own(const struct mls_group *group, uint32_t index)
{
	return index < tree_width(group->secrets.leaves) &&
	       node_is_below(node_of_leaf(group->private.leaf), index);
}

static void put_node(const struct mls_group *group, uint32_t node,
		     const struct mls_sink *sink)
{
	AUTO(buf_wipe) struct buf record = BUF_INIT;

	buf_room(&record, NODE_ROOM);
	buf_add_u16(&record, STATE_VERSION);
	mls_secret_tree_write(&group->secrets, node, &record);
	if (record.len == 2)
		record.len = 0;
	sink->put(sink->ctx, MLS_PART_SECRET, node, buf_view(&record));
}

static void put_pending(const struct mls_group *group, const struct mls_sink *sink)
{
	AUTO(buf_wipe) struct buf record = BUF_INIT;

	buf_room(&record,
		 group->update_count * KEY_ROOM + 2 * group->public.pending_bytes + 64);
	if (group->public.pending_count)
		pending_write(group, &record);
	sink->put(sink->ctx, MLS_PART_PENDING, 0, buf_view(&record));
}

static void put_tree(const struct mls_group *group, const struct mls_sink *sink)
{
	AUTO(buf_done) struct buf record = BUF_INIT;

	buf_add_u16(&record, STATE_VERSION);
	mls_tree_encode(&record, &group->public.tree);
	sink->put(sink->ctx, MLS_PART_TREE, 0, buf_view(&record));
}

static void put_all(const struct mls_group *group, const struct mls_sink *sink)
{
	AUTO(buf_wipe) struct buf core = BUF_INIT;

	buf_room(&core,
		 CORE_ROOM + group->public.context_bytes.len + group->public.reinit.len);
	core_write(group, &core);
	sink->put(sink->ctx, MLS_PART_CORE, 0, buf_view(&core));
	if (group->public.tree.leaves)
		put_tree(group, sink);
	if (group->public.pending_count)
		put_pending(group, sink);
	for (uint32_t node = 0; node < tree_width(group->secrets.leaves); node++) {
		bool used =
			node_is_leaf(node) && group->secrets.senders[leaf_of_node(node)];
		if (used || !secret_is_empty(&group->secrets.nodes[node]))
			put_node(group, node, sink);
	}
}

void mls_state_save(struct mls_group *group, const struct mls_sink *sink)
{
	if (!group->saved) {
		sink->clear(sink->ctx);
		put_all(group, sink);
	} else {
		if (group->pending_changed)
			put_pending(group, sink);
		for (size_t i = 0; i < group->secrets.changed.count; i++)
			put_node(group, group->secrets.changed.list[i], sink);
	}
	mls_secret_tree_saved(&group->secrets);
	group->saved = true;
	group->pending_changed = false;
}

/* One record behind the other. */
static void pack_clear(void *ctx)
{
	buf_clear(ctx);
}

static void pack_put(void *ctx, enum mls_part part, uint32_t index, struct bytes record)
{
	struct buf *out = ctx;

	buf_add_u8(out, (uint8_t)part);
	buf_add_u32(out, index);
	buf_add_vec(out, record);
}

static void count_put(void *ctx, enum mls_part part, uint32_t index, struct bytes record)
{
	*(size_t *)ctx += 1 + 4 + 4 + record.len; /* as pack_put() writes it */
}

void mls_state_pack(const struct mls_group *group, struct buf *out)
{
	size_t room = 0;
	const struct mls_sink count = {
		.clear = pack_clear, .put = count_put, .ctx = &room};
	const struct mls_sink sink = {.clear = pack_clear, .put = pack_put, .ctx = out};

	put_all(group, &count);
	buf_room(out, room);
	put_all(group, &sink);
}

enum err mls_state_unpack(const struct mls_suites *suites, struct bytes bytes,
			  struct mls_group **ret)
{
	AUTO(mls_group_free) struct mls_group *group = NULL;
	struct rd rd = rd_init(bytes);
	enum err err = bytes.len > PACK_MAX ? ERR_TOO_BIG : ERR_OK;

	while (err == ERR_OK && (rd_left(&rd) || !group)) {
		uint8_t part = rd_u8(&rd);
		uint32_t index = rd_u32(&rd);
		struct bytes record = rd_vec(&rd);
		err = rd.err;
		if (err != ERR_OK)
			break;
		if (!group)
			err = part == MLS_PART_CORE
				      ? mls_state_load(suites, record, &group)
				      : ERR_BAD;
		else
			err = mls_state_load_part(group, part, index, record);
	}
	if (err != ERR_OK)
		return err;
	*ret = group;
	group = NULL;
	return ERR_OK;
}

static void list_write(const struct mls_nodes *nodes, struct buf *out)
{
	buf_add_u32(out, (uint32_t)nodes->count);
	for (size_t i = 0; i < nodes->count; i++)
		buf_add_u32(out, nodes->list[i]);
}

static void list_read(struct rd *rd, struct mls_nodes *ret)
{
	uint32_t count = rd_u32(rd);

	for (uint32_t i = 0; i < count && rd->err == ERR_OK; i++)
		mls_nodes_add(ret, rd_u32(rd));
}

static void summary_write(const struct mls_summary *summary, struct buf *out)
{
	buf_add_u8(out, summary->committer.type);
	buf_add_u32(out, summary->committer.index);
	list_write(&summary->added, out);
	list_write(&summary->removed, out);
	list_write(&summary->updated, out);
	buf_add_u8(out, summary->has_path);
	buf_add_u8(out, summary->extensions);
	buf_add_u8(out, summary->reinit);
}

static void summary_read(struct rd *rd, struct mls_summary *ret)
{
	ret->committer.type = rd_u8(rd);
	ret->committer.index = rd_u32(rd);
	list_read(rd, &ret->added);
	list_read(rd, &ret->removed);
	list_read(rd, &ret->updated);
	ret->has_path = rd_present(rd);
	ret->extensions = rd_present(rd);
	ret->reinit = rd_present(rd);
}

void mls_staged_pack(const struct mls_staged *staged, struct buf *out)
{
	buf_add_u16(out, STATE_VERSION);
	summary_write(&staged->summary, out);
	buf_add_u8(out, staged->removed);
	buf_add(out, staged->base.bytes, MLS_HASH_LEN);
	buf_add_vec(out, buf_view(&staged->commit));
	buf_add_vec(out, buf_view(&staged->group_info));
	buf_add_u32(out, (uint32_t)staged->welcome_count);
	for (size_t i = 0; i < staged->welcome_count; i++)
		buf_add_vec(out, buf_view(&staged->welcomes[i]));
	if (staged->next)
		mls_state_pack(staged->next, out);
}

static void welcomes_read(struct rd *rd, struct mls_staged *staged)
{
	uint32_t count = rd_u32(rd);

	if (count > MLS_PROPOSALS_MAX) {
		rd_fail(rd, ERR_BAD);
		return;
	}
	staged->welcomes = mem_alloc(count + 1, sizeof(*staged->welcomes));
	staged->welcome_count = count;
	for (uint32_t i = 0; i < count; i++)
		buf_add_bytes(&staged->welcomes[i], rd_vec(rd));
}

enum err mls_staged_unpack(const struct mls_suites *suites, struct bytes bytes,
			   struct mls_staged **ret)
{
	AUTO(mls_staged_free) struct mls_staged *staged = mem_new(struct mls_staged);
	struct rd rd = open_record(bytes);

	summary_read(&rd, &staged->summary);
	staged->removed = rd_present(&rd);
	rd_copy(&rd, staged->base.bytes, MLS_HASH_LEN);
	buf_add_bytes(&staged->commit, rd_vec(&rd));
	buf_add_bytes(&staged->group_info, rd_vec(&rd));
	welcomes_read(&rd, staged);
	enum err err = rd.err;
	if (err == ERR_OK && !staged->removed) {
		err = mls_state_unpack(suites, rd_rest(&rd), &staged->next);
		/* It was never stored as a group of its own. */
		if (err == ERR_OK)
			staged->next->saved = false;
	} else if (err == ERR_OK) {
		err = rd_done(&rd);
	}
	if (err != ERR_OK)
		return err;
	*ret = staged;
	staged = NULL;
	return ERR_OK;
}
