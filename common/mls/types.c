/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading and writing what a tree and a commit are made of. Every list is walked once when
 * it is read, so that the walks afterwards cannot meet malformed bytes.
 */
#include "common/mls/types.h"

#include <assert.h>

#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "common/mls/suite.h"

/* A vector of uint16 (versions, suites, types …). */
static struct bytes read_u16_list(struct rd *rd)
{
	struct bytes content = rd_vec(rd);

	if (content.len % 2)
		rd_fail(rd, ERR_BAD);
	return content;
}

bool mls_list_has(struct bytes content, uint16_t value)
{
	for (size_t i = 0; i + 1 < content.len; i += 2) {
		if ((content.ptr[i] << 8 | content.ptr[i + 1]) == value)
			return true;
	}
	return false;
}

static void extension_read(struct rd *rd, struct mls_extension *ret)
{
	ret->type = rd_u16(rd);
	ret->data = rd_vec(rd);
}

/* Continue at *@at of a list; the reader says whether something was left. */
static bool list_open(struct bytes content, const size_t *at, struct rd *ret)
{
	if (*at >= content.len)
		return false;
	*ret = rd_init(bytes_of(content.ptr + *at, content.len - *at));
	return true;
}

static bool list_close(struct bytes content, size_t *at, const struct rd *rd)
{
	/* The list was walked when it was read: see the head of this file. */
	assert(rd->err == ERR_OK);
	*at = content.len - rd_left(rd);
	return true;
}

bool mls_extension_next(struct bytes content, size_t *at, struct mls_extension *ret)
{
	struct rd rd;

	if (!list_open(content, at, &rd))
		return false;
	extension_read(&rd, ret);
	return list_close(content, at, &rd);
}

bool mls_extension_find(struct bytes content, uint16_t type, struct bytes *ret_data)
{
	struct mls_extension extension;

	for (size_t at = 0; mls_extension_next(content, &at, &extension);) {
		if (extension.type == type) {
			*ret_data = extension.data;
			return true;
		}
	}
	return false;
}

struct bytes mls_extensions_read(struct rd *rd)
{
	struct bytes content = rd_vec(rd);
	struct rd list = rd_init(content);
	uint16_t seen[MLS_EXTENSIONS_MAX];
	size_t count = 0;

	while (rd_left(&list) && list.err == ERR_OK) {
		struct mls_extension extension;

		extension_read(&list, &extension);
		if (count == MLS_EXTENSIONS_MAX)
			rd_fail(&list, ERR_TOO_BIG);
		for (size_t i = 0; i < count; i++) {
			if (seen[i] == extension.type)
				rd_fail(&list, ERR_BAD);
		}
		if (list.err == ERR_OK)
			seen[count++] = extension.type;
	}
	if (list.err == ERR_OK)
		return content;
	rd_fail(rd, list.err);
	return bytes_of(NULL, 0);
}

void mls_extension_encode(struct buf *out, uint16_t type, struct bytes data)
{
	buf_add_u16(out, type);
	buf_add_vec(out, data);
}

bool mls_extension_is_default(uint16_t type)
{
	return type >= MLS_EXT_APPLICATION_ID && type <= MLS_EXT_EXTERNAL_SENDERS;
}

bool mls_proposal_is_default(uint16_t type)
{
	return type >= MLS_ADD && type <= MLS_GROUP_CONTEXT_EXTENSIONS;
}

enum err mls_required_decode(struct bytes data, struct mls_required *ret)
{
	struct rd rd = rd_init(data);

	ret->extensions = read_u16_list(&rd);
	ret->proposals = read_u16_list(&rd);
	ret->credentials = read_u16_list(&rd);
	return rd_done(&rd);
}

void mls_credential_read(struct rd *rd, struct mls_credential *ret)
{
	ret->type = rd_u16(rd);
	ret->body = rd_vec(rd);
	if (rd->err != ERR_OK || ret->type == MLS_CREDENTIAL_BASIC)
		return;
	/* The form of any other type is not known, so its end is not either. */
	if (ret->type != MLS_CREDENTIAL_X509) {
		rd_fail(rd, ERR_UNKNOWN_TYPE);
		return;
	}
	struct rd certificates = rd_init(ret->body);
	while (rd_left(&certificates) && certificates.err == ERR_OK)
		(void)rd_vec(&certificates);
	if (certificates.err != ERR_OK)
		rd_fail(rd, certificates.err);
}

void mls_credential_encode(struct buf *out, const struct mls_credential *credential)
{
	buf_add_u16(out, credential->type);
	buf_add_vec(out, credential->body);
}

enum err mls_external_sender_get(struct bytes data, uint32_t index,
				 struct mls_external_sender *ret)
{
	struct rd rd = rd_init(data);
	struct bytes content = rd_vec(&rd);
	enum err err = rd_done(&rd);

