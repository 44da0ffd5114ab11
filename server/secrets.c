/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading and making the files in secrets/. A file that is there and wrong is never
 * replaced: a new pepper would lock every account out, which is worse than not starting.
 */
#include "server/secrets.h"

#include "common/crypto/secret.h"
#include "common/os/file.h"

#define KEY_LEN   32
#define FILE_MOST 256 /* bytes: 64 digits and what an editor may add */

struct key {
	uint8_t bytes[KEY_LEN];
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 64 digits and maybe a newline. */
static enum err parse_key(struct bytes text, struct key *ret_key)
{
	if (text.len && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (text.len != 2 * KEY_LEN)
		return ERR_CORRUPT;
	for (size_t i = 0; i < KEY_LEN; i++) {
		int high = digit((char)text.ptr[2 * i]),
		    low = digit((char)text.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return ERR_CORRUPT;
		ret_key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

static enum err make_key(const char *path, const struct random *random,
			 struct key *ret_key)
{
	char text[2 * KEY_LEN + 1];

	random_fill(random, ret_key->bytes, KEY_LEN);
	for (size_t i = 0; i < KEY_LEN; i++) {
		text[2 * i] = "0123456789abcdef"[ret_key->bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[ret_key->bytes[i] & 15];
	}
	text[2 * KEY_LEN] = '\n';
	enum err err = file_replace(path, bytes_of(text, sizeof(text)), 0600);
	wipe(text, sizeof(text));
	return err;
}

struct loader {
	const char *folder;
	const struct random *random;
	struct str *why;
};

/* The key in the file @name. With @make it is made when it is not there.
 * Errors: ERR_NOT_FOUND, without a sentence, when it is not and should not be. */
static enum err load_key(const struct loader *loader, const char *name, bool make,
			 struct key *ret_key)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_wipe) struct buf text = BUF_INIT;

	str_addf(&path, "%s/%s", loader->folder, name);
	enum err err = file_read_secret(path.ptr, FILE_MOST, &text);
	if (err == ERR_NOT_FOUND)
		err = make ? make_key(path.ptr, loader->random, ret_key) : ERR_NOT_FOUND;
	else if (err == ERR_OK)
		err = parse_key(buf_view(&text), ret_key);
	if (err == ERR_FORBIDDEN)
		str_addf(loader->why, "%s may be read by others than its owner",
			 path.ptr);
	else if (err != ERR_OK && err != ERR_NOT_FOUND)
		str_addf(loader->why, "%s cannot be used: %s", path.ptr, err_text(err));
	return err;
}

typedef enum err add_fn(struct keys *keys, uint32_t number, struct bytes key);

static enum err add_token_key(struct keys *keys, uint32_t number, struct bytes key)
{
	return token_ring_add(&keys->tokens, key);
}

/* NAME-1.key, which is made when missing, NAME-2.key and so on. */
static enum err load_series(const struct loader *loader, const char *name, add_fn *add,
			    struct keys *keys)
{
	enum err err = ERR_OK;

	for (uint32_t number = 1; err == ERR_OK; number++) {
		AUTO(str_done) struct str file = STR_INIT;
		struct key key;
		str_addf(&file, "%s-%u.key", name, number);
		err = load_key(loader, file.ptr, number == 1, &key);
		if (err == ERR_OK) {
			err = add(keys, number, bytes_of(key.bytes, KEY_LEN));
			if (err != ERR_OK)
				str_addf(loader->why, "%s is one too many", file.ptr);
		}
		wipe(&key, sizeof(key));
	}
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err secrets_load(const char *folder, const char *issuer, const struct random *random,
		      struct keys *ret_keys, struct str *why)
{
	struct loader loader = {folder, random, why};
	struct keys keys;
	struct key master;
	enum err err = file_make_private(folder);

	if (err != ERR_OK) {
		str_addf(why, "%s cannot be made: %s", folder, err_text(err));
		return err;
	}
	err = load_key(&loader, "server.key", true, &master);
	if (err != ERR_OK)
		return err;
	keys_init(&keys, issuer, bytes_of(master.bytes, KEY_LEN), random);
	wipe(&master, sizeof(master));
	err = load_series(&loader, "pepper", keys_add_pepper, &keys);
	if (err == ERR_OK)
		err = load_series(&loader, "token", add_token_key, &keys);
	if (err != ERR_OK) {
		keys_done(&keys);
		return err;
	}
	*ret_keys = keys;
	return ERR_OK;
}
