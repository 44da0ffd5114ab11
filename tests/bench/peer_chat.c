/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server: WebSocket and JSON. A sender gets an acknowledgement, which counts as its
 * delivery; what it acknowledges is on disk. The ids of messages are made of sender and
 * number, so that the load knows which acknowledgement has to come next. Every event must
 * also have the seq that follows the one before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/bench/peer_rows.h"
#include "tests/bench/stock.h"
#include "tests/bench/websocket.h"

static bool chat_here(const struct place *place, struct str *why)
{
	if (place->server)
		return true;
	str_add(why, "chat-server was not built");
	return false;
}

static void chat_version(const struct place *place, char ret_line[100])
{
	daemon_version((const char *[]){place->server, "--version", NULL}, ret_line);
}

void chat_run(struct daemon *daemon, const struct place *place)
{
	AUTO(str_done) struct str path = STR_INIT;
	char port[8];

	daemon_path(daemon, "chat.sock", &path);
	snprintf(port, sizeof(port), "%u", daemon->port);
	daemon_start(daemon, (const char *[]){place->server, "--data-dir", daemon->folder,
					      "--socket", path.ptr, "--port", port,
					      "--send-rate", "0", "--max-connections",
					      "12000", "--log-level", "error", NULL});
}

static void chat_start(struct daemon *daemon, const struct place *place,
		       const struct scene *scene, void **ret_party)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str copy = STR_INIT;

	*ret_party = stock_new(daemon->folder, place->stocked, scene);
	daemon_path(daemon, "chat.db", &path);
	daemon_path(daemon, PEER_COPY, &copy);
	if (scene->kind == SCENE_STORE)
		stock_copy(path.ptr, copy.ptr);
	chat_run(daemon, place);
}

static void chat_end(void *party)
{
	struct stock *stock = party;

	stock_free(&stock);
}

static const struct stock_person *person_of(const struct line *line)
{
	const struct stock *stock = line->load->party;

	return &stock->people[line->who];
}

static void chat_greet(struct line *line)
{
	websocket_ask(line, "/v1/ws", "Sec-WebSocket-Protocol: chat.v1\r\n");
}

static void say_hello(struct line *line)
{
	char json[2048];
	int len = snprintf(json, sizeof(json),
			   "{\"type\":\"hello\",\"v\":1,\"batch\":true,\"token\":\"%s\"}",
			   person_of(line)->token);

	websocket_say(line, json, (size_t)len);
}

/* Of the time when it is said, as those of real clients are. */
static struct id cid_of(const struct line *line, uint32_t number, uint64_t said_ms)
{
	uint8_t random[10] = {0};

	memcpy(random + 3, &line->who, 3); /* behind the bits of version and variant */
	memcpy(random + 6, &number, 4);
	return id_v7(said_ms, random);
}

static bool begins(const char *data, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && memcmp(data, with, with_len) == 0;
}

#define BEGINS(data, len, literal) begins(data, len, literal, sizeof(literal) - 1)

/* The seq of an event or ack must follow the one before. */
static void check_seq(struct line *line, const char *data, size_t len)
{
	static const char word[] = "\"seq\":";
	const char *at = memmem(data, len, word, sizeof(word) - 1);
	uint32_t seq = 0;

	for (at = at ? at + sizeof(word) - 1 : data; *at >= '0' && *at <= '9'; at++)
		seq = seq * 10 + (uint32_t)(*at - '0');
	if (line->packet && seq != line->packet + 1)
		line_fault(line, "seq %u after %u", seq, line->packet);
	line->packet = seq;
}

static void take_ack(struct line *line, const char *data, size_t len)
{
	static const char word[] = "\"cid\":\"";
	const char *at = memmem(data, len, word, sizeof(word) - 1);
	struct id cid = {0};

	bool good = at && (size_t)(data + len - at) >= sizeof(word) - 1 + ID_TEXT_LEN &&
		    id_parse(at + sizeof(word) - 1, ID_TEXT_LEN, &cid) == ERR_OK;
	struct id wanted = cid_of(line, line->done, id_v7_ms(&cid));
	if (!good || !id_equal(&cid, &wanted))
		line_fault(line, "not the acknowledgement of number %u: %.*s", line->done,
			   (int)len, data);
	check_seq(line, data, len);
	line_acked(line);
}

static void take_event(struct line *line, const char *data, size_t len)
{
	const char *text = mark_find(data, len);

	check_seq(line, data, len);
	if (text)
		line_heard(line, text);
}

static void take_frame(struct line *line, const char *data, size_t len)
{
	if (line->load->on_frame && line->state == LINE_JOINED)
		line->load->on_frame(line, data, len);
	else if (BEGINS(data, len, "{\"type\":\"event\""))
		take_event(line, data, len);
	else if (BEGINS(data, len, "{\"type\":\"ack\""))
		take_ack(line, data, len);
	else if (BEGINS(data, len, "{\"type\":\"digest\"") && line->state == LINE_LOGIN)
		line_joined(line);
	else if (BEGINS(data, len, "{\"type\":\"nack\"") ||
		 BEGINS(data, len, "{\"type\":\"error\"") ||
		 BEGINS(data, len, "{\"type\":\"lag\"") ||
		 BEGINS(data, len, "{\"type\":\"goaway\""))
		line_fault(line, "%.*s", (int)(len < 300 ? len : 300), data);
}

/* Frames of one WebSocket message are separated by newlines. */
static void take_message(struct line *line, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		take_frame(line, text, (size_t)(eol - text));
		text = eol + 1;
	}
}

static size_t chat_hear(struct line *line, const char *data, size_t len)
{
	return websocket_talk(line, data, len, say_hello, take_message);
}

static void chat_say(struct line *line, const struct mark *mark, const char *text)
{
	const struct stock *stock = line->load->party;
	struct id id = cid_of(line, mark->number, clock_now_ms(&stock->clock));
	struct id_text cid = id_text(&id), room = id_text(&person_of(line)->room);
	char json[512];
	int len = snprintf(json, sizeof(json),
			   "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\","
			   "\"text\":\"%.*s\"}",
			   cid.text, room.text, MARK_TEXT, text);
	websocket_say(line, json, (size_t)len);
}

const struct peer peer_chat = {
	.name = "chat",
	.title = "chat-server",
	.promise = "on disk with fsync",
	.one_order = true,
	.acks = true,
	.ours = true,
	.here = chat_here,
	.version = chat_version,
	.start = chat_start,
	.end = chat_end,
	.greet = chat_greet,
	.hear = chat_hear,
	.say = chat_say,
};
