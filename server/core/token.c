/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of a token that is not verified yet only `kid` is looked at, to choose among our own
 * keys; there is no way from a token to an algorithm, a URL or a key of its own. Then
 * everything is checked that could make a genuine signature mean something else: type,
 * issuer, audience, times. JSON is read here although core knows none elsewhere: claims
 * are JSON by their definition, not by the protocol's.
 */
#include "server/core/token.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/base64url.h"
#include "common/crypto/hash.h"
#include "common/crypto/jws.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "common/proto/limits.h"

#define AUDIENCE "chat"
#define TYPE     "at+jwt" /* RFC 9068 section 2.1: not taken for another kind of JWT */

static const struct {
	unsigned scope;
	const char *word;
} scopes[] = {
	{SCOPE_READ, "read"},       {SCOPE_WRITE, "write"}, {SCOPE_ROOMS, "rooms"},
	{SCOPE_ACCOUNT, "account"}, {SCOPE_ADMIN, "admin"},
};

/* Beside the ring, which is moved about while it is being filled. */
struct token_lock {
	pthread_rwlock_t lock;
};

static void read_begin(const struct token_ring *ring)
{
	pthread_rwlock_rdlock(&ring->lock->lock);
}

static void end(const struct token_ring *ring)
{
	pthread_rwlock_unlock(&ring->lock->lock);
}

void token_ring_init(struct token_ring *ring, const char *issuer)
{
	*ring = (struct token_ring){.lock = mem_new(struct token_lock)};
	pthread_rwlock_init(&ring->lock->lock, NULL);
	snprintf(ring->issuer, sizeof(ring->issuer), "%s", issuer);
}

void token_ring_done(struct token_ring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		root_free(&ring->keys[i].secret);
	if (ring->lock)
		pthread_rwlock_destroy(&ring->lock->lock);
	mem_free(ring->lock);
	*ring = (struct token_ring){0};
}

/* RFC 7638 with the members of RFC 8037 section 2. */
static void name_key(struct token_key *key)
{
	AUTO(str_done) struct str text = STR_INIT;
	uint8_t hash[SHA256_LEN];

	str_add(&text, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"");
	base64url_add(&text, bytes_of(key->public_key, SIGN_PUBLIC_LEN));
	str_add(&text, "\"}");
	sha256(str_view(&text), hash);
	str_clear(&text);
	base64url_add(&text, bytes_of(hash, sizeof(hash)));
	memcpy(key->kid, text.ptr, TOKEN_KID_LEN + 1);
}

enum err token_ring_add(struct token_ring *ring, uint32_t number, struct bytes seed,
			uint64_t now_ms)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	struct token_key key = {.number = number};
	uint64_t until_ms = now_ms + TOKEN_LIFE_MS + TOKEN_SKEW_MS;
	enum err err = sign_key(seed, &secret, key.public_key);

	if (err != ERR_OK)
		return err;
	name_key(&key);
	pthread_rwlock_wrlock(&ring->lock->lock);
	if (ring->count == TOKEN_KEYS_MOST) {
		err = ERR_TOO_BIG;
	} else {
		key.secret = root_new(secret.bytes, secret.len);
		for (size_t i = 0; i < ring->count; i++) {
			uint64_t *until = &ring->keys[i].until_ms;
			*until = *until && *until < until_ms ? *until : until_ms;
		}
		ring->keys[ring->count++] = key;
	}
	end(ring);
	return err;
}

bool token_ring_prune(struct token_ring *ring, uint64_t now_ms, uint32_t *ret_number)
{
	bool found = false;

	pthread_rwlock_wrlock(&ring->lock->lock);
	for (size_t i = 0; i < ring->count && !found; i++) {
		struct token_key *key = &ring->keys[i];
		if (!key->until_ms || now_ms < key->until_ms)
			continue;
		*ret_number = key->number;
		root_free(&key->secret);
		ring->count--;
		memmove(key, key + 1, (ring->count - i) * sizeof(*key));
		found = true;
	}
	end(ring);
	return found;
}

bool token_ring_is_full(const struct token_ring *ring)
{
	read_begin(ring);
	bool full = ring->count == TOKEN_KEYS_MOST;
	end(ring);
	return full;
}

uint32_t token_ring_newest(const struct token_ring *ring)
{
	read_begin(ring);
	uint32_t number = ring->count ? ring->keys[ring->count - 1].number : 0;
	end(ring);
	return number;
}

