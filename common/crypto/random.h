/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which randomness enters. The real one asks the system; the seeded one
 *  repeats itself, so that tests and the model run the same way each time.
 *  Thread: random_system any, a seeded one one at a time. */
#ifndef CHAT_CRYPTO_RANDOM_H
#define CHAT_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "common/crypto/secret.h"

struct random {
	void (*fill)(void *ctx, void *dst, size_t len);
	void *ctx;
};

static inline void random_fill(const struct random *random, void *dst, size_t len)
{
	random->fill(random->ctx, dst, len);
}

/** The system's generator. */
extern const struct random random_system;

/** Evenly distributed below @bound (> 0). */
uint32_t random_below(const struct random *random, uint32_t bound);
/** @len fresh bytes into @ret. */
void random_secret(const struct random *random, size_t len, struct secret *ret);

/** State of a generator that gives the same bytes for the same seed. For tests only: what
 *  it gives is as secret as the seed. */
struct random_seeded {
	uint8_t seed[32];
	uint64_t block;
};

/** Start @state from @seed and return a port to it; @state must outlive the port. */
struct random random_seeded(struct random_seeded *state, uint64_t seed);

#endif
