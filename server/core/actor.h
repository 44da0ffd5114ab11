/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who asks: taken from the session that was proved, never from a payload.
 *  Thread: any. */
#ifndef CHAT_CORE_ACTOR_H
#define CHAT_CORE_ACTOR_H

#include <stdint.h>

#include "common/base/id.h"

/** What a token is good for; a mask. A log-in by a person gives all of them. */
enum scope {
	SCOPE_READ = 1,    /**< rooms, history, members, positions */
	SCOPE_WRITE = 2,   /**< send, edit, react, typing, read */
	SCOPE_ROOMS = 4,   /**< make, join, leave and change rooms */
	SCOPE_ACCOUNT = 8, /**< profile, password, sessions, devices */
	SCOPE_ADMIN = 16,  /**< what the account's server rights allow */
	SCOPE_ALL = 31,
};

/** Whether somebody acts for the administration of the server: then verbs that are marked so
 *  in right.def take no role in the room. Set by the router, for its routes only. */
enum steward {
	STEWARD_NOT,
	STEWARD_ADMIN,    /**< an account with the server right `admin` */
	STEWARD_OPERATOR, /**< whoever runs the server, on its Unix socket */
};

struct actor {
	struct id user;
	struct id device;  /**< zero: none (bots, plain REST) */
	struct id session; /**< zero: the server itself, or its administrator */
	unsigned scope;    /**< of enum scope */
	enum steward steward;
};

#endif
