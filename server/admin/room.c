/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server room. It shows what rooms are called and who is in them; what is said there it
 * does not show.
 */
#include <string.h>

#include "common/os/lang.h"
#include "server/admin/chore.h"
#include "server/admin/verb.h"

/* How people call it: #slug, a name, or the two who talk there. */
static void add_name(const struct body_room_info *room, unsigned width, struct str *out)
{
	AUTO(str_done) struct str name = STR_INIT;

	if (room->slug.len) {
		str_add(&name, "#");
		str_add_len(&name, (const char *)room->slug.ptr, room->slug.len);
	} else if (room->name.len) {
		str_add_len(&name, (const char *)room->name.ptr, room->name.len);
	}
	for (size_t i = 0; i < room->users_count; i++) {
		str_add(&name, i ? " @" : "@");
		str_add_len(&name, (const char *)room->users[i].ptr, room->users[i].len);
	}
	verb_column(out, str_view(&name), width);
}

static void print_line(const void *item, struct str *out)
{
	const struct body_room_info *room = item;

	str_addf(out, "%s  ", id_text(&room->id).text);
	verb_column(out, bytes_text(kind_word(&room_kind_words, room->kind)), 10);
	str_addf(out, "%5llu %9llu  ", (unsigned long long)room->members,
		 (unsigned long long)room->head);
	add_name(room, 24, out);
	str_add(out, room->archived ? _(" archived ") : " ");
	verb_column(out, room->topic, 0);
}

static enum err list(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_rooms};
	const char *kind = NULL;
	const struct verb_set sets[] = {{"kind", &kind}};
	const bool text = admin->count > 0 && !strchr(admin->words[0], '=');
	enum err err = verb_settings(admin, text, sets, ARRAY_LEN(sets));

	if (err != ERR_OK)
		return err;
	ask.words[0] = (struct ask_word){"q", text ? admin->words[0] : NULL};
	ask.words[1] = (struct ask_word){"kind", kind};
	return verb_list(admin, &ask, print_line);
}

static void print_facts(const struct body_room_info *room, struct str *out)
{
	AUTO(str_done) struct str name = STR_INIT, made = STR_INIT, owners = STR_INIT;

	add_name(room, 0, &name);
	admin_time(room->made_ts, &made);
	for (size_t i = 0; i < room->owners_count; i++) {
		str_add(&owners, i ? ", " : "");
		str_add_len(&owners, (const char *)room->owners[i].ptr,
			    room->owners[i].len);
	}
	verb_fact(out, _("room"), str_view(&name));
	verb_fact(out, _("name"), room->name);
	verb_fact(out, _("topic"), room->topic);
	verb_fact(out, "id", bytes_text(id_text(&room->id).text));
	verb_fact(out, _("kind"), bytes_text(kind_word(&room_kind_words, room->kind)));
	verb_fact(out, _("security"),
		  bytes_text(kind_word(&room_security_words, room->security)));
	verb_fact(out, _("history"),
		  bytes_text(kind_word(&room_history_words, room->history)));
	verb_fact(out, _("owners"), str_view(&owners));
	verb_fact_number(out, _("members"), room->members);
	verb_fact_number(out, _("newest event"), room->head);
	verb_fact(out, _("made"), str_view(&made));
	if (room->slow_ms)
		verb_fact_number(out, _("slow mode, seconds"), room->slow_ms / 1000);
	if (room->has_keep_ms)
		verb_fact_number(out, _("kept for, hours"), room->keep_ms / 3600000);
	verb_fact(out, _("archived"),
		  room->archived ? bytes_text(_("yes")) : bytes_of(NULL, 0));
}

/* Ask what answers with a room, and print that. */
static enum err answer(struct admin *admin, struct verb_ask *ask)
{
	struct body_room_info room;
	bool printed = false;

	ask->ret_body = &room;
	enum err err = verb_show(admin, ask, &printed);
	if (err == ERR_OK && !printed)
		print_facts(&room, admin->said);
	json_free(&ask->json);
	return err;
}

static enum err show(struct admin *admin)
{
	return answer(admin, &(struct verb_ask){.op = REST_admin_room_get,
						.words = {{"room", admin->words[0]}}});
}

static struct bytes maybe(const char *text)
{
	return text ? bytes_text(text) : bytes_of(NULL, 0);
}

static enum err create(struct admin *admin)
{
	const char *owner = NULL, *topic = NULL, *name = NULL, *kind = admin->words[0];
	const struct verb_set sets[] = {
		{"owner", &owner}, {"topic", &topic}, {"name", &name}};
	struct body_room_make args = {
		.kind = kind_value(&room_kind_words, kind, strlen(kind))};
	enum err err = verb_settings(admin, 2, sets, ARRAY_LEN(sets));

	if (err != ERR_OK)
		return err;
	if (!args.kind || args.kind == ROOM_DIRECT) {
		str_addf(admin->why, _("%s is neither private nor public nor broadcast"),
			 kind);
		return ERR_USAGE;
	}
	args.owner = maybe(owner);
	args.topic = maybe(topic);
	args.name = args.kind == ROOM_PRIVATE ? bytes_text(admin->words[1]) : maybe(name);
	if (args.kind != ROOM_PRIVATE)
		args.slug = bytes_text(admin->words[1]);
	return answer(admin,
		      &(struct verb_ask){.op = REST_admin_room_create, .args = &args});
}

