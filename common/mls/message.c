/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading and writing messages. Not protecting them: that is in framing.c.
 */
#include "common/mls/message.h"

#include <assert.h>

#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "common/mls/suite.h"

void mls_context_read(struct rd *rd, struct mls_context *ret)
{
	ret->version = rd_u16(rd);
	ret->suite = rd_u16(rd);
	ret->group_id = rd_vec_max(rd, MLS_ID_MAX);
	ret->epoch = rd_u64(rd);
	ret->tree_hash = rd_vec_max(rd, MLS_ID_MAX);
	ret->confirmed_hash = rd_vec_max(rd, MLS_ID_MAX);
	ret->extensions = mls_extensions_read(rd);
	if (ret->version != MLS_VERSION_1)
		rd_fail(rd, ERR_UNKNOWN_TYPE);
}

enum err mls_context_decode(struct bytes bytes, struct mls_context *ret)
{
	struct rd rd = rd_init(bytes);

	mls_context_read(&rd, ret);
	return rd_done(&rd);
}

void mls_context_encode(struct buf *out, const struct mls_context *context)
{
	buf_add_u16(out, context->version);
	buf_add_u16(out, context->suite);
	buf_add_vec(out, context->group_id);
	buf_add_u64(out, context->epoch);
	buf_add_vec(out, context->tree_hash);
	buf_add_vec(out, context->confirmed_hash);
	buf_add_vec(out, context->extensions);
}

void mls_group_info_read(struct rd *rd, struct mls_group_info *ret)
{
	const uint8_t *start = rd->ptr;

	mls_context_read(rd, &ret->context);
	ret->extensions = mls_extensions_read(rd);
	ret->confirmation_tag = rd_vec_max(rd, MLS_ID_MAX);
	ret->signer = rd_u32(rd);
	ret->unsigned_part = rd_since(rd, start);
	ret->signature = rd_vec(rd);
}

enum err mls_group_info_decode(struct bytes bytes, struct mls_group_info *ret)
{
	struct rd rd = rd_init(bytes);

	mls_group_info_read(&rd, ret);
	return rd_done(&rd);
}

void mls_group_info_encode_unsigned(struct buf *out, const struct mls_group_info *info)
{
	mls_context_encode(out, &info->context);
	buf_add_vec(out, info->extensions);
	buf_add_vec(out, info->confirmation_tag);
	buf_add_u32(out, info->signer);
}

void mls_group_info_encode(struct buf *out, const struct mls_group_info *info)
{
	mls_group_info_encode_unsigned(out, info);
	buf_add_vec(out, info->signature);
}

enum err mls_group_secrets_decode(struct bytes bytes, struct mls_group_secrets *ret)
{
	struct rd rd = rd_init(bytes);
	struct mls_psk_id psk;

	*ret = (struct mls_group_secrets){0};
	ret->joiner_secret = rd_vec_max(&rd, MLS_HASH_LEN);
	ret->has_path_secret = rd_present(&rd);
	if (ret->has_path_secret)
		ret->path_secret = rd_vec_max(&rd, MLS_HASH_LEN);
	ret->psks = rd_vec(&rd);
	struct rd list = rd_init(ret->psks);
	while (rd_left(&list) && list.err == ERR_OK)
		mls_psk_id_read(&list, &psk);
	if (list.err != ERR_OK)
		rd_fail(&rd, list.err);
	return rd_done(&rd);
}

void mls_group_secrets_encode(struct buf *out, const struct mls_group_secrets *secrets)
{
	buf_add_vec(out, secrets->joiner_secret);
	buf_add_u8(out, secrets->has_path_secret);
	if (secrets->has_path_secret)
		buf_add_vec(out, secrets->path_secret);
	buf_add_vec(out, secrets->psks);
}

static void welcome_entry_read(struct rd *rd, struct mls_welcome_entry *ret)
{
	ret->new_member = rd_vec_max(rd, MLS_ID_MAX);
	mls_ciphertext_read(rd, &ret->secrets);
}

void mls_welcome_read(struct rd *rd, struct mls_welcome *ret)
{
	struct mls_welcome_entry entry;

	ret->suite = rd_u16(rd);
	ret->secrets = rd_vec(rd);
	struct rd list = rd_init(ret->secrets);
	while (rd_left(&list) && list.err == ERR_OK)
		welcome_entry_read(&list, &entry);
	if (list.err != ERR_OK)
		rd_fail(rd, list.err);
	ret->group_info = rd_vec(rd);
}

