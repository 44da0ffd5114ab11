/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A push looks at the same list that people see, at what is new in it since the last push
 * and since the person was here. So nothing is noted when a message is sent, and what was
 * read elsewhere meanwhile is not pushed. A digest goes out when the oldest new entry has
 * waited for its time, and less and less often while nobody comes.
 */
#include "server/core/push.h"

#include <stdio.h>
#include <string.h>

#include "common/base/base64.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/quiet.h"
#include "common/base/utf8.h"
#include "common/proto/json_out.h"
#include "server/core/account.h"
#include "server/core/mailing.h"
#include "server/core/seat.h"
#include "server/core/show.h"
#include "server/store/store_notification.h"

#define LIST_MOST 20    /* entries that one push speaks of */
#define LINE_MOST 160   /* bytes of a text in it */
#define GAP_MS    10000 /* between two pushes to one hook */
#define LIFE_MS   86400000

/* ---- settings ---- */

static enum err own(struct store *store, const struct actor *actor,
		    struct account_row *ret_account)
{
	return actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, ret_account)
					    : ERR_FORBIDDEN;
}

void push_kept_done(struct push_kept *kept)
{
	str_done(&kept->hook);
}

enum err push_get(struct store *store, const struct actor *actor,
		  struct push_kept *ret_kept)
{
	struct push_kept kept = {.hook = STR_INIT};
	struct push_list list = {0};
	struct account_row account;
	enum err err = own(store, actor, &account);

	if (err == ERR_OK)
		err = store_account_level(store, account.key, &kept.level);
	if (err == ERR_OK)
		err = store_setting_get(store, account.key, "quiet", kept.quiet,
					sizeof(kept.quiet));
	if (err == ERR_OK)
		err = store_setting_get(store, account.key, "zone", kept.zone,
					sizeof(kept.zone));
	if (err == ERR_OK)
		err = store_push_of(store, account.key, &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct push_row *row = &list.rows[i];
		if (row->kind == PUSH_DIGEST) {
			kept.digest_ms = row->every_ms;
			continue;
		}
		str_set_len(&kept.hook, (const char *)row->url.ptr, row->url.len);
		kept.form = row->kind == PUSH_JSON ? HOOK_JSON : HOOK_NTFY;
	}
	push_list_done(&list);
	if (err == ERR_OK)
		*ret_kept = kept;
	else
		push_kept_done(&kept);
	return err;
}

static enum err check(const struct account_row *account, const struct push_settings *in,
		      const char **ret_field)
{
	struct quiet_hours hours;

	*ret_field = "quiet";
	if (in->quiet.len && quiet_parse(in->quiet, &hours) != ERR_OK)
		return ERR_BAD;
	*ret_field = "digest_ms";
	if (in->digest_ms &&
	    (in->digest_ms < PUSH_DIGEST_LEAST_MS || in->digest_ms > PUSH_DIGEST_MOST_MS))
		return ERR_BAD;
	return in->digest_ms && !account->email_verified ? ERR_STATE : ERR_OK;
}

static enum err put(struct store *store, int64_t account, const struct push_settings *in)
{
	enum err err = ERR_OK;

	if (in->level)
		err = store_account_set_level(store, account, in->level);
	if (err == ERR_OK && in->quiet.ptr)
		err = store_setting_put(store, account, "quiet", in->quiet);
	if (err == ERR_OK && in->zone.ptr)
		err = store_setting_put(store, account, "zone", in->zone);
	if (err == ERR_OK && in->hook.ptr)
		err = store_push_put(store, account,
				     in->form == HOOK_JSON ? PUSH_JSON : PUSH_NTFY,
				     in->hook.len ? in->hook : bytes_of(NULL, 0), 0);
	if (err == ERR_OK && in->has_digest)
		err = store_push_put(store, account, PUSH_DIGEST, bytes_of(NULL, 0),
				     in->digest_ms);
	return err;
}

enum err push_set(struct store *store, const struct actor *actor,
		  const struct push_settings *in, const char **ret_field,
		  struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_SETTING, .key = "notify"};
	struct account_row account;
	enum err err = own(store, actor, &account);

	*ret_field = NULL;
	if (err == ERR_OK)
		err = check(&account, in, ret_field);
	if (err == ERR_OK)
		err = put(store, account.key, in);
	return err == ERR_OK ? seat_tell(store, NULL, account.key, &told, news) : err;
}

/* ---- what there is to tell ---- */

