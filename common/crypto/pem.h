/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Certificates in PEM files, looked at before they are used. Thread: any. */
#ifndef CHAT_CRYPTO_PEM_H
#define CHAT_CRYPTO_PEM_H

#include "common/base/err.h"
#include "common/base/str.h"

/** What can be said of a certificate without having it vouched for. */
struct pem_info {
	char serial[64];    /**< hexadecimal digits */
	char not_after[64]; /**< "Nov 20 14:03:00 2027 GMT" */
	bool over;          /**< that time has passed */
};

/** Do the first certificate in @cert and the key in @key belong together, and can all of
 *  the chain be read? Errors: ERR_IO (cannot be read), ERR_BAD (is none), ERR_WRONG_KEY;
 *  @why gets a sentence. */
enum err pem_pair(const char *cert, const char *key, struct pem_info *ret_info,
		  struct str *why) MUST_CHECK;
/** Let the server of OpenSSL's context @ssl_ctx (an SSL_CTX) show these in handshakes from
 *  here on. Certificate, chain and key change together or not at all. Errors: those of
 *  pem_pair(), ERR_BAD also when OpenSSL refuses them. Thread: the context's. */
enum err pem_install(void *ssl_ctx, const char *cert, const char *key,
		     struct str *why) MUST_CHECK;

#endif
