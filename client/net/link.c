/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session: dial, hello, welcome, and again. A connection has a number; whatever comes
 * from an older one is dropped here, so the other files never see it. What breaks the
 * protocol ends the connection like a broken cable does: the resume heals both.
 */
#include "client/net/link_private.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"

static uint64_t mono(const struct link *link)
{
	return clock_mono_ms(link->clock);
}

/* splitmix64 (public domain): for jitter, nothing that an attacker must not guess. */
static uint64_t random_next(struct link *link)
{
	uint64_t z = link->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

struct link *link_new(struct transport *transport, const struct clock *clock,
		      uint64_t seed, const struct link_ops *ops)
{
	struct link *link = mem_new(struct link);

	link->transport = transport;
	link->clock = clock;
	link->ops = *ops;
	link->random = link->seed = seed;
	link->address = ADDRESS_INIT;
	link->token = STR_INIT;
	link->posts_tail = &link->posts;
	map_init(&link->rooms, seed);
	return link;
}

void link_free(struct link **link)
{
	struct link *gone = *link;

	if (!gone)
		return;
	*link = NULL;
	if (gone->number)
		transport_disconnect(gone->transport, gone->number);
	link_asks_done(gone);
	link_posts_done(gone);
	link_rooms_done(gone);
	address_done(&gone->address);
	wipe(gone->token.ptr, gone->token.len);
	str_done(&gone->token);
	buf_wipe(&gone->out);
	mem_free(gone->watch);
	mem_free(gone);
}

/* ---- states ---- */

static void enter(struct link *link, enum link_state state, uint64_t until)
{
	link->until = until;
	if (link->state == state)
		return;
	link->state = state;
	link->ops.state(state, link->ops.ctx);
}

static void dial(struct link *link)
{
	enter(link, LINK_TOKEN, 0);
	if (link->state == LINK_TOKEN)
		link->ops.token(link->ops.ctx);
}

/* Half of the time is fixed, half is drawn: spread, and yet never at once. */
static uint64_t retry_delay(struct link *link)
{
	uint64_t delay = LINK_RETRY_MS;

	if (link->asked_ms) {
		delay = link->asked_ms;
		link->asked_ms = 0;
		return delay;
	}
	for (unsigned i = 0; i < link->tries && delay < LINK_RETRY_MOST; i++)
		delay *= 2;
	if (delay > LINK_RETRY_MOST)
		delay = LINK_RETRY_MOST;
	return delay / 2 + random_next(link) % (delay / 2 + 1);
}

/* The connection is over, whoever ended it. */
static void ended(struct link *link, enum err why, bool final)
{
	uint64_t now = mono(link);

	if (link->state == LINK_ONLINE && now - link->online_ms >= LINK_SETTLED_MS)
		link->tries = 0;
	link->number++;
	link->why = why;
	link->wanted &= !final;
	link_rooms_idle(link);
	if (link->wanted) {
		uint64_t delay = retry_delay(link);
		link->tries++;
		enter(link, LINK_WAITING, now + delay);
	} else {
		enter(link, LINK_OFF, 0);
	}
	link_asks_fail(link, final && why != ERR_OK ? why : ERR_CLOSED);
}

void link_drop(struct link *link, enum err why)
{
	if (link->state < LINK_CONNECTING)
		return;
	transport_disconnect(link->transport, link->number);
	ended(link, why, false);
}

bool link_is(const struct link *link, uint32_t number)
{
	return link->number == number && link->state >= LINK_CONNECTING;
}

void link_start(struct link *link, const struct address *address, const struct id *device)
{
	link_stop(link);
	link->address.kind = address->kind;
	link->address.port = address->port;
	str_set(&link->address.host, address->host.ptr);
	link->device = *device;
	link->wanted = true;
	link->tries = 0;
	link->asked_ms = 0;
	link->why = ERR_OK;
	dial(link);
}

void link_stop(struct link *link)
{
	link->wanted = false;
	if (link->state >= LINK_CONNECTING) {
		transport_disconnect(link->transport, link->number);
		ended(link, ERR_OK, true);
	}
	enter(link, LINK_OFF, 0);
}

void link_hurry(struct link *link)
{
	if (link->state != LINK_WAITING)
		return;
	link->tries = 0;
	dial(link);
}

void link_token(struct link *link, const char *token)
{
	wipe(link->token.ptr, link->token.len);
	str_set(&link->token, token);
	if (link->state == LINK_ONLINE && *token) {
		struct body_auth auth = {.token = bytes_text(token)};
		link_say(link, FRAME_AUTH, &auth);
	}
	if (link->state != LINK_TOKEN)
		return;
	link->number++;
	enter(link, LINK_CONNECTING, mono(link) + LINK_DIAL_MS);
	transport_connect(link->transport, &link->address, link->number);
}

void link_no_token(struct link *link, enum err err)
{
	if (link->state == LINK_TOKEN)
		ended(link, err, false);
}

static void greet(struct link *link)
{
	struct body_hello hello = {
		.v = LIMIT_PROTOCOL,
		.device = link->device,
		.client = bytes_text("chat-client/" PACKAGE_VERSION),
		.batch = true,
		.has_resume = link->uepoch != 0,
		.resume = {.uepoch = link->uepoch, .useq = link->useq}};

	if (link->token.len)
		hello.token = str_view(&link->token);
	buf_clear(&link->out);
	frame_write_hello(&link->out, &hello);
	transport_send(link->transport, link->number, (char *)link->out.ptr,
		       link->out.len);
	wipe(link->out.ptr, link->out.len);
	enter(link, LINK_GREETING, mono(link) + LINK_WELCOME_MS);
}

void link_say(struct link *link, enum frame_type type, const void *body)
{
	if (link->state != LINK_ONLINE)
		return;
	buf_clear(&link->out);
	frame_write(&link->out, type, body);
	transport_send(link->transport, link->number, (char *)link->out.ptr,
		       link->out.len);
}

/* ---- frames ---- */

/* Room for any body. */
union body {
#define FRAME(id, name, dir, state, most) struct body_##name name;
#include "common/proto/frame.def"
#undef FRAME
};

static void hand_up(struct link *link, enum frame_type type, const void *body)
{
	link->ops.frame((int)type, body, link->ops.ctx);
}

static void on_welcome(struct link *link, const struct body_welcome *welcome)
{
	uint32_t number = link->number;

	if (link->state != LINK_GREETING) {
		link_drop(link, ERR_STATE);
		return;
	}
	link->online_ms = mono(link);
	link->why = ERR_OK;
	link->digested = false;
	link->first_page = true;
	/* The first session starts its log here; later ones are told what they missed. */
	if (link->uepoch == 0) {
		link->uepoch = welcome->uepoch;
		link->useq = welcome->useq;
	}
	hand_up(link, FRAME_WELCOME, welcome);
	if (!link_is(link, number))
		return;
	enter(link, LINK_ONLINE, 0);
	link_talk_begin(link);
}

static void on_digest(struct link *link, const struct body_digest *digest);

/* The next page of the digest, as the answer to a call. Without it some rooms would not be
 * looked after, so the session is begun anew. */
static void more_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct link *link = ctx;
	struct body_digest digest;
	struct json *json = NULL;

	if (link->state != LINK_ONLINE)
		return;
	if (err == ERR_OK)
		err = body_parse(body_digest_def(), body, &json, &digest);
	if (err == ERR_OK)
		on_digest(link, &digest);
	else
		link_drop(link, err);
	json_free(&json);
}

