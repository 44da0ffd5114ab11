/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that knows libcurl. What it says about a failure is sorted into three
 * heaps: this letter later (4xx, a connection that broke in the middle), this letter never
 * (5xx), and nothing can be sent now (no connection, no trust, no log-in). Only the last
 * one says something about the mail server, and costs no letter anything.
 */
#include "server/mail/mailer_smtp.h"

#ifdef HAVE_LIBCURL
#include <curl/curl.h>
#endif
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "server/mail/message.h"

#ifdef HAVE_LIBCURL

#define CONNECT_MS    10000L
#define SEND_MS       60000L
#define IDLE_S        60L /* servers hang up on who says nothing for longer */
#define PASSWORD_MOST 1024

struct smtp {
	struct mailer mailer;
	CURL *curl;
	struct str from, user, password_file;
	atomic_bool hurry;
	bool begun; /* MAIL was said */
};

/* What is read by libcurl as it goes. */
struct upload {
	struct bytes left;
};

static size_t on_read(char *dst, size_t size, size_t count, void *ctx)
{
	struct upload *upload = ctx;
	size_t len = size * count < upload->left.len ? size * count : upload->left.len;

	if (len)
		memcpy(dst, upload->left.ptr, len);
	upload->left = bytes_of(upload->left.ptr + len, upload->left.len - len);
	return len;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct smtp *smtp = ctx;

	return atomic_load(&smtp->hurry) ? 1 : 0;
}

static enum err by_reply(long reply)
{
	if (reply == 530 || reply == 534 || reply == 535 || reply == 538)
		return ERR_UNAUTHORIZED;
	return reply / 100 == 5 ? ERR_BAD : ERR_BUSY;
}

/* Whether the conversation comes to the letter itself: a server that says 554 to everybody
 * does not mean this one. libcurl tells of commands nowhere else. */
static int on_debug(CURL *curl, curl_infotype type, char *text, size_t len, void *ctx)
{
	struct smtp *smtp = ctx;

	if (type == CURLINFO_HEADER_OUT && len > 4 && memcmp(text, "MAIL", 4) == 0)
		smtp->begun = true;
	return 0;
}

static enum err judge(const struct smtp *smtp, CURLcode code, long reply)
{
	switch (code) {
	case CURLE_OK: return ERR_OK;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_USE_SSL_FAILED: return ERR_UNTRUSTED;
	case CURLE_LOGIN_DENIED:
		return reply / 100 == 4 ? ERR_UNREACHABLE : ERR_UNAUTHORIZED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_ABORTED_BY_CALLBACK: return ERR_UNREACHABLE;
	default: return smtp->begun ? by_reply(reply) : ERR_UNREACHABLE;
	}
}

/* The first line of the file: it may be changed while the server runs. */
static enum err load_password(struct smtp *smtp)
{
	AUTO(buf_wipe) struct buf text = BUF_INIT;

	if (!smtp->password_file.len)
		return ERR_OK;
	enum err err = file_read_secret(smtp->password_file.ptr, PASSWORD_MOST, &text);
	if (err != ERR_OK)
		return err;
	buf_add_u8(&text, '\0');
	((char *)text.ptr)[strcspn((const char *)text.ptr, "\r\n")] = '\0';
	curl_easy_setopt(smtp->curl, CURLOPT_USERNAME, smtp->user.ptr);
	curl_easy_setopt(smtp->curl, CURLOPT_PASSWORD, (const char *)text.ptr);
	return ERR_OK;
}

static enum err smtp_send(struct mailer *mailer, const struct letter *letter)
{
	struct smtp *smtp = CONTAINER_OF(mailer, struct smtp, mailer);
	AUTO(str_wipe) struct str text = STR_INIT;
	AUTO(str_done) struct str to = STR_INIT;
	long reply = 0;

	mailer->reply = 0;
	enum err err = load_password(smtp);
	if (err != ERR_OK)
		return ERR_UNAUTHORIZED;
	message_print(letter, smtp->from.ptr, &text);
	struct upload upload = {str_view(&text)};
	str_addf(&to, "<%s>", letter->to.ptr);
	struct curl_slist *rcpt = curl_slist_append(NULL, to.ptr);
	if (!rcpt)
		return ERR_BUSY;
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(smtp->curl, CURLOPT_READDATA, &upload);
	smtp->begun = false;
	CURLcode code = curl_easy_perform(smtp->curl);
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply);
	err = judge(smtp, code, reply);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(rcpt);
	mailer->reply = (int)reply;
	return err;
}

