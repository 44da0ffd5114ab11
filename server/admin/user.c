/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server user. Passwords come from stdin and never from the command line, where every
 * user of the machine could read them.
 */
#include <stdio.h>
#include <string.h>

#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/body.h"
#include "server/admin/chore.h"
#include "server/admin/verb.h"

#define LINE_MOST 256 /* of stdin: LIMIT_PASSWORD and what is refused by name */

static struct bytes read_line(char line[LINE_MOST])
{
	if (!fgets(line, LINE_MOST, stdin))
		return bytes_of("", 0);
	return bytes_of(line, strcspn(line, "\n"));
}

static enum err add(struct admin *admin)
{
	struct body_admin_user body = {.name = bytes_text(admin->words[0])};
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	AUTO(buf_done) struct buf answer = BUF_INIT;
	char line[LINE_MOST];

	for (size_t i = 1; i < admin->count; i++) {
		const char *word = admin->words[i];
		if (strcmp(word, "-") == 0) {
			body.password = read_line(line);
		} else if (strcmp(word, "admin") == 0) {
			body.admin = true;
		} else if (strchr(word, '@') && !body.email.ptr) {
			body.email = bytes_text(word);
		} else {
			str_addf(admin->why,
				 _("%s is neither an address nor admin nor -"), word);
			return ERR_USAGE;
		}
	}
	struct json_out out = json_out_init(&args);
	body_encode(body_admin_user_def(), &out, &body);
	wipe(line, sizeof(line));
	enum err err = ask_server(admin->setup, REST_admin_user_add, NULL,
				  buf_view(&args), &answer, admin->why);
	if (err == ERR_OK)
		str_addf(admin->said, _("%s has an account now\n"), admin->words[0]);
	return err;
}

static enum err login_code(struct admin *admin)
{
	struct body_login_code body;
	struct verb_ask ask = {.op = REST_admin_login_code,
			       .words = {{"user", admin->words[0]}},
			       .ret_body = &body};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK) {
		/* TRANSLATORS: %.*s is a code of six digits, %s the name of an account */
		str_addf(admin->said,
			 _("%.*s answers the next log-in of %s, within 10 minutes\n"),
			 (int)body.code.len, (const char *)body.code.ptr,
			 admin->words[0]);
	}
	json_free(&ask.json);
	return err;
}

/* Ask @op about the user and say @done, which has a %s for his name. */
static enum err tell(struct admin *admin, enum rest_op op, const void *args,
		     const char *done)
{
	struct verb_ask ask = {
		.op = op, .words = {{"user", admin->words[0]}}, .args = args};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK) {
		str_add(admin->said, admin->words[0]);
		str_addf(admin->said, " %s\n", done);
	}
	return err;
}

static enum err disable(struct admin *admin)
{
	const struct body_user_state args = {.user = bytes_text(admin->words[0]),
					     .why = admin->count > 1
							    ? bytes_text(admin->words[1])
							    : bytes_of(NULL, 0)};

	/* TRANSLATORS: behind the name of an account */
	return tell(admin, REST_admin_user_disable, &args,
		    _("is logged out and cannot log in"));
}

static enum err enable(struct admin *admin)
{
	/* TRANSLATORS: behind the name of an account */
	return tell(admin, REST_admin_user_enable, NULL, _("can log in again"));
}

static enum err reset_password(struct admin *admin)
{
	/* TRANSLATORS: behind the name of an account */
	return tell(admin, REST_admin_user_reset_password, NULL,
		    _("is logged out, and a letter asks for a new password"));
}

static enum err erase(struct admin *admin)
{
	/* TRANSLATORS: behind the name of an account */
	return tell(admin, REST_admin_user_delete, NULL, _("is deleted"));
}

/* ---- looking ---- */

static void print_line(const void *item, struct str *out)
{
	const struct body_account *account = item;

	verb_column(out, account->name, 20);
	str_add(out, " ");
	verb_column(out, account->state, 11);
	verb_column(out, account->admin ? bytes_text("admin") : account->kind, 8);
	admin_time(account->used_ts ? account->used_ts : account->made_ts, out);
	str_add(out, "  ");
	verb_column(out, account->display_name, 0);
	if (account->email.len) {
		str_add(out, "  ");
		verb_column(out, account->email, 0);
	}
}