static void ask_more(struct link *link, struct bytes cursor)
{
	struct body_list list = {.limit = LIMIT_DIGEST_ROOMS, .cursor = cursor};
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	body_encode(body_list_def(), &out, &list);
	link_call(link, "rooms", buf_view(&args), more_came, link);
}

static void on_digest(struct link *link, const struct body_digest *digest)
{
	uint32_t number = link->number;

	for (size_t i = 0; i < digest->rooms_count && link_is(link, number); i++)
		link_room_row(link, &digest->rooms[i]);
	if (link_is(link, number))
		hand_up(link, FRAME_DIGEST, digest);
	if (!link_is(link, number))
		return;
	for (size_t i = 0; i < digest->rooms_count; i++) {
		struct link_room *room = link_room_find(link, &digest->rooms[i].room);
		if (room)
			room->told = link->number;
	}
	link->first_page = false;
	link->digested |= !digest->more;
	if (digest->more)
		ask_more(link, digest->cursor);
	link_posts_pump(link);
	link_rooms_pump(link);
}

static void on_user_event(struct link *link, const struct body_user_event *event)
{
	uint32_t number = link->number;

	if (event->useq <= link->useq)
		return;
	/* There is no fetch for this log: the next session's resume brings the hole. */
	if (event->useq != link->useq + 1) {
		link_drop(link, ERR_CLOSED);
		return;
	}
	link->useq = event->useq;
	if (event->kind == USER_EVENT_ROOM && event->has_info)
		link_room_row(link, &event->info);
	if (link_is(link, number))
		hand_up(link, FRAME_USER_EVENT, event);
	link_rooms_pump(link);
}

static void on_user_reset(struct link *link, const struct body_user_reset *reset)
{
	link->uepoch = reset->uepoch;
	link->useq = reset->useq;
	hand_up(link, FRAME_USER_RESET, reset);
}

static void on_error(struct link *link, const struct body_error *error)
{
	enum err err = err_from_word((const char *)error->code.ptr, error->code.len);

	if (error->has_re && link_ask_error(link, error->re, err))
		return;
	if (link->state == LINK_GREETING)
		link->why = err;
	if (!error->has_re && error->retry_ms &&
	    bytes_equal(error->field, bytes_text("room")))
		link_rooms_refused(link, error->retry_ms);
	hand_up(link, FRAME_ERROR, error);
}

