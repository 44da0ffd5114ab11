/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ear: one thing that happened, one connection, and the decision whether and how it is
 * told. While a replay of a room is read for a connection, live events of that room are
 * withheld and their seq remembered; the replay then goes on until it has them, so the
 * order on a connection is the order of the log. A reading thread may be back with what the
 * writer has committed before the writer is: that is not told again.
 */
#include "server/on/hear.h"

#include "server/on/session.h"

void heard_publish(struct server *server, const struct id *topic, struct heard *heard)
{
	heard->news.topic = *topic;
	server->bus->publish(server->bus, &heard->news);
}

bool heard_wanted(const struct server *server, const struct id *topic)
{
	return server->bus->count(server->bus, topic) > 0;
}

/* A room was joined or left: it moves what this connection hears, before anything else of
 * the same change is told. */
static void follow(struct session *session, const struct heard *heard)
{
	if (session->conn->single) {
		if (heard->change == USER_EVENT_LEFT &&
		    id_equal(&heard->room, &session->conn->room)) {
			conn_close(session->conn, CLOSE_REVOKED, "not a member any more");
		}
		return;
	}
	if (heard->change == USER_EVENT_ROOM) {
		session_listen(session, &heard->room);
	} else if (heard->change == USER_EVENT_LEFT) {
		session_unlisten(session, &heard->room);
	}
}

static void hear_user(struct session *session, const struct heard *heard)
{
	follow(session, heard);
	/* Also what the connection itself caused, its own read marker: the log is counted
	 * (useq), and a number that is left out would be a hole to it. */
	if (!session->conn->single) {
		session_hear(session, heard->packet);
	}
}

static void hear_event(struct session *session, struct bus_seat *seat,
		       const struct heard *heard)
{
	if (seat->held) {
		seat->upto = heard->seq;
		return;
	}
	if (heard->seq <= seat->upto) {
		return; /* a replay read it before its writer's answer came to be told */
	}
	if (session->conn->ref.slot == heard->except.slot &&
	    session->conn->ref.generation == heard->except.generation &&
	    !session->conn->single) {
		return; /* its ack says it */
	}
	session_hear(session, heard->packet);
}

void hear_news(struct bus_ear *ear, struct bus_seat *seat, const struct bus_news *news)
{
	struct session *session = CONTAINER_OF(ear, struct session, ear);
	const struct heard *heard = (const struct heard *)news; /* its first member */
	bool own = id_equal(&heard->user, &session->actor.user);
	bool focus = id_equal(&session->focus, bus_seat_topic(seat));

	if (session->conn->state == CONN_CLOSED) {
		return;
	}
	switch (heard->kind) {
	case HEARD_USER: hear_user(session, heard); return;
	case HEARD_EVENT:
		if (!session->conn->single) {
			hear_event(session, seat, heard);
			return;
		}
		break;
	case HEARD_TYPING:
		if (own || !(focus || session->conn->single)) {
			return;
		}
		break;
	case HEARD_RECEIPT:
	case HEARD_DELIVERED:
		if (own || !(focus || seat->spoke)) {
			return;
		}
		break;
	case HEARD_PRESENCE: break;
	case HEARD_NOTIFY:
		if (own) {
			return;
		}
		break;
	}
	if (!session->conn->single) {
		session_hear(session, heard->packet);
	} else if (heard->single) {
		session_hear(session, heard->single);
	}
}