void mls_welcome_encode(struct buf *out, const struct mls_welcome *welcome)
{
	buf_add_u16(out, welcome->suite);
	buf_add_vec(out, welcome->secrets);
	buf_add_vec(out, welcome->group_info);
}

bool mls_welcome_entry_next(struct bytes content, size_t *at,
			    struct mls_welcome_entry *ret)
{
	if (*at >= content.len)
		return false;
	struct rd rd = rd_init(bytes_of(content.ptr + *at, content.len - *at));
	welcome_entry_read(&rd, ret);
	assert(rd.err == ERR_OK); /* The list was walked when it was read. */
	*at = content.len - rd_left(&rd);
	return true;
}

static void sender_read(struct rd *rd, struct mls_sender *ret)
{
	*ret = (struct mls_sender){.type = rd_u8(rd)};
	switch (ret->type) {
	case MLS_SENDER_MEMBER:
	case MLS_SENDER_EXTERNAL: ret->index = rd_u32(rd); break;
	case MLS_SENDER_NEW_PROPOSAL:
	case MLS_SENDER_NEW_COMMIT: break;
	default: rd_fail(rd, ERR_BAD);
	}
}

static void sender_encode(struct buf *out, const struct mls_sender *sender)
{
	buf_add_u8(out, sender->type);
	if (sender->type == MLS_SENDER_MEMBER || sender->type == MLS_SENDER_EXTERNAL)
		buf_add_u32(out, sender->index);
}

void mls_content_read_body(struct rd *rd, uint8_t type, struct mls_content *ret)
{
	ret->type = type;
	switch (type) {
	case MLS_APPLICATION: ret->application = rd_vec(rd); break;
	case MLS_PROPOSAL: mls_proposal_read(rd, &ret->proposal); break;
	case MLS_COMMIT: mls_commit_read(rd, &ret->commit); break;
	default: rd_fail(rd, ERR_BAD);
	}
}

void mls_content_read(struct rd *rd, struct mls_content *ret)
{
	const uint8_t *start = rd->ptr;

	ret->group_id = rd_vec_max(rd, MLS_ID_MAX);
	ret->epoch = rd_u64(rd);
	sender_read(rd, &ret->sender);
	ret->authenticated_data = rd_vec(rd);
	mls_content_read_body(rd, rd_u8(rd), ret);
	ret->raw = rd_since(rd, start);
}

void mls_content_encode_body(struct buf *out, const struct mls_content *content)
{
	switch (content->type) {
	case MLS_APPLICATION: buf_add_vec(out, content->application); break;
	case MLS_PROPOSAL: mls_proposal_encode(out, &content->proposal); break;
	case MLS_COMMIT: mls_commit_encode(out, &content->commit); break;
	default: assert(!"content of a type that cannot be read");
	}
}

void mls_content_encode(struct buf *out, const struct mls_content *content)
{
	buf_add_vec(out, content->group_id);
	buf_add_u64(out, content->epoch);
	sender_encode(out, &content->sender);
	buf_add_vec(out, content->authenticated_data);
	buf_add_u8(out, content->type);
	mls_content_encode_body(out, content);
}

void mls_auth_read(struct rd *rd, uint8_t content_type, struct mls_auth *ret)
{
	*ret = (struct mls_auth){.signature = rd_vec(rd)};
	if (content_type == MLS_COMMIT)
		ret->confirmation_tag = rd_vec_max(rd, MLS_ID_MAX);
}

void mls_auth_encode(struct buf *out, uint8_t content_type, const struct mls_auth *auth)
{
	buf_add_vec(out, auth->signature);
	if (content_type == MLS_COMMIT)
		buf_add_vec(out, auth->confirmation_tag);
}

enum err mls_authenticated_decode(struct bytes bytes, struct mls_authenticated *ret)
{
	struct rd rd = rd_init(bytes);

	ret->wire_format = rd_u16(&rd);
	mls_content_read(&rd, &ret->content);
	mls_auth_read(&rd, ret->content.type, &ret->auth);
	return rd_done(&rd);
}