	if (err != ERR_OK)
		return err;
	rd = rd_init(content);
	for (uint32_t at = 0; rd_left(&rd) && rd.err == ERR_OK; at++) {
		struct mls_external_sender sender;

		sender.signature_key = rd_vec(&rd);
		mls_credential_read(&rd, &sender.credential);
		if (rd.err == ERR_OK && at == index) {
			*ret = sender;
			return ERR_OK;
		}
	}
	return rd.err != ERR_OK ? rd.err : ERR_NOT_FOUND;
}

static void capabilities_read(struct rd *rd, struct mls_capabilities *ret)
{
	ret->versions = read_u16_list(rd);
	ret->suites = read_u16_list(rd);
	ret->extensions = read_u16_list(rd);
	ret->proposals = read_u16_list(rd);
	ret->credentials = read_u16_list(rd);
}

static void capabilities_encode(struct buf *out,
				const struct mls_capabilities *capabilities)
{
	buf_add_vec(out, capabilities->versions);
	buf_add_vec(out, capabilities->suites);
	buf_add_vec(out, capabilities->extensions);
	buf_add_vec(out, capabilities->proposals);
	buf_add_vec(out, capabilities->credentials);
}

void mls_leaf_read(struct rd *rd, struct mls_leaf *ret)
{
	const uint8_t *start = rd->ptr;

	*ret = (struct mls_leaf){0};
	ret->encryption_key = rd_vec_max(rd, MLS_ID_MAX);
	ret->signature_key = rd_vec_max(rd, MLS_ID_MAX);
	mls_credential_read(rd, &ret->credential);
	capabilities_read(rd, &ret->capabilities);
	ret->source = rd_u8(rd);
	switch (ret->source) {
	case MLS_LEAF_KEY_PACKAGE:
		ret->not_before = rd_u64(rd);
		ret->not_after = rd_u64(rd);
		break;
	case MLS_LEAF_UPDATE: break;
	case MLS_LEAF_COMMIT: ret->parent_hash = rd_vec_max(rd, MLS_ID_MAX); break;
	default: rd_fail(rd, ERR_BAD);
	}
	ret->extensions = mls_extensions_read(rd);
	ret->unsigned_part = rd_since(rd, start);
	ret->signature = rd_vec(rd);
	ret->raw = rd_since(rd, start);
}

enum err mls_leaf_decode(struct bytes bytes, struct mls_leaf *ret)
{
	struct rd rd = rd_init(bytes);

	mls_leaf_read(&rd, ret);
	return rd_done(&rd);
}

void mls_leaf_encode_unsigned(struct buf *out, const struct mls_leaf *leaf)
{
	buf_add_vec(out, leaf->encryption_key);
	buf_add_vec(out, leaf->signature_key);
	mls_credential_encode(out, &leaf->credential);
	capabilities_encode(out, &leaf->capabilities);
	buf_add_u8(out, leaf->source);
	if (leaf->source == MLS_LEAF_KEY_PACKAGE) {
		buf_add_u64(out, leaf->not_before);
		buf_add_u64(out, leaf->not_after);
	} else if (leaf->source == MLS_LEAF_COMMIT) {
		buf_add_vec(out, leaf->parent_hash);
	}
	buf_add_vec(out, leaf->extensions);
}

void mls_leaf_encode(struct buf *out, const struct mls_leaf *leaf)
{
	mls_leaf_encode_unsigned(out, leaf);
	buf_add_vec(out, leaf->signature);
}

