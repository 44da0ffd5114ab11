/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of the protocol know every operation, its fields and their types: so words
 * become a request here without a line of code for any of them, and what is missing or
 * wrong is said before anybody is asked. What an account is kept by (passwords, codes, keys)
 * has options of its own, which take no secret from the command line.
 */
#include "client/script/operation.h"

#include <string.h>

#include "client/script/input.h"
#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/rest.h"

static bool is_open(const struct rest_row *row)
{
	return (row->right == REST_USER || row->right == REST_ADMIN) &&
	       strncmp(row->op, "auth_", strlen("auth_")) != 0 &&
	       row->out() != body_raw_def() && !rest_takes_bytes(row);
}

/* ---- --operations ---- */

static void add_fields(const struct body_def *def, struct str *out)
{
	for (size_t i = 0; i < def->count && def != body_none_def(); i++)
		str_addf(out, def->fields[i].need == BODY_NEED ? "%s%s=" : "%s[%s=]",
			 i ? " " : "", def->fields[i].name);
}

void operation_list(struct str *out)
{
	for (enum rest_op op = 0; op < REST_COUNT; op++) {
		const struct rest_row *row = rest_row(op);
		if (!is_open(row))
			continue;
		str_addf(out, "%s\t", row->op);
		add_fields(row->in(), out);
		str_addf(out, "\t%s\n", rest_about(op)->summary);
	}
}

/* ---- from words to JSON ---- */

/* What stands behind "FIELD="; NULL: @word is not of @field. */
static const char *value_of(const char *word, const struct body_field *field)
{
	const size_t len = strlen(field->name);

	return strncmp(word, field->name, len) == 0 && word[len] == '=' ? word + len + 1
									: NULL;
}

static bool put_number(struct json_out *out, const char *value)
{
	const size_t len = strspn(value, "0123456789");
	const bool is = len > 0 && !value[len] && (len == 1 || value[0] != '0');

	if (is)
		json_out_raw(out, bytes_text(value));
	return is;
}

static bool put_choice(struct json_out *out, const char *value)
{
	const bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
	const bool no = strcmp(value, "no") == 0 || strcmp(value, "false") == 0;

	json_out_bool(out, yes);
	return yes || no;
}

static bool put_json(struct json_out *out, const char *value)
{
	AUTO(json_free) struct json *json = NULL;
	const bool is = json_parse(bytes_text(value), &json) == ERR_OK;

	if (is)
		json_out_raw(out, bytes_text(value));
	return is;
}

static bool put_text(struct json_out *out, const char *value)
{
	const bool is = utf8_valid(value, strlen(value));

	if (is)
		json_out_text(out, bytes_text(value));
	return is;
}

/* False: @value is nothing for @field. */
static bool put_value(struct json_out *out, const struct body_field *field,
		      const char *value)
{
	switch (field->type) {
	case BODY_UINT:
	case BODY_MAYBE: return put_number(out, value);
	case BODY_BOOL: return put_choice(out, value);
	case BODY_LIST:
	case BODY_SUB:
	case BODY_RAW: return put_json(out, value);
	default: break;
	}
	/* People are called @bob, and the server calls them bob. */
	const bool at = value[0] == '@' && strcmp(field->name, "user") == 0;
	return put_text(out, value + at);
}

static bool is_many(const struct body_field *field)
{
	return field->type == BODY_IDS || field->type == BODY_TEXTS;
}

/* All words of @field. False: one of them is nothing for it. */
static bool put_field(struct json_out *out, const struct body_field *field,
		      const struct opts *opts)
{
	size_t count = 0;
	bool good = true;

	for (size_t i = 0; i < opts->operand_count && good; i++) {
		const char *value = value_of(opts->operands[i], field);
		if (!value)
			continue;
		if (count++ == 0)
			json_out_key(out, field->name);
		if (count == 1 && is_many(field))
			json_out_open(out, '[');
		good = (count == 1 || is_many(field)) && put_value(out, field, value);
	}
	if (count && is_many(field))
		json_out_close(out, ']');
	return good;
}

static const struct body_field *field_of(const struct body_def *def, const char *word)
{
	for (size_t i = 0; i < def->count; i++)
		if (value_of(word, &def->fields[i]))
			return &def->fields[i];
	return NULL;
}

static enum err from_words(const struct rest_row *row, const struct opts *opts,
			   struct str *text, struct str *why)
{
	const struct body_def *def = row->in();
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct json_out out = json_out_init(&buf);

	for (size_t i = 0; i < opts->operand_count; i++) {
		const struct body_field *field =
			def == body_none_def() ? NULL : field_of(def, opts->operands[i]);
		if (field && strcmp(field->name, "password") == 0) {
			str_set(why, _("a password is no word of a command line, which "
				       "others see: give the fields as JSON to \"-\""));
			return ERR_USAGE;
		}
		if (field)
			continue;
		/* TRANSLATORS: the first is an operation; what follows, its fields */
		str_addf(why, _("--call %s takes: "), row->op);
		add_fields(def, why);
		return ERR_USAGE;
	}
	json_out_open(&out, '{');
	for (size_t i = 0; i < def->count; i++) {
		if (put_field(&out, &def->fields[i], opts))
			continue;
		str_addf(why, _("--call %s: %s= does not take that"), row->op,
			 def->fields[i].name);
		return ERR_USAGE;
	}
	json_out_close(&out, '}');
	str_add_len(text, (const char *)buf.ptr, buf.len);
	return ERR_OK;
}

/* As the server will look at it. @text is written anew: a frame is one line. */
static enum err check(const struct rest_row *row, struct str *text, struct str *why)
{
	const struct body_def *def = row->in();
	AUTO(json_free) struct json *json = NULL;
	AUTO(mem_freep) char *body = mem_alloc(1, def->size);
	AUTO(buf_wipe) struct buf line = BUF_INIT;
	const char *field = NULL;
	enum err err = json_parse(str_view(text), &json);

	if (err == ERR_OK)
		err = body_decode_request(def, json, json_root(json), body, &field);
	if (err != ERR_OK && field)
		str_addf(why, _("--call %s: %s= is missing, or is not that"), row->op,
			 field);
	else if (err != ERR_OK)
		str_addf(why, "--call %s: %s", row->op, _(err_text(err)));
	if (err != ERR_OK)
		return ERR_USAGE;
	json_print(json_root(json), &line);
	wipe(text->ptr, text->len);
	str_set_len(text, (const char *)line.ptr, line.len);
	return ERR_OK;
}

enum err operation_read(const struct opts *opts, struct request *request, struct str *why)
{
	const char *op = opts_text(opts, OPTION_CALL);
	const struct rest_row *row = rest_find(op, strlen(op));
	enum err err;

	if (!row || !is_open(row)) {
		str_addf(why, _("--call knows no operation %s: --operations lists them"),
			 op);
		return ERR_USAGE;
	}
	request->json = true;
	request->whole = true;
	str_set(&request->name, op);
	if (opts->operand_count == 1 && strcmp(opts->operands[0], "-") == 0)
		err = input_read(&request->text, why);
	else
		err = from_words(row, opts, &request->text, why);
	return err == ERR_OK ? check(row, &request->text, why) : err;
}