static enum err list(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_users};
	const char *state = NULL, *admins = NULL;
	const struct verb_set sets[] = {{"state", &state}, {"admins", &admins}};
	const bool text = admin->count > 0 && !strchr(admin->words[0], '=');
	int only;
	enum err err = verb_settings(admin, text, sets, ARRAY_LEN(sets));

	if (err == ERR_OK)
		err = verb_yes_no(admin, admins, &only);
	if (err != ERR_OK)
		return err;
	ask.words[0] = (struct ask_word){"q", text ? admin->words[0] : NULL};
	ask.words[1] = (struct ask_word){"state", state};
	ask.words[2] = (struct ask_word){"admins", only == YES_NO_YES ? "true" : NULL};
	return verb_list(admin, &ask, print_line);
}

static void fact_time(struct str *out, const char *name, uint64_t ms)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (ms)
		admin_time(ms, &text);
	verb_fact(out, name, str_view(&text));
}

static void print_facts(const struct body_account_facts *facts, struct str *out)
{
	const struct body_account *account = &facts->account;
	const struct bytes yes = bytes_text(_("yes")), no = bytes_text(_("no"));

	verb_fact(out, _("name"), account->name);
	verb_fact(out, _("shown as"), account->display_name);
	verb_fact(out, "id", bytes_text(id_text(&account->id).text));
	verb_fact(out, _("kind"), account->kind);
	verb_fact(out, _("state"), account->state);
	verb_fact(out, _("why"), account->why);
	verb_fact(out, _("administrator"), account->admin ? yes : no);
	verb_fact(out, _("may broadcast"), account->broadcast ? yes : no);
	verb_fact(out, _("address"), account->email);
	if (account->email.len)
		verb_fact(out, _("address confirmed"),
			  account->email_verified ? yes : no);
	verb_fact(out, _("password"), account->password ? yes : no);
	verb_fact(out, _("authenticator"), account->totp ? yes : no);
	fact_time(out, _("made"), account->made_ts);
	fact_time(out, _("last used"), account->used_ts);
	verb_fact_number(out, _("sessions"), facts->sessions);
	verb_fact_number(out, _("rooms"), facts->rooms);
	verb_fact_number(out, _("bytes of files"), facts->file_bytes);
}

static enum err answer(struct admin *admin, struct verb_ask *ask)
{
	struct body_account_facts facts;
	bool printed = false;

	ask->words[0] = (struct ask_word){"user", admin->words[0]};
	ask->ret_body = &facts;
	enum err err = verb_show(admin, ask, &printed);
	if (err == ERR_OK && !printed)
		print_facts(&facts, admin->said);
	json_free(&ask->json);
	return err;
}

static enum err show(struct admin *admin)
{
	return answer(admin, &(struct verb_ask){.op = REST_admin_user_get});
}

static enum err set(struct admin *admin)
{
	const char *rights[2] = {NULL, NULL}, *name = NULL;
	const struct verb_set sets[] = {
		{"admin", &rights[0]}, {"broadcast", &rights[1]}, {"name", &name}};
	struct body_account_change args = {.user = bytes_text(admin->words[0])};
	enum err err = verb_settings(admin, 1, sets, ARRAY_LEN(sets));

	if (err == ERR_OK)
		err = verb_yes_no(admin, rights[0], &args.administrator);
	if (err == ERR_OK)
		err = verb_yes_no(admin, rights[1], &args.broadcaster);
	if (err != ERR_OK)
		return err;
	if (name)
		args.display_name = bytes_text(name);
	return answer(admin,
		      &(struct verb_ask){.op = REST_admin_user_update, .args = &args});
}

enum err command_user(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"add", 1, 4, add, false},
		{"delete", 1, 1, erase, true},
		{"disable", 1, 2, disable, false},
		{"enable", 1, 1, enable, false},
		{"list", 0, 3, list, false},
		{"login-code", 1, 1, login_code, false},
		{"reset-password", 1, 1, reset_password, false},
		{"set", 2, 4, set, false},
		{"show", 1, 1, show, false},
	};

	return verb_run(admin, "user", verbs, ARRAY_LEN(verbs));
}