static void smtp_hurry(struct mailer *mailer)
{
	struct smtp *smtp = CONTAINER_OF(mailer, struct smtp, mailer);

	atomic_store(&smtp->hurry, true);
}

static void smtp_close(struct mailer **mailer)
{
	if (!*mailer)
		return;
	struct smtp *smtp = CONTAINER_OF(*mailer, struct smtp, mailer);

	curl_easy_cleanup(smtp->curl);
	str_done(&smtp->from);
	str_done(&smtp->user);
	str_done(&smtp->password_file);
	mem_free(smtp);
	*mailer = NULL;
}

/* The host of the URL, without brackets and port. */
static bool host_of(const char *url, struct str *ret_host)
{
	CURLU *parsed = curl_url();
	char *host = NULL;
	bool good = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK;

	if (good)
		str_set(ret_host, host);
	curl_free(host);
	curl_url_cleanup(parsed);
	return good;
}

static bool is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       strncmp(host, "127.", 4) == 0;
}

static enum err check(const struct smtp_config *config, bool *ret_clear, struct str *why)
{
	AUTO(str_done) struct str host = STR_INIT;
	bool tls = strncmp(config->url, "smtps://", 8) == 0;

	if ((!tls && strncmp(config->url, "smtp://", 7) != 0) ||
	    !host_of(config->url, &host) || strchr(config->url, '@') ||
	    !strcmp(host.ptr, "")) {
		str_addf(why,
			 _("smtp_url is smtp://host[:port] or smtps://host[:port], "
			   "not \"%s\""),
			 config->url);
		return ERR_USAGE;
	}
	if (!config->user != !config->password_file) {
		str_add(why, _("smtp_user and smtp_password_file go together; one of "
			       "them is missing"));
		return ERR_USAGE;
	}
	if (config->pin && strncmp(config->pin, "sha256//", 8) != 0) {
		str_add(why, _("smtp_pin begins with sha256//"));
		return ERR_USAGE;
	}
	*ret_clear = !tls && config->tls == SMTP_TLS_AUTO && is_loopback(host.ptr) &&
		     !config->ca && !config->pin;
	return ERR_OK;
}

static void set_up(struct smtp *smtp, const struct smtp_config *config, bool clear)
{
	AUTO(str_done) struct str from = STR_INIT;
	CURL *curl = smtp->curl;

	str_addf(&from, "<%s>", config->from);
	curl_easy_setopt(curl, CURLOPT_URL, config->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY,
			 ""); /* none, whatever the environment says */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, SEND_MS);
	curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, IDLE_S);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (config->ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca);
	if (config->pin)
		curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, config->pin);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.ptr);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_CRLF, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_VERBOSE,
			 1L); /* to on_debug(), which prints nothing */
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp);
}

enum err mailer_smtp_new(const struct smtp_config *config, struct mailer **ret_mailer,
			 struct str *why)
{
	bool clear = false;
	enum err err = check(config, &clear, why);

	if (err != ERR_OK)
		return err;
	struct smtp *smtp = mem_new(struct smtp);
	smtp->mailer = (struct mailer){
		.send = smtp_send, .hurry = smtp_hurry, .close = smtp_close};
	smtp->from = smtp->user = smtp->password_file = STR_INIT;
	str_add(&smtp->from, config->from);
	str_add(&smtp->user, config->user ? config->user : "");
	str_add(&smtp->password_file, config->password_file ? config->password_file : "");
	struct mailer *mailer = &smtp->mailer;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(smtp->curl = curl_easy_init())) {
		smtp_close(&mailer);
		str_add(why, "libcurl cannot be used");
		return ERR_INTERNAL;
	}
	set_up(smtp, config, clear);
	err = load_password(smtp);
	if (err != ERR_OK) {
		str_addf(why, _("cannot use the password in %s: %s"),
			 config->password_file, _(err_text(err)));
		smtp_close(&mailer);
		return err;
	}
	*ret_mailer = mailer;
	return ERR_OK;
}

#else

enum err mailer_smtp_new(const struct smtp_config *config, struct mailer **ret_mailer,
			 struct str *why)
{
	str_add(why, _("this server was built without libcurl, which smtp_url needs"));
	return ERR_STATE;
}

#endif
