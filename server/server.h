/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The server as a whole: what hangs together is wired here, and nowhere is there another
 *  mutable global, so two servers can live in one test. Thread: loop. */
#ifndef CHAT_SERVER_SERVER_H
#define CHAT_SERVER_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/worker.h"
#include "common/crypto/random.h"
#include "server/core/keys.h"
#include "server/core/local.h"
#include "server/core/login.h"
#include "server/core/news.h"
#include "server/hook/poster_memory.h"
#include "server/hook/target.h"
#include "server/mail/mailer_smtp.h"
#include "server/net/conn.h"
#include "server/net/forwarded.h"
#include "server/net/request.h"
#include "server/obs/metric.h"

struct bots;
struct bus;
struct chores;
struct driver;
struct feeder;
struct guard;
struct herald;
struct loop;
struct mailer;
struct outbox;
struct pusher;
struct postbox;
struct rates;
struct slots;
struct revoked;
struct writer;

/** Who may list accounts that they cannot name. */
enum directory { DIRECTORY_EVERYONE, DIRECTORY_SEARCH, DIRECTORY_OFF };

/** Settings, as config.c makes them. Texts are owned by whoever loaded them. */
struct server_config {
	const char *data_dir; /**< chat.db, files/, server.lock */
	const char *secrets_dir;
	const char *docs_dir;    /**< Swagger UI; empty or NULL: where it is installed */
	const char *socket_path; /**< chat.sock; empty = none */
	const char *listen_host; /**< empty = no TCP */
	unsigned listen_port;    /**< 0 = any free one */
	const char *tls_cert, *tls_key;
	bool behind_proxy; /**< TLS is done in front: a public bind without it is meant */
	bool ws_query_token;      /**< ?token= on /v1/ws/rooms/… */
	enum local_signup signup; /**< who gets an account at the Unix socket */
	enum directory directory;
	enum otp_policy otp_policy; /**< when a log-in takes a code from the mail */
	unsigned max_connections;
	unsigned max_per_address;
	unsigned readers;
	unsigned send_rate;       /**< per minute and account; 0 = not limited */
	unsigned login_failures;  /**< per minute and address; 0 = not limited */
	unsigned signup_rate;     /**< per hour and address; 0 = not limited */
	const char *metrics_host; /**< empty or NULL = no page of numbers */
	unsigned metrics_port;
	uint64_t min_free;     /**< bytes on the disk, below which it is not ready */
	uint64_t file_most;    /**< bytes of one file; 0 = none is taken */
	uint64_t file_quota;   /**< bytes of one account; 0 = any */
	uint64_t retention_ms; /**< of rooms that say nothing themselves; 0 = for ever */
	const char *name;      /**< of this server: issuer of tokens, in mails */
	const char *mail_spool, *mail_from;
	const char *sendmail_command; /**< or NULL */
	struct smtp_config smtp;      /**< its url may be NULL */
	const char *lobby;            /**< slug of the room that everybody is in */
	const char *const *origins;   /**< beside our own, NULL-ended */
	const char *const *addresses; /**< under which clients reach us, NULL-ended */
	enum key_factor key_factor;   /**< when a code follows an SSH key */
	bool key_verify;              /**< tokens must verify their user at log-in */
	const struct net_range *trusted_proxies; /**< their X-Forwarded-For is believed */
	size_t trusted_count;
	struct target_allow
		hook_allow;  /**< where requests to other servers may go, too */
	const char *hook_ca; /**< certificates to believe there, or NULL */
};

/** A job of the hasher or the postman. done() is called on the loop thread. */
struct server_job {
	struct job job;
	void (*done)(struct server_job *job);
};

/** Where settings come from anew when SIGHUP asks for it. */
struct reloader {
	/** Read all of them. What *ret_config points at stays until the next but one call.
	 *  Errors: any, with a sentence per mistake in @why; then nothing changes. */
	enum err (*load)(void *ctx, struct server_config *ret_config, struct str *why);
	void *ctx;
};

