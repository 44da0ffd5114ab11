/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names are hashes of what the message is. Equal lines of one second are told apart by what
 * stands before them in it: each line's hash has the one before in it, until the time
 * changes.
 */
#include "server/admin/import_name.h"

#include <string.h>

static const char *const source_names[] = {
	[SOURCE_WEECHAT] = "weechat",
	[SOURCE_IRSSI] = "irssi",
	[SOURCE_SLACK] = "slack",
	[SOURCE_JSONL] = "jsonl",
};

static void put_time(uint64_t ms, uint8_t bytes[6])
{
	for (unsigned i = 0; i < 6; i++)
		bytes[i] = (uint8_t)(ms >> (8 * (5 - i)));
}

/* A UUIDv7 (RFC 9562 section 5.7) whose random part is a hash. */
static struct id make_cid(const uint8_t time[6], const uint8_t hash[SHA256_LEN])
{
	struct id id;

	memcpy(id.bytes, time, 6);
	memcpy(id.bytes + 6, hash, ID_LEN - 6);
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

static void begin_hash(const struct import_name *name, struct sha256 *hash)
{
	sha256_init(hash);
	sha256_add(hash, bytes_text("chat import 1"));
	sha256_add(hash, bytes_of(name->room.bytes, ID_LEN));
	sha256_add(hash, bytes_text(source_names[name->source]));
	sha256_add(hash, bytes_of(name->channel, strlen(name->channel) + 1));
}

/* The time in the name of what @key names: that of Slack's key or of our own id. */
static void time_of_key(const struct import_name *name, const struct str *key,
			uint8_t time[6])
{
	struct id id;
	uint64_t seconds = 0;

	if (name->source == SOURCE_JSONL && id_parse(key->ptr, key->len, &id) == ERR_OK) {
		memcpy(time, id.bytes, 6);
		return;
	}
	for (size_t i = 0; i < key->len && key->ptr[i] >= '0' && key->ptr[i] <= '9'; i++)
		seconds = seconds * 10 + (uint64_t)(key->ptr[i] - '0');
	put_time(seconds * 1000, time);
}

struct id import_name_key(const struct import_name *name, const struct str *key,
			  unsigned part)
{
	uint8_t digest[SHA256_LEN], time[6];
	struct sha256 hash;

	if (key->len == 0)
		return (struct id){{0}};
	begin_hash(name, &hash);
	sha256_add(&hash, str_view(key));
	sha256_add(&hash, bytes_of(&part, sizeof(part)));
	sha256_final(&hash, digest);
	time_of_key(name, key, time);
	return make_cid(time, digest);
}

void import_name_next(struct import_name *name, const struct said *said, uint64_t ms)
{
	struct sha256 hash;

	if (ms != name->chain_ms)
		memset(name->chain, 0, sizeof(name->chain));
	name->chain_ms = ms;
	begin_hash(name, &hash);
	sha256_add(&hash, bytes_of(name->chain, sizeof(name->chain)));
	sha256_add(&hash, bytes_of(said->author.ptr, said->author.len + 1));
	sha256_add(&hash, str_view(&said->text));
	sha256_final(&hash, name->chain);
}

struct id import_name_line(const struct import_name *name, unsigned part)
{
	uint8_t digest[SHA256_LEN], time[6];
	struct sha256 hash;

	begin_hash(name, &hash);
	sha256_add(&hash, bytes_of(name->chain, sizeof(name->chain)));
	sha256_add(&hash, bytes_of(&part, sizeof(part)));
	sha256_final(&hash, digest);
	put_time(name->chain_ms, time);
	return make_cid(time, digest);
}
