/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public key lines, key blobs and signatures, as text and as bytes. The first byte chooses. */
/* Covers: common/crypto/sshkey.c common/crypto/sshsig.c */
#include <assert.h>
#include <string.h>

#include "common/crypto/sshsig.h"
#include "common/crypto/sshwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_line(struct bytes line)
{
	AUTO(buf_done) struct buf blob = BUF_INIT, again = BUF_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	struct bytes comment;
	struct sshkey key;
	const char *why = NULL;
	uint8_t hash[SHA256_LEN];

	if (sshkey_parse_line(line, &blob, &key, &comment, &why) != ERR_OK) {
		assert(why && blob.len == 0);
		return;
	}
	assert(key.point.len == SIGN_PUBLIC_LEN && key.sk == (key.application.len > 0));
	/* One key has one form. */
	str_addf(&text, "%s ", sshkey_type(&key));
	sshkey_base64_add(&text, key.blob, true);
	assert(sshkey_parse_line(str_view(&text), &again, &key, &comment, &why) ==
	       ERR_OK);
	assert(bytes_equal(buf_view(&blob), buf_view(&again)) && comment.len == 0);
	str_clear(&text);
	sshkey_fingerprint(key.blob, hash);
	sshkey_fingerprint_text(hash, &text);
	assert(text.len == strlen("SHA256:") + 43);
}

static void try_signature(struct bytes blob)
{
	AUTO(buf_done) struct buf part = BUF_INIT, again = BUF_INIT;
	struct sshsig sig;

	if (sshsig_parse(blob, &sig) != ERR_OK)
		return;
	assert(sig.signature.len == SIGN_LEN);
	/* Nobody here has a key. */
	assert(sshsig_check(&sig, "chat-login", bytes_text("hello")) == ERR_CORRUPT);
	sshwire_put(&part, bytes_text(sshkey_type(&sig.key)));
	sshwire_put(&part, sig.signature);
	if (sig.key.sk) {
		buf_add_u8(&part, sig.flags);
		buf_add_u32(&part, sig.counter);
	}
	assert(sshsig_wrap(sig.key.blob, "chat-login", buf_view(&part), &again) ==
	       ERR_OK);
	struct sshsig other;
	assert(sshsig_parse(buf_view(&again), &other) == ERR_OK);
	assert(other.flags == sig.flags && other.counter == sig.counter);
}

static void try_armour(struct bytes text)
{
	AUTO(buf_done) struct buf blob = BUF_INIT, again = BUF_INIT;
	AUTO(str_done) struct str armour = STR_INIT;

	if (sshsig_unarmour(text, &blob) != ERR_OK) {
		assert(blob.len == 0);
		return;
	}
	try_signature(buf_view(&blob));
	sshsig_armour(buf_view(&blob), &armour);
	if (armour.len <= SSHSIG_TEXT_MOST)
		assert(sshsig_unarmour(str_view(&armour), &again) == ERR_OK &&
		       bytes_equal(buf_view(&blob), buf_view(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	assert(crypto_init() == ERR_OK);
	if (size == 0)
		return 0;
	struct bytes rest = bytes_of(data + 1, size - 1);
	switch (data[0] % 3) {
	case 0: try_line(rest); break;
	case 1: try_signature(rest); break;
	default: try_armour(rest);
	}
	return 0;
}
