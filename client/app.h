/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The client as a whole: struct app owns every part, joins them, and is what slash
 *  commands, frames from the server and scripts work on. It runs with a face: the TUI, the
 *  linear mode, or a script (--send, --follow, …).
 *
 *  What others see of a message: app_post() → on disk (`kept`) → sent until acknowledged →
 *  face.sent. What others send: link (whole, in order) → on/ → one transaction of the
 *  store → face.stored; the model is up to date before either is called.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_APP_H
#define CHAT_CLIENT_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/model/model.h"
#include "client/net/link.h"
#include "client/net/transport.h"
#include "client/ui/ui.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/opt.h"
#include "common/base/quiet.h"
#include "common/crypto/random.h"

struct app;
struct auth;
struct changes;
struct lock_job;
struct piped;
struct rest;
struct store_thread;
struct transferred;
struct ui;
struct unlock;
struct upload;

/** What a face hears. Any may be NULL; @ctx comes last. There may be several: an owner
 *  process serves those who hand work to it beside its own screen. */
struct app_face {
	struct app_face *next; /**< the app's */
	/** link_state() or app_user() changed. */
	void (*state)(struct app *app, void *ctx);
	/** The list of rooms is known: from the cache (and again, fresh, after the digest). */
	void (*rooms)(struct app *app, bool fresh, void *ctx);
	/** Events of @room up to @seq are on disk. */
	void (*stored)(struct app *app, const struct id *room, uint64_t seq, void *ctx);
	/** What was stored of @room has a hole: it goes on behind @seq. */
	void (*reset)(struct app *app, const struct id *room, uint64_t seq, void *ctx);
	/** The message @cid was acknowledged (ERR_OK, @seq) or refused for good. On disk. */
	void (*sent)(struct app *app, const struct id *cid, enum err err, uint64_t seq,
		     void *ctx);
	/** Some more of the file of the message @cid is on the server, or all (@what->done):
	 *  then it is sent. */
	void (*moved)(struct app *app, const struct id *cid,
		      const struct transferred *what, void *ctx);
	/** All events of @room up to @seq have reached a device of @user. */
	void (*delivered)(struct app *app, const struct id *room, const struct id *user,
			  uint64_t seq, void *ctx);
	/** @user has read @room up to @seq. */
	void (*receipt)(struct app *app, const struct id *room, const struct id *user,
			uint64_t seq, void *ctx);
	/** The model changed. */
	void (*touched)(struct app *app, void *ctx);
	/** @room is to be on the screen. */
	void (*opened)(struct app *app, struct room *room, void *ctx);
	/** Somebody wants the person's attention; raw texts. */
	void (*alert)(struct app *app, const char *title, const char *text, void *ctx);
	/** The screen is to be locked. */
	void (*lock)(struct app *app, void *ctx);
	/** Something went wrong that the person should know; one translated line. */
	void (*notice)(struct app *app, const char *text, void *ctx);
	void *ctx;
};

/** The password, valid during the call, or NULL: the person thought better of it. */
typedef void app_confirm_fn(struct app *app, const char *password, void *ctx);

/** What was changed in a form, valid during the call, or NULL: the person left it. */
typedef void app_edit_fn(struct app *app, const struct ui_values *values);

/** The account's quiet hours. */
struct app_quiet {
	bool set;
	struct quiet_hours hours;
	char zone[65]; /**< "": UTC */
};

struct app {
	const struct clock *clock;
	const struct random *random;
	const struct opts *opts; /**< rows of option.def; NULL in tests */
	struct transport_inbox inbox;
	struct transport *transport;
	struct link *link;
	struct rest *rest;
	struct auth *auth;
	struct store_thread *store;
	struct changes *changes; /**< noted in this turn; see change.h */
	struct model model;
	struct ui *ui;             /**< NULL for scripts */
	struct piped *piped;       /**< lines come from no terminal; else NULL */
	struct unlock *unlock;     /**< how the store was unlocked; NULL in tests */
	struct lock_job *lock_job; /**< a question that is under way; see lock.h */
	app_confirm_fn *confirm;   /**< who asked for the password; see app_confirm() */
	void *confirm_ctx;
	app_edit_fn *edit; /**< whose form is open; see app_edit() */
	struct app_face *faces;
	struct app_source *sources;
	struct app_timer *timers;
	struct transfer *transfers; /**< that are under way */
	pid_t opened[8];            /**< programs of /open that may still run; 0: none */
	struct preview *previews;   /**< pictures that are */
	struct upload *upload;      /**< the file of a message that is; see upload.h */
	struct app_quiet quiet;     /**< when nothing rings */
	uint64_t fresh_ms;   /**< UTC: so long the server was heard; 0: never; fresh.h */
	bool online;         /**< it is heard now */
	uint64_t account_ms; /**< monotonic: something about the account was asked */
	struct address address; /**< of the server */
	struct map pending;     /**< own messages in the outbox; see post.c */
	struct id device;
	uint64_t uepoch;   /**< of the user's own log */
	struct map digest; /**< rooms named by the digest that is coming in */
	bool loaded;       /**< the model has what the store had */
	struct id lost;    /**< own message to a name that nobody has; zero: none */
	bool lost_news;    /**< and the person has not been told of it */
	bool behind;       /**< the outbox on disk has more than the link was given */
	bool touched;      /**< the model changed: draw */
	bool looking;      /**< names are being looked up */
	bool quitting;
	enum err failed; /**< why it had to leave; ERR_OK when it was told to */
	int exit_code;
};

/** @face hears from now on, until it is removed; inside a callback it may remove itself. */
void app_face_add(struct app *app, struct app_face *face);
void app_face_remove(struct app *app, struct app_face *face);

