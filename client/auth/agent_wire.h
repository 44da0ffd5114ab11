/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What goes over the socket of an ssh-agent (draft-miller-ssh-agent): two questions and
 *  their answers, whole frames with their length. Thread: any. */
#ifndef CHAT_CLIENT_AUTH_AGENT_WIRE_H
#define CHAT_CLIENT_AUTH_AGENT_WIRE_H

#include "common/crypto/sshkey.h"

#define AGENT_REPLY_MOST 262144 /**< OpenSSH's own bound */
#define AGENT_KEYS_MOST  64     /**< keys of ours that are looked at */

/** A key that could log in. */
struct agent_key {
	struct sshkey key;
	struct bytes comment; /**< as the agent has it: hostile text */
};

/** What an agent holds. Owns what its rows borrow from; ended with agent_keys_done(). */
struct agent_keys {
	struct buf raw;
	struct agent_key rows[AGENT_KEYS_MOST];
	size_t count;
	size_t others; /**< of types that are not taken */
};

void agent_keys_done(struct agent_keys *keys);

void agent_ask_keys(struct buf *out);
/** To sign @data with the key @blob. */
void agent_ask_signature(struct bytes blob, struct bytes data, struct buf *out);

/** Whether @raw begins with a whole answer; *ret_reply is it, without its length.
 *  Errors: ERR_TRUNCATED (wait for more), ERR_BAD, ERR_TOO_BIG. */
enum err agent_whole(struct bytes raw, struct bytes *ret_reply) MUST_CHECK;
/** Errors: ERR_FORBIDDEN (the agent refuses), ERR_BAD. @ret_keys is set on success. */
enum err agent_read_keys(struct bytes reply, struct agent_keys *ret_keys) MUST_CHECK;
/** The signature blob, borrowed from @reply. Errors: ERR_FORBIDDEN, ERR_BAD. */
enum err agent_read_signature(struct bytes reply, struct bytes *ret_blob) MUST_CHECK;

#endif
