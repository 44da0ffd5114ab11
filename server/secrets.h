/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files in secrets/: what must not lie in the database. Made at the first start, each
 *  0600 in a folder 0700, one value as hexadecimal digits per file:
 *
 *	server.key    the master of core/keys.h
 *	pepper-N.key  pepper number N; the highest N is for new hashes
 *	seal-N.key    seals what must be read again; the highest N seals, the lower ones and
 *	              server.key open what they have sealed. None is made at the first start
 *	token-N.key   seed of a signing key; the highest N signs, the lower ones are
 *	              removed when no token of theirs can be alive
 *
 *  A key is changed by adding a file with the next number. Thread: before the threads,
 *  where not said otherwise. */
#ifndef CHAT_SERVER_SECRETS_H
#define CHAT_SERVER_SECRETS_H

#include "common/base/str.h"
#include "server/core/keys.h"

/** Load them from @folder, make what is missing of the first ones. @issuer is the `iss` of
 *  tokens. @why gets a sentence on failure.
 *  Errors: those of file_read_secret() and file_replace(); ERR_CORRUPT for a file that is
 *  not what it should be. */
enum err secrets_load(const char *folder, const char *issuer, const struct random *random,
		      struct keys *ret_keys, struct str *why) MUST_CHECK;

/** Make the next signing key and let it sign; the others go on verifying what they signed.
 *  Errors: those of file_replace(), ERR_BUSY when too many of those are left.
 *  Thread: the writer. */
enum err secrets_rotate_token(const char *folder, struct keys *keys,
			      uint64_t now_ms) MUST_CHECK;
/** Forget signing keys that have ended, and their files. Thread: any. */
void secrets_prune(const char *folder, struct keys *keys, uint64_t now_ms);

/** Make the next sealing key and let it seal; the others go on opening what they sealed.
 *  Errors: those of file_replace(), ERR_TOO_BIG when there are as many as can be loaded.
 *  Thread: the writer. */
enum err secrets_rotate_seal(const char *folder, struct keys *keys) MUST_CHECK;

/** Make the next pepper; *ret_path is its file. It is used from the next secrets_load() on.
 *  Errors: ERR_TOO_BIG when there are as many as can be loaded; those of file_replace(). */
enum err secrets_add_pepper(const char *folder, const struct random *random,
			    struct str *ret_path, struct str *why) MUST_CHECK;

#endif
