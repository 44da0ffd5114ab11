/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An agent may be forwarded from, or run by, another machine: its answers are as hostile as
 * anything. A key of a type that we do not take is counted and passed over; a key that is
 * damaged is passed over.
 */
#include "client/auth/agent_wire.h"

#include <string.h>

#include "common/crypto/sshwire.h"

enum { FAILURE = 5, ASK_KEYS = 11, KEYS = 12, ASK_SIGNATURE = 13, SIGNATURE = 14 };

#define KEYS_SAID    2048 /* as many as OpenSSH's agent would say */
#define COMMENT_MOST 4096

void agent_keys_done(struct agent_keys *keys)
{
	buf_done(&keys->raw);
	*keys = (struct agent_keys){.count = 0};
}

void agent_ask_keys(struct buf *out)
{
	buf_add_u32(out, 1);
	buf_add_u8(out, ASK_KEYS);
}

void agent_ask_signature(struct bytes blob, struct bytes data, struct buf *out)
{
	buf_add_u32(out, (uint32_t)(1 + 4 + blob.len + 4 + data.len + 4));
	buf_add_u8(out, ASK_SIGNATURE);
	sshwire_put(out, blob);
	sshwire_put(out, data);
	buf_add_u32(out, 0);
}

enum err agent_whole(struct bytes raw, struct bytes *ret_reply)
{
	struct rd rd = rd_init(raw);
	uint32_t len = rd_u32(&rd);

	if (rd.err != ERR_OK)
		return ERR_TRUNCATED;
	if (len > AGENT_REPLY_MOST)
		return ERR_TOO_BIG;
	if (len == 0)
		return ERR_BAD;
	if (rd_left(&rd) < len)
		return ERR_TRUNCATED;
	*ret_reply = rd_bytes(&rd, len);
	return ERR_OK;
}

static enum err expect(struct rd *rd, int type)
{
	int got = rd_u8(rd);

	if (rd->err == ERR_OK && got == FAILURE)
		return ERR_FORBIDDEN;
	return rd->err == ERR_OK && got == type ? ERR_OK : ERR_BAD;
}

static void take(struct agent_keys *keys, struct bytes blob, struct bytes comment)
{
	struct sshkey key;
	enum err err = sshkey_parse(blob, &key);

	keys->others += err != ERR_OK;
	if (err == ERR_OK && keys->count < AGENT_KEYS_MOST)
		keys->rows[keys->count++] = (struct agent_key){key, comment};
}

enum err agent_read_keys(struct bytes reply, struct agent_keys *ret_keys)
{
	struct agent_keys keys = {.count = 0};
	struct rd check = rd_init(reply);
	enum err err = expect(&check, KEYS);

	if (err != ERR_OK)
		return err;
	buf_add_bytes(&keys.raw, reply);
	struct rd rd = rd_init(buf_view(&keys.raw));
	(void)rd_u8(&rd);
	uint32_t count = rd_u32(&rd);
	if (count > KEYS_SAID)
		rd_fail(&rd, ERR_TOO_BIG);
	for (uint32_t i = 0; i < count && rd.err == ERR_OK; i++) {
		struct bytes blob = sshwire_get(&rd, AGENT_REPLY_MOST);
		struct bytes comment = sshwire_get(&rd, COMMENT_MOST);
		if (rd.err == ERR_OK)
			take(&keys, blob, comment);
	}
	if (rd_done(&rd) != ERR_OK) {
		agent_keys_done(&keys);
		return ERR_BAD;
	}
	*ret_keys = keys;
	return ERR_OK;
}

enum err agent_read_signature(struct bytes reply, struct bytes *ret_blob)
{
	struct rd rd = rd_init(reply);
	enum err err = expect(&rd, SIGNATURE);

	if (err != ERR_OK)
		return err;
	struct bytes blob = sshwire_get(&rd, SSHKEY_BLOB_MOST);
	if (rd_done(&rd) != ERR_OK)
		return ERR_BAD;
	*ret_blob = blob;
	return ERR_OK;
}
