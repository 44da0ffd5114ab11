/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From options to operations. What needs a step-up (removing the authenticator, new
 * recovery codes, the end of the account) is asked for in one run where the code is at
 * hand, and in two where it comes by mail: the first says the challenge, the second brings
 * it back with --challenge and --code.
 */
#include "client/script/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/auth/flags.h"
#include "client/auth/key_ring.h"
#include "client/errand.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/body.h"

static void set(struct request *request, const char *op, const struct body_def *def,
		const void *body)
{
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	str_set(&request->name, op);
	body_encode(def, &out, body);
	str_set_len(&request->text, (const char *)args.ptr, args.len);
}

static enum err set_none(struct request *request, const char *op)
{
	str_set(&request->name, op);
	str_set(&request->text, "{}");
	return ERR_OK;
}

static enum err set_user(struct request *request, const char *op, const char *name)
{
	struct body_user_ref body = {bytes_text(name + (name[0] == '@'))};

	set(request, op, body_user_ref_def(), &body);
	return ERR_OK;
}

static enum err read_password(const struct opts *opts, struct buf *out, struct str *why)
{
	struct source source = auth_password_source(opts);

	return auth_password_read(&source, _("Password: "), out, why);
}

static enum err set_password(const struct opts *opts, struct request *request,
			     const char *op, struct str *why)
{
	AUTO(buf_wipe) struct buf password = BUF_INIT;
	struct body_password body = {.password = bytes_of(NULL, 0)};
	enum err err = read_password(opts, &password, why);

	if (err != ERR_OK)
		return err;
	if (password.len > 1)
		body.password = bytes_text((const char *)password.ptr);
	set(request, op, body_password_def(), &body);
	return ERR_OK;
}

static enum err set_step_up(const struct opts *opts, struct request *request,
			    const char *op, struct str *why)
{
	const char *challenge = opts_text(opts, OPTION_CHALLENGE);
	const char *code = opts_text(opts, OPTION_CODE);
	struct body_step_up body = {.code = *code ? bytes_text(code) : bytes_of(NULL, 0)};

	if (!*challenge) {
		str_set(&request->room, op);
		if (*code)
			request_add_room(request, code);
		return set_password(opts, request, "auth_step_up", why);
	}
	if (id_parse(challenge, strlen(challenge), &body.challenge) != ERR_OK) {
		str_set(why, _("--challenge takes what the first run has printed"));
		return ERR_USAGE;
	}
	set(request, op, body_step_up_def(), &body);
	return ERR_OK;
}

static enum err set_change(const struct opts *opts, struct request *request,
			   struct str *why)
{
	AUTO(buf_wipe) struct buf before = BUF_INIT, after = BUF_INIT;
	struct source source = {opts, OPTION_NEW_PASSWORD_FILE,
				OPTION_NEW_PASSWORD_COMMAND};
	enum err err = read_password(opts, &before, why);

	if (err == ERR_OK)
		err = auth_password_read(&source, _("New password: "), &after, why);
	if (err != ERR_OK)
		return err;
	struct body_change_password body = {bytes_text((const char *)before.ptr),
					    bytes_text((const char *)after.ptr)};
	set(request, "auth_change_password", body_change_password_def(), &body);
	return ERR_OK;
}

/* "NAME=VALUE" into @body. False: there is no such field, or it does not take that. */
static bool set_field(const char *word, struct body_profile *body)
{
	const struct {
		const char *name;
		const struct kind_words *words; /* NULL: any text */
		struct bytes *text;
		int *choice;
	} fields[] = {
		{"about", NULL, &body->about, NULL},
		{"display_name", NULL, &body->display_name, NULL},
		{"findable", &yes_no_words, NULL, &body->findable},
		{"presence", &shown_to_words, NULL, &body->presence},
		{"receipts", &yes_no_words, NULL, &body->receipts},
		{"status", NULL, &body->status, NULL},
		{"typing", &yes_no_words, NULL, &body->typing},
	};
	const size_t len = strcspn(word, "=");

	for (size_t i = 0; word[len] && i < ARRAY_LEN(fields); i++) {
		const char *value = word + len + 1;
		if (strlen(fields[i].name) != len ||
		    memcmp(fields[i].name, word, len) != 0)
			continue;
		if (fields[i].words)
			return (*fields[i].choice = kind_value(fields[i].words, value,
							       strlen(value))) != 0;
		*fields[i].text = bytes_text(value);
		return true;
	}
	return false;
}

/* FIELD=VALUE, as often as there are fields. */
static enum err set_profile(const struct opts *opts, struct request *request,
			    struct str *why)
{
	struct body_profile body = {.findable = 0};

