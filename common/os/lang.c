/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The locale at start-up, then gettext. Servers and containers often have no locale but C
 * generated while the user's LANG, come over ssh, names one: setlocale() fails there, and
 * gettext would stay with English. C.UTF-8 is always there, and under it LANGUAGE counts,
 * up to glibc 2.37; newer ones ask for a generated locale.
 */
#include "common/os/lang.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "chat"

/* The locale that POSIX says messages are in, or "". */
static const char *messages_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "";
}

static void set_locale(void)
{
	if (!setlocale(LC_ALL, "")) {
		const char *wanted = messages_locale();
		setlocale(LC_ALL, "C.UTF-8");
		setenv("LANGUAGE", wanted, 0);
	}
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	/* numbers are for machines: JSON and logs want a point */
	setlocale(LC_NUMERIC, "C");
}

const char *lang_tag(void)
{
	static const char *const none[] = {"C", "POSIX"};
	const char *name = messages_locale();
	size_t len = strcspn(name, ".@:");

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (strlen(none[i]) == len && memcmp(none[i], name, len) == 0)
			return "";
	}
	return name;
}

const char *lang_folder(void)
{
	const char *folder = getenv("CHAT_LOCALEDIR");

	return folder && *folder ? folder : LOCALEDIR;
}

void lang_init(void)
{
	set_locale();
	bindtextdomain(DOMAIN, lang_folder());
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	textdomain(DOMAIN);
}

const char *lang_text(const char *english)
{
	return gettext(english);
}

const char *lang_count(const char *one, const char *many, unsigned long count)
{
	return ngettext(one, many, count);
}
