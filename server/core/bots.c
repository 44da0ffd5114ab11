/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two maps over the same entries: by the beginning of the hash, for who shows a token, and
 * by session, for who ends one. The rest of the hash is compared in constant time, although
 * nobody can choose what a hash begins with to any use.
 */
#include "server/core/bots.h"

#include <string.h>

#include "common/base/map.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/crypto/secret.h"

struct entry {
	struct bot_token_live live;
	uint64_t used_ms;
	bool fresh; /* used since that was written down */
};

struct bots {
	struct map by_hash, by_session;
};

struct bots *bots_new(uint64_t seed)
{
	struct bots *bots = mem_new(struct bots);

	map_init(&bots->by_hash, seed);
	map_init(&bots->by_session, seed ^ 0x5bd1e995);
	return bots;
}

void bots_free(struct bots **bots)
{
	size_t at = 0;

	if (!*bots)
		return;
	for (void *entry; (entry = map_next(&(*bots)->by_session, &at));)
		mem_free(entry);
	map_done(&(*bots)->by_hash);
	map_done(&(*bots)->by_session);
	mem_free(*bots);
	*bots = NULL;
}

static struct id hash_key(const uint8_t hash[TOKEN_HASH_LEN])
{
	struct id key;

	memcpy(key.bytes, hash, ID_LEN);
	return key;
}

void bots_add(struct bots *bots, const struct bot_token_live *live)
{
	struct entry *entry = mem_new(struct entry);
	struct id key = hash_key(live->hash);

	bots_drop(bots, &live->id);
	entry->live = *live;
	map_put(&bots->by_hash, &key, entry);
	map_put(&bots->by_session, &live->id, entry);
}

void bots_drop(struct bots *bots, const struct id *session)
{
	struct entry *entry = map_remove(&bots->by_session, session);

	if (!entry)
		return;
	struct id key = hash_key(entry->live.hash);
	map_remove(&bots->by_hash, &key);
	mem_free(entry);
}

bool bots_is_token(struct bytes token)
{
	size_t len = strlen(BOT_TOKEN_PREFIX);

	return token.len > len && memcmp(token.ptr, BOT_TOKEN_PREFIX, len) == 0;
}

enum err bots_check(struct bots *bots, struct bytes token, uint64_t now_ms,
		    struct bot_token_live *ret_live)
{
	uint8_t hash[SHA256_LEN];

	sha256(token, hash);
	struct id key = hash_key(hash);
	struct entry *entry = map_get(&bots->by_hash, &key);
	if (!entry || !bytes_equal_secret(bytes_of(hash, sizeof(hash)),
					  bytes_of(entry->live.hash, TOKEN_HASH_LEN)))
		return ERR_BAD_TOKEN;
	if (entry->live.expires_ms && entry->live.expires_ms <= now_ms)
		return ERR_EXPIRED;
	entry->used_ms = now_ms;
	entry->fresh = true;
	*ret_live = entry->live;
	return ERR_OK;
}

uint64_t bots_used(const struct bots *bots, const struct id *token)
{
	const struct entry *entry = map_get(&bots->by_session, token);

	return entry ? entry->used_ms : 0;
}

size_t bots_take_used(struct bots *bots, struct id *ids, uint64_t *used_ms, size_t limit)
{
	size_t at = 0, count = 0;
	struct entry *entry;

	while (count < limit && (entry = map_next(&bots->by_session, &at))) {
		if (!entry->fresh)
			continue;
		entry->fresh = false;
		ids[count] = entry->live.id;
		used_ms[count++] = entry->used_ms;
	}
	return count;
}