void mls_authenticated_encode(struct buf *out, const struct mls_authenticated *content)
{
	buf_add_u16(out, content->wire_format);
	mls_content_encode(out, &content->content);
	mls_auth_encode(out, content->content.type, &content->auth);
}

static void public_message_read(struct rd *rd, struct mls_public_message *ret)
{
	mls_content_read(rd, &ret->content);
	mls_auth_read(rd, ret->content.type, &ret->auth);
	ret->membership_tag = bytes_of(NULL, 0);
	if (ret->content.sender.type == MLS_SENDER_MEMBER)
		ret->membership_tag = rd_vec_max(rd, MLS_ID_MAX);
}

static void public_message_encode(struct buf *out,
				  const struct mls_public_message *message)
{
	mls_content_encode(out, &message->content);
	mls_auth_encode(out, message->content.type, &message->auth);
	if (message->content.sender.type == MLS_SENDER_MEMBER)
		buf_add_vec(out, message->membership_tag);
}

static void private_message_read(struct rd *rd, struct mls_private_message *ret)
{
	ret->group_id = rd_vec_max(rd, MLS_ID_MAX);
	ret->epoch = rd_u64(rd);
	ret->content_type = rd_u8(rd);
	if (ret->content_type < MLS_APPLICATION || ret->content_type > MLS_COMMIT)
		rd_fail(rd, ERR_BAD);
	ret->authenticated_data = rd_vec(rd);
	ret->sender_data = rd_vec_max(rd, MLS_ID_MAX);
	ret->ciphertext = rd_vec(rd);
}

static void private_message_encode(struct buf *out,
				   const struct mls_private_message *message)
{
	buf_add_vec(out, message->group_id);
	buf_add_u64(out, message->epoch);
	buf_add_u8(out, message->content_type);
	buf_add_vec(out, message->authenticated_data);
	buf_add_vec(out, message->sender_data);
	buf_add_vec(out, message->ciphertext);
}

enum err mls_message_decode(struct bytes bytes, struct mls_message *ret)
{
	struct rd rd = rd_init(bytes);

	if (rd_u16(&rd) != MLS_VERSION_1)
		rd_fail(&rd, ERR_UNKNOWN_TYPE);
	ret->wire_format = rd_u16(&rd);
	if (rd.err != ERR_OK)
		return rd.err;
	/* These two may bring the whole tree with them. */
	bool has_tree =
		ret->wire_format == MLS_WELCOME || ret->wire_format == MLS_GROUP_INFO;
	if (bytes.len > (has_tree ? MLS_TREE_MAX : MLS_MESSAGE_MAX))
		return ERR_TOO_BIG;
	switch (ret->wire_format) {
	case MLS_PUBLIC_MESSAGE: public_message_read(&rd, &ret->public_message); break;
	case MLS_PRIVATE_MESSAGE: private_message_read(&rd, &ret->private_message); break;
	case MLS_WELCOME: mls_welcome_read(&rd, &ret->welcome); break;
	case MLS_GROUP_INFO: mls_group_info_read(&rd, &ret->group_info); break;
	case MLS_KEY_PACKAGE:
		mls_key_package_read(&rd, &ret->key_package);
		/* Section 10: the version must be that of the message around it. */
		if (ret->key_package.version != MLS_VERSION_1)
			rd_fail(&rd, ERR_UNKNOWN_TYPE);
		break;
	default: return ERR_UNKNOWN_TYPE;
	}
	return rd_done(&rd);
}

void mls_message_head(struct buf *out, uint16_t wire_format)
{
	buf_add_u16(out, MLS_VERSION_1);
	buf_add_u16(out, wire_format);
}

void mls_message_encode(struct buf *out, const struct mls_message *message)
{
	mls_message_head(out, message->wire_format);
	switch (message->wire_format) {
	case MLS_PUBLIC_MESSAGE:
		public_message_encode(out, &message->public_message);
		break;
	case MLS_PRIVATE_MESSAGE:
		private_message_encode(out, &message->private_message);
		break;
	case MLS_WELCOME: mls_welcome_encode(out, &message->welcome); break;
	case MLS_GROUP_INFO: mls_group_info_encode(out, &message->group_info); break;
	case MLS_KEY_PACKAGE: mls_key_package_encode(out, &message->key_package); break;
	default: assert(!"a message of a format that cannot be read");
	}
}
