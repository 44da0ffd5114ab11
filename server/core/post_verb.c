/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to a message that stands: edit, delete, react, pin. Each is an entry in the
 * log first and then its effect on the message; the entry carries the cid, so a repetition
 * is known before anything is changed.
 */
#include "server/core/post.h"
#include "server/core/repeat.h"
#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/core/text.h"
#include "server/store/store_event.h"
#include "server/store/store_room.h"

/* One request on its way: what was loaded, what is appended. */
struct verb_run {
	struct seat_row seat;
	struct event_brief target; /* owned */
	struct seat_entry entry;
};

/* The message, if it is one of this room and the actor may see it. */
static enum err load_target(struct store *store, struct verb_run *run,
			    const struct post *in)
{
	struct stay_list stays;
	enum err err = store_event_brief(store, &in->target, &run->target);

	if (!err) {
		err = stay_visible(store, &run->seat, &stays);
	}
	if (err) {
		return err;
	}
	if (run->target.room != run->seat.room || run->target.kind != EVENT_MESSAGE ||
	    !stay_covers(&stays, run->target.seq)) {
		return ERR_NOT_FOUND;
	}
	return run->target.deleted ? ERR_GONE : ERR_OK;
}

/* The gate, in which a deletion is of one's own message or of another's. */
static enum err check(struct store *store, const struct actor *actor,
		      struct verb_run *run, enum verb verb)
{
	struct object object = {
		.seat = &run->seat,
		.own = run->target.sender == run->seat.account,
		.now_ms = store_now(store),
	};

	if (verb == VERB_DELETE_OWN && !object.own) {
		verb = VERB_DELETE_ANY;
	}
	return authorize(actor, verb, &object);
}

/* Everything up to the entry in the log; when it fails, nothing has changed. */
static enum err begin(struct store *store, const struct actor *actor,
		      enum event_kind kind, enum verb verb, const struct post *in,
		      struct verb_run *run, struct news *news)
{
	enum err err = repeat_check_cid(&in->cid);

	if (!err) {
		err = seat_take(store, actor, &in->room, VERB_READ, &run->seat);
	}
	if (!err) {
		err = load_target(store, run, in);
	}
	if (!err) {
		err = check(store, actor, run, verb);
	}
	if (!err && run->seat.security == SECURITY_MLS && kind != EVENT_DELETE) {
		err = ERR_MUST_SEAL;
	}
	/* An edit replaces the text: without one a message would be neither there nor deleted. */
	if (!err && kind == EVENT_EDIT && (!in->text.ptr || in->sealed.ptr)) {
		err = ERR_BAD;
	}
	if (err) {
		return err;
	}
	run->entry = (struct seat_entry){
		.event = {.kind = kind,
			  .cid = in->cid,
			  .target = in->target,
			  .text = in->text},
		.device = actor->device,
	};
	return seat_append(store, &run->seat, &run->entry, news);
}

typedef enum err effect_fn(struct store *store, const struct verb_run *run,
			   const struct post *in);

static enum err run_verb(struct store *store, const struct actor *actor,
			 enum event_kind kind, enum verb verb, effect_fn *effect,
			 const struct post *in, struct post_ack *ret_ack,
			 struct news *news)
{
	struct verb_run run = {0};
	enum err err = begin(store, actor, kind, verb, in, &run, news);

	if (err) {
		err = repeat_answer(store, actor, kind, in, err, ret_ack);
	} else if (!(err = effect(store, &run, in))) {
		repeat_first(&run.entry.event, ret_ack);
	}
	event_brief_done(&run.target);
	return err;
}

static enum err do_edit(struct store *store, const struct verb_run *run,
			const struct post *in)
{
	return store_event_edit(store, &run->target, run->entry.event.seq, in->text);
}

enum err post_edit(struct store *store, const struct actor *actor, const struct post *in,
		   struct post_ack *ret_ack, struct news *news)
{
	if (in->text.ptr) {
		enum err err = text_check(in->text, LIMIT_TEXT);
		if (err) {
			return err;
		}
	}
	return run_verb(store, actor, EVENT_EDIT, VERB_EDIT, do_edit, in, ret_ack, news);
}

static enum err do_delete(struct store *store, const struct verb_run *run,
			  const struct post *in)
{
	return store_event_erase(store, &run->target);
}

enum err post_delete(struct store *store, const struct actor *actor,
		     const struct post *in, struct post_ack *ret_ack, struct news *news)
{
	struct post post = *in;

	post.text = bytes_of(NULL, 0); /* the target, and nothing else */
	return run_verb(store, actor, EVENT_DELETE, VERB_DELETE_OWN, do_delete, &post,
			ret_ack, news);
}

static enum err check_emoji(const struct post *in)
{
	return in->text.len ? text_check_line(in->text, LIMIT_EMOJI) : ERR_BAD;
}

/* What the store refuses to hold twice has a name of its own for people. */
static enum err once(enum err err)
{
	return err == ERR_EXISTS ? ERR_ALREADY : err;
}

static enum err do_react(struct store *store, const struct verb_run *run,
			 const struct post *in)
{
	return once(store_reaction_add(store, run->target.key, run->seat.account,
				       in->text, run->entry.event.ts));
}

enum err post_react(struct store *store, const struct actor *actor, const struct post *in,
		    struct post_ack *ret_ack, struct news *news)
{
	enum err err = check_emoji(in);

	if (err) {
		return err;
	}
	return run_verb(store, actor, EVENT_REACT, VERB_REACT, do_react, in, ret_ack,
			news);
}

static enum err do_unreact(struct store *store, const struct verb_run *run,
			   const struct post *in)
{
	return store_reaction_remove(store, run->target.key, run->seat.account, in->text);
}

enum err post_unreact(struct store *store, const struct actor *actor,
		      const struct post *in, struct post_ack *ret_ack, struct news *news)
{
	enum err err = check_emoji(in);

	if (err) {
		return err;
	}
	return run_verb(store, actor, EVENT_UNREACT, VERB_REACT, do_unreact, in, ret_ack,
			news);
}

static enum err do_pin(struct store *store, const struct verb_run *run,
		       const struct post *in)
{
	return once(store_pin_add(store, run->seat.room, run->target.key,
				  run->seat.account, run->entry.event.ts));
}

enum err post_pin(struct store *store, const struct actor *actor, const struct post *in,
		  struct post_ack *ret_ack, struct news *news)
{
	struct post post = *in;

	post.text = bytes_of(NULL, 0);
	return run_verb(store, actor, EVENT_PIN, VERB_PIN, do_pin, &post, ret_ack, news);
}

static enum err do_unpin(struct store *store, const struct verb_run *run,
			 const struct post *in)
{
	return store_pin_remove(store, run->seat.room, run->target.key);
}

enum err post_unpin(struct store *store, const struct actor *actor, const struct post *in,
		    struct post_ack *ret_ack, struct news *news)
{
	struct post post = *in;

	post.text = bytes_of(NULL, 0);
	return run_verb(store, actor, EVENT_UNPIN, VERB_PIN, do_unpin, &post, ret_ack,
			news);
}
