/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One command at a time. */
#include "client/script/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/script/account.h"
#include "client/script/input.h"
#include "client/script/operation.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/kind.h"
#include "common/proto/limits.h"

/* The options that are commands, and what they ask for. */
static const struct {
	enum option option;
	enum request_kind kind;
	bool is_text; /* its value is the room, or what is looked for or called with */
} commands[] = {
	{OPTION_AVATAR, REQUEST_CALL, true},
	{OPTION_AVATAR_REMOVE, REQUEST_CALL, false},
	{OPTION_BLOCK, REQUEST_CALL, true},
	{OPTION_BLOCKS, REQUEST_CALL, false},
	{OPTION_BOTS, REQUEST_CALL, false},
	{OPTION_BROADCASTS, REQUEST_STREAM, false},
	{OPTION_CALL, REQUEST_CALL, true},
	{OPTION_CHANGE_PASSWORD, REQUEST_CALL, false},
	{OPTION_CONFIRM_EMAIL, REQUEST_CALL, true},
	{OPTION_DELETE_ACCOUNT, REQUEST_CALL, false},
	{OPTION_DEVICES, REQUEST_CALL, false},
	{OPTION_END_DEVICE, REQUEST_CALL, true},
	{OPTION_EVERYTHING, REQUEST_STREAM, false},
	{OPTION_EXPORT_ACCOUNT, REQUEST_CALL, false},
	{OPTION_FIND_USERS, REQUEST_CALL, true},
	{OPTION_FLUSH, REQUEST_FLUSH, false},
	{OPTION_FOLLOW, REQUEST_FOLLOW, false},
	{OPTION_HISTORY, REQUEST_HISTORY, true},
	{OPTION_KEYS, REQUEST_CALL, false},
	{OPTION_KEY_ADD, REQUEST_CALL, true},
	{OPTION_KEY_REMOVE, REQUEST_CALL, true},
	{OPTION_LOGOUT, REQUEST_LOGOUT, false},
	{OPTION_LOGOUT_ALL, REQUEST_LOGOUT, false},
	{OPTION_NOTIFICATIONS, REQUEST_CALL, false},
	{OPTION_NOTIFICATIONS_READ, REQUEST_CALL, false},
	{OPTION_PEOPLE, REQUEST_CALL, false},
	{OPTION_QUOTA, REQUEST_CALL, false},
	{OPTION_RECOVERY_CODES, REQUEST_CALL, false},
	{OPTION_ROOMS, REQUEST_ROOMS_LIST, false},
	{OPTION_SAVE, REQUEST_SAVE, true},
	{OPTION_SEARCH, REQUEST_SEARCH, true},
	{OPTION_SEND, REQUEST_SEND, true},
	{OPTION_SET_EMAIL, REQUEST_CALL, true},
	{OPTION_SET_PROFILE, REQUEST_CALL, false},
	{OPTION_TOTP_CONFIRM, REQUEST_CALL, true},
	{OPTION_TOTP_ENROL, REQUEST_CALL, false},
	{OPTION_TOTP_REMOVE, REQUEST_CALL, false},
	{OPTION_UNBLOCK, REQUEST_CALL, true},
	{OPTION_WEBHOOKS, REQUEST_CALL, true},
	{OPTION_WHOAMI, REQUEST_WHOAMI, false},
	{OPTION_WHOIS, REQUEST_CALL, true},
};

static bool is_given(const struct opts *opts, size_t i)
{
	if (commands[i].is_text)
		return opts_given(opts, commands[i].option);
	return opts_bool(opts, commands[i].option);
}

static size_t count_given(const struct opts *opts)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		count += is_given(opts, i);
	return count;
}

bool command_given(const struct profile *profile)
{
	return count_given(&profile->opts) > 0;
}

/* Whoever does the work may stand in another folder. */
static enum err whole_path(const char *path, struct str *ret_path, struct str *why)
{
	AUTO(mem_freep) char *whole = realpath(path, NULL);

	if (!whole) {
		str_addf(why, "%s: %s", path, strerror(errno));
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	}
	str_set(ret_path, whole);
	return ERR_OK;
}

/* --save FILE [FOLDER] */
static enum err read_save(const struct opts *opts, struct request *request,
			  struct str *why)
{
	if (opts->operand_count > 1) {
		str_set(why, _("--save takes one file and the folder to put it into"));
		return ERR_USAGE;
	}
	return whole_path(opts->operand_count ? opts->operands[0] : ".", &request->text,
			  why);
}

static enum err read_send(const struct opts *opts, struct request *request,
			  struct str *why)
{
	const char *file = opts_text(opts, OPTION_FILE);
	enum err err = *file ? whole_path(file, &request->file, why) : ERR_OK;

	if (err != ERR_OK)
		return err;
	if (opts->operand_count > 1 || (opts->operand_count == 0 && !*file)) {
		str_set(why,
			_("--send takes one text: put it in quotes, or \"-\" to read it "
			  "from standard input"));
		return ERR_USAGE;
	}
	request->wait = (enum request_wait)opts_word(opts, OPTION_WAIT);
	request->no_queue = !opts_bool(opts, OPTION_QUEUE);
	str_set(&request->name, opts_text(opts, OPTION_ID));
	if (opts->operand_count == 0)
		return ERR_OK;
	if (strcmp(opts->operands[0], "-") != 0) {
		str_set(&request->text, opts->operands[0]);
		return ERR_OK;
	}
	return input_read(&request->text, why);
}

