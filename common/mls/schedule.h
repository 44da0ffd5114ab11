/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The key schedule (RFC 9420 section 8): from one epoch's secret to the next one's,
 *  transcript hashes, pre-shared keys, exporter, external init. Thread: any. */
#ifndef CHAT_MLS_SCHEDULE_H
#define CHAT_MLS_SCHEDULE_H

#include "common/mls/env.h"

/** The secrets of one epoch, encryption_secret left out: it goes to the secret tree. */
struct mls_epoch {
	struct secret sender_data;
	struct secret exporter;
	struct secret external;
	struct secret confirmation;
	struct secret membership;
	struct secret resumption;
	struct secret authenticator;
	struct secret init;
};

void mls_epoch_done(struct mls_epoch *epoch);

/** joiner_secret of the epoch that @context (encoded) describes. */
void mls_joiner_secret(const struct secret *init, const struct secret *commit,
		       struct bytes context, struct secret *ret);
/** welcome_secret; @psk is the psk_secret. */
void mls_welcome_secret(const struct secret *joiner, const struct secret *psk,
			struct secret *ret);
/** All secrets of the epoch. */
void mls_epoch_derive(const struct secret *joiner, const struct secret *psk,
		      struct bytes context, struct mls_epoch *ret,
		      struct secret *ret_encryption);
/** The same from the epoch_secret itself: the first epoch of a group (section 11). */
void mls_epoch_from_secret(const struct secret *epoch_secret, struct mls_epoch *ret,
			   struct secret *ret_encryption);

/** MAC(confirmation_key, confirmed_transcript_hash). */
struct mls_hash mls_confirmation_tag(const struct mls_epoch *epoch,
				     struct bytes confirmed_hash);

/** Section 8.2: the confirmed hash after a commit. @content is its FramedContent. */
struct mls_hash mls_confirmed_hash(struct bytes interim, uint16_t wire_format,
				   struct bytes content, struct bytes signature);
struct mls_hash mls_interim_hash(struct bytes confirmed, struct bytes confirmation_tag);

/** psk_secret (section 8.4) as it grows by one key after the other; all zero before the
 *  first. */
struct mls_psk_chain {
	struct secret secret;
	uint16_t index;
	uint16_t count;
};

void mls_psk_chain_init(struct mls_psk_chain *chain, uint16_t count);
void mls_psk_chain_add(struct mls_psk_chain *chain, const struct mls_psk_id *id,
		       const struct secret *psk);

/** MLS-Exporter (section 8.5). Errors: ERR_TOO_BIG over KDF_OUT_MAX. */
enum err mls_exporter(const struct mls_epoch *epoch, struct bytes label,
		      struct bytes context, uint8_t *ret, size_t len) MUST_CHECK;

/** The key pair that newcomers encrypt to (section 8). */
void mls_external_key(const struct mls_epoch *epoch, struct hpke_key *ret);
/** Section 8.3, the newcomer's side. Errors: ERR_BAD for a public key that is none. */
enum err mls_external_init_send(const struct mls_suite *suite,
				const struct random *random, struct bytes external_pub,
				uint8_t ret_kem[HPKE_KEM_LEN],
				struct secret *ret_init) MUST_CHECK;
/** The members' side. Errors: ERR_BAD. */
enum err mls_external_init_receive(const struct mls_suite *suite,
				   const struct mls_epoch *epoch, struct bytes kem_output,
				   struct secret *ret_init) MUST_CHECK;

#endif
