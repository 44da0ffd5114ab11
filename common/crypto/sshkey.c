/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formats: RFC 4253 section 6.6 and RFC 8709 section 4 (ssh-ed25519), OpenSSH's PROTOCOL.u2f
 * (sk-ssh-ed25519@openssh.com), sshd(8) for the line. What is not exactly that is refused:
 * the fingerprint is of the bytes, so one key must have one form.
 */
#include "common/crypto/sshkey.h"

#include <string.h>

#include "common/base/base64.h"
#include "common/crypto/sshwire.h"

#define TYPE_MOST 64 /* the longest name of a type is 46 bytes (certificates) */

static const char plain_type[] = "ssh-ed25519";
static const char token_type[] = "sk-ssh-ed25519@openssh.com";

/* Printable ASCII: it is shown, and hashed as it is. */
static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e)
			return false;
	return text.len > 0;
}

enum err sshkey_parse(struct bytes blob, struct sshkey *ret_key)
{
	struct sshkey key = {.blob = blob};
	struct rd rd = rd_init(blob);
	struct bytes type = sshwire_get(&rd, TYPE_MOST);

	if (rd.err != ERR_OK || blob.len > SSHKEY_BLOB_MOST || !is_printable(type))
		return ERR_BAD;
	key.sk = bytes_equal(type, bytes_text(token_type));
	if (!key.sk && !bytes_equal(type, bytes_text(plain_type)))
		return ERR_STATE;
	key.point = sshwire_get(&rd, SIGN_PUBLIC_LEN);
	if (key.sk)
		key.application = sshwire_get(&rd, SSHKEY_NAME_MOST);
	if (rd_done(&rd) != ERR_OK || key.point.len != SIGN_PUBLIC_LEN ||
	    (key.sk && !is_printable(key.application)))
		return ERR_BAD;
	*ret_key = key;
	return ERR_OK;
}

const char *sshkey_type(const struct sshkey *key)
{
	return key->sk ? token_type : plain_type;
}

/* ---- base64 ---- */

enum err sshkey_base64(struct bytes text, struct buf *ret)
{
	AUTO(buf_done) struct buf url = BUF_INIT;
	size_t pad = 0;

	while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
		pad++;
	/* Padded to fours, never more than needed; base64_decode() judges the rest. */
	if (text.len % 4 != 0)
		return ERR_BAD;
	for (size_t i = 0; i < text.len - pad; i++) {
		uint8_t c = text.ptr[i];
		if (c == '-' || c == '_')
			return ERR_BAD;
		buf_add_u8(&url, c == '+' ? '-' : c == '/' ? '_' : c);
	}
	return base64_decode(ret, buf_view(&url));
}

void sshkey_base64_add(struct str *out, struct bytes bytes, bool pad)
{
	AUTO(buf_done) struct buf url = BUF_INIT;

	base64_encode(&url, bytes);
	for (size_t i = 0; i < url.len; i++) {
		char c = (char)url.ptr[i];
		str_add_char(out, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	for (size_t i = url.len; pad && i % 4; i++)
		str_add_char(out, '=');
}

/* ---- the line ---- */

/* The next word of @line, which loses it and the blanks around it. */
static struct bytes take_word(struct bytes *line)
{
	size_t at = 0, end;

	while (at < line->len && (line->ptr[at] == ' ' || line->ptr[at] == '\t'))
		at++;
	for (end = at; end < line->len; end++)
		if (line->ptr[end] == ' ' || line->ptr[end] == '\t')
			break;
	struct bytes word = bytes_of(line->ptr + at, end - at);
	while (end < line->len && (line->ptr[end] == ' ' || line->ptr[end] == '\t'))
		end++;
	*line = bytes_of(line->ptr + end, line->len - end);
	return word;
}

static bool begins(struct bytes text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static bool is_other_type(struct bytes word)
{
	return begins(word, "ssh-") || begins(word, "ecdsa-") || begins(word, "sk-");
}

static struct bytes without_end(struct bytes line)
{
	while (line.len > 0 &&
	       (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r' ||
		line.ptr[line.len - 1] == ' '))
		line.len--;
	return line;
}

static enum err refuse(enum err err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

static enum err check_words(struct bytes type, struct bytes text, const char **ret_why)
{
	if (begins(type, "-----BEGIN"))
		return refuse(
			ERR_BAD,
			N_("that is a private key, which nobody else should see: the "
			   "file to give ends in .pub"),
			ret_why);
	if (bytes_equal(type, bytes_text(plain_type)) ||
	    bytes_equal(type, bytes_text(token_type)))
		return text.len ? ERR_OK
				: refuse(ERR_BAD, N_("the key ends too early"), ret_why);
	if (is_other_type(type))
		return refuse(
			ERR_STATE,
			N_("keys are taken of the types ssh-ed25519 and "
			   "sk-ssh-ed25519@openssh.com: ssh-keygen -t ed25519 makes "
			   "one"),
			ret_why);
	return refuse(ERR_BAD,
		      N_("that is not a public key: the line of a .pub file, without "
			 "options before it"),
		      ret_why);
}

enum err sshkey_parse_line(struct bytes line, struct buf *ret_blob,
			   struct sshkey *ret_key, struct bytes *ret_comment,
			   const char **ret_why)
{
	AUTO(buf_done) struct buf blob = BUF_INIT;
	struct sshkey key;

	line = without_end(line);
	if (line.len > SSHKEY_LINE_MOST)
		return refuse(ERR_TOO_BIG, N_("that is too long for a public key"),
			      ret_why);
	struct bytes rest = line, type = take_word(&rest), text = take_word(&rest);
	enum err err = check_words(type, text, ret_why);
	if (err != ERR_OK)
		return err;
	if (memchr(line.ptr, '\n', line.len))
		return refuse(ERR_BAD, N_("one key at a time"), ret_why);
	if (sshkey_base64(text, &blob) != ERR_OK ||
	    sshkey_parse(buf_view(&blob), &key) != ERR_OK ||
	    !bytes_equal(type, bytes_text(sshkey_type(&key))))
		return refuse(ERR_BAD, N_("the key is damaged: copy the whole line"),
			      ret_why);
	buf_clear(ret_blob);
	buf_add_bytes(ret_blob, buf_view(&blob));
	*ret_comment = rest;
	return sshkey_parse(buf_view(ret_blob), ret_key);
}

/* ---- fingerprints ---- */

void sshkey_fingerprint(struct bytes blob, uint8_t ret_hash[SHA256_LEN])
{
	sha256(blob, ret_hash);
}

void sshkey_fingerprint_text(const uint8_t hash[SHA256_LEN], struct str *out)
{
	str_add(out, "SHA256:");
	sshkey_base64_add(out, bytes_of(hash, SHA256_LEN), false);
}
