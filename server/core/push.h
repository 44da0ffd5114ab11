/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How somebody wants to be notified, and what is sent to him while no device of his is
 *  connected: to a hook of his own at once, or by mail, gathered. What comes from an
 *  encrypted room has no words in it, and neither has any mail.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_PUSH_H
#define CHAT_CORE_PUSH_H

#include "server/core/actor.h"
#include "server/core/keys.h"
#include "server/core/news.h"
#include "server/core/posting.h"
#include "server/store/store_push.h"

#define PUSH_DIGEST_LEAST_MS 900000   /**< a quarter of an hour */
#define PUSH_DIGEST_MOST_MS  86400000 /**< and a day, also after having gone unanswered */

/** Texts are borrowed; {NULL, 0} and 0 leave something as it is, empty ones end it. */
struct push_settings {
	enum notify_level level;
	struct bytes quiet, zone, hook;
	enum hook_form form;
	bool has_digest;
	uint64_t digest_ms; /**< 0: none */
};

/** What holds. Owns: push_kept_done(). Errors: ERR_FORBIDDEN (scope). Thread: reader. */
struct push_kept {
	enum notify_level level;
	char quiet[16], zone[LIMIT_CLIENT + 1];
	struct str hook;
	enum hook_form form;
	uint64_t digest_ms;
};

void push_kept_done(struct push_kept *kept);
enum err push_get(struct store *store, const struct actor *actor,
		  struct push_kept *ret_kept) MUST_CHECK;
/** The hook must be one that target_check() has passed, the zone one that there is. The
 *  other devices hear that something was set. Errors: ERR_BAD, ERR_STATE (no address for
 *  mail), ERR_FORBIDDEN (scope); *ret_field names what it is about. */
enum err push_set(struct store *store, const struct actor *actor,
		  const struct push_settings *in, const char **ret_field,
		  struct news *news) MUST_CHECK;

/** How far a zone's clocks are ahead of UTC; zone_offset() of common/os. */
typedef enum err push_zone_fn(const char *name, int64_t now_s, int *ret_offset_s);

/** Whether there is something that @row should hear of now. Thread: reader. */
enum err push_due(struct store *store, const struct push_row *row, push_zone_fn *zone_of,
		  bool *ret_due) MUST_CHECK;
/** Queue it, and remember that it was. */
enum err push_send(struct store *store, const struct keys *keys,
		   const struct push_row *row) MUST_CHECK;

/** What became of it: a hook that is gone for good is forgotten. */
posting_told_fn push_told;

#endif
