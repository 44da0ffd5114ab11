/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The audit log: every event that touches security, in the order of the commits. Rows are
 *  only ever added; each carries a keyed hash over itself and the hash before, so that who
 *  can write to the database but does not have the server's secrets cannot change, drop or
 *  put in a row unseen. The newest hash also stands in `meta`, so a cut end shows.
 *
 *  Call audit_add() in the transaction of the change it tells of: either both happened or
 *  neither. Never put into `detail` what somebody typed in a field for a name or a secret.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_AUDIT_H
#define CHAT_CORE_AUDIT_H

#include "common/proto/audit.h"
#include "server/core/actor.h"
#include "server/store/store_audit.h"

/** Who did it. The numbers are stored. */
enum audit_by {
	AUDIT_BY_NOBODY = 1, /**< not logged in, or not who he said */
	AUDIT_BY_USER,       /**< `actor` */
	AUDIT_BY_OPERATOR,   /**< whoever runs the server, on its Unix socket */
	AUDIT_BY_SERVER,     /**< by itself, such as a sweep */
};

/** An entry to be added. Zero and {NULL, 0} mean none. */
struct audit {
	enum audit_verb verb;
	enum audit_by by;
	struct id actor;     /**< whose session it was, with AUDIT_BY_USER */
	struct id object;    /**< the account that it is about: its owner may read it */
	struct bytes detail; /**< what else: "key=value" words, English, ≤ LIMIT_DETAIL */
	struct bytes address; /**< where the request came from */
};

/** Add one entry. Errors: see store.h. */
enum err audit_add(struct store *store, const struct audit *entry) MUST_CHECK;

/** The usual cases. The account does something to itself. */
enum err audit_self(struct store *store, enum audit_verb verb, const struct id *user,
		    struct bytes detail, struct bytes address) MUST_CHECK;
/** Somebody who is not logged in does something about @user (zero: about nobody known). */
enum err audit_nobody(struct store *store, enum audit_verb verb, const struct id *user,
		      struct bytes detail, struct bytes address) MUST_CHECK;
/** Whoever runs the server does something about @user. */
enum err audit_operator(struct store *store, enum audit_verb verb, const struct id *user,
			struct bytes detail) MUST_CHECK;

/** @actor, who administers the server, does something about @user (zero: about none). */
enum err audit_steward(struct store *store, const struct actor *actor,
		       enum audit_verb verb, const struct id *user,
		       struct bytes detail) MUST_CHECK;

/** How far a check of the chain has come. All zero: at the beginning. */
struct audit_check {
	uint64_t checked; /**< rows so far */
	int64_t last;     /**< number of the newest row that is sound, 0: none */
	uint8_t hash[AUDIT_HASH_LEN]; /**< its hash */
	int64_t broken;               /**< the first row that is not, 0: none so far */
	bool complete; /**< up to the end, and the end is where it should be */
};

/** Check at most @limit rows more. A row that is missing or was put in breaks the chain at
 *  the first number that does not fit; a cut end at the first number that is gone.
 *  Thread: reader. */
enum err audit_check(struct store *store, size_t limit,
		     struct audit_check *check) MUST_CHECK;

#endif
