/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread, one multi handle: a slow receiver costs nobody else anything. Which address is
 * asked is decided where the socket is made, from the address that libcurl is about to
 * connect to and not from a look-up before that: no name can change its mind in between.
 * Nothing of the process's surroundings counts: no proxies, no .netrc, no cookies, no
 * redirects, HTTP and HTTPS alone.
 */
#include "server/hook/poster_curl.h"

#ifdef HAVE_LIBCURL
#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"

#define AT_ONCE     64L /* connections, all receivers together */
#define AT_ONE_HOST 4L
#define IDLE_MS     60000

struct poster_curl {
	struct poster poster;
	struct poster_config config;
	CURLM *multi;
	pthread_t thread;
	struct mailbox todo;
	atomic_bool hurry;
	struct sending *sendings; /* under way; the thread's */
};

/* A request under way. */
struct sending {
	struct sending *next;
	const struct poster_config *config;
	struct post_out *post;
	struct target target;
	CURL *curl;
	struct curl_slist *headers;
	size_t got;   /* bytes of the answer */
	bool refused; /* an address was */
};

/* ---- one request ---- */

static size_t on_answer(char *data, size_t size, size_t count, void *ctx)
{
	struct sending *sending = ctx;

	sending->got += size * count;
	return sending->got > POSTER_ANSWER ? 0 : size * count;
}

static bool address_text(const struct curl_sockaddr *at, char *text, socklen_t size)
{
	const struct sockaddr *addr = &at->addr;

	if (at->family == AF_INET) {
		const struct sockaddr_in *four = (const void *)addr;
		return inet_ntop(AF_INET, &four->sin_addr, text, size) != NULL;
	}
	if (at->family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)addr;
		return inet_ntop(AF_INET6, &six->sin6_addr, text, size) != NULL;
	}
	return false;
}

static curl_socket_t on_socket(void *ctx, curlsocktype type, struct curl_sockaddr *at)
{
	struct sending *sending = ctx;
	char text[NET_ADDRESS_TEXT];

	if (!address_text(at, text, sizeof(text)) ||
	    !target_may(&sending->config->allow, &sending->target, text)) {
		sending->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static enum err judge(const struct sending *sending, CURLcode code, long status)
{
	/* An answer that is too long is an answer. */
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status))
		return status / 100 == 2 ? ERR_OK : ERR_STATE;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT: return ERR_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR: return ERR_UNTRUSTED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL: return ERR_BAD;
	default: return sending->refused ? ERR_FORBIDDEN : ERR_UNREACHABLE;
	}
}

static void set_headers(struct sending *sending)
{
	/* curl would wait a second for a 100 Continue that few servers send. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (const char *line = sending->post->headers; *line;) {
		size_t len = strcspn(line, "\n");
		char *copy = mem_strndup(line, len);
		struct curl_slist *longer = curl_slist_append(list, copy);

		if (longer)
			list = longer;
		mem_free(copy);
		line += len + (line[len] == '\n');
	}
	sending->headers = list;
}

static void set_up(struct sending *sending)
{
	const struct post_out *post = sending->post;
	CURL *curl = sending->curl;

	set_headers(sending);
	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)POSTER_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)POSTER_TRY_MS);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (sending->config->ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, sending->config->ca);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)post->body.ptr);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, sending->headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT,
			 PACKAGE_NAME "-server/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, sending);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, sending);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, sending);
}

static void give_back(struct poster_curl *poster, struct post_out *post)
{
	/* The box of answers is unbounded and closes after the poster. */
	(void)!mailbox_put(poster->config.back, post->back);
}

static void sending_end(struct poster_curl *poster, struct sending *sending)
{
	struct sending **at = &poster->sendings;

	while (*at != sending)
		at = &(*at)->next;
	*at = sending->next;
	curl_multi_remove_handle(poster->multi, sending->curl);
	curl_easy_cleanup(sending->curl);
	curl_slist_free_all(sending->headers);
	give_back(poster, sending->post);
	mem_free(sending);
}

static void begin(struct poster_curl *poster, struct post_out *post)
{
	struct sending *sending = mem_new(struct sending);
	const char *why;

	post->err = target_check(&poster->config.allow, bytes_text(post->url),
				 &sending->target, &why);
	if (post->err == ERR_OK && !(sending->curl = curl_easy_init()))
		post->err = ERR_UNREACHABLE;
	if (post->err != ERR_OK) {
		mem_free(sending);
		give_back(poster, post);
		return;
	}
	sending->config = &poster->config;
	sending->post = post;
	sending->next = poster->sendings;
	poster->sendings = sending;
	set_up(sending);
	if (curl_multi_add_handle(poster->multi, sending->curl) != CURLM_OK) {
		post->err = ERR_UNREACHABLE;
		sending_end(poster, sending);
	}
}

