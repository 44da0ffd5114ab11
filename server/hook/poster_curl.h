/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The poster over libcurl, with a thread of its own in which all requests go on at once.
 *  Thread: as poster.h. */
#ifndef CHAT_SERVER_HOOK_POSTER_CURL_H
#define CHAT_SERVER_HOOK_POSTER_CURL_H

#include "server/hook/poster.h"
#include "server/hook/target.h"

struct poster_config {
	struct target_allow allow; /**< what it points at must outlive the poster */
	const char *ca;            /**< a file of certificates; NULL: the system's */
	struct mailbox *back;      /**< where answers go */
};

/** Errors: ERR_STATE (built without libcurl), ERR_INTERNAL. */
enum err poster_curl_new(const struct poster_config *config,
			 struct poster **ret_poster) MUST_CHECK;

#endif
