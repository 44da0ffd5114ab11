/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Section 6. The signature covers what is said, by whom, in which wrapping and in which
 * state of the group; the wrapping is taken off without changing any key, since whether the
 * message is good is known only after the signature.
 */
#include "common/mls/framing.h"

#include <assert.h>
#include <string.h>

#include "common/mls/codec.h"

/* More than all that stands around what is said. */
#define HEAD_ROOM 1024

#define GUARD_LEN       4
#define SENDER_DATA_LEN (4 + 4 + GUARD_LEN)

void mls_draft_done(struct mls_draft *draft)
{
	buf_wipe(&draft->content); /* Application data may be in it. */
	buf_wipe(&draft->body);
	buf_done(&draft->signature);
	*draft = (struct mls_draft){0};
}

void mls_opened_done(struct mls_opened *opened)
{
	buf_wipe(&opened->bytes);
	*opened = (struct mls_opened){0};
}

/* Of what is secret; handshakes are not. */
static size_t body_len(const struct mls_content *content)
{
	return content->type == MLS_APPLICATION ? content->application.len : 0;
}

/* FramedContentTBS (section 6.1). */
static void add_tbs(struct buf *out, uint16_t wire_format, struct bytes content,
		    uint8_t sender_type, struct bytes context)
{
	buf_add_u16(out, MLS_VERSION_1);
	buf_add_u16(out, wire_format);
	buf_add_bytes(out, content);
	if (sender_type == MLS_SENDER_MEMBER || sender_type == MLS_SENDER_NEW_COMMIT)
		buf_add_bytes(out, context);
}

enum err mls_draft_sign(const struct mls_env *env, const struct mls_content *content,
			uint16_t wire_format, struct bytes public_key,
			struct bytes context, struct mls_draft *ret)
{
	AUTO(buf_wipe) struct buf tbs = BUF_INIT;

	/* Enough at once: growing would leave copies of what is said in freed memory. */
	buf_room(&tbs, HEAD_ROOM + content->authenticated_data.len + body_len(content) +
			       context.len);
	*ret = (struct mls_draft){.wire_format = wire_format,
				  .sender = content->sender,
				  .type = content->type};
	mls_content_encode(&ret->content, content);
	mls_content_encode_body(&ret->body, content);
	add_tbs(&tbs, wire_format, buf_view(&ret->content), content->sender.type,
		context);
	enum err err = mls_env_sign(env, public_key, "FramedContentTBS", buf_view(&tbs),
				    &ret->signature);
	if (err != ERR_OK)
		mls_draft_done(ret);
	return err;
}

static void add_auth(struct buf *out, const struct mls_draft *draft)
{
	buf_add_bytes(out, buf_view(&draft->signature));
	if (draft->type == MLS_COMMIT)
		buf_add_vec(out, draft->confirmation_tag);
}

/* AuthenticatedContentTBM (section 6.2). @auth is the encoded FramedContentAuthData. */
static struct mls_hash membership_tag(const struct secret *membership,
				      struct bytes content, struct bytes context,
				      struct bytes auth)
{
	AUTO(buf_done) struct buf tbm = BUF_INIT;
	struct mls_hash tag;

	add_tbs(&tbm, MLS_PUBLIC_MESSAGE, content, MLS_SENDER_MEMBER, context);
	buf_add_bytes(&tbm, auth);
	hmac_sha256(secret_view(membership), buf_view(&tbm), tag.bytes);
	return tag;
}

void mls_draft_public(const struct mls_draft *draft, struct bytes context,
		      const struct secret *membership, struct buf *out)
{
	assert(draft->type != MLS_APPLICATION); /* Section 6: never in the clear. */
	mls_message_head(out, MLS_PUBLIC_MESSAGE);
	buf_add_bytes(out, buf_view(&draft->content));
	const size_t start = out->len;
	add_auth(out, draft);
	if (draft->sender.type != MLS_SENDER_MEMBER)
		return;
	struct mls_hash tag =
		membership_tag(membership, buf_view(&draft->content), context,
			       bytes_of(out->ptr + start, out->len - start));
	buf_add_vec(out, mls_hash_view(&tag));
}

void mls_draft_authenticated(const struct mls_draft *draft, struct buf *out)
{
	buf_add_u16(out, draft->wire_format);
	buf_add_bytes(out, buf_view(&draft->content));
	add_auth(out, draft);
}

void mls_sender_data_key(const struct mls_suite *suite, const struct secret *sender_data,
			 struct bytes ciphertext, struct secret *ret_key,
			 struct secret *ret_nonce)
{
	struct bytes sample = ciphertext;

