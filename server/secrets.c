/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading and making the files in secrets/. A file that is there and wrong is never
 * replaced: a new pepper would lock every account out, which is worse than not starting.
 */
#include "server/secrets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- series that may lose their beginning: signing and sealing keys ---- */

static void series_path(const char *folder, const char *name, uint32_t number,
			struct str *path)
{
	str_addf(path, "%s/%s-%u.key", folder, name, number);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The number in "NAME-N.key"; false for any other file. */
static bool series_number(const char *file, const char *name, unsigned *ret_number)
{
	unsigned number = 0;
	size_t len = strlen(name);

	if (strncmp(file, name, len) != 0 || file[len] != '-')
		return false;
	file += len + 1;
	size_t digits = strspn(file, "0123456789");
	if (digits == 0 || digits > 9 || strcmp(file + digits, ".key") != 0)
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(file[i] - '0');
	*ret_number = number;
	return true;
}

/* The numbers of the files that are there, the @most highest ones, ascending. */
static size_t series_numbers(const char *folder, const char *name, size_t most,
			     uint32_t *ret_numbers)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		unsigned number;
		if (!series_number(entry->d_name, name, &number))
			continue;
		if (count == most && number < ret_numbers[0])
			continue;
		ret_numbers[count == most ? 0 : count++] = number;
		qsort(ret_numbers, count, sizeof(*ret_numbers), compare);
	}
	if (dir)
		closedir(dir);
	return count;
}

/* When the key was made: then the one before it signed for the last time. */
static uint64_t made_ms(const char *folder, uint32_t number)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct stat st;

	series_path(folder, "token", number, &path);
	return stat(path.ptr, &st) == 0 ? (uint64_t)st.st_mtime * 1000 : 0;
}

static enum err load_token(const struct loader *loader, uint32_t number,
			   struct keys *keys)
{
	AUTO(str_done) struct str name = STR_INIT;
	struct key key;

	str_addf(&name, "token-%u.key", number);
	enum err err = load_key(loader, name.ptr, true, &key);
	if (err == ERR_OK)
		err = token_ring_add(&keys->tokens, number, bytes_of(key.bytes, KEY_LEN),
				     made_ms(loader->folder, number));
	wipe(&key, sizeof(key));
	return err;
}

static enum err load_tokens(const struct loader *loader, struct keys *keys)
{
	uint32_t numbers[TOKEN_KEYS_MOST] = {1};
	size_t count = series_numbers(loader->folder, "token", TOKEN_KEYS_MOST, numbers);
	enum err err = ERR_OK;

	for (size_t i = 0; i < (count ? count : 1) && err == ERR_OK; i++)
		err = load_token(loader, numbers[i], keys);
	return err;
}

enum err secrets_rotate_token(const char *folder, struct keys *keys, uint64_t now_ms)
{
	AUTO(str_done) struct str path = STR_INIT;
	uint32_t number = token_ring_newest(&keys->tokens) + 1;
	struct key key;

	secrets_prune(folder, keys, now_ms);
	if (token_ring_is_full(&keys->tokens))
		return ERR_BUSY;
	series_path(folder, "token", number, &path);
	enum err err = make_key(path.ptr, keys->random, &key);
	if (err == ERR_OK)
		err = token_ring_add(&keys->tokens, number, bytes_of(key.bytes, KEY_LEN),
				     now_ms);
	wipe(&key, sizeof(key));
	return err;
}

void secrets_prune(const char *folder, struct keys *keys, uint64_t now_ms)
{
	uint32_t number;

	while (token_ring_prune(&keys->tokens, now_ms, &number)) {
		AUTO(str_done) struct str path = STR_INIT;
		series_path(folder, "token", number, &path);
		unlink(path.ptr);
	}
}

/* One more than can be loaded is asked for, to see that there are too many. */
static enum err load_seals(const struct loader *loader, struct keys *keys)
{
	uint32_t numbers[KEYS_SEALS_MOST];
	size_t count = series_numbers(loader->folder, "seal", KEYS_SEALS_MOST, numbers);
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		AUTO(str_done) struct str file = STR_INIT;
		struct key key;
		str_addf(&file, "seal-%u.key", numbers[i]);
		err = load_key(loader, file.ptr, false, &key);
		if (err == ERR_OK) {
			err = keys_add_seal(keys, numbers[i],
					    bytes_of(key.bytes, KEY_LEN));
			if (err != ERR_OK)
				str_addf(loader->why, "%s is one too many", file.ptr);
		}
		wipe(&key, sizeof(key));
	}
	return err;
}

enum err secrets_rotate_seal(const char *folder, struct keys *keys)
{
	AUTO(str_done) struct str path = STR_INIT;
	uint32_t number = keys_seal_newest(keys) + 1;
	struct key key;

	if (keys_seal_count(keys) == KEYS_SEALS_MOST)
		return ERR_TOO_BIG;
	series_path(folder, "seal", number, &path);
	enum err err = make_key(path.ptr, keys->random, &key);
	if (err == ERR_OK)
		err = keys_add_seal(keys, number, bytes_of(key.bytes, KEY_LEN));
	wipe(&key, sizeof(key));
	return err;
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
		err = load_seals(&loader, &keys);
	if (err == ERR_OK)
		err = load_tokens(&loader, &keys);
	if (err != ERR_OK) {
		keys_done(&keys);
		return err;
	}
	*ret_keys = keys;
	return ERR_OK;
}

enum err secrets_add_pepper(const char *folder, const struct random *random,
			    struct str *ret_path, struct str *why)
{
	struct key key;
	enum err err = file_make_private(folder);

	for (unsigned number = 1; err == ERR_OK && number <= KEYS_PEPPERS_MOST;
	     number++) {
		str_clear(ret_path);
		str_addf(ret_path, "%s/pepper-%u.key", folder, number);
		if (access(ret_path->ptr, F_OK) == 0)
			continue;
		err = make_key(ret_path->ptr, random, &key);
		wipe(&key, sizeof(key));
		if (err != ERR_OK)
			str_addf(why, "%s cannot be made: %s", ret_path->ptr,
				 err_text(err));
		return err;
	}
	if (err == ERR_OK) {
		str_addf(why, "there are %d already, as many as can be used",
			 KEYS_PEPPERS_MOST);
		err = ERR_TOO_BIG;
	}
	return err;
}