static enum err update(struct admin *admin, struct body_room_steer *args)
{
	args->room = bytes_text(admin->words[0]);
	return answer(admin, &(struct verb_ask){.op = REST_admin_room_update,
						.words = {{"room", admin->words[0]}},
						.args = args});
}

static enum err set(struct admin *admin)
{
	const char *slug = NULL, *name = NULL, *topic = NULL, *slow = NULL;
	const struct verb_set sets[] = {
		{"slug", &slug}, {"name", &name}, {"topic", &topic}, {"slow", &slow}};
	struct body_room_steer args = {.has_slow_ms = false};
	int64_t ms = 0;
	enum err err = verb_settings(admin, 1, sets, ARRAY_LEN(sets));

	if (err != ERR_OK)
		return err;
	if (slow && (opt_parse_duration(slow, &ms) != ERR_OK || ms < 0)) {
		str_addf(admin->why, _("%s is no duration; write 10s or 5m"), slow);
		return ERR_USAGE;
	}
	args.slug = maybe(slug);
	args.name = maybe(name);
	args.topic = maybe(topic);
	args.has_slow_ms = slow != NULL;
	args.slow_ms = (uint64_t)ms;
	return update(admin, &args);
}

static enum err archive(struct admin *admin)
{
	return update(admin, &(struct body_room_steer){.archive = YES_NO_YES});
}

static enum err unarchive(struct admin *admin)
{
	return update(admin, &(struct body_room_steer){.archive = YES_NO_NO});
}

/* ---- who is in it ---- */

static void print_member(const void *item, struct str *out)
{
	const struct body_member *member = item;

	verb_column(out, member->user.name, 20);
	str_add(out, " ");
	verb_column(out, bytes_text(kind_word(&role_words, member->role)), 10);
	admin_time(member->joined_ts, out);
	str_add(out, "  ");
	verb_column(out, member->user.display_name, 0);
}

static enum err members(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_room_members,
			       .words = {{"room", admin->words[0]}}};

	return verb_list(admin, &ask, print_member);
}

static enum err put(struct admin *admin, const char *role)
{
	struct body_any_room_user args = {
		.room = bytes_text(admin->words[0]),
		.user = bytes_text(admin->words[1]),
		.role = kind_value(&role_words, role, strlen(role)),
	};
	struct verb_ask ask = {
		.op = REST_admin_room_member_put,
		.words = {{"room", admin->words[0]}, {"user", admin->words[1]}},
		.args = &args};

	if (!args.role) {
		str_addf(admin->why,
			 _("%s is neither guest nor member nor moderator nor owner"),
			 role);
		return ERR_USAGE;
	}
	enum err err = verb_ask(admin, &ask);
	if (err == ERR_OK)
		/* TRANSLATORS: a user, a room, a role such as owner */
		str_addf(admin->said, _("%s is in %s as %s\n"), admin->words[1],
			 admin->words[0], role);
	return err;
}

static enum err add(struct admin *admin)
{
	return put(admin, admin->count > 2 ? admin->words[2] : "member");
}

static enum err owner(struct admin *admin)
{
	return put(admin, "owner");
}

static enum err take_out(struct admin *admin)
{
	struct verb_ask ask = {
		.op = REST_admin_room_member_remove,
		.words = {{"room", admin->words[0]}, {"user", admin->words[1]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_addf(admin->said, _("%s is no longer in %s\n"), admin->words[1],
			 admin->words[0]);
	return err;
}

/* ---- the end ---- */

static enum err clear(struct admin *admin)
{
	struct body_room_cleared body = {.complete = false};
	uint64_t events = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && !body.complete) {
		struct verb_ask ask = {.op = REST_admin_room_clear,
				       .words = {{"room", admin->words[0]}},
				       .ret_body = &body};
		err = verb_ask(admin, &ask);
		json_free(&ask.json);
		if (err == ERR_OK)
			events += body.events;
	}
	if (err == ERR_OK)
		str_addf(admin->said, _("%llu messages and other events were deleted\n"),
			 (unsigned long long)events);
	return err;
}

static enum err erase(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_room_delete,
			       .words = {{"room", admin->words[0]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_addf(admin->said, _("%s is deleted\n"), admin->words[0]);
	return err;
}

enum err command_room(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"add", 2, 3, add, false},         {"archive", 1, 1, archive, false},
		{"clear", 1, 1, clear, true},      {"create", 2, 5, create, false},
		{"delete", 1, 1, erase, true},     {"list", 0, 2, list, false},
		{"members", 1, 1, members, false}, {"owner", 2, 2, owner, false},
		{"remove", 2, 2, take_out, false}, {"set", 2, 5, set, false},
		{"show", 1, 1, show, false},       {"unarchive", 1, 1, unarchive, false},
	};

	return verb_run(admin, "room", verbs, ARRAY_LEN(verbs));
}
