/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The file `key` beside a store: the store's key, as it is or wrapped in another one. The
 *  store's key never changes, so another passphrase costs nothing. Its form, in this order:
 *
 *	"chatkey" 0x01   8 bytes, the form's number last
 *	method           1 byte, enum unlock_method
 *	presence         1 byte, 1: somebody must be there (PAM) before it is used
 *	body             by method
 *	check            8 bytes: the beginning of SHA-256 of all before
 *
 *  A file of 32 bytes is the key itself: the form before this one. Thread: any. */
#ifndef CHAT_CLIENT_UNLOCK_BOX_H
#define CHAT_CLIENT_UNLOCK_BOX_H

#include <stdbool.h>

#include "common/crypto/aead.h"
#include "common/crypto/random.h"
#include "common/crypto/stretch.h"

#define BOX_KEY_LEN         32
#define BOX_FILE_MOST       2048 /**< a credential of 1 KiB and what stands around it */
#define BOX_CREDENTIAL_MOST 1024
#define BOX_SALT_LEN        32

/** How a store's key is kept. The numbers are stored. */
enum unlock_method {
	UNLOCK_FILE = 1,   /**< as it is: whoever reads the file has it */
	UNLOCK_PASSPHRASE, /**< wrapped by a stretched passphrase */
	UNLOCK_TOKEN,      /**< wrapped by the hmac-secret of a FIDO2 token */
};

struct box {
	enum unlock_method method;
	bool presence;
	struct secret key; /**< UNLOCK_FILE */
	/* UNLOCK_PASSPHRASE */
	struct password_cost cost;
	uint8_t stretch_salt[STRETCH_SALT_LEN];
	/* UNLOCK_TOKEN */
	uint8_t credential[BOX_CREDENTIAL_MOST];
	size_t credential_len;
	uint8_t token_salt[BOX_SALT_LEN];
	bool pin; /**< the token asks for its PIN */
	/* both */
	uint8_t nonce[AEAD_NONCE_MAX];
	uint8_t sealed[BOX_KEY_LEN + AEAD_TAG_LEN];
};

/** Wipe. */
void box_done(struct box *box);

/** Errors: ERR_CORRUPT (damaged, or no such file), ERR_NEWER (a form or method of a later
 *  version). */
enum err box_decode(struct bytes file, struct box *ret_box) MUST_CHECK;
void box_encode(const struct box *box, struct buf *out);

/** Wrap @key by @wrap (both BOX_KEY_LEN); method and its parameters are set already. */
void box_seal(struct box *box, const struct secret *wrap, const struct secret *key,
	      const struct random *random);
/** Errors: ERR_WRONG_KEY. */
enum err box_open(const struct box *box, const struct secret *wrap,
		  struct secret *ret_key) MUST_CHECK;

/** The file `key` in the folder @dir. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN (others may read
 *  it), ERR_IO, those of box_decode(). */
enum err box_load(const char *dir, struct box *ret_box) MUST_CHECK;
/** Put it there, all or nothing, whatever happens meanwhile. Errors: ERR_IO, ERR_STORE. */
enum err box_save(const char *dir, const struct box *box) MUST_CHECK;

#endif
