/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a problem document to a line. The server's details are English and stand in the
 * same catalogue as the client's own texts; one that does not is shown as it came.
 */
#include "client/net/denial.h"

#include <string.h>

#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"

/* What people call the fields that they fill in. */
static const struct {
	const char *field, *label;
} labels[] = {
	{"about", N_("about")},
	{"code", N_("code")},
	{"display_name", N_("shown name")},
	{"email", N_("e-mail")},
	{"key", N_("key")},
	{"login", N_("name")},
	{"name", N_("name")},
	{"new_password", N_("new password")},
	{"old_code", N_("code of the old address")},
	{"password", N_("password")},
	{"status", N_("status")},
};

void denial_done(struct denial *denial)
{
	str_done(&denial->field);
	str_done(&denial->detail);
	*denial = DENIAL_INIT;
}

void denial_read(struct denial *denial, enum err err, struct bytes body)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_problem problem;

	denial->err = err;
	denial->retry_ms = 0;
	str_clear(&denial->field);
	str_clear(&denial->detail);
	if (json_parse(body, &json) != ERR_OK ||
	    body_decode(body_problem_def(), json, json_root(json), &problem, NULL) !=
		    ERR_OK)
		return;
	denial->retry_ms = problem.retry_ms;
	str_set_len(&denial->field, (const char *)problem.field.ptr, problem.field.len);
	str_set_len(&denial->detail, (const char *)problem.detail.ptr,
		    problem.detail.len);
}

static void add_safe(const char *text, struct str *out)
{
	neutral_add(out, text, strlen(text), NEUTRAL_LINE);
}

static void add_field(const char *field, struct str *out)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (strcmp(labels[i].field, field) == 0) {
			str_add(out, _(labels[i].label));
			return;
		}
	add_safe(field, out);
}

static void add_wait(uint64_t retry_ms, struct str *out)
{
	uint64_t seconds = retry_ms / 1000 + (retry_ms % 1000 > 0);
	uint64_t minutes = seconds / 60 + (seconds % 60 > 0);

	str_add(out, ": ");
	if (seconds < 120)
		str_addf(out,
			 Q_("try again in %llu second", "try again in %llu seconds",
			    (unsigned long)seconds),
			 (unsigned long long)seconds);
	else
		str_addf(out,
			 Q_("try again in %llu minute", "try again in %llu minutes",
			    (unsigned long)minutes),
			 (unsigned long long)minutes);
}

void denial_say(const struct denial *denial, struct str *out)
{
	const enum err err = denial->err;
	const char *text = denial->detail.len ? denial->detail.ptr : err_text(err);

	if (err == ERR_BUSY && denial->retry_ms)
		text = N_("the server is busy"); /* when to try again follows */

	if (err == ERR_EXISTS && strcmp(denial->field.ptr, "email") == 0) {
		str_add(out, _("another account has that e-mail address"));
	} else {
		if (err == ERR_BAD && denial->field.len) {
			add_field(denial->field.ptr, out);
			str_add(out, ": ");
		}
		add_safe(_(text), out);
	}
	if (denial->retry_ms)
		add_wait(denial->retry_ms, out);
}

void denial_words(enum err err, struct bytes body, struct str *out)
{
	AUTO(denial_done) struct denial denial = DENIAL_INIT;

	denial_read(&denial, err, body);
	denial_say(&denial, out);
}

static void put_text(struct json_out *out, const char *key, const char *text)
{
	json_out_put_word(out, key, text);
}

void denial_json(const struct denial *denial, struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	put_text(&out, "type", "error");
	put_text(&out, "code", err_word(denial->err));
	put_text(&out, "detail",
		 denial->detail.len ? denial->detail.ptr : err_text(denial->err));
	if (denial->field.len)
		put_text(&out, "field", denial->field.ptr);
	if (denial->retry_ms) {
		json_out_put_uint(&out, "retry_ms", denial->retry_ms);
	}
	json_out_close(&out, '}');
}
