/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key file of a store, and what an ssh-agent answers. The first byte chooses. */
/* Covers: client/unlock/box.c client/auth/agent_wire.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "client/auth/agent_wire.h"
#include "client/unlock/box.h"
#include "common/crypto/hash.h"

#define CHECK_LEN 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_open(const struct box *box)
{
	struct secret wrap = SECRET_INIT, key = SECRET_INIT;

	memset(secret_room(&wrap, BOX_KEY_LEN), 1, BOX_KEY_LEN);
	if (box->method != UNLOCK_FILE)
		assert(box_open(box, &wrap, &key) == ERR_WRONG_KEY);
	assert(secret_is_empty(&key));
	secret_done(&wrap);
}

static void try_box(struct bytes file)
{
	AUTO(buf_wipe) struct buf again = BUF_INIT;
	struct box box, other;

	if (box_decode(file, &box) != ERR_OK)
		return;
	assert(box.method != UNLOCK_PASSPHRASE || stretch_may(box.cost));
	assert(box.credential_len <= BOX_CREDENTIAL_MOST);
	try_open(&box);
	/* What was read is written in one form, and read again. */
	box_encode(&box, &again);
	assert(again.len <= BOX_FILE_MOST);
	assert(box_decode(buf_view(&again), &other) == ERR_OK);
	assert(other.method == box.method && other.presence == box.presence);
	assert(memcmp(other.sealed, box.sealed, sizeof(box.sealed)) == 0);
	box_done(&box);
	box_done(&other);
}

/* With a check that is right, which nobody finds by chance. */
static void try_body(struct bytes body)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	uint8_t hash[SHA256_LEN];

	buf_add(&file, "chatkey\1", 8);
	buf_add_bytes(&file, body);
	sha256(buf_view(&file), hash);
	buf_add(&file, hash, CHECK_LEN);
	try_box(buf_view(&file));
}

static void try_agent(struct bytes raw)
{
	struct agent_keys keys = {.count = 0};
	struct bytes reply, blob;

	if (agent_whole(raw, &reply) != ERR_OK)
		return;
	assert(reply.len > 0 && reply.len <= AGENT_REPLY_MOST);
	if (agent_read_keys(reply, &keys) == ERR_OK)
		assert(keys.count <= AGENT_KEYS_MOST);
	for (size_t i = 0; i < keys.count; i++)
		assert(keys.rows[i].key.point.len == SIGN_PUBLIC_LEN);
	agent_keys_done(&keys);
	if (agent_read_signature(reply, &blob) == ERR_OK)
		assert(blob.len <= SSHKEY_BLOB_MOST);
}

static void try_questions(struct bytes bytes)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct bytes whole;

	agent_ask_keys(&frame);
	assert(agent_whole(buf_view(&frame), &whole) == ERR_OK && whole.len == 1);
	buf_clear(&frame);
	agent_ask_signature(bytes, bytes, &frame);
	assert(agent_whole(buf_view(&frame), &whole) == ERR_OK);
	assert(whole.len + 4 == frame.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	assert(crypto_init() == ERR_OK);
	if (size == 0 || size > AGENT_REPLY_MOST / 4)
		return 0;
	struct bytes rest = bytes_of(data + 1, size - 1);
	switch (data[0] % 4) {
	case 0: try_box(rest); break;
	case 1: try_body(rest); break;
	case 2: try_agent(rest); break;
	default: try_questions(rest);
	}
	return 0;
}
