/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields are edited here and not by readline: a password must not come into a history, an
 * undo list or a kill ring. Buffers are inline, so that wiping the form wipes everything.
 */
#include "client/ui/form.h"

#include <string.h>

#include "common/base/grapheme.h"
#include "common/base/utf8.h"
#include "common/proto/limits.h"

static const enum field_kind login_fields[] = {FIELD_SERVER, FIELD_ACCOUNT,
					       FIELD_PASSWORD};
static const enum field_kind signup_fields[] = {
	FIELD_SERVER, FIELD_ACCOUNT, FIELD_DISPLAY, FIELD_EMAIL, FIELD_PASSWORD};
static const enum field_kind code_fields[] = {FIELD_CODE};
static const enum field_kind forgotten_fields[] = {FIELD_EMAIL};
static const enum field_kind renew_fields[] = {FIELD_CODE, FIELD_PASSWORD};
static const enum field_kind secret_fields[] = {FIELD_PASSWORD};
static const enum field_kind profile_fields[] = {
	FIELD_DISPLAY,  FIELD_STATUS, FIELD_ABOUT,   FIELD_FINDABLE,
	FIELD_RECEIPTS, FIELD_TYPING, FIELD_PRESENCE};

_Static_assert(FIELD_BYTES > LIMIT_ABOUT, "every profile can be edited");

static const char *const labels[FIELD_COUNT] = {
	[FIELD_SERVER] = N_("Server"),
	[FIELD_ACCOUNT] = N_("Name"),
	[FIELD_DISPLAY] = N_("Shown as"),
	[FIELD_EMAIL] = N_("E-mail"),
	[FIELD_PASSWORD] = N_("Password"),
	[FIELD_CODE] = N_("Code"),
	[FIELD_STATUS] = N_("Status"),
	[FIELD_ABOUT] = N_("About"),
	[FIELD_FINDABLE] = N_("Found by search"),
	[FIELD_RECEIPTS] = N_("Tell what is read"),
	[FIELD_TYPING] = N_("Tell of typing"),
	[FIELD_PRESENCE] = N_("Seen here by"),
};

const char *form_label(enum field_kind kind)
{
	return labels[kind];
}

void form_init(struct form *form)
{
	*form = (struct form){.error = STR_INIT,
			      .where = STR_INIT,
			      .title = STR_INIT,
			      .offer = STR_INIT};
}

void form_done(struct form *form)
{
	str_done(&form->error);
	str_done(&form->where);
	str_done(&form->title);
	str_done(&form->offer);
	explicit_bzero(form, sizeof(*form));
	form_init(form);
}

static void insert(struct field *field, const char *text, size_t len)
{
	if (len >= FIELD_BYTES - field->len)
		return;
	field->changed = true;
	memmove(field->text + field->point + len, field->text + field->point,
		field->len - field->point + 1);
	memcpy(field->text + field->point, text, len);
	field->len += len;
	field->point += len;
}

static void add_fields(struct form *form, const enum field_kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		form->fields[i].kind = kinds[i];
	form->count = count;
}

static const char *known_value(const struct ui_values *known, enum field_kind kind)
{
	switch (kind) {
	case FIELD_SERVER: return known->server;
	case FIELD_ACCOUNT: return known->account;
	case FIELD_DISPLAY: return known->display;
	case FIELD_EMAIL: return known->email;
	case FIELD_PASSWORD: return known->password;
	case FIELD_STATUS: return known->status;
	case FIELD_ABOUT: return known->about;
	case FIELD_FINDABLE: return known->findable;
	case FIELD_RECEIPTS: return known->receipts;
	case FIELD_TYPING: return known->typing;
	case FIELD_PRESENCE: return known->presence;
	default: return known->code;
	}
}