static enum err read_follow(const struct opts *opts, struct request *request,
			    struct str *why)
{
	if (opts->operand_count > REQUEST_ROOMS) {
		str_addf(why,
			 _("--follow takes at most %d rooms; without any it follows all"),
			 REQUEST_ROOMS);
		return ERR_USAGE;
	}
	for (size_t i = 0; i < opts->operand_count; i++)
		request_add_room(request, opts->operands[i]);
	str_set(&request->name, opts_text(opts, OPTION_CONSUMER));
	request->since = (enum request_since)opts_word(opts, OPTION_SINCE);
	return ERR_OK;
}

/* --before, --after, --around: one of them. */
static enum err read_history(const struct opts *opts, struct request *request,
			     struct str *why)
{
	static const struct {
		enum option option;
		enum request_side side;
	} sides[] = {{OPTION_AFTER, SIDE_AFTER},
		     {OPTION_AROUND, SIDE_AROUND},
		     {OPTION_BEFORE, SIDE_BEFORE}};

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		const char *place = opts_text(opts, sides[i].option);
		if (!*place)
			continue;
		if (request->side != SIDE_NEWEST) {
			str_set(why, _("give one of --before, --after and --around"));
			return ERR_USAGE;
		}
		request->side = sides[i].side;
		str_set(&request->text, place);
	}
	return ERR_OK;
}

static enum err read_kind(const struct opts *opts, size_t which, struct request *request,
			  struct str *why)
{
	request->kind = commands[which].kind;
	request->json = opts_bool(opts, OPTION_JSON);
	request->colours = isatty(STDOUT_FILENO) == 1;
	request->timeout_ms = (uint64_t)opts_number(opts, OPTION_TIMEOUT);
	request->limit = (uint64_t)opts_number(opts, OPTION_LIMIT);
	if (commands[which].option == OPTION_CALL)
		return operation_read(opts, request, why);
	if (request->kind == REQUEST_CALL &&
	    (opts->operand_count == 0 || account_takes_words(commands[which].option)))
		return account_read(opts, commands[which].option, request, why);
	if (commands[which].option == OPTION_LOGOUT_ALL)
		str_set(&request->name, "everywhere");
	if (commands[which].is_text)
		str_set(request->kind == REQUEST_SEARCH ? &request->text : &request->room,
			opts_text(opts, commands[which].option));
	if (request->kind == REQUEST_SEND)
		return read_send(opts, request, why);
	if (request->kind == REQUEST_SAVE)
		return read_save(opts, request, why);
	if (request->kind == REQUEST_FOLLOW)
		return read_follow(opts, request, why);
	if (commands[which].option == OPTION_BROADCASTS)
		str_set(&request->name, kind_word(&room_kind_words, ROOM_BROADCAST));
	if (opts->operand_count > 0) {
		str_addf(why, _("nobody asked for \"%s\": see --help"),
			 opts->operands[0]);
		return ERR_USAGE;
	}
	return request->kind == REQUEST_HISTORY ? read_history(opts, request, why)
						: ERR_OK;
}

static void explain(const struct request *request, enum err err, struct str *why)
{
	if (err == ERR_TOO_BIG && request->kind == REQUEST_CALL)
		str_addf(why, _("the fields of a call have at most %d bytes together"),
			 LIMIT_TEXT);
	else if (err == ERR_TOO_BIG && request->text.len > LIMIT_TEXT)
		str_addf(why, _("a message has at most %d bytes"), LIMIT_TEXT);
	else if (err != ERR_OK && request->side != SIDE_NEWEST)
		str_set(why,
			_("a message is named by its id or its number in the room, as "
			  "--history --json prints them"));
	else if (err == ERR_UTF8)
		str_set(why, _("the text is not UTF-8"));
	else if (err == ERR_BAD && request->room.len == 0 &&
		 (request->kind == REQUEST_SEND || request->kind == REQUEST_HISTORY))
		str_set(why, _("no room was named"));
	else if (err == ERR_BAD && request->kind == REQUEST_SEND &&
		 request->text.len == 0)
		str_set(why, _("the text is empty"));
	else if (err == ERR_BAD && request->kind == REQUEST_SEND)
		str_set(why, _("the text has control characters"));
	else
		str_set(why, _(err_text(err)));
}

enum err command_read(const struct profile *profile, struct request *ret, struct str *why)
{
	const struct opts *opts = &profile->opts;
	struct request request = REQUEST_INIT;
	size_t which = 0;

	while (which + 1 < ARRAY_LEN(commands) && !is_given(opts, which))
		which++;
	enum err err = count_given(opts) == 1 ? ERR_OK : ERR_USAGE;
	if (err != ERR_OK)
		str_set(why, _("give one command at a time"));
	else
		err = read_kind(opts, which, &request, why);
	if (err == ERR_OK) {
		err = request_check(&request);
		if (err != ERR_OK)
			explain(&request, err, why);
	}
	if (err != ERR_OK) {
		request_done(&request);
		return err;
	}
	*ret = request;
	return ERR_OK;
}
