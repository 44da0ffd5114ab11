/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenSSH's PROTOCOL.sshsig, version 1, and PROTOCOL.u2f for what a token really signs:
 * not the message, but hashes of it and of its application, between them flags and counter.
 */
#include "common/crypto/sshsig.h"

#include <string.h>

#include "common/crypto/sshwire.h"

#define MAGIC      "SSHSIG"
#define LAYOUT     1
#define WORD_MOST  64
#define PART_MOST  512 /* of a signature inside: its type, 64 bytes, flags, counter */
#define LINE_CHARS 70  /* as ssh-keygen breaks its armour */

static const char head[] = "-----BEGIN SSH SIGNATURE-----";
static const char foot[] = "-----END SSH SIGNATURE-----";

static void put_hash(struct buf *out, struct bytes name, struct bytes message)
{
	uint8_t hash[SHA512_LEN];
	bool shorter = bytes_equal(name, bytes_text("sha256"));

	if (shorter)
		sha256(message, hash);
	else
		sha512(message, hash);
	sshwire_put(out, bytes_of(hash, shorter ? SHA256_LEN : SHA512_LEN));
}

static void put_data(struct buf *out, const char *space, struct bytes hash,
		     struct bytes message)
{
	buf_add(out, MAGIC, strlen(MAGIC));
	sshwire_put(out, bytes_text(space));
	sshwire_put(out, bytes_of(NULL, 0));
	sshwire_put(out, hash);
	put_hash(out, hash, message);
}

void sshsig_data(const char *space, struct bytes message, struct buf *out)
{
	put_data(out, space, bytes_text("sha512"), message);
}

enum err sshsig_wrap(struct bytes key, const char *space, struct bytes signature,
		     struct buf *out)
{
	AUTO(buf_done) struct buf blob = BUF_INIT;
	struct sshsig sig;

	buf_add(&blob, MAGIC, strlen(MAGIC));
	buf_add_u32(&blob, LAYOUT);
	sshwire_put(&blob, key);
	sshwire_put(&blob, bytes_text(space));
	sshwire_put(&blob, bytes_of(NULL, 0));
	sshwire_put(&blob, bytes_text("sha512"));
	sshwire_put(&blob, signature);
	if (sshsig_parse(buf_view(&blob), &sig) != ERR_OK)
		return ERR_BAD;
	buf_add_bytes(out, buf_view(&blob));
	return ERR_OK;
}

/* ---- armour ---- */

static struct bytes trimmed(struct bytes text)
{
	while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
		text.len--;
	while (text.len && strchr(" \t\r\n", text.ptr[0]))
		text = bytes_of(text.ptr + 1, text.len - 1);
	return text;
}

enum err sshsig_unarmour(struct bytes text, struct buf *ret)
{
	AUTO(buf_done) struct buf plain = BUF_INIT;
	const size_t around = strlen(head) + strlen(foot);

	text = trimmed(text);
	if (text.len > SSHSIG_TEXT_MOST)
		return ERR_TOO_BIG;
	if (text.len > around && memcmp(text.ptr, head, strlen(head)) == 0) {
		if (memcmp(text.ptr + text.len - strlen(foot), foot, strlen(foot)) != 0)
			return ERR_BAD;
		text = bytes_of(text.ptr + strlen(head), text.len - around);
	}
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\n' && text.ptr[i] != '\r')
			buf_add_u8(&plain, text.ptr[i]);
	return sshkey_base64(buf_view(&plain), ret);
}

void sshsig_armour(struct bytes blob, struct str *out)
{
	AUTO(str_done) struct str text = STR_INIT;

	sshkey_base64_add(&text, blob, true);
	str_addf(out, "%s\n", head);
	for (size_t at = 0; at < text.len; at += LINE_CHARS) {
		size_t left = text.len - at;
		str_add_len(out, text.ptr + at, left < LINE_CHARS ? left : LINE_CHARS);
		str_add_char(out, '\n');
	}
	str_addf(out, "%s\n", foot);
}

/* ---- reading ---- */

static enum err parse_part(struct bytes part, struct sshsig *sig)
{
	struct rd rd = rd_init(part);
	struct bytes type = sshwire_get(&rd, WORD_MOST);

	sig->signature = sshwire_get(&rd, SIGN_LEN);
	if (sig->key.sk) {
		sig->flags = rd_u8(&rd);
		sig->counter = rd_u32(&rd);
	}
	if (rd_done(&rd) != ERR_OK || sig->signature.len != SIGN_LEN ||
	    !bytes_equal(type, bytes_text(sshkey_type(&sig->key))))
		return ERR_BAD;
	return ERR_OK;
}

enum err sshsig_parse(struct bytes blob, struct sshsig *ret)
{
	struct sshsig sig = {.flags = 0};
	struct rd rd = rd_init(blob);

	if (blob.len > SSHSIG_MOST)
		return ERR_TOO_BIG;
	struct bytes magic = rd_bytes(&rd, strlen(MAGIC));
	uint32_t version = rd_u32(&rd);
	struct bytes key = sshwire_get(&rd, SSHKEY_BLOB_MOST);
	sig.space = sshwire_get(&rd, WORD_MOST);
	struct bytes reserved = sshwire_get(&rd, WORD_MOST);
	sig.hash = sshwire_get(&rd, WORD_MOST);
	struct bytes part = sshwire_get(&rd, PART_MOST);
	if (rd_done(&rd) != ERR_OK || !bytes_equal(magic, bytes_text(MAGIC)) ||
	    version != LAYOUT || reserved.len != 0)
		return ERR_BAD;
	if (!bytes_equal(sig.hash, bytes_text("sha512")) &&
	    !bytes_equal(sig.hash, bytes_text("sha256")))
		return ERR_BAD;
	enum err err = sshkey_parse(key, &sig.key);
	if (err == ERR_OK)
		err = parse_part(part, &sig);
	if (err == ERR_OK)
		*ret = sig;
	return err;
}

enum err sshsig_check(const struct sshsig *sig, const char *space, struct bytes message)
{
	AUTO(buf_done) struct buf data = BUF_INIT, token = BUF_INIT;
	uint8_t hash[SHA256_LEN];

	if (!bytes_equal(sig->space, bytes_text(space)))
		return ERR_CORRUPT;
	put_data(&data, space, sig->hash, message);
	if (!sig->key.sk)
		return sign_check(sig->key.point, buf_view(&data), sig->signature);
	sha256(sig->key.application, hash);
	buf_add(&token, hash, sizeof(hash));
	buf_add_u8(&token, sig->flags);
	buf_add_u32(&token, sig->counter);
	sha256(buf_view(&data), hash);
	buf_add(&token, hash, sizeof(hash));
	return sign_check(sig->key.point, buf_view(&token), sig->signature);
}