static enum err is_quiet(struct store *store, int64_t account, push_zone_fn *zone_of,
			 bool *ret_quiet)
{
	struct quiet_hours hours;
	char quiet[16], zone[LIMIT_CLIENT + 1];
	int offset_s = 0;
	enum err err = store_setting_get(store, account, "quiet", quiet, sizeof(quiet));

	*ret_quiet = false;
	if (err != ERR_OK || quiet_parse(bytes_text(quiet), &hours) != ERR_OK)
		return err;
	err = store_setting_get(store, account, "zone", zone, sizeof(zone));
	int64_t now_s = (int64_t)(store_now(store) / 1000);
	/* A zone that the system has forgotten: the hours hold, by UTC. */
	if (*zone && zone_of(zone, now_s, &offset_s) != ERR_OK)
		offset_s = 0;
	*ret_quiet = quiet_at(&hours, (unsigned)((now_s + offset_s + 86400) / 60 % 1440));
	return err;
}

/* What is new, newest first. */
static enum err news_of(struct store *store, const struct push_row *row,
			struct notification_list *list)
{
	uint64_t since = row->last_ms > row->seen_ms ? row->last_ms : row->seen_ms;
	struct notification_ask ask = {.account = row->account,
				       .unread = true,
				       .security = true,
				       .ts = UINT64_MAX,
				       .tie = INT64_MAX};
	enum err err = store_notification_list(store, &ask, LIST_MOST, list);
	size_t count = 0;

	while (count < list->count && list->rows[count].ts > since)
		count++;
	while (list->count > count)
		mem_free((void *)(uintptr_t)list->rows[--list->count].text.ptr);
	return err;
}

static uint64_t digest_gap(const struct push_row *row)
{
	unsigned rounds = row->seen_ms > row->last_ms ? 0 : row->rounds;
	uint64_t gap = row->every_ms << (rounds < 7 ? rounds : 7);

	return gap < PUSH_DIGEST_MOST_MS ? gap : PUSH_DIGEST_MOST_MS;
}

enum err push_due(struct store *store, const struct push_row *row, push_zone_fn *zone_of,
		  bool *ret_due)
{
	struct notification_list list = {0};
	uint64_t now_ms = store_now(store);
	bool quiet = false;
	enum err err = ERR_OK;

	*ret_due = false;
	if (row->last_ms + (row->kind == PUSH_DIGEST ? digest_gap(row) : GAP_MS) > now_ms)
		return ERR_OK;
	err = news_of(store, row, &list);
	bool some = err == ERR_OK && list.count > 0;
	if (some && row->kind == PUSH_DIGEST)
		some = list.rows[list.count - 1].ts + row->every_ms <= now_ms;
	if (some)
		err = is_quiet(store, row->account, zone_of, &quiet);
	*ret_due = some && !quiet;
	notification_list_done(&list);
	return err;
}

/* ---- how it is told ---- */

static void add_place(const struct notification_row *row, struct str *out)
{
	if (row->why != WHY_DIRECT && row->room_name[0])
		str_addf(out, "#%s", row->room_name);
	if (row->from_name[0])
		str_addf(out, "%s%s", out->len ? " · " : "", row->from_name);
	if (row->why == WHY_SECURITY)
		str_addf(out, "%s", row->what);
}

static void add_text(const struct notification_row *row, struct str *out)
{
	AUTO(str_done) struct str cut = STR_INIT;
	size_t len = row->text.len;

	for (; len > LINE_MOST ||
	       (len && len < row->text.len && (row->text.ptr[len] & 0xc0) == 0x80);)
		len--;
	str_set_len(&cut, (const char *)row->text.ptr, len);
	neutral_add(out, cut.ptr, cut.len, NEUTRAL_LINE);
	if (len < row->text.len)
		str_add(out, "…");
}

static void add_line(const struct notification_row *row, bool words, struct str *out)
{
	AUTO(str_done) struct str line = STR_INIT;

	if (row->why == WHY_MENTION || row->why == WHY_ROOM)
		str_add(&line, "@ ");
	add_place(row, &line);
	if (row->count > 1)
		str_addf(&line, " (%llu)", (unsigned long long)row->count);
	if (words && row->text.len) {
		str_add(&line, ": ");
		add_text(row, &line);
	}
	neutral_add(out, line.ptr, line.len, NEUTRAL_LINE);
}

static int priority(const struct notification_list *list)
{
	int most = 3;

	for (size_t i = 0; i < list->count; i++) {
		enum notify_why why = list->rows[i].why;
		int one = why == WHY_SECURITY                       ? 5
			  : why == WHY_DIRECT || why == WHY_MENTION ? 4
								    : 3;
		most = one > most ? one : most;
	}
	return most;
}

