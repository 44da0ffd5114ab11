/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The secrets of one server, and its source of randomness: what the rules of accounts
 *  need beside the store. Loading and making the files is server/secrets.c's.
 *  Thread: any, once filled. */
#ifndef CHAT_CORE_KEYS_H
#define CHAT_CORE_KEYS_H

#include <stdatomic.h>

#include "common/crypto/password.h"
#include "common/crypto/random.h"
#include "server/core/token.h"

#define KEYS_PEPPERS_MOST 8
#define KEYS_SEALS_MOST   8

/** A key for what is kept sealed; number 0 comes from the master. */
struct seal_key {
	uint32_t number;
	struct root *root;
};

struct keys {
	struct token_ring tokens;
	struct root *pepper_roots[KEYS_PEPPERS_MOST];
	struct pepper
		peppers[KEYS_PEPPERS_MOST]; /**< the last one added is for new hashes */
	size_t pepper_count;
	struct root *codes;    /**< of one-time codes: key of otp_hash() */
	struct root *refresh;  /**< of refresh tokens: key of refresh_next() */
	struct root *subjects; /**< of what is counted: key of keys_subject() */
	struct root *audit;    /**< of the audit log: store_config.audit_key */
	struct root *mail; /**< of letters that wait: what may hold a code is sealed */
	struct seal_key seals[KEYS_SEALS_MOST]; /**< see sealed.h; the last one seals */
	atomic_size_t seal_count; /**< grows while others read: see keys_seal_count() */
	struct root *nonces;      /**< of log-ins by SSH key: ssh_login_challenge() */
	struct root *devices;     /**< of devices that need no code: login_device_key() */
	const struct random *random;
};

/** @master (at least 32 bytes) is what all but tokens and peppers are derived from. */
void keys_init(struct keys *keys, const char *issuer, struct bytes master,
	       const struct random *random);
void keys_done(struct keys *keys);
/** Errors: ERR_TOO_BIG when there are KEYS_PEPPERS_MOST. */
enum err keys_add_pepper(struct keys *keys, uint32_t number,
			 struct bytes pepper) MUST_CHECK;

/** Let @key seal from now on. Thread: one at a time, beside any that read.
 *  Errors: ERR_TOO_BIG when there are KEYS_SEALS_MOST. */
enum err keys_add_seal(struct keys *keys, uint32_t number, struct bytes key) MUST_CHECK;
/** How many of keys->seals there are; at least 1. */
size_t keys_seal_count(const struct keys *keys);
/** The number of the one that seals. */
uint32_t keys_seal_newest(const struct keys *keys);

/** The pepper for new hashes. */
const struct pepper *keys_pepper(const struct keys *keys);

/** The name under which @text is counted: says nothing about it without the key. */
struct id keys_subject(const struct keys *keys, struct bytes text);

#endif