	if (sample.len > MLS_HASH_LEN)
		sample.len = MLS_HASH_LEN;
	mls_expand(sender_data, "key", sample, suite->aead->key_len, ret_key);
	mls_expand(sender_data, "nonce", sample, suite->aead->nonce_len, ret_nonce);
}

/* SenderDataAAD, and with the data PrivateContentAAD (section 6.3). */
static void add_aad(struct buf *out, struct bytes group_id, uint64_t epoch, uint8_t type)
{
	buf_add_vec(out, group_id);
	buf_add_u64(out, epoch);
	buf_add_u8(out, type);
}

static void guard_nonce(uint8_t *nonce, const uint8_t guard[GUARD_LEN])
{
	for (unsigned i = 0; i < GUARD_LEN; i++)
		nonce[i] ^= guard[i];
}

static void seal_sender_data(const struct mls_suite *suite,
			     const struct secret *sender_data, struct bytes aad,
			     struct bytes plain, struct bytes ciphertext, struct buf *out)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(secret_done) struct secret nonce = SECRET_INIT;

	mls_sender_data_key(suite, sender_data, ciphertext, &key, &nonce);
	buf_add_varint(out, SENDER_DATA_LEN + AEAD_TAG_LEN);
	aead_seal(suite->aead, secret_view(&key), secret_view(&nonce), aad, plain, out);
}

void mls_draft_private(const struct mls_draft *draft, const struct mls_suite *suite,
		       const struct random *random, const struct mls_content *head,
		       const struct secret *sender_data,
		       const struct mls_message_key *key, size_t padding, struct buf *out)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	AUTO(buf_done) struct buf aad = BUF_INIT;
	AUTO(buf_done) struct buf data = BUF_INIT;
	struct mls_message_key used = *key;
	uint8_t guard[GUARD_LEN];

	assert(draft->sender.type == MLS_SENDER_MEMBER);
	buf_room(&plain, draft->body.len + HEAD_ROOM + padding);
	buf_add_bytes(&plain, buf_view(&draft->body));
	add_auth(&plain, draft);
	if (padding)
		memset(buf_room(&plain, padding), 0, padding);
	plain.len += padding;

	add_aad(&aad, head->group_id, head->epoch, draft->type);
	const size_t sender_aad = aad.len;
	buf_add_vec(&aad, head->authenticated_data);
	random_fill(random, guard, sizeof(guard));
	guard_nonce(used.nonce, guard);
	aead_seal(suite->aead, bytes_of(used.key, suite->aead->key_len),
		  bytes_of(used.nonce, suite->aead->nonce_len), buf_view(&aad),
		  buf_view(&plain), &sealed);
	mls_message_key_done(&used);

	buf_add_u32(&data, draft->sender.index);
	buf_add_u32(&data, key->generation);
	buf_add(&data, guard, sizeof(guard));
	mls_message_head(out, MLS_PRIVATE_MESSAGE);
	buf_add_bytes(out, buf_view(&aad));
	seal_sender_data(suite, sender_data, bytes_of(aad.ptr, sender_aad),
			 buf_view(&data), buf_view(&sealed), out);
	buf_add_vec(out, buf_view(&sealed));
}

/* Complete @ret from its bytes, which were put together from checked parts. */
static enum err opened_decode(struct mls_opened *ret)
{
	enum err err = mls_authenticated_decode(buf_view(&ret->bytes), &ret->view);

	if (err != ERR_OK)
		mls_opened_done(ret);
	return err;
}

enum err mls_open_public(const struct mls_public_message *message, struct bytes context,
			 const struct secret *membership, struct mls_opened *ret)
{
	AUTO(buf_done) struct buf auth = BUF_INIT;
	const struct mls_content *content = &message->content;

	if (content->type == MLS_APPLICATION)
		return ERR_BAD;
	mls_auth_encode(&auth, content->type, &message->auth);
	if (membership && content->sender.type == MLS_SENDER_MEMBER) {
		struct mls_hash tag = membership_tag(membership, content->raw, context,
						     buf_view(&auth));
		if (!mls_hash_equal(&tag, message->membership_tag))
			return ERR_CORRUPT;
	}
	*ret = (struct mls_opened){0};
	buf_add_u16(&ret->bytes, MLS_PUBLIC_MESSAGE);
	buf_add_bytes(&ret->bytes, content->raw);
	buf_add_bytes(&ret->bytes, buf_view(&auth));
	return opened_decode(ret);
}

struct sender_data {
	uint32_t leaf;
	uint32_t generation;
	uint8_t guard[GUARD_LEN];
};

