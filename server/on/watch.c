/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch: who is there, for those who are looked at. Somebody is online while a connection
 * listens to the user's own topic; coming and going is published under a topic beside it,
 * to which watchers listen.
 */
#include "common/base/mem.h"
#include "server/on/hear.h"
#include "server/on/session.h"

/* The topic of a user's presence; user ids are random, so it meets no other. */
static struct id presence_topic(const struct id *user)
{
	struct id topic = *user;

	for (size_t i = 0; i < ID_LEN; i++) {
		topic.bytes[i] ^= 0xff;
	}
	return topic;
}

static struct packet *packet_of(const struct server *server, const struct id *user,
				bool on)
{
	struct body_presence body = {.user = *user,
				     .state = on ? PRESENCE_ONLINE : PRESENCE_OFFLINE,
				     .at = clock_now_ms(&server->clock)};
	struct buf text = BUF_INIT;

	frame_write_presence(&text, &body);
	struct packet *packet = packet_new(PACKET_SOFT, buf_view(&text));

	buf_done(&text);
	return packet;
}

static void publish(struct session *session, bool on)
{
	struct id topic = presence_topic(&session->actor.user);
	struct heard heard = {.kind = HEARD_PRESENCE};

	if (!heard_wanted(session->server, &topic)) {
		return;
	}
	heard.packet = packet_of(session->server, &session->actor.user, on);
	heard_publish(session->server, &topic, &heard);
	packet_unref(&heard.packet);
}

static bool is_last(const struct session *session)
{
	struct bus *bus = session->server->bus;

	return !id_is_zero(&session->actor.user) &&
	       session_seat(session, &session->actor.user) &&
	       bus->count(bus, &session->actor.user) == 1;
}

void presence_came(struct session *session)
{
	if (is_last(session)) {
		publish(session, true);
	}
}

void presence_left(struct session *session)
{
	if (is_last(session)) {
		publish(session, false);
	}
	mem_free(session->watched);
	session->watched = NULL;
}

static void stop_watching(struct session *session)
{
	for (size_t i = 0; i < session->watched_count; i++) {
		struct id topic = presence_topic(&session->watched[i]);

		session_unlisten(session, &topic);
	}
	mem_free(session->watched);
	session->watched = NULL;
	session->watched_count = 0;
}

enum err on_watch(struct session *session, struct frame *frame)
{
	struct body_watch body;
	struct bus *bus = session->server->bus;
	enum err err = frame_read_watch(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	stop_watching(session);
	session->watched = mem_dup(body.users, body.users_count * sizeof(*body.users));
	session->watched_count = body.users_count;
	for (size_t i = 0; i < body.users_count; i++) {
		struct id topic = presence_topic(&body.users[i]);
		struct packet *packet = packet_of(session->server, &body.users[i],
						  bus->count(bus, &body.users[i]) > 0);

		session_listen(session, &topic);
		session_hear(session, packet);
		packet_unref(&packet);
	}
	return ERR_OK;
}