uint32_t mls_u32_at(struct bytes content, size_t index)
{
	const uint8_t *at = content.ptr + 4 * index;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

bool mls_u32_has(struct bytes content, uint32_t value)
{
	size_t low = 0, high = mls_u32_count(content);

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (mls_u32_at(content, middle) < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < mls_u32_count(content) && mls_u32_at(content, low) == value;
}

void mls_parent_read(struct rd *rd, struct mls_parent *ret)
{
	ret->encryption_key = rd_vec_max(rd, MLS_ID_MAX);
	ret->parent_hash = rd_vec_max(rd, MLS_ID_MAX);
	ret->unmerged = rd_vec(rd);
	if (ret->unmerged.len % 4) {
		rd_fail(rd, ERR_BAD);
		return;
	}
	/* Section 7.1: sorted in increasing order. */
	for (size_t i = 1; i < mls_u32_count(ret->unmerged); i++) {
		if (mls_u32_at(ret->unmerged, i - 1) >= mls_u32_at(ret->unmerged, i))
			rd_fail(rd, ERR_BAD);
	}
}

void mls_parent_encode(struct buf *out, const struct mls_parent *parent)
{
	buf_add_vec(out, parent->encryption_key);
	buf_add_vec(out, parent->parent_hash);
	buf_add_vec(out, parent->unmerged);
}

void mls_key_package_read(struct rd *rd, struct mls_key_package *ret)
{
	const uint8_t *start = rd->ptr;

	ret->version = rd_u16(rd);
	ret->suite = rd_u16(rd);
	ret->init_key = rd_vec_max(rd, MLS_ID_MAX);
	mls_leaf_read(rd, &ret->leaf);
	ret->extensions = mls_extensions_read(rd);
	ret->unsigned_part = rd_since(rd, start);
	ret->signature = rd_vec(rd);
	ret->raw = rd_since(rd, start);
}

enum err mls_key_package_decode(struct bytes bytes, struct mls_key_package *ret)
{
	struct rd rd = rd_init(bytes);

	mls_key_package_read(&rd, ret);
	return rd_done(&rd);
}

void mls_key_package_encode(struct buf *out, const struct mls_key_package *package)
{
	buf_add_u16(out, package->version);
	buf_add_u16(out, package->suite);
	buf_add_vec(out, package->init_key);
	mls_leaf_encode(out, &package->leaf);
	buf_add_vec(out, package->extensions);
	buf_add_vec(out, package->signature);
}

void mls_psk_id_read(struct rd *rd, struct mls_psk_id *ret)
{
	*ret = (struct mls_psk_id){.type = rd_u8(rd)};
	switch (ret->type) {
	case MLS_PSK_EXTERNAL: ret->id = rd_vec(rd); break;
	case MLS_PSK_RESUMPTION:
		ret->usage = rd_u8(rd);
		if (ret->usage < MLS_PSK_APPLICATION || ret->usage > MLS_PSK_BRANCH)
			rd_fail(rd, ERR_BAD);
		ret->group_id = rd_vec_max(rd, MLS_ID_MAX);
		ret->epoch = rd_u64(rd);
		break;
	default: rd_fail(rd, ERR_BAD);
	}
	ret->nonce = rd_vec(rd);
}

void mls_psk_id_encode(struct buf *out, const struct mls_psk_id *psk)
{
	buf_add_u8(out, psk->type);
	if (psk->type == MLS_PSK_EXTERNAL) {
		buf_add_vec(out, psk->id);
	} else {
		buf_add_u8(out, psk->usage);
		buf_add_vec(out, psk->group_id);
		buf_add_u64(out, psk->epoch);
	}
	buf_add_vec(out, psk->nonce);
}

bool mls_psk_id_next(struct bytes content, size_t *at, struct mls_psk_id *ret)
{
	struct rd rd;

	if (!list_open(content, at, &rd))
		return false;
	mls_psk_id_read(&rd, ret);
	return list_close(content, at, &rd);
}

void mls_proposal_read_body(struct rd *rd, uint16_t type, struct mls_proposal *ret)
{
	ret->type = type;
	switch (type) {
	case MLS_ADD: mls_key_package_read(rd, &ret->add); break;
	case MLS_UPDATE: mls_leaf_read(rd, &ret->update); break;
	case MLS_REMOVE: ret->remove = rd_u32(rd); break;
	case MLS_PSK: mls_psk_id_read(rd, &ret->psk); break;
	case MLS_REINIT:
		ret->reinit.group_id = rd_vec_max(rd, MLS_ID_MAX);
		ret->reinit.version = rd_u16(rd);
		ret->reinit.suite = rd_u16(rd);
		ret->reinit.extensions = mls_extensions_read(rd);
		break;
	case MLS_EXTERNAL_INIT: ret->external_init = rd_vec(rd); break;
	case MLS_GROUP_CONTEXT_EXTENSIONS:
		ret->extensions = mls_extensions_read(rd);
		break;
	default: rd_fail(rd, ERR_UNKNOWN_TYPE);
	}
}

void mls_proposal_read(struct rd *rd, struct mls_proposal *ret)
{
	const uint8_t *start = rd->ptr;

	mls_proposal_read_body(rd, rd_u16(rd), ret);
	ret->raw = rd_since(rd, start);
}

enum err mls_proposal_decode(struct bytes bytes, struct mls_proposal *ret)
{
	struct rd rd = rd_init(bytes);

	mls_proposal_read(&rd, ret);
	return rd_done(&rd);
}

void mls_proposal_encode_body(struct buf *out, const struct mls_proposal *proposal)
{
	switch (proposal->type) {
	case MLS_ADD: mls_key_package_encode(out, &proposal->add); break;
	case MLS_UPDATE: mls_leaf_encode(out, &proposal->update); break;
	case MLS_REMOVE: buf_add_u32(out, proposal->remove); break;
	case MLS_PSK: mls_psk_id_encode(out, &proposal->psk); break;
	case MLS_REINIT:
		buf_add_vec(out, proposal->reinit.group_id);
		buf_add_u16(out, proposal->reinit.version);
		buf_add_u16(out, proposal->reinit.suite);
		buf_add_vec(out, proposal->reinit.extensions);
		break;
	case MLS_EXTERNAL_INIT: buf_add_vec(out, proposal->external_init); break;
	case MLS_GROUP_CONTEXT_EXTENSIONS: buf_add_vec(out, proposal->extensions); break;
	default: assert(!"a proposal of a type that cannot be read");
	}
}

void mls_proposal_encode(struct buf *out, const struct mls_proposal *proposal)
{
	buf_add_u16(out, proposal->type);
	mls_proposal_encode_body(out, proposal);
}