static enum err open_sender_data(const struct mls_private_message *message,
				 const struct mls_suite *suite,
				 const struct secret *sender_data,
				 struct sender_data *ret)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(secret_done) struct secret nonce = SECRET_INIT;
	AUTO(buf_done) struct buf aad = BUF_INIT;
	AUTO(buf_done) struct buf plain = BUF_INIT;

	add_aad(&aad, message->group_id, message->epoch, message->content_type);
	mls_sender_data_key(suite, sender_data, message->ciphertext, &key, &nonce);
	enum err err = aead_open(suite->aead, secret_view(&key), secret_view(&nonce),
				 buf_view(&aad), message->sender_data, &plain);
	if (err != ERR_OK)
		return err;
	struct rd rd = rd_init(buf_view(&plain));
	ret->leaf = rd_u32(&rd);
	ret->generation = rd_u32(&rd);
	rd_copy(&rd, ret->guard, GUARD_LEN);
	return rd_done(&rd);
}

static enum err open_content(const struct mls_private_message *message,
			     const struct mls_suite *suite,
			     const struct sender_data *data,
			     const struct mls_message_key *key, struct buf *ret_plain)
{
	AUTO(buf_done) struct buf aad = BUF_INIT;
	struct mls_message_key used = *key;

	add_aad(&aad, message->group_id, message->epoch, message->content_type);
	buf_add_vec(&aad, message->authenticated_data);
	guard_nonce(used.nonce, data->guard);
	enum err err = aead_open(suite->aead, bytes_of(used.key, suite->aead->key_len),
				 bytes_of(used.nonce, suite->aead->nonce_len),
				 buf_view(&aad), message->ciphertext, ret_plain);
	mls_message_key_done(&used);
	return err;
}

/* PrivateMessageContent back to AuthenticatedContent; the padding must be zeroes. */
static enum err rebuild(const struct mls_private_message *message, uint32_t leaf,
			struct bytes plain, struct mls_opened *ret)
{
	struct mls_content content = {.group_id = message->group_id,
				      .epoch = message->epoch,
				      .sender = {MLS_SENDER_MEMBER, leaf},
				      .authenticated_data = message->authenticated_data};
	struct mls_auth auth;
	struct rd rd = rd_init(plain);

	mls_content_read_body(&rd, message->content_type, &content);
	mls_auth_read(&rd, message->content_type, &auth);
	struct bytes padding = rd_rest(&rd);
	uint8_t any = 0;
	for (size_t i = 0; i < padding.len; i++)
		any |= padding.ptr[i];
	if (rd.err != ERR_OK || any)
		return ERR_BAD;
	*ret = (struct mls_opened){0};
	buf_room(&ret->bytes, HEAD_ROOM + message->authenticated_data.len + plain.len);
	buf_add_u16(&ret->bytes, MLS_PRIVATE_MESSAGE);
	mls_content_encode(&ret->bytes, &content);
	mls_auth_encode(&ret->bytes, message->content_type, &auth);
	return opened_decode(ret);
}

enum err mls_open_private(const struct mls_private_message *message,
			  const struct mls_suite *suite, const struct secret *sender_data,
			  const struct mls_secret_tree *secrets, struct mls_opened *ret,
			  struct mls_key_step *ret_step)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	struct mls_key_step step = {0};
	struct sender_data data;
	enum mls_ratchet_kind kind = message->content_type == MLS_APPLICATION
					     ? MLS_RATCHET_APPLICATION
					     : MLS_RATCHET_HANDSHAKE;

	enum err err = open_sender_data(message, suite, sender_data, &data);
	if (err == ERR_OK)
		err = mls_secret_tree_find(secrets, data.leaf, kind, data.generation,
					   &step);
	if (err != ERR_OK)
		return err;
	err = open_content(message, suite, &data, &step.key, &plain);
	if (err == ERR_OK)
		err = rebuild(message, data.leaf, buf_view(&plain), ret);
	if (err != ERR_OK)
		mls_key_step_done(&step);
	else
		*ret_step = step;
	return err;
}

enum err mls_verify_content(const struct mls_authenticated *content,
			    struct bytes public_key, struct bytes context)
{
	AUTO(buf_wipe) struct buf tbs = BUF_INIT;

	buf_room(&tbs, HEAD_ROOM + content->content.raw.len + context.len);
	add_tbs(&tbs, content->wire_format, content->content.raw,
		content->content.sender.type, context);
	return mls_verify(public_key, "FramedContentTBS", buf_view(&tbs),
			  content->auth.signature);
}