struct server {
	struct server_config config;
	struct clock clock;
	struct random random;
	struct loop *loop; /**< NULL in the world tests */
	struct conns *conns;
	struct bus *bus;
	struct rates *rates;
	struct writer *writer;
	struct worker hasher;  /**< passwords: one thread, 64 may wait, then ERR_BUSY */
	struct worker postman; /**< mail: one thread; its jobs use the mailer */
	struct worker
		disk; /**< bytes of files: one thread, since one disk does one thing */
	struct mailbox jobs_done; /**< of them and the poster, reaped by the loop */
	struct mailer *mailer;
	struct outbox *outbox;       /**< letters from the queue to the mailer */
	struct feeder *feeder;       /**< webhooks: from the logs of rooms to the queue */
	struct poster *poster;       /**< requests to other servers */
	struct postbox *postbox;     /**< they from their queue to the poster */
	struct keys keys;            /**< from secrets/: see secrets.h */
	struct bots *bots;           /**< tokens of bots that are good */
	struct revoked *revoked;     /**< sessions whose tokens are refused from now on */
	struct guard *guard;         /**< rest/: who has guessed wrong how often */
	struct chores *chores;       /**< upkeep that runs meanwhile */
	struct pusher *pusher;       /**< pushes to those who are not connected */
	struct herald *herald;       /**< tells of new notifications */
	struct receipts *receipts;   /**< on/: what others are told once a second */
	struct presences *presences; /**< on/: who came and went */
	struct slots *bodies;        /**< large ones that come in */
	struct slots *growing;       /**< files that are written to, by their ids */
	struct slots *streams;       /**< downloads */
	const struct request_router *router; /**< rest/: for HTTP and for `call` */
	uint32_t own_uid;                    /**< who runs it */
	size_t singles;                      /**< sessions of the per-room endpoint */
	unsigned port;                       /**< that TCP is bound to */
	int lock;                            /**< of server.lock, -1 = none */
	uint64_t drain_ms;                   /**< 0, or when draining began */
	uint64_t swept_ms;
	uint64_t begun_ms;                /**< on the monotonic clock */
	uint64_t watchdog_ms, watched_ms; /**< the service manager's */
	struct reloader reloader;
	struct metrics metrics; /**< the counters that rise all over the server */
	uint64_t probed_ms;     /**< of health.c */
	bool disk_low;
	atomic_bool stop; /**< somebody asked for it */
	bool goodbye;     /**< connections were told to close */
	/* for an end half-way through the beginning */
	bool has_keys, has_workers, has_socket;
};

/** What a server is made of from outside. */
struct server_setup {
	struct server_config config;
	struct clock clock;
	struct random random;
	const struct driver *driver;
	const struct request_router *router;
	struct password_cost password_cost; /**< PASSWORD_COST_DEFAULT; tests: less */
	bool inline_mode; /**< no threads, sockets, lock or files but the database: tests call
			   *   server_turn() and plug connections in themselves */
	uint32_t own_uid;
	struct reloader reloader;      /**< may be all zero */
	poster_answer_fn *hook_answer; /**< inline mode: the other servers; or NULL */
	void *hook_ctx;
};

/** Wire everything, open the store, listen.
 *  Errors: ERR_LOCKED, ERR_EXISTS (socket or port in use), those of the store and of the
 *  secrets; @why gets a sentence. */
enum err server_new(const struct server_setup *setup, struct server **ret_server,
		    struct str *why) MUST_CHECK;
/** Serve until a signal, then drain: everybody is told, what was accepted is committed and
 *  acknowledged, then it returns. */
void server_run(struct server *server);
/** Begin to drain, as a signal does. Thread: any, while server_run() is under way. */
void server_ask_stop(struct server *server);
void server_free(struct server **server);
/** Inline mode: let finished tasks and jobs come back and queues leave. */
void server_turn(struct server *server);
/** Tests: as if a second had passed for batches and deadlines. */
void server_tick(struct server *server);

/** Tell everybody whom @news concerns. Call it from a task's done() that got ERR_OK, and
 *  nowhere else: then order of commit is order of delivery. @except: the connection that
 *  caused it, whose ack says it all; NULL for REST. */
void server_publish(struct server *server, const struct news *news,
		    const struct conn_ref *except);

/** A token's owner, from memory. Errors: ERR_BAD_TOKEN (also of a revoked session),
 *  ERR_EXPIRED. */
enum err server_verify(struct server *server, struct bytes token,
		       struct who *ret_who) MUST_CHECK;

/** @user has blocked @other, who sees him as offline from now on. */
void server_hide(struct server *server, const struct id *user, const struct id *other);

/** Who sees @user may have changed: tell those who watch how it is now. */
void server_look_again(struct server *server, const struct id *user);

/** End every connection of @session and refuse its tokens from now on. */
void server_revoke(struct server *server, const struct id *session);

#endif