/* RFC 2047: a header is ASCII. */
static void add_header(struct str *headers, const char *name, const struct str *value)
{
	AUTO(buf_done) struct buf coded = BUF_INIT;

	base64_encode_padded(&coded, str_view(value));
	str_addf(headers, "%s: =?UTF-8?B?%.*s?=\n", name, (int)coded.len,
		 (const char *)coded.ptr);
}

static void write_ntfy(const struct notification_list *list, struct str *headers,
		       struct str *body)
{
	AUTO(str_done) struct str title = STR_INIT;
	AUTO(str_done) struct str safe = STR_INIT;

	if (list->count == 1) {
		add_place(&list->rows[0], &title);
		add_text(&list->rows[0], body);
	} else {
		str_addf(&title, "%zu", list->count);
		for (size_t i = 0; i < list->count; i++) {
			add_line(&list->rows[i], true, body);
			str_add_char(body, '\n');
		}
	}
	if (!body->len)
		str_add(body, kind_word(&notify_why_words, list->rows[0].why));
	neutral_add(&safe, title.ptr, title.len, NEUTRAL_LINE);
	str_cut(&safe, utf8_cut(safe.ptr, safe.len, LINE_MOST));
	str_add(headers, "Content-Type: text/plain; charset=utf-8\n");
	add_header(headers, "Title", &safe);
	str_addf(headers, "Priority: %d\nTags: speech_balloon\n", priority(list));
}

static void write_json(const struct notification_list *list, struct str *headers,
		       struct str *body)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct json_out out = json_out_init(&text);

	json_out_open(&out, '{');
	json_out_put_open(&out, "notifications", '[');
	for (size_t i = 0; i < list->count; i++) {
		struct body_notify one;
		show_notification(&list->rows[i], &one);
		body_encode(body_notify_def(), &out, &one);
	}
	json_out_close(&out, ']');
	json_out_close(&out, '}');
	str_set_len(body, (const char *)text.ptr, text.len);
	/* UnifiedPush asks for the time that a push is worth waiting for (RFC 8030). */
	str_addf(headers, "Content-Type: application/json\nTTL: 86400\nUrgency: %s\n",
		 priority(list) > 3 ? "high" : "normal");
}

static enum err post(struct store *store, const struct keys *keys,
		     const struct push_row *row, const struct notification_list *list)
{
	AUTO(str_done) struct str headers = STR_INIT;
	AUTO(str_done) struct str body = STR_INIT;

	if (row->kind == PUSH_JSON)
		write_json(list, &headers, &body);
	else
		write_ntfy(list, &headers, &body);
	enum err err = posting_add(store, keys,
				   &(struct posting){
					   .kind = POSTING_PUSH,
					   .owner = row->key,
					   .url = row->url,
					   .headers = str_view(&headers),
					   .body = str_view(&body),
					   .expires_ms = store_now(store) + LIFE_MS,
				   });
	/* A hook that takes nothing has enough waiting; the list has it all. */
	return err == ERR_BUSY ? ERR_OK : err;
}

/* Names and numbers: words of others have no place in a letter. */
static enum err mail(struct store *store, const struct keys *keys,
		     const struct push_row *row, const struct notification_list *list)
{
	AUTO(str_done) struct str lines = STR_INIT;
	struct account_row account;
	enum err err = store_account_get(store, row->account, &account);

	for (size_t i = 0; i < list->count; i++) {
		add_line(&list->rows[i], false, &lines);
		str_add_char(&lines, '\n');
	}
	if (err != ERR_OK || !account.email_verified)
		return err;
	err = mailing_add(store, keys,
			  &(struct mailing){.kind = LETTER_DIGEST,
					    .to = account.email,
					    .name = account.name,
					    .locale = account.locale,
					    .what = str_view(&lines)});
	return err;
}

enum err push_send(struct store *store, const struct keys *keys,
		   const struct push_row *row)
{
	struct notification_list list = {0};
	enum err err = news_of(store, row, &list);

	if (err == ERR_OK && list.count > 0) {
		unsigned rounds = row->seen_ms > row->last_ms ? 1 : row->rounds + 1;
		err = row->kind == PUSH_DIGEST ? mail(store, keys, row, &list)
					       : post(store, keys, row, &list);
		if (err == ERR_OK)
			err = store_push_sent(store, row->key, store_now(store), rounds);
	}
	notification_list_done(&list);
	return err;
}

enum err push_told(struct store *store, const struct posting_row *row,
		   enum posting_fate fate, const struct posting_try *tried)
{
	/* RFC 8030 section 7.3, and what ntfy and others say of a topic that is gone. */
	if (fate == POSTING_LOST && (tried->status == 404 || tried->status == 410))
		return store_push_gone(store, row->owner);
	return ERR_OK;
}