	for (size_t i = 0; i < opts->operand_count; i++) {
		if (set_field(opts->operands[i], &body))
			continue;
		str_set(why, _("--set-profile takes display_name=, about=, status=, "
			       "findable=, receipts= and typing=yes or no, and "
			       "presence=everyone, rooms or nobody"));
		return ERR_USAGE;
	}
	set(request, "auth_profile", body_profile_def(), &body);
	return ERR_OK;
}

static enum err set_session(const char *text, struct request *request, struct str *why)
{
	struct body_session_ref body;

	if (id_parse(text, strlen(text), &body.session) != ERR_OK) {
		str_set(why, _("--end-device takes a session as --devices prints it"));
		return ERR_USAGE;
	}
	set(request, "auth_session_revoke", body_session_ref_def(), &body);
	return ERR_OK;
}

/* The password is asked for where somebody may be there to type it: accounts without one
 * need none. */
static enum err set_key(const struct opts *opts, struct request *request, struct str *why)
{
	AUTO(key_choice_done) struct key_choice choice = KEY_CHOICE_INIT;
	AUTO(buf_wipe) struct buf password = BUF_INIT;
	struct source source = auth_password_source(opts);
	enum err err = key_choice_read(opts_text(opts, OPTION_KEY_ADD), &choice, why);

	if (err == ERR_OK && (source_given(&source) || isatty(STDERR_FILENO)))
		err = auth_password_read(&source, _("Password: "), &password, why);
	if (err != ERR_OK)
		return err;
	struct body_ssh_key_add body = {.key = str_view(&choice.line),
					.verify = opts_bool(opts, OPTION_KEY_VERIFY)};
	if (password.len > 1)
		body.password = bytes_text((const char *)password.ptr);
	set(request, "auth_key_add", body_ssh_key_add_def(), &body);
	return ERR_OK;
}

/* The owner of the profile reads the file: it may stand elsewhere. */
static enum err set_avatar(const char *path, struct request *request, struct str *why)
{
	char *whole = realpath(path, NULL);

	if (!whole) {
		str_addf(why, _("cannot read %s: %s"), path, strerror(errno));
		return ERR_NOT_FOUND;
	}
	str_set(&request->name, "auth_avatar_put");
	str_set(&request->text, whole);
	free(whole);
	return ERR_OK;
}

static enum err set_email(const struct opts *opts, const char *address,
			  struct request *request, struct str *why)
{
	AUTO(buf_wipe) struct buf password = BUF_INIT;
	struct body_email_change body = {.email = bytes_text(address)};
	enum err err = read_password(opts, &password, why);

	if (err != ERR_OK)
		return err;
	if (password.len > 1)
		body.password = bytes_text((const char *)password.ptr);
	set(request, "auth_email", body_email_change_def(), &body);
	return ERR_OK;
}

static enum err confirm_email(const struct opts *opts, const char *code,
			      struct request *request, struct str *why)
{
	const char *challenge = opts_text(opts, OPTION_CHALLENGE);
	const char *old = opts_text(opts, OPTION_OLD_CHALLENGE);
	struct body_email_confirm body = {.code = bytes_text(code)};
	const char *old_code = opts_text(opts, OPTION_OLD_CODE);

	if (*old_code)
		body.old_code = bytes_text(old_code);
	if (id_parse(challenge, strlen(challenge), &body.challenge) == ERR_OK &&
	    (!*old || id_parse(old, strlen(old), &body.old_challenge) == ERR_OK)) {
		set(request, "auth_email_confirm", body_email_confirm_def(), &body);
		return ERR_OK;
	}
	str_set(why,
		_("--challenge and --old-challenge take what --set-email has printed"));
	return ERR_USAGE;
}

/* What stands behind /webhook and /bot, as words of the command line. */
static enum err set_errand(const struct opts *opts, enum option which,
			   struct request *request, struct str *why)
{
	AUTO(str_done) struct str words = STR_INIT;
	bool bot = which == OPTION_BOTS;
	struct bytes room = bytes_text(bot ? "" : opts_text(opts, which));
	struct errand errand;