void form_open(struct form *form, enum ui_form kind, const struct ui_values *known)
{
	struct form fresh;

	form_init(&fresh);
	fresh.kind = kind;
	if (kind == UI_FORM_LOGIN)
		add_fields(&fresh, login_fields, ARRAY_LEN(login_fields));
	else if (kind == UI_FORM_SIGNUP)
		add_fields(&fresh, signup_fields, ARRAY_LEN(signup_fields));
	else if (kind == UI_FORM_CODE || kind == UI_FORM_ASK)
		add_fields(&fresh, code_fields, ARRAY_LEN(code_fields));
	else if (kind == UI_FORM_FORGOTTEN)
		add_fields(&fresh, forgotten_fields, ARRAY_LEN(forgotten_fields));
	else if (kind == UI_FORM_RENEW)
		add_fields(&fresh, renew_fields, ARRAY_LEN(renew_fields));
	else if (kind == UI_FORM_CONFIRM || kind == UI_FORM_LOCK)
		add_fields(&fresh, secret_fields, ARRAY_LEN(secret_fields));
	else if (kind == UI_FORM_PROFILE)
		add_fields(&fresh, profile_fields, ARRAY_LEN(profile_fields));
	for (size_t i = 0; known && i < fresh.count; i++) {
		const char *value = known_value(known, fresh.fields[i].kind);
		if (value)
			insert(&fresh.fields[i], value, strlen(value));
		fresh.fields[i].changed = false;
	}
	while (kind != UI_FORM_PROFILE && fresh.focus + 1 < fresh.count &&
	       fresh.fields[fresh.focus].len)
		fresh.focus++;
	/* Only now: @known may point into the form that ends here. */
	form_done(form);
	*form = fresh;
	explicit_bzero(&fresh, sizeof(fresh));
}

struct ui_values form_values(const struct form *form)
{
	struct ui_values values = {0};

	for (size_t i = 0; i < form->count; i++) {
		const char *text = form->fields[i].text;
		if (form->kind == UI_FORM_PROFILE && !form->fields[i].changed)
			continue;
		switch (form->fields[i].kind) {
		case FIELD_SERVER: values.server = text; break;
		case FIELD_ACCOUNT: values.account = text; break;
		case FIELD_DISPLAY: values.display = text; break;
		case FIELD_EMAIL: values.email = text; break;
		case FIELD_PASSWORD: values.password = text; break;
		case FIELD_STATUS: values.status = text; break;
		case FIELD_ABOUT: values.about = text; break;
		case FIELD_FINDABLE: values.findable = text; break;
		case FIELD_RECEIPTS: values.receipts = text; break;
		case FIELD_TYPING: values.typing = text; break;
		case FIELD_PRESENCE: values.presence = text; break;
		default: values.code = text;
		}
	}
	return values;
}

static void erase(struct field *field, size_t from, size_t to)
{
	memmove(field->text + from, field->text + to, field->len - to + 1);
	explicit_bzero(field->text + field->len - (to - from) + 1, to - from);
	field->len -= to - from;
	field->point = from;
	field->changed = field->changed || to > from;
}

static void move_focus(struct form *form, int step)
{
	if (form->count)
		form->focus = (form->focus + form->count + (size_t)step) % form->count;
}

static bool is_key(const char *bytes, size_t len, const char *key)
{
	return strlen(key) == len && memcmp(bytes, key, len) == 0;
}

const char *const *form_choices(enum field_kind kind)
{
	static const char *const yes_no[] = {N_("yes"), N_("no"), NULL};
	static const char *const people[] = {N_("everyone"), N_("rooms"), N_("nobody"),
					     NULL};

	switch (kind) {
	case FIELD_FINDABLE:
	case FIELD_RECEIPTS:
	case FIELD_TYPING: return yes_no;
	case FIELD_PRESENCE: return people;
	default: return NULL;
	}
}

/* The word behind the one that is there. */
static void choose(struct field *field, const char *const *words)
{
	size_t at = 0;

	while (words[at] && strcmp(words[at], field->text) != 0)
		at++;
	const char *next = words[at] && words[at + 1] ? words[at + 1] : words[0];
	erase(field, 0, field->len);
	insert(field, next, strlen(next));
}

