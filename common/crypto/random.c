/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two sources of randomness behind one port: the system's, and a ChaCha20 stream of a seed
 * in which each call starts a new block, so that the same calls give the same bytes.
 */
#include "common/crypto/random.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

static void fill_system(void *ctx, void *dst, size_t len)
{
	randombytes_buf(dst, len);
}

const struct random random_system = {.fill = fill_system};

static void fill_seeded(void *ctx, void *dst, size_t len)
{
	struct random_seeded *state = ctx;
	uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];

	if (len == 0)
		return;
	_Static_assert(sizeof(nonce) == sizeof(state->block), "one nonce per call");
	memcpy(nonce, &state->block, sizeof(nonce));
	state->block++;
	crypto_stream_chacha20(dst, len, nonce, state->seed);
}

struct random random_seeded(struct random_seeded *state, uint64_t seed)
{
	*state = (struct random_seeded){0};
	for (unsigned i = 0; i < 8; i++)
		state->seed[i] = (uint8_t)(seed >> (8 * i));
	return (struct random){.fill = fill_seeded, .ctx = state};
}

uint32_t random_below(const struct random *random, uint32_t bound)
{
	uint32_t value;

	assert(bound > 0);
	/* The lowest 2^32 mod bound values would be drawn more often than the rest. */
	const uint32_t skip = (0U - bound) % bound;
	do
		random_fill(random, &value, sizeof(value));
	while (value < skip);
	return value % bound;
}

void random_secret(const struct random *random, size_t len, struct secret *ret)
{
	random_fill(random, secret_room(ret, len), len);
}