	for (size_t i = 0; i < opts->operand_count; i++)
		str_addf(&words, "%s%s", i ? " " : "", opts->operands[i]);
	enum err err = bot ? errand_bot(words.ptr, &errand)
			   : errand_hook(words.ptr, room, &errand);
	if (err == ERR_OK && errand.which.len && !errand_aim_self(&errand)) {
		str_set(why, _("HOOK and TOKEN are whole ids, as the lists print them"));
		return ERR_USAGE;
	}
	if (err == ERR_OK)
		set(request, errand.op, errand.in, &errand.body);
	else if (bot)
		str_set(why,
			_("--bots takes: new NAME [SHOWN AS], remove NAME, token list "
			  "NAME, token new NAME [for=TIME] [may=read,write,rooms] WHAT "
			  "FOR, token revoke NAME TOKEN"));
	else
		str_set(why,
			_("--webhooks ROOM takes: add in NAME, add out URL NAME, change "
			  "HOOK name|url|kinds VALUE, change HOOK on|off, rotate HOOK, "
			  "ping HOOK, remove HOOK"));
	return err;
}

static enum err set_people(struct request *request, const char *prefix)
{
	struct body_users users = {.prefix = bytes_text(prefix + (prefix[0] == '@')),
				   .limit = LIMIT_LIST};

	set(request, "users", body_users_def(), &users);
	return ERR_OK;
}

bool account_takes_words(enum option which)
{
	return which == OPTION_BOTS || which == OPTION_PEOPLE ||
	       which == OPTION_SET_PROFILE || which == OPTION_WEBHOOKS;
}

static bool takes_text(enum option which)
{
	return which == OPTION_AVATAR || which == OPTION_BLOCK ||
	       which == OPTION_CONFIRM_EMAIL || which == OPTION_END_DEVICE ||
	       which == OPTION_FIND_USERS || which == OPTION_KEY_REMOVE ||
	       which == OPTION_SET_EMAIL || which == OPTION_TOTP_CONFIRM ||
	       which == OPTION_UNBLOCK || which == OPTION_WHOIS;
}

enum err account_read(const struct opts *opts, enum option which, struct request *request,
		      struct str *why)
{
	const char *text = takes_text(which) ? opts_text(opts, which) : "";
	struct body_totp_code code = {bytes_text(text)};

	switch (which) {
	case OPTION_AVATAR: return set_avatar(text, request, why);
	case OPTION_AVATAR_REMOVE: return set_none(request, "auth_avatar_remove");
	case OPTION_BLOCK: return set_user(request, "user_block", text);
	case OPTION_BLOCKS: return set_none(request, "auth_blocks");
	case OPTION_BOTS:
	case OPTION_WEBHOOKS: return set_errand(opts, which, request, why);
	case OPTION_CHANGE_PASSWORD: return set_change(opts, request, why);
	case OPTION_CONFIRM_EMAIL: return confirm_email(opts, text, request, why);
	case OPTION_DELETE_ACCOUNT: return set_step_up(opts, request, "auth_delete", why);
	case OPTION_DEVICES: return set_none(request, "auth_sessions");
	case OPTION_END_DEVICE: return set_session(text, request, why);
	case OPTION_EXPORT_ACCOUNT: return set_none(request, "auth_export");
	case OPTION_FIND_USERS: return set_people(request, text);
	case OPTION_PEOPLE:
		if (opts->operand_count > 1) {
			str_set(why, _("--people takes the beginning of one name"));
			return ERR_USAGE;
		}
		return set_people(request, opts->operand_count ? opts->operands[0] : "");
	case OPTION_NOTIFICATIONS: return set_none(request, "notifications");
	case OPTION_NOTIFICATIONS_READ: return set_none(request, "notifications_read");
	case OPTION_KEYS: return set_none(request, "auth_keys");
	case OPTION_KEY_ADD: return set_key(opts, request, why);
	case OPTION_KEY_REMOVE:
		str_set(&request->name, "auth_key_remove");
		str_set(&request->text, text);
		return ERR_OK;
	case OPTION_QUOTA: return set_none(request, "file_quota");
	case OPTION_RECOVERY_CODES:
		return set_step_up(opts, request, "auth_recovery_codes", why);
	case OPTION_SET_EMAIL: return set_email(opts, text, request, why);
	case OPTION_SET_PROFILE: return set_profile(opts, request, why);
	case OPTION_TOTP_CONFIRM:
		set(request, "auth_totp_confirm", body_totp_code_def(), &code);
		return ERR_OK;
	case OPTION_TOTP_ENROL:
		return set_password(opts, request, "auth_totp_enrol", why);
	case OPTION_TOTP_REMOVE:
		return set_step_up(opts, request, "auth_totp_remove", why);
	case OPTION_UNBLOCK: return set_user(request, "user_unblock", text);
	case OPTION_WHOIS: return set_user(request, "user_get", text);
	default: return ERR_INTERNAL;
	}
}