static void add_id(struct json_out *out, const char *key, const struct id *id)
{
	if (!id_is_zero(id))
		json_out_put_word(out, key, id_text(id).text);
}

/* NumericDate of RFC 7519 section 2: seconds. */
static void add_time(struct json_out *out, const char *key, uint64_t ms)
{
	json_out_put_uint(out, key, ms / 1000);
}

static void write_claims(const struct token_ring *ring, const struct token_claims *claims,
			 uint64_t now_ms, struct buf *buf)
{
	struct json_out out = json_out_init(buf);
	AUTO(str_done) struct str scope = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		if (claims->actor.scope & scopes[i].scope)
			str_addf(&scope, scope.len ? " %s" : "%s", scopes[i].word);
	}
	json_out_open(&out, '{');
	json_out_put_word(&out, "iss", ring->issuer);
	json_out_put_word(&out, "aud", AUDIENCE);
	add_id(&out, "sub", &claims->actor.user);
	add_id(&out, "sid", &claims->actor.session);
	add_id(&out, "did", &claims->actor.device);
	json_out_put_word(&out, "scope", scope.ptr);
	add_time(&out, "iat", now_ms);
	add_time(&out, "exp", claims->expires_ms);
	json_out_close(&out, '}');
}

void token_issue(const struct token_ring *ring, const struct token_claims *claims,
		 uint64_t now_ms, struct str *str)
{
	AUTO(buf_done) struct buf header = BUF_INIT, payload = BUF_INIT;
	struct json_out out = json_out_init(&header);

	read_begin(ring);
	assert(ring->count > 0);
	const struct token_key *key = &ring->keys[ring->count - 1];
	json_out_open(&out, '{');
	json_out_put_word(&out, "alg", "EdDSA");
	json_out_put_word(&out, "typ", TYPE);
	json_out_put_word(&out, "kid", key->kid);
	json_out_close(&out, '}');
	write_claims(ring, claims, now_ms, &payload);
	enum err err = jws_sign(str, buf_view(&header), buf_view(&payload),
				root_view(key->secret));
	end(ring);
	assert(err == ERR_OK); /* the ring takes only keys that can sign */
}

static bool is_text(struct json_node object, const char *key, const char *want)
{
	struct bytes text;

	return json_text(json_get(object, key), &text) &&
	       bytes_equal(text, bytes_text(want));
}

static bool has_ended(const struct token_key *key, uint64_t now_ms)
{
	return key->until_ms && now_ms >= key->until_ms;
}

/* Open the token with the key that its header names. Each key of the ring is whole, so a
 * token of ours is known by signing it again. */
static enum err open_with_key(const struct token_ring *ring, struct json_node header,
			      const struct jws *jws, uint64_t now_ms,
			      struct buf *ret_payload)
{
	enum err err = ERR_BAD_TOKEN;

	read_begin(ring);
	for (size_t i = 0; i < ring->count; i++) {
		const struct token_key *key = &ring->keys[i];
		if (has_ended(key, now_ms) || !is_text(header, "kid", key->kid))
			continue;
		err = jws_open_own(jws, root_view(key->secret), ret_payload);
		break;
	}
	end(ring);
	return err;
}

/* RFC 7515 section 4 and RFC 7519 section 4: names are unique. Two readers that take
 * another one of two equal names each would see two tokens. */
static bool is_unique(struct json_node object)
{
	for (struct json_node a = json_first(object); a.ptr; a = json_next(a)) {
		for (struct json_node b = json_next(a); b.ptr; b = json_next(b)) {
			if (strcmp(json_key(a), json_key(b)) == 0)
				return false;
		}
	}
	return true;
}

/* The id of zeros is nobody's: a claim that has it says nothing. */
static bool read_id(struct json_node claims, const char *key, struct id *ret_id)
{
	struct bytes text;

	return json_text(json_get(claims, key), &text) &&
	       id_parse((const char *)text.ptr, text.len, ret_id) == ERR_OK &&
	       !id_is_zero(ret_id);
}

unsigned token_scope(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		if (bytes_equal(word, bytes_text(scopes[i].word)))
			return scopes[i].scope;
	}
	return 0;
}

const char *token_scope_word(unsigned bit)
{
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		if (scopes[i].scope == bit)
			return scopes[i].word;
	}
	return "";
}

