/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything before the nonce is associated data of the wrapping: a file in which method,
 * cost or salt was exchanged does not open. The check at the end tells damage from a wrong
 * passphrase; it keeps nobody from anything.
 */
#include "client/unlock/box.h"

#include <string.h>

#include "common/base/str.h"
#include "common/crypto/hash.h"
#include "common/os/file.h"

#define FORM      1
#define CHECK_LEN 8

static const char magic[] = "chatkey";

void box_done(struct box *box)
{
	wipe(box, sizeof(*box));
}

/* ---- writing ---- */

static void put_parameters(const struct box *box, struct buf *out)
{
	buf_add(out, magic, strlen(magic));
	buf_add_u8(out, FORM);
	buf_add_u8(out, (uint8_t)box->method);
	buf_add_u8(out, box->presence);
	if (box->method == UNLOCK_PASSPHRASE) {
		buf_add_u32(out, box->cost.passes);
		buf_add_u64(out, box->cost.memory);
		buf_add(out, box->stretch_salt, STRETCH_SALT_LEN);
	} else if (box->method == UNLOCK_TOKEN) {
		buf_add_u8(out, box->pin);
		buf_add_u16(out, (uint16_t)box->credential_len);
		buf_add(out, box->credential, box->credential_len);
		buf_add(out, box->token_salt, BOX_SALT_LEN);
	}
}

static void check_of(struct bytes all, uint8_t ret_check[CHECK_LEN])
{
	uint8_t hash[SHA256_LEN];

	sha256(all, hash);
	memcpy(ret_check, hash, CHECK_LEN);
}

void box_encode(const struct box *box, struct buf *out)
{
	AUTO(buf_wipe) struct buf all = BUF_INIT;
	uint8_t check[CHECK_LEN];

	put_parameters(box, &all);
	if (box->method == UNLOCK_FILE) {
		buf_add_bytes(&all, secret_view(&box->key));
	} else {
		buf_add(&all, box->nonce, AEAD_NONCE_MAX);
		buf_add(&all, box->sealed, sizeof(box->sealed));
	}
	check_of(buf_view(&all), check);
	buf_add_bytes(out, buf_view(&all));
	buf_add(out, check, CHECK_LEN);
}

/* ---- reading ---- */

static void read_passphrase(struct rd *rd, struct box *box)
{
	box->cost.passes = rd_u32(rd);
	box->cost.memory = (size_t)rd_u64(rd);
	rd_copy(rd, box->stretch_salt, STRETCH_SALT_LEN);
	if (rd->err == ERR_OK && !stretch_may(box->cost))
		rd_fail(rd, ERR_CORRUPT);
}

static void read_token(struct rd *rd, struct box *box)
{
	box->pin = rd_u8(rd) != 0;
	box->credential_len = rd_u16(rd);
	if (box->credential_len == 0 || box->credential_len > BOX_CREDENTIAL_MOST)
		rd_fail(rd, ERR_CORRUPT);
	else
		rd_copy(rd, box->credential, box->credential_len);
	rd_copy(rd, box->token_salt, BOX_SALT_LEN);
}

static void read_body(struct rd *rd, struct box *box)
{
	switch (box->method) {
	case UNLOCK_FILE:
		rd_copy(rd, secret_room(&box->key, BOX_KEY_LEN), BOX_KEY_LEN);
		return;
	case UNLOCK_PASSPHRASE: read_passphrase(rd, box); break;
	case UNLOCK_TOKEN: read_token(rd, box); break;
	default: rd_fail(rd, ERR_NEWER); return;
	}
	rd_copy(rd, box->nonce, AEAD_NONCE_MAX);
	rd_copy(rd, box->sealed, sizeof(box->sealed));
}

static enum err check_whole(struct bytes file)
{
	uint8_t check[CHECK_LEN];
	size_t head = strlen(magic);

	if (file.len < head + 1 + CHECK_LEN || memcmp(file.ptr, magic, head) != 0)
		return ERR_CORRUPT;
	check_of(bytes_of(file.ptr, file.len - CHECK_LEN), check);
	if (memcmp(file.ptr + file.len - CHECK_LEN, check, CHECK_LEN) != 0)
		return ERR_CORRUPT;
	return file.ptr[head] == FORM ? ERR_OK : ERR_NEWER;
}

enum err box_decode(struct bytes file, struct box *ret_box)
{
	AUTO(box_done) struct box box = {.method = UNLOCK_FILE};

	if (file.len == BOX_KEY_LEN) {
		secret_set(&box.key, file.ptr, file.len);
		*ret_box = box;
		return ERR_OK;
	}
	enum err err = check_whole(file);
	if (err != ERR_OK)
		return err;
	struct rd rd = rd_init(bytes_of(file.ptr, file.len - CHECK_LEN));
	(void)rd_bytes(&rd, strlen(magic) + 1);
	box.method = (enum unlock_method)rd_u8(&rd);
	box.presence = rd_u8(&rd) != 0;
	read_body(&rd, &box);
	if (rd.err == ERR_NEWER)
		return ERR_NEWER;
	if (rd_done(&rd) != ERR_OK)
		return ERR_CORRUPT;
	*ret_box = box;
	return ERR_OK;
}

/* ---- wrapping ---- */

void box_seal(struct box *box, const struct secret *wrap, const struct secret *key,
	      const struct random *random)
{
	AUTO(buf_done) struct buf head = BUF_INIT;

	random_fill(random, box->nonce, AEAD_NONCE_MAX);
	put_parameters(box, &head);
	aead_xchacha20.seal(wrap->bytes, box->nonce, buf_view(&head), secret_view(key),
			    box->sealed);
}

enum err box_open(const struct box *box, const struct secret *wrap,
		  struct secret *ret_key)
{
	AUTO(buf_done) struct buf head = BUF_INIT;
	AUTO(secret_done) struct secret key = SECRET_INIT;

	put_parameters(box, &head);
	if (wrap->len != BOX_KEY_LEN ||
	    aead_xchacha20.open(wrap->bytes, box->nonce, buf_view(&head),
				bytes_of(box->sealed, sizeof(box->sealed)),
				secret_room(&key, BOX_KEY_LEN)) != ERR_OK)
		return ERR_WRONG_KEY;
	secret_move(ret_key, &key);
	return ERR_OK;
}

/* ---- the file ---- */

enum err box_load(const char *dir, struct box *ret_box)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_wipe) struct buf file = BUF_INIT;

	str_addf(&path, "%s/key", dir);
	enum err err = file_read_secret(path.ptr, BOX_FILE_MOST, &file);
	if (err == ERR_TOO_BIG || err == ERR_BAD)
		return ERR_CORRUPT;
	return err == ERR_OK ? box_decode(buf_view(&file), ret_box) : err;
}

enum err box_save(const char *dir, const struct box *box)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_wipe) struct buf file = BUF_INIT;

	str_addf(&path, "%s/key", dir);
	box_encode(box, &file);
	return file_replace(path.ptr, buf_view(&file), 0600);
}
