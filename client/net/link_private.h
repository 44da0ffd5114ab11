/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The inside of the link, for its own files: link.c (the session), link_room.c (logs of
 *  rooms), link_post.c (own messages), link_ask.c (questions), link_talk.c (small talk).
 *  Thread: ui. */
#ifndef CHAT_CLIENT_NET_LINK_PRIVATE_H
#define CHAT_CLIENT_NET_LINK_PRIVATE_H

#include "client/net/link.h"
#include "common/base/map.h"
#include "common/base/str.h"
#include "common/proto/frame.h"

#define LINK_DIAL_MS    30000 /**< name, TCP, TLS and upgrade together */
#define LINK_WELCOME_MS 10000 /**< from hello to welcome */
#define LINK_RETRY_MS   500   /**< before the first new try; doubles */
#define LINK_RETRY_MOST 60000 /**< at most this long between tries */
#define LINK_SETTLED_MS 10000 /**< a session this old was a good one: count tries anew */
#define LINK_RECENT     100   /**< events fetched of a room that was never seen here */
#define LINK_ROOMS_MOST \
	20000               /**< rooms of one user; a server that names more is broken */
#define LINK_SYNCS     8    /**< rooms that catch up at a time */
#define LINK_FLIGHT    32   /**< messages sent and not acknowledged */
#define LINK_TYPING_MS 4000 /**< between two "typing": the server forgets after 6 s */
#define LINK_TYPED_MS  5000 /**< without a key press typing is over */

/** What a room is doing to catch up. */
enum sync_state {
	SYNC_DONE,   /**< last is all there is, as far as known */
	SYNC_WANT,   /**< waits for its turn */
	SYNC_SUB,    /**< sub was sent */
	SYNC_REPLAY, /**< subbed came: events up to `replay` follow */
	SYNC_PAGE,   /**< a fetch is under way */
};

struct link_room {
	struct id id;
	uint64_t epoch; /**< 0 = nothing is known */
	uint64_t last;  /**< handed up, without a hole */
	uint64_t head;  /**< known to exist */
	uint64_t replay;
	uint64_t until; /**< when SYNC_SUB or SYNC_REPLAY must be over */
	uint32_t told;  /**< number of the connection over which the digest named it */
	enum sync_state sync;
	uint64_t got_want, got_sent;
	uint64_t read_want, read_sent;
};

struct link_post {
	struct link_post *next;
	struct id cid, room;
	char *frame;
	size_t len;
	uint32_t sent;     /**< number of the connection it went over, 0 = none */
	uint32_t answered; /**< … over which it was acknowledged; its event will come */
	uint64_t sent_ms;
	uint64_t until; /**< the server wants it not before; 0 = now */
};

enum ask_kind { ASK_CALL, ASK_FETCH, ASK_SYNC };

struct link_ask {
	struct link_ask *next;
	uint64_t id;
	enum ask_kind kind;
	uint64_t until; /**< 0: it was asked while offline and fails at the next tick */
	struct id room; /**< of a page */
	link_result_fn *result;
	link_page_fn *page;
	void *ctx;
};

struct link {
	struct transport *transport;
	const struct clock *clock;
	struct link_ops ops;
	uint64_t random; /**< state of the generator for jitter */

	/* The session. */
	bool wanted;
	enum link_state state;
	enum err why;
	uint32_t number; /**< of the connection; 0 = none yet */
	unsigned tries;
	uint64_t until;     /**< of the state, or 0 */
	uint64_t online_ms; /**< since when */
	uint64_t
		asked_ms; /**< the server asked to come back after so long; 0 = did not */
	struct address address;
	struct id device;
	struct str token;
	struct buf out; /**< where frames are written before they go */

	/* Logs. */
	uint64_t uepoch, useq;
	struct map rooms; /**< struct link_room, owned */
	uint64_t seed;
	unsigned syncing;   /**< rooms in SYNC_SUB, SYNC_REPLAY or SYNC_PAGE */
	unsigned wanting;   /**< rooms in SYNC_WANT */
	uint64_t sub_pause; /**< a busy server asked for no sub before; 0 = did not */
	bool digested;      /**< the last page of the digest has come */
	bool first_page;    /**< the first one has not */