static void on_frame(struct link *link, enum frame_type type, const union body *body)
{
	switch (type) {
	case FRAME_WELCOME: on_welcome(link, &body->welcome); break;
	case FRAME_DIGEST: on_digest(link, &body->digest); break;
	case FRAME_USER_EVENT: on_user_event(link, &body->user_event); break;
	case FRAME_USER_RESET: on_user_reset(link, &body->user_reset); break;
	case FRAME_ERROR: on_error(link, &body->error); break;
	case FRAME_GOAWAY: link->asked_ms = body->goaway.reconnect_ms; break;
	case FRAME_SUBBED: link_on_subbed(link, &body->subbed); break;
	case FRAME_RESET: link_on_reset(link, &body->reset); break;
	case FRAME_LAG: link_on_lag(link, &body->lag); break;
	case FRAME_EVENT: link_on_event(link, &body->event); break;
	case FRAME_PAGE: link_on_page(link, &body->page); break;
	case FRAME_RESULT: link_on_result(link, &body->result); break;
	case FRAME_ACK: link_on_ack(link, &body->ack); break;
	case FRAME_NACK:
		if (link_on_nack(link, &body->nack))
			break;
		hand_up(link, type, body);
		link_post_over(link, &body->nack.cid);
		break;
	default: hand_up(link, type, body); break;
	}
}

/* A frame of a newer server is passed over; anything else that cannot be read ends the
 * connection: to ignore it could lose an event without a word. */
static enum err take_frame(struct link *link, struct bytes text)
{
	union body body;
	struct frame frame;
	enum err err = frame_parse(text, &frame);

	if (err == ERR_UNKNOWN_TYPE)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	if (!(frame.row->dir & FRAME_DIR_S) ||
	    (frame.row->state == FRAME_STATE_READY && link->state != LINK_ONLINE))
		err = ERR_STATE;
	if (err == ERR_OK)
		err = frame_read(&frame, frame.type, &body, NULL);
	if (err == ERR_OK)
		on_frame(link, frame.type, &body);
	frame_done(&frame);
	return err;
}

static void take_text(struct link *link, struct transport_note *note)
{
	struct bytes rest = bytes_of(note->text, note->len);

	for (;;) {
		struct bytes text = frame_split(&rest);
		if (!text.len || !link_is(link, note->link))
			return;
		enum err err = take_frame(link, text);
		if (err != ERR_OK && link_is(link, note->link)) {
			log_warn("link: the server sent what cannot be read, err=%s",
				 err_word(err));
			link_drop(link, err);
			return;
		}
	}
}

/* 4500 and above: do not come back (the numbers are in limits.h). A token that the server
 * refuses is the owner's to renew: it hears LINK_OFF with the reason. */
static void take_shut(struct link *link, const struct transport_note *note)
{
	enum err why = note->err;

	if (link->state == LINK_GREETING && link->why != ERR_OK)
		why = link->why;
	switch (note->code) {
	case CLOSE_EXPIRED: why = ERR_EXPIRED; break;
	case CLOSE_LOGIN: why = ERR_BAD_TOKEN; break;
	case CLOSE_UPGRADE: why = ERR_UPGRADE; break;
	case CLOSE_REVOKED: why = ERR_UNAUTHORIZED; break;
	case CLOSE_PROTOCOL: why = ERR_BAD; break;
	}
	ended(link, why, note->code >= 4500 && note->code <= 4999);
}

void link_note(struct link *link, struct transport_note **note)
{
	if ((*note)->what != TRANSPORT_REPLY && link_is(link, (*note)->link)) {
		switch ((*note)->what) {
		case TRANSPORT_OPEN:
			if (link->state == LINK_CONNECTING)
				greet(link);
			break;
		case TRANSPORT_TEXT: take_text(link, *note); break;
		case TRANSPORT_SHUT: take_shut(link, *note); break;
		case TRANSPORT_REPLY: break;
		}
	}
	transport_note_free(note);
}

/* ---- time ---- */

void link_sooner(uint64_t *next, uint64_t at)
{
	if (at && at < *next)
		*next = at;
}

void link_tick(struct link *link)
{
	uint64_t now = mono(link);

	if (link->until && now >= link->until) {
		link->until = 0;
		if (link->state == LINK_WAITING)
			dial(link);
		else
			link_drop(link, ERR_UNREACHABLE);
	}
	link_asks_tick(link, now);
	link_rooms_tick(link, now);
	link_posts_tick(link, now);
	link_talk_tick(link, now);
}

uint64_t link_next_ms(const struct link *link)
{
	uint64_t next = UINT64_MAX;

	link_sooner(&next, link->until);
	link_asks_next(link, &next);
	if (link->state != LINK_ONLINE)
		return next;
	link_rooms_next(link, &next);
	link_posts_next(link, &next);
	link_talk_next(link, &next);
	return next;
}

enum link_state link_state(const struct link *link)
{
	return link->state;
}

enum err link_why(const struct link *link)
{
	return link->why;
}

uint64_t link_retry_ms(const struct link *link)
{
	return link->state == LINK_WAITING ? link->until : 0;
}

bool link_caught_up(const struct link *link)
{
	return link->state == LINK_ONLINE && link->digested && !link->syncing &&
	       !link->wanting;
}

void link_track_user(struct link *link, uint64_t uepoch, uint64_t useq)
{
	link->uepoch = uepoch;
	link->useq = useq;
}
