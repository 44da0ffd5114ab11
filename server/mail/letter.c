/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of mails and their message form. Plain text in UTF-8, no HTML, no links that
 * could be taken for an invitation to click. The code stands alone on its line, so that
 * people and scripts find it.
 */
#include "server/mail/letter.h"

#include <time.h>

#include "common/base/base64.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

/* The most bytes of text whose base64 fits an encoded word (RFC 2047 section 2). */
#define WORD_MOST 42

static void str_wipe(struct str *str)
{
	if (str->cap)
		wipe(str->ptr, str->cap);
	str_done(str);
}

void letter_done(struct letter *letter)
{
	str_done(&letter->to);
	str_wipe(&letter->subject);
	str_wipe(&letter->body);
}

static void add_code(struct str *body, const struct letter_facts *facts)
{
	str_addf(body, "\n    %s\n\n", facts->code);
	str_addf(body,
		 Q_("It is good for %u minute and for one use.\n",
		    "It is good for %u minutes and for one use.\n", facts->minutes),
		 facts->minutes);
	if (*facts->place) {
		/* TRANSLATORS: %s is a network address */
		str_addf(body, _("It was asked for from %s.\n"), facts->place);
	}
}

static void add_not_you(struct str *body)
{
	str_add(body,
		_("If that was not you, do nothing: without the code nobody gets in.\n"
		  "Never tell it to anyone, whoever asks.\n"));
}

static void write_signup(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("Your code for %s"), facts->server);
	str_addf(&letter->body,
		 _("Welcome to %s. This code confirms your address for the account "
		   "\"%s\":\n"),
		 facts->server, facts->name);
	add_code(&letter->body, facts);
	add_not_you(&letter->body);
}

static void write_known(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("You have an account on %s already"), facts->server);
	str_addf(&letter->body,
		 _("Somebody tried to sign up on %s with this address, but it belongs to "
		   "your\n"
		   "account \"%s\". No second account was made.\n\n"
		   "If it was you, log in as \"%s\", or ask for a new password.\n"
		   "If it was not, do nothing.\n"),
		 facts->server, facts->name, facts->name);
	if (*facts->place)
		str_addf(&letter->body, _("It was asked for from %s.\n"), facts->place);
}

static void write_login(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("Your code for %s"), facts->server);
	str_addf(&letter->body, _("This code logs you in on %s as \"%s\":\n"),
		 facts->server, facts->name);
	add_code(&letter->body, facts);
	str_add(&letter->body,
		_("If that was not you, somebody knows your password: change it.\n"
		  "Never tell the code to anyone, whoever asks.\n"));
}

static void write_reset(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("Your code for a new password on %s"),
		 facts->server);
	str_addf(&letter->body,
		 _("This code lets you choose a new password for \"%s\" on %s:\n"),
		 facts->name, facts->server);
	add_code(&letter->body, facts);
	add_not_you(&letter->body);
}

static void write_password(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("Your password on %s was changed"), facts->server);
	str_addf(&letter->body, _("The password of \"%s\" on %s was changed.\n"),
		 facts->name, facts->server);
	if (*facts->place)
		str_addf(&letter->body, _("It was asked for from %s.\n"), facts->place);
	str_add(&letter->body,
		_("If that was not you, ask for a new password at once.\n"));
}

static void write_step_up(struct letter *letter, const struct letter_facts *facts)
{
	str_addf(&letter->subject, _("Your code for %s"), facts->server);
	str_addf(&letter->body,
		 _("This code confirms a change of your account \"%s\" on %s:\n"),
		 facts->name, facts->server);
	add_code(&letter->body, facts);
	str_add(&letter->body,
		_("If that was not you, somebody is logged in as you: change your "
		  "password.\n"
		  "Never tell the code to anyone, whoever asks.\n"));
}

void letter_write(struct letter *letter, enum letter_kind kind,
		  const struct letter_facts *facts)
{
	static void (*const writers[])(struct letter *, const struct letter_facts *) = {
		[LETTER_SIGNUP] = write_signup,     [LETTER_KNOWN] = write_known,
		[LETTER_LOGIN] = write_login,       [LETTER_RESET] = write_reset,
		[LETTER_PASSWORD] = write_password, [LETTER_STEP_UP] = write_step_up,
	};

	str_clear(&letter->subject);
	str_clear(&letter->body);
	writers[kind](letter, facts);
}

static bool is_ascii(const struct str *str)
{
	for (size_t i = 0; i < str->len; i++) {
		if ((unsigned char)str->ptr[i] >= 0x80)
			return false;
	}
	return true;
}

/* RFC 2047: a header that is not ASCII goes as encoded words, cut between characters. */
static void add_header_text(struct str *str, const struct str *text)
{
	if (is_ascii(text)) {
		str_add_len(str, text->ptr, text->len);
		return;
	}
	for (size_t at = 0; at < text->len;) {
		AUTO(buf_done) struct buf word = BUF_INIT;
		size_t len = text->len - at < WORD_MOST ? text->len - at : WORD_MOST;
		while (at + len < text->len &&
		       ((unsigned char)text->ptr[at + len] & 0xc0) == 0x80)
			len--;
		base64_encode(&word, bytes_of(text->ptr + at, len));
		str_add(str, at ? "\n =?UTF-8?B?" : "=?UTF-8?B?");
		for (size_t i = 0; i < word.len; i++) {
			/* base64_encode() writes the alphabet for URLs; mail has the older one. */
			char c = (char)word.ptr[i];
			str_add_char(str, c == '-' ? '+' : c == '_' ? '/' : c);
		}
		for (size_t i = word.len; i % 4; i++)
			str_add_char(str, '=');
		str_add(str, "?=");
		at += len;
	}
}

/* RFC 5322 section 3.3, in UTC; the names are English in every locale. */
static void add_date(struct str *str, uint64_t now_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	str_addf(str, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\n",
		 days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* What stands behind the @ of @from, for the Message-ID. */
static const char *domain_of(const char *from)
{
	const char *at = from;

	for (const char *c = from; *c; c++) {
		if (*c == '@')
			at = c + 1;
	}
	return at;
}

void letter_print(const struct letter *letter, const char *from, struct str *str)
{
	add_date(str, letter->sent_ms);
	str_addf(str, "From: %s\nTo: %s\nSubject: ", from, letter->to.ptr);
	add_header_text(str, &letter->subject);
	str_addf(str, "\nMessage-ID: <%s@%s>\n", id_text(&letter->id).text,
		 domain_of(from));
	/* RFC 3834: nobody's holiday notice should answer. */
	str_add(str, "Auto-Submitted: auto-generated\n"
		     "MIME-Version: 1.0\n"
		     "Content-Type: text/plain; charset=UTF-8\n"
		     "Content-Transfer-Encoding: 8bit\n\n");
	str_add_len(str, letter->body.ptr, letter->body.len);
}