static void finish(struct poster_curl *poster, struct sending *sending, CURLcode code)
{
	struct post_out *post = sending->post;
	curl_off_t after_s = 0;
	long status = 0;

	curl_easy_getinfo(sending->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(sending->curl, CURLINFO_RETRY_AFTER, &after_s);
	post->err = judge(sending, code, status);
	post->status = (int)status;
	if (after_s > 0)
		post->retry_after_ms =
			(uint64_t)(after_s < 86400 ? after_s : 86400) * 1000;
	sending_end(poster, sending);
}

/* ---- the thread ---- */

static void take_new(struct poster_curl *poster)
{
	struct mail *next;

	for (struct mail *mail = mailbox_take(&poster->todo); mail; mail = next) {
		next = mail->next;
		begin(poster, CONTAINER_OF(mail, struct post_out, mail));
	}
}

static void take_finished(struct poster_curl *poster)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(poster->multi, &left))) {
		struct sending *sending = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &sending);
		finish(poster, sending, code);
	}
}

static void drop_all(struct poster_curl *poster)
{
	while (poster->sendings) {
		poster->sendings->post->err = ERR_UNREACHABLE;
		sending_end(poster, poster->sendings);
	}
}

static void *thread_main(void *arg)
{
	struct poster_curl *poster = arg;
	int running;

	while (!atomic_load(&poster->hurry)) {
		take_new(poster);
		curl_multi_perform(poster->multi, &running);
		take_finished(poster);
		curl_multi_poll(poster->multi, NULL, 0, IDLE_MS, NULL);
	}
	drop_all(poster);
	return NULL;
}

static void wake(void *ctx)
{
	struct poster_curl *poster = ctx;

	curl_multi_wakeup(poster->multi);
}

/* ---- the port ---- */

static enum err curl_submit(struct poster *base, struct post_out *post)
{
	struct poster_curl *poster = CONTAINER_OF(base, struct poster_curl, poster);

	return mailbox_put(&poster->todo, &post->mail) ? ERR_OK : ERR_BUSY;
}

static void curl_hurry(struct poster *base)
{
	struct poster_curl *poster = CONTAINER_OF(base, struct poster_curl, poster);

	atomic_store(&poster->hurry, true);
	wake(poster);
}

static void curl_close(struct poster **base)
{
	struct mail *next;

	if (!*base)
		return;
	struct poster_curl *poster = CONTAINER_OF(*base, struct poster_curl, poster);
	curl_hurry(*base);
	mailbox_close(&poster->todo);
	pthread_join(poster->thread, NULL);
	for (struct mail *mail = mailbox_take(&poster->todo); mail; mail = next) {
		struct post_out *post = CONTAINER_OF(mail, struct post_out, mail);

		next = mail->next;
		post->err = ERR_UNREACHABLE;
		give_back(poster, post);
	}
	mailbox_done(&poster->todo);
	curl_multi_cleanup(poster->multi);
	mem_free(poster);
	*base = NULL;
}

static enum err spawn(struct poster_curl *poster)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&poster->thread, NULL, thread_main, poster);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? ERR_INTERNAL : ERR_OK;
}

enum err poster_curl_new(const struct poster_config *config, struct poster **ret_poster)
{
	struct poster_curl *poster = mem_new(struct poster_curl);

	poster->poster = (struct poster){
		.submit = curl_submit, .hurry = curl_hurry, .close = curl_close};
	poster->config = *config;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(poster->multi = curl_multi_init())) {
		mem_free(poster);
		return ERR_INTERNAL;
	}
	curl_multi_setopt(poster->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, AT_ONCE);
	curl_multi_setopt(poster->multi, CURLMOPT_MAX_HOST_CONNECTIONS, AT_ONE_HOST);
	mailbox_init(&poster->todo, 0, wake, poster);
	if (spawn(poster) != ERR_OK) {
		mailbox_done(&poster->todo);
		curl_multi_cleanup(poster->multi);
		mem_free(poster);
		return ERR_INTERNAL;
	}
	*ret_poster = &poster->poster;
	return ERR_OK;
}

#else

enum err poster_curl_new(const struct poster_config *config, struct poster **ret_poster)
{
	return ERR_STATE;
}

#endif