/* Keys that change the field. */
static void edit(struct field *field, const char *bytes, size_t len)
{
	size_t point = field->point;
	size_t step = grapheme_next(field->text + point, field->len - point);
	size_t back = grapheme_before(field->text, point);

	if (form_choices(field->kind)) {
		if (is_key(bytes, len, " ") || is_key(bytes, len, "\x1b[C") ||
		    is_key(bytes, len, "\x1b[D"))
			choose(field, form_choices(field->kind));
	} else if (is_key(bytes, len, "\x7f") || is_key(bytes, len, "\b"))
		erase(field, back, point);
	else if (is_key(bytes, len, "\x1b[3~"))
		erase(field, point, point + step);
	else if (is_key(bytes, len, "\x15"))
		erase(field, 0, point);
	else if (is_key(bytes, len, "\x1b[D") || is_key(bytes, len, "\x02"))
		field->point = back;
	else if (is_key(bytes, len, "\x1b[C") || is_key(bytes, len, "\x06"))
		field->point = point + step;
	else if (is_key(bytes, len, "\x1b[H") || is_key(bytes, len, "\x01"))
		field->point = 0;
	else if (is_key(bytes, len, "\x1b[F") || is_key(bytes, len, "\x05"))
		field->point = field->len;
	else if ((unsigned char)bytes[0] >= ' ' && bytes[0] != 0x7f)
		insert(field, bytes, len);
}

bool form_has_again(const struct form *form)
{
	return form->kind == UI_FORM_LOGIN ||
	       ((form->kind == UI_FORM_CODE || form->kind == UI_FORM_RENEW) &&
		form->again_ms != FORM_NEVER);
}

static enum form_wish wish_of(struct form *form, const char *bytes, size_t len)
{
	/* A profile is there already: Enter saves it from wherever one is. */
	bool last = form->focus + 1 >= form->count || form->kind == UI_FORM_PROFILE;

	bool enters = form->kind == UI_FORM_LOGIN || form->kind == UI_FORM_SIGNUP;

	if (is_key(bytes, len, "\x1b") || is_key(bytes, len, "\x03"))
		return form->kind == UI_FORM_LOCK && bytes[0] == '\x1b' ? FORM_NOTHING
									: FORM_BACK;
	if (is_key(bytes, len, "\x1bOQ") && enters) /* F2 */
		return FORM_OTHER;
	if (is_key(bytes, len, "\x1bOS") && form->offer.len) /* F4 */
		return FORM_KEY;
	if (is_key(bytes, len, "\x1bOR") && form_has_again(form)) /* F3 */
		return FORM_AGAIN;
	if ((is_key(bytes, len, "\r") || is_key(bytes, len, "\n")) && last)
		return FORM_SUBMIT;
	return FORM_NOTHING;
}

enum form_wish form_key(struct form *form, const char *bytes, size_t len)
{
	enum form_wish wish = wish_of(form, bytes, len);

	/* While an answer is awaited only leaving makes sense. */
	if (form->count == 0 || (form->busy && wish != FORM_BACK))
		return FORM_NOTHING;
	if (wish != FORM_NOTHING)
		return wish;
	if (is_key(bytes, len, "\t") || is_key(bytes, len, "\x1b[B") ||
	    is_key(bytes, len, "\r"))
		move_focus(form, 1);
	else if (is_key(bytes, len, "\x1b[Z") || is_key(bytes, len, "\x1b[A"))
		move_focus(form, -1);
	else
		edit(&form->fields[form->focus], bytes, len);
	return FORM_NOTHING;
}

void form_paste(struct form *form, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	if (form->count && !form->busy && !form_choices(form->fields[form->focus].kind))
		insert(&form->fields[form->focus], text,
		       end ? (size_t)(end - text) : len);
}

void form_forget(struct form *form)
{
	for (size_t i = 0; i < form->count; i++) {
		struct field *field = &form->fields[i];
		if (field->kind != FIELD_PASSWORD)
			continue;
		explicit_bzero(field->text, sizeof(field->text));
		field->len = field->point = 0;
		form->focus = i;
	}
}