static unsigned read_scope(struct bytes text)
{
	unsigned scope = 0;

	while (text.len) {
		const uint8_t *gap = memchr(text.ptr, ' ', text.len);
		size_t len = gap ? (size_t)(gap - text.ptr) : text.len;
		scope |= token_scope(bytes_of(text.ptr, len));
		len += gap != NULL;
		text = bytes_of(text.ptr + len, text.len - len);
	}
	return scope;
}

/* The payload of a token whose signature is right. */
static enum err read_claims(const struct token_ring *ring, struct json_node claims,
			    uint64_t now_ms, struct token_claims *ret_claims)
{
	struct token_claims read = {.actor = {.scope = 0}};
	uint64_t iat, exp, nbf = 0;
	struct bytes scope;

	if (!is_unique(claims) || !is_text(claims, "iss", ring->issuer) ||
	    !is_text(claims, "aud", AUDIENCE) ||
	    !read_id(claims, "sub", &read.actor.user) ||
	    !read_id(claims, "sid", &read.actor.session) ||
	    !json_text(json_get(claims, "scope"), &scope) ||
	    !json_uint(json_get(claims, "iat"), &iat) ||
	    !json_uint(json_get(claims, "exp"), &exp))
		return ERR_BAD_TOKEN;
	if (json_get(claims, "did").ptr && !read_id(claims, "did", &read.actor.device))
		return ERR_BAD_TOKEN;
	if (json_get(claims, "nbf").ptr && !json_uint(json_get(claims, "nbf"), &nbf))
		return ERR_BAD_TOKEN;
	uint64_t latest = (now_ms + TOKEN_SKEW_MS) / 1000;
	if (iat > latest || nbf > latest)
		return ERR_BAD_TOKEN;
	if (exp <= now_ms / 1000)
		return ERR_EXPIRED;
	read.actor.scope = read_scope(scope);
	read.expires_ms = exp * 1000;
	*ret_claims = read;
	return ERR_OK;
}

/* Find the key by `kid`, open the token with it, then look at the rest of the header. */
static enum err open_token(const struct token_ring *ring, const struct jws *jws,
			   uint64_t now_ms, struct buf *ret_payload)
{
	AUTO(json_free) struct json *header = NULL;

	if (json_parse(buf_view(&jws->header), &header) != ERR_OK)
		return ERR_BAD_TOKEN;
	struct json_node root = json_root(header);
	if (!is_unique(root) ||
	    open_with_key(ring, root, jws, now_ms, ret_payload) != ERR_OK)
		return ERR_BAD_TOKEN;
	/* RFC 7515 section 4.1.11: an extension that must be understood is not. */
	return is_text(root, "alg", "EdDSA") && is_text(root, "typ", TYPE) &&
			       !json_get(root, "crit").ptr
		       ? ERR_OK
		       : ERR_BAD_TOKEN;
}

enum err token_check(const struct token_ring *ring, struct bytes text, uint64_t now_ms,
		     struct token_claims *ret_claims)
{
	AUTO(json_free) struct json *payload = NULL;
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct jws jws;

	if (text.len > LIMIT_TOKEN || jws_split(text, &jws) != ERR_OK)
		return ERR_BAD_TOKEN;
	enum err err = open_token(ring, &jws, now_ms, &buf);
	jws_done(&jws);
	if (err != ERR_OK)
		return err;
	if (json_parse(buf_view(&buf), &payload) != ERR_OK)
		return ERR_BAD_TOKEN;
	return read_claims(ring, json_root(payload), now_ms, ret_claims);
}

void token_key_set(const struct token_ring *ring, uint64_t now_ms, struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	json_out_put_open(&out, "keys", '[');
	read_begin(ring);
	for (size_t i = 0; i < ring->count; i++) {
		AUTO(str_done) struct str x = STR_INIT;
		if (has_ended(&ring->keys[i], now_ms))
			continue;
		base64url_add(&x, bytes_of(ring->keys[i].public_key, SIGN_PUBLIC_LEN));
		json_out_open(&out, '{');
		json_out_put_word(&out, "kty", "OKP");
		json_out_put_word(&out, "crv", "Ed25519");
		json_out_put_word(&out, "alg", "EdDSA");
		json_out_put_word(&out, "use", "sig");
		json_out_put_word(&out, "kid", ring->keys[i].kid);
		json_out_put_word(&out, "x", x.ptr);
		json_out_close(&out, '}');
	}
	end(ring);
	json_out_close(&out, ']');
	json_out_close(&out, '}');
}
