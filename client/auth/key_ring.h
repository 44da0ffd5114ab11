/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The SSH keys of the account that is signed in: listed, added, removed. Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_KEY_RING_H
#define CHAT_CLIENT_AUTH_KEY_RING_H

#include "client/app.h"
#include "client/auth/agent_wire.h"
#include "common/proto/body.h"

/** What became of it. @why: one translated line that says more than @err, or NULL. @keys:
 *  the list, for key_ring_list(); else NULL. Valid during the call. */
typedef void key_ring_fn(struct app *app, enum err err, const char *why,
			 const struct body_ssh_keys *keys, void *ctx);

void key_ring_list(struct app *app, key_ring_fn *fn, void *ctx);

/** A key to be added, taken apart: the line of a .pub file. */
struct key_choice {
	struct str line;
};

#define KEY_CHOICE_INIT ((struct key_choice){.line = STR_INIT})

void key_choice_done(struct key_choice *choice);
/** @text is the line itself or the name of a .pub file. Errors: those of file_read() and
 *  sshkey_parse_line(); @why is one translated line. */
enum err key_choice_read(const char *text, struct key_choice *ret,
			 struct str *why) MUST_CHECK;
/** A key that the agent has. */
void key_choice_agent(const struct agent_key *key, struct key_choice *ret);

/** @password may be "" where the account has none. */
void key_ring_add(struct app *app, const struct key_choice *choice, const char *password,
		  bool verify, key_ring_fn *fn, void *ctx);
/** @which: a fingerprint or the beginning of one, or a name; exactly one must have it.
 *  Errors: ERR_NOT_FOUND, ERR_AMBIGUOUS. */
void key_ring_remove(struct app *app, const char *which, key_ring_fn *fn, void *ctx);

/** One line for people: fingerprint, name, last use. Neutralised. */
void key_ring_line(const struct body_ssh_key *key, struct str *out);

#endif