	/* Own messages. */
	struct link_post *posts, **posts_tail;
	size_t post_count;
	uint64_t
		post_pause; /**< a busy server asked to send nothing before; 0 = did not */

	/* Questions. */
	struct link_ask *asks;
	uint64_t ask_id;

	/* Small talk. */
	bool got_dirty, read_dirty;
	uint64_t got_ms, read_ms; /**< when the last one went */
	struct id typing_room;
	bool typing;
	uint64_t typing_sent, typing_last;
	struct id focus;
	bool away;
	struct id *watch;
	size_t watch_count;
};

/** Send one frame if there is a session. */
void link_say(struct link *link, enum frame_type type, const void *body);
/** Give the connection up and come back later; @why is what went wrong. */
void link_drop(struct link *link, enum err why);
/** Whether @link is still the connection that frames of number @number belong to. */
bool link_is(const struct link *link, uint32_t number);
/** @at if it is sooner than *@next; 0 = never. */
void link_sooner(uint64_t *next, uint64_t at);

void link_rooms_done(struct link *link);
/** A session began or ended: nothing is under way. */
void link_rooms_idle(struct link *link);
/** A busy server will not answer a sub; it does not say which. Each is sent again when @wait
 *  ms have passed. */
void link_rooms_refused(struct link *link, uint64_t wait);
/** Give rooms that wait their turn. */
void link_rooms_pump(struct link *link);
void link_rooms_tick(struct link *link, uint64_t now);
void link_rooms_next(const struct link *link, uint64_t *next);
struct link_room *link_room_find(const struct link *link, const struct id *id);
/** The server's row of a room. */
void link_room_row(struct link *link, const struct body_room *row);
void link_on_subbed(struct link *link, const struct body_subbed *body);
void link_on_reset(struct link *link, const struct body_reset *body);
void link_on_lag(struct link *link, const struct body_lag *body);
void link_on_event(struct link *link, const struct body_event *event);
void link_on_ack(struct link *link, const struct body_ack *ack);
/** Whether @page is of the log that is followed here. */
bool link_page_fits(const struct link *link, const struct body_page *page);
/** It is not: follow the one that it is of, unless a sync finds that out. */
void link_page_anew(struct link *link, const struct body_page *page);
/** The answer to an ASK_SYNC; NULL: there is none. */
void link_on_sync(struct link *link, const struct id *room, enum err err,
		  const struct body_page *page);

void link_posts_done(struct link *link);
void link_posts_pump(struct link *link);
void link_posts_tick(struct link *link, uint64_t now);
void link_posts_next(const struct link *link, uint64_t *next);
/** It was acknowledged, refused, or its event came. */
void link_post_over(struct link *link, const struct id *cid);
/** It was acknowledged, and its event is going to be fetched. */
void link_post_answered(struct link *link, const struct id *cid);
/** True: it is for a while only, the message stays. */
bool link_on_nack(struct link *link, const struct body_nack *nack);

void link_asks_done(struct link *link);
/** The session ended: every question is answered with @err. */
void link_asks_fail(struct link *link, enum err err);
void link_asks_tick(struct link *link, uint64_t now);
void link_asks_next(const struct link *link, uint64_t *next);
/** Fetch what follows @after in @room, for link_on_sync(). */
void link_ask_sync(struct link *link, const struct id *room, uint64_t after);
void link_on_result(struct link *link, const struct body_result *body);
void link_on_page(struct link *link, const struct body_page *body);
/** An error frame that answers question @id. False: there is no such question. */
bool link_ask_error(struct link *link, uint64_t id, enum err err);

/** The session began: say again what the server forgot. */
void link_talk_begin(struct link *link);
void link_talk_tick(struct link *link, uint64_t now);
void link_talk_next(const struct link *link, uint64_t *next);

#endif
