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

#endif
