/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * News after a commit, on their way to whoever listens: serialised once each, user events
 * first, since they move who hears the rest.
 */
#include "server/core/show.h"
#include "server/feeder.h"
#include "server/on/hear.h"
#include "server/on/receipts.h"
#include "server/on/session.h"
#include "server/on/single.h"

static void publish_user_event(struct server *server, const struct user_event_row *row,
			       const struct conn_ref *except)
{
	struct heard heard = {.kind = HEARD_USER, .room = row->room, .change = row->kind};
	struct body_user_event body;
	struct buf text = BUF_INIT;

	if (!heard_wanted(server, &row->user)) {
		return;
	}
	heard.except = except ? *except : (struct conn_ref){0};
	show_user_event(row, &body);
	frame_write_user_event(&text, &body);
	heard.packet = packet_new(PACKET_SURE, buf_view(&text));
	heard_publish(server, &row->user, &heard);
	packet_unref(&heard.packet);
	buf_done(&text);
}

static void publish_event(struct server *server, const struct event_row *row,
			  const struct conn_ref *except)
{
	struct heard heard = {.kind = HEARD_EVENT, .room = row->room, .seq = row->seq};
	struct body_event body;
	struct buf text = BUF_INIT;

	if (!heard_wanted(server, &row->room)) {
		return;
	}
	heard.except = except ? *except : (struct conn_ref){0};
	show_event(row, &body);
	frame_write_event(&text, &body);
	heard.packet = packet_event(&row->room, row->seq, buf_view(&text));
	heard.single = single_event(server, row);
	heard_publish(server, &row->room, &heard);
	packet_unref(&heard.packet);
	packet_unref(&heard.single);
	buf_done(&text);
}

/* Nobody joined it, so no log says it: whoever is connected hears the room from here on and
 * asks what it is when its first event comes. */
static void open_to(struct conn *conn, void *ctx)
{
	struct session *session = conn->session;

	/* one that is still to join will be given the room in its list */
	if (session && !conn->single && session->ear.count > 0) {
		session_listen(session, ctx);
	}
}

void server_publish(struct server *server, const struct news *news,
		    const struct conn_ref *except)
{
	for (size_t i = 0; i < news->users.count; i++) {
		publish_user_event(server, &news->users.rows[i], except);
	}
	if (!id_is_zero(&news->broadcast)) {
		struct id room = news->broadcast;

		conns_each(server->conns, open_to, &room);
	}
	for (size_t i = 0; i < news->events.count; i++) {
		publish_event(server, &news->events.rows[i], except);
	}
	if (news->events.count > 0) {
		feeder_look(server->feeder);
	}
	for (size_t i = 0; i < news->receipt_count; i++) {
		receipts_add(server->receipts, &news->receipts[i]);
	}
}
