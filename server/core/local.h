/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Log-in by the peer credentials of a Unix socket: the kernel has said who it is, what is
 *  left is which account that is. Thread: the store's (the writer). */
#ifndef CHAT_CORE_LOCAL_H
#define CHAT_CORE_LOCAL_H

#include "common/crypto/random.h"
#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store.h"

/** Who gets an account at the first use of the socket. */
enum local_signup {
	LOCAL_SELF, /**< the user who runs the server */
	LOCAL_ALL,  /**< whoever may open the socket */
	LOCAL_NONE, /**< nobody: an administrator makes accounts */
};

struct local_ask {
	uint32_t uid;
	/** Writes the uid's name on this system to @dst. False: it has none. May block; it
	 *  is asked only when an account is to be made. */
	bool (*name_of)(uint32_t uid, char *dst, size_t size);
	uint32_t own_uid; /**< the server's */
	enum local_signup signup;
	struct id device;    /**< as the client says; zero: it does not know one yet */
	struct bytes client; /**< its program and version */
	const struct random *random;
};

/** The account of @ask->uid, a device and a session of it. The first use makes the account,
 *  where that is allowed; the very first account of the server, made by the user who runs
 *  it, gets its rights. An account of that name that logs in by password is not taken over.
 *  Errors: ERR_FORBIDDEN (no account and none made), ERR_EXISTS (the name is somebody
 *  else's), ERR_NO_USER (suspended or deleted). */
enum err local_login(struct store *store, const struct local_ask *ask,
		     struct actor *ret_actor, struct news *news) MUST_CHECK;

/** A token's owner comes with it: is the session still good?
 *  Errors: ERR_BAD_TOKEN, ERR_EXPIRED. */
enum err local_resume(struct store *store, struct actor *actor) MUST_CHECK;

#endif
