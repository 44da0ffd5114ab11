/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Grammar of names and addresses, and the strength of passwords. NIST SP 800-63B section
 * 5.1.1.2 is followed: length and a list of what everybody guesses, no rules about kinds of
 * characters, which only make "Password1!".
 */
#include "server/core/name.h"

#include <string.h>

#define LOCAL_MOST 64 /* RFC 5321 section 4.5.3.1.1 */
#define LABEL_MOST 63 /* RFC 1035 section 2.3.4 */

#define LEAST_DISTINCT 5 /* characters that differ in a password */

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c); /* strchr() finds the terminator too */
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool name_is_valid(struct bytes name)
{
	const char *text = (const char *)name.ptr;

	if (name.len == 0 || name.len > LIMIT_NAME || !is_alnum(text[0]))
		return false;
	for (size_t i = 1; i < name.len; i++) {
		if (!is_alnum(text[i]) && !is_one_of(text[i], "._-"))
			return false;
	}
	return true;
}

bool line_is_valid(struct bytes text)
{
	bool blank = true;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
		blank = blank && text.ptr[i] == ' ';
	}
	return !blank;
}

/* RFC 5321 section 4.1.2: atoms with single dots between them. */
static bool is_local_part(const char *text, size_t len)
{
	char before = '.';

	if (len == 0 || len > LOCAL_MOST)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' && before == '.')
			return false;
		if (!is_alnum(text[i]) && !is_one_of(text[i], "!#$%&'*+-/=?^_`{|}~."))
			return false;
		before = text[i];
	}
	return before != '.';
}

static bool is_domain(const char *text, size_t len)
{
	size_t label = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.') {
			if (label == 0 || text[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_alnum(text[i]) && (text[i] != '-' || label == 0))
			return false;
		if (++label > LABEL_MOST)
			return false;
	}
	return label > 0 && text[len - 1] != '-';
}

enum err email_fold(struct bytes address, struct email *ret_email)
{
	struct email email;

	if (address.len == 0 || address.len > LIMIT_EMAIL ||
	    memchr(address.ptr, '\0', address.len))
		return ERR_BAD;
	for (size_t i = 0; i < address.len; i++)
		email.text[i] = lower((char)address.ptr[i]);
	email.text[address.len] = '\0';
	const char *at = strrchr(email.text, '@');
	if (!at || !is_local_part(email.text, (size_t)(at - email.text)) ||
	    !is_domain(at + 1, address.len - (size_t)(at + 1 - email.text)))
		return ERR_BAD;
	*ret_email = email;
	return ERR_OK;
}

/* Long enough to pass the length rule, and in every list that is tried first. */
static const char *const common[] = {
	"0123456789",
	"0987654321",
	"1111111111",
	"1234567890",
	"12345678910",
	"1234567891",
	"1q2w3e4r5t",
	"1q2w3e4r5t6y",
	"1qaz2wsx3edc",
	"abcdefghij",
	"abcdefghijk",
	"administrator",
	"aaaaaaaaaa",
	"basketball",
	"changeme123",
	"computer123",
	"correcthorsebatterystaple",
	"dragon12345",
	"iloveyou12",
	"iloveyou123",
	"letmein123",
	"liverpoolfc",
	"london2012",
	"michael123",
	"monkey12345",
	"passw0rd12",
	"passw0rd123",
	"password00",
	"password01",
	"password10",
	"password11",
	"password12",
	"password123",
	"password1234",
	"password123456",
	"password2024",
	"password2025",
	"password2026",
	"passwordpassword",
	"princess123",
	"q1w2e3r4t5",
	"q1w2e3r4t5y6",
	"qazwsxedcrfv",
	"qwerty1234",
	"qwerty12345",
	"qwerty123456",
	"qwertyuiop",
	"qwertyuiop123",
	"secret12345",
	"starwars123",
	"sunshine123",
	"superman123",
	"trustno1234",
	"welcome1234",
	"welcome12345",
	"zaq12wsxcde3",
	"zxcvbnm123",
};

static bool is_same_folded(struct bytes a, const char *b, size_t b_len)
{
	if (a.len != b_len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower((char)a.ptr[i]) != lower(b[i]))
			return false;
	}
	return true;
}

static bool is_common(struct bytes password)
{
	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (is_same_folded(password, common[i], strlen(common[i])))
			return true;
	}
	return false;
}

/* Whether @password is @word, once or several times, with at most three characters more. */
static bool is_mostly(struct bytes password, struct bytes word)
{
	size_t at = 0;

	if (word.len < 3)
		return false;
	while (password.len - at >= word.len &&
	       is_same_folded(bytes_of(password.ptr + at, word.len),
			      (const char *)word.ptr, word.len))
		at += word.len;
	return at > 0 && password.len - at <= 3;
}

static void count_chars(struct bytes password, size_t *ret_chars, unsigned *ret_distinct)
{
	bool seen[256] = {false};
	size_t chars = 0;
	unsigned distinct = 0;

	for (size_t i = 0; i < password.len; i++) {
		chars += (password.ptr[i] & 0xc0) != 0x80;
		distinct += !seen[password.ptr[i]];
		seen[password.ptr[i]] = true;
	}
	*ret_chars = chars;
	*ret_distinct = distinct;
}

enum err password_check(struct bytes password, struct bytes name, struct bytes email,
			const char **ret_why)
{
	const uint8_t *at = email.len ? memchr(email.ptr, '@', email.len) : NULL;
	struct bytes local =
		bytes_of(email.ptr, at ? (size_t)(at - email.ptr) : email.len);
	size_t chars;
	unsigned distinct;

	if (password.len > LIMIT_PASSWORD) {
		*ret_why = N_("the password is longer than 128 bytes");
		return ERR_TOO_BIG;
	}
	count_chars(password, &chars, &distinct);
	if (chars < LIMIT_PASSWORD_MIN)
		*ret_why = N_("the password needs at least 10 characters");
	else if (distinct < LEAST_DISTINCT)
		*ret_why = N_("the password repeats too few characters");
	else if (is_common(password))
		*ret_why = N_("the password is among those that are tried first");
	else if (is_mostly(password, name) || is_mostly(password, local) ||
		 is_same_folded(password, (const char *)email.ptr, email.len))
		*ret_why = N_("the password is your own name or address");
	else
		return ERR_OK;
	return ERR_WEAK_PASSWORD;
}