/** A descriptor that the loop shall watch. */
struct app_source {
	struct app_source *next; /**< the app's */
	int fd;                  /**< -1: not now */
	short events;            /**< as poll() has them; may change at any time */
	void (*ready)(struct app *app, short revents, void *ctx);
	void *ctx;
};

void app_source_add(struct app *app, struct app_source *source);
/** May be called anywhere, also inside ready(). */
void app_source_remove(struct app *app, struct app_source *source);

/** Something to do later. */
struct app_timer {
	struct app_timer *next; /**< the app's */
	uint64_t at_ms;         /**< monotonic */
	bool set;
	void (*due)(struct app *app, void *ctx);
	void *ctx;
};

/** Call timer->due once, at @at_ms; sets it anew when it is set. */
void app_timer_set(struct app *app, struct app_timer *timer, uint64_t at_ms);
void app_timer_clear(struct app *app, struct app_timer *timer);

/** One's own id; zero while nobody is logged in. */
const struct id *app_user(const struct app *app);
/** Leave the loop after this turn and end with @exit_code. */
void app_quit(struct app *app, int exit_code);

/** A message to be: a text, or something about another message. */
struct app_message {
	int frame; /**< FRAME_SEND, FRAME_EDIT, FRAME_DELETE, FRAME_REACT, FRAME_UNREACT */
	struct id cid; /**< zero: a new one is made */
	struct id room;
	const char *dest; /**< room zero: "#ops", "@bob"; found when there is a session */
	struct id target; /**< edit, delete, react, unreact */
	struct id reply;  /**< send: zero = none */
	struct id thread; /**< send: zero = none */
	const char
		*text; /**< UTF-8; of a reaction the emoji; may be empty beside files */
	size_t len;
	const char *path; /**< send: a file that goes with it, absolute; or NULL */
};

/** ERR_OK: @cid is on disk and will be sent. Else nothing was kept. */
typedef void app_kept_fn(struct app *app, enum err err, const struct id *cid, void *ctx);
/** Check and keep @message, then send it until it is acknowledged. One with a file is sent
 *  when all of that is on the server: those behind it do not wait.
 *  Errors (nothing will be called): ERR_TOO_BIG, ERR_UTF8, ERR_BAD (control characters),
 *  ERR_NO_ROOM, ERR_MUST_SEAL; those of transfer_look(). */
enum err app_post(struct app *app, const struct app_message *message, app_kept_fn *kept,
		  void *ctx) MUST_CHECK;
/** Send a refused message again (its file as it is now), or drop one that is not sent. */
void app_retry(struct app *app, const struct id *cid);
void app_discard(struct app *app, const struct id *cid);

/** Operation @op of rest.def; see link_call(). Works with and without a session: over
 *  HTTP for what is allowed before login. */
void app_call(struct app *app, const char *op, struct bytes args, link_result_fn *done,
	      void *ctx);

/** The room that @name means: "#slug", "slug", "@user", an id, a private room's name. A
 *  user without a direct chat gets one, a public room that is not joined is looked for.
 *  ERR_NO_ROOM, ERR_NO_USER, ERR_AMBIGUOUS, ERR_UNREACHABLE. Called once. */
typedef void app_room_fn(struct app *app, enum err err, const struct id *room, void *ctx);
void app_find_room(struct app *app, const char *name, app_room_fn *done, void *ctx);

/** Ask the person at the screen for the password once more; @title says what for. @fn is
 *  called once and later. */
void app_confirm(struct app *app, const char *title, app_confirm_fn *fn, void *ctx);
/** The same for a text that is no secret on the screen, such as a code. */
void app_ask(struct app *app, const char *title, app_confirm_fn *fn, void *ctx);
/** The answer, from the screen. */
void app_confirmed(struct app *app, const char *password);

/** Let the person edit the profile @known. @fn is called each time that it is to be saved; the
 *  form stays until app_edit_end(). */
void app_edit(struct app *app, const struct ui_values *known, app_edit_fn *fn);
/** It is saved; or why not, translated: then the form stays, if it is still open. */
void app_edit_end(struct app *app, const char *why);
/** What was typed, from the screen; NULL: the form was left. */
void app_edited(struct app *app, const struct ui_values *values);

/** Lock the screen, where there is one. */
void app_lock(struct app *app);

/** Put @room on the screen. */
void app_open_room(struct app *app, const struct id *room);
/** The message @cid, number @seq of @room: its room comes onto the screen, and the message
 *  to its bottom row. */
void app_goto(struct app *app, const struct id *room, const struct id *cid, uint64_t seq);

struct cache_page;
/** What was found, newest first; @page is the app's. @more: not everything was looked at. */
typedef void app_found_fn(struct app *app, enum err err, const struct cache_page *page,
			  bool more, void *ctx);
/** Find messages by what a person types (search.h) in what this device has. *ret_part
 *  points at what is not understood, in @text.
 *  Errors (nothing will be called): those of search_parse(), ERR_NO_ROOM. */
enum err app_search(struct app *app, const char *text, unsigned limit,
		    app_found_fn *found, void *ctx, struct bytes *ret_part) MUST_CHECK;

/** More of @room's timeline: from the cache, else from the server. */
void app_history(struct app *app, const struct id *room, enum ui_history way,
		 uint64_t seq);
/** The user has seen @room up to @seq. */
void app_seen(struct app *app, const struct id *room, uint64_t seq);
/** Keep room->draft. */
void app_keep_draft(struct app *app, const struct id *room);
/** One line for the person: translated, above the input or on stderr. */
void app_notice(struct app *app, const char *text);

#endif
