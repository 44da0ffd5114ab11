/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Every bound of the protocol, once, each with its reason. Units: bytes, milliseconds or
 *  items, as the name says. A size that comes from outside meets one of these before
 *  memory is asked for. */
#ifndef CHAT_PROTO_LIMITS_H
#define CHAT_PROTO_LIMITS_H

#define LIMIT_PROTOCOL 1 /**< hello.v; the server also speaks the one before */

/* Text, in bytes */
#define LIMIT_TEXT    16384  /**< a message: eight dense screens; more is a file */
#define LIMIT_SEALED  45056  /**< a sealed LIMIT_TEXT, JSON-escaped and padded: 44 KiB */
#define LIMIT_NAME    32     /**< account name or slug: fits a column of the room list */
#define LIMIT_DISPLAY 128    /**< display name: 32 characters of 4 bytes */
#define LIMIT_TOPIC   1024   /**< one long line */
#define LIMIT_ABOUT   2048   /**< profile text */
#define LIMIT_EMAIL   254    /**< RFC 5321 section 4.5.3.1.3, less the angle brackets */
#define LIMIT_EMOJI   64     /**< a reaction: the longest ZWJ family is 35 bytes */
#define LIMIT_TOKEN   2048   /**< an access token: ours are near 400 bytes */
#define LIMIT_CLIENT  64     /**< "chat-client/1.2.3" */
#define LIMIT_WORD    32     /**< an error code, an operation, an enumerated word */
#define LIMIT_QUERY   512    /**< a search as it is typed */
#define LIMIT_DETAIL  512    /**< human text beside an error code */
#define LIMIT_CURSOR  128    /**< an opaque page cursor */
#define LIMIT_AVATAR  262144 /**< a picture of a person: 512 x 512 with room to spare */
#define LIMIT_CHUNK \
	1048576 /**< one piece of an upload: few waits for the disk, little memory */
#define LIMIT_CHUNK_FRAME \
	45056 /**< the same in a frame: in base64 it fits LIMIT_FRAME_CLIENT */
#define LIMIT_PART \
	131072 /**< one piece of a download: in base64 it fits LIMIT_FRAME_SERVER */
#define LIMIT_FILE_NAME     1024 /**< of a file as it is sent; it is kept with 200 bytes */
#define LIMIT_PASSWORD_MIN  10   /**< NIST SP 800-63B asks for 8; two more cost nothing */
#define LIMIT_PASSWORD      128  /**< more only feeds the hash */
#define LIMIT_SSH_KEY       1024 /**< a public key in base64 with its comment */
#define LIMIT_SSH_SIGNATURE 2048 /**< a signature in armour; ours are near 400 bytes */
#define LIMIT_NONCE         64   /**< of a log-in by key: 40 bytes in base64url */
#define LIMIT_URL           2048 /**< of a webhook, of a push: what other servers take */
#define LIMIT_ADDRESS       300 /**< "wss://" and a host of 253 bytes, or a socket's path */
#define LIMIT_IDEMPOTENCY   255 /**< Idempotency-Key and --id of any form */

/* Items */
#define LIMIT_MENTIONS 50 /**< @names in one message */
#define LIMIT_FILES    10 /**< attachments of one message */
#define LIMIT_UPLOADS \
	64 /**< large bodies that come in at once: with LIMIT_CHUNK, 64 MiB */
#define LIMIT_UPLOADS_EACH \
	8 /**< of one account: one slow client does not hold them all */
#define LIMIT_STREAMS       256 /**< downloads at once; each holds one piece of 64 KiB */
#define LIMIT_STREAMS_EACH  16  /**< of one account */
#define LIMIT_RESUME_ROOMS  50  /**< rooms in hello.resume: what a screen can show */
#define LIMIT_DIGEST_ROOMS  50  /**< rooms in one digest page */
#define LIMIT_REPLAY        300 /**< events after sub; beyond it the client pages */
#define LIMIT_PAGE          200 /**< events in one page */
#define LIMIT_GOT_ROOMS     200 /**< positions in one got */
#define LIMIT_WATCH         200 /**< users in one watch */
#define LIMIT_VERSIONS      50  /**< earlier texts of a message, one page */
#define LIMIT_LIST          200 /**< rows of any other list, one page */
#define LIMIT_RECOVERY      10  /**< recovery codes of one account */
#define LIMIT_SSH_KEYS      50  /**< of one account */
#define LIMIT_FEATURES      32  /**< words in welcome.features */
#define LIMIT_PRESENCE_ROOM 500 /**< watchers of one user above which none is told live */
#define LIMIT_NOTIFICATIONS 1000 /**< kept of one user; older ones are for nobody */
#define LIMIT_INVITES       100 /**< open codes of one room: enough to give each guest one */
#define LIMIT_BOTS          20    /**< bot accounts of one person */
#define LIMIT_BOT_TOKENS    20    /**< tokens of one bot that are good */
#define LIMIT_HOOKS         20    /**< webhooks of one room */
#define LIMIT_HOOK_EVENTS   16    /**< words in the list of what a webhook is told */
#define LIMIT_INVITE_USES   10000 /**< of one code; without a count there is no end to it */

/* Pictures that the client shows */
#define LIMIT_PICTURE        8388608 /**< bytes, encoded: what a camera makes */
#define LIMIT_PICTURE_SMALL  2097152 /**< the same of what nobody asked for: one second */
#define LIMIT_PICTURE_SIDE   16384   /**< pixels; WebP has no larger ones either */
#define LIMIT_PICTURE_PIXELS 33554432  /**< of one, 128 MiB while it is decoded */
#define LIMIT_PICTURE_BOX    1024      /**< side of what is handed on: 4 MiB at most */
#define LIMIT_PICTURE_MEMORY 536870912 /**< bytes of the process that decodes */
#define LIMIT_PICTURE_CPU    5         /**< seconds of it */
#define LIMIT_PICTURE_MS     10000     /**< of waiting for it */

/* Frames and bodies, in bytes */
#define LIMIT_JSON_DEPTH      8     /**< our deepest body is 5 */
#define LIMIT_FRAME_LOGIN     8192  /**< before welcome: one hello with 50 positions */
#define LIMIT_FRAME_CLIENT    65536 /**< a sealed record in base64 and its envelope */
#define LIMIT_FRAME_SERVER    262144 /**< a full page; pages end early instead of growing */
#define LIMIT_FRAGMENTS       64     /**< WebSocket fragments of one message */
#define LIMIT_HTTP_BODY       65536  /**< JSON body of a request */
#define LIMIT_IMPORT          262144 /**< 200 lines of chat, of whoever runs the server */
#define LIMIT_HTTP_BODY_LOGIN 8192   /**< the same before login */

/* Times */
#define LIMIT_LOGIN_MS      10000 /**< from connect to hello */
#define LIMIT_MESSAGE_MS    10000 /**< from first to last fragment */
#define LIMIT_AUTH_GRACE_MS 60000 /**< from the end of a token to close 4001 */
#define LIMIT_PING_S        25    /**< keep-alive: under the 30 s of common NAT boxes */
#define LIMIT_PONG_MS       8000  /**< grace for the answer */
#define LIMIT_TYPING_MS     6000  /**< typing expires unless repeated */
#define LIMIT_RECEIPT_MS    1000  /**< receipts to others are batched this long */
#define LIMIT_PRESENCE_MS   2000  /**< coming and going is told this much later */
#define LIMIT_GOT_MS        1000  /**< a client says got at most this often */
#define LIMIT_STALL_MS      30000 /**< a receiver without progress is closed, resumable */

#define LIMIT_BOT_TOKEN_MS 315360000000  /**< ten years: what is meant to end at all */
#define LIMIT_INVITE_MS    31536000000   /**< an invitation lasts a year at most */
#define LIMIT_MUTE_MS      4102444800000 /**< for good: the year 2100 */
#define LIMIT_SLOW_MS      86400000 /**< slow mode: a day between two messages is a mute */

/* Send queue of one connection, in bytes */
#define LIMIT_UNSENT     131072 /**< that the kernel takes beyond the receiver's window */
#define LIMIT_QUEUE_SOFT 65536  /**< above it typing and presence are dropped */
#define LIMIT_QUEUE_LAG  262144 /**< above it events collapse to lag */
#define LIMIT_QUEUE_HARD 1048576 /**< above it the connection is closed, resumable */

/* WebSocket close codes: 4000-4499 are resumable, 4500-4999 are final */
#define CLOSE_EXPIRED  4001 /**< the token is over and no auth followed */
#define CLOSE_GOAWAY   4002 /**< the server drains */
#define CLOSE_SLOW     4008 /**< the receiver could not keep up */
#define CLOSE_LOGIN    4500 /**< the token is not valid */
#define CLOSE_UPGRADE  4501 /**< protocol version too old */
#define CLOSE_REVOKED  4502 /**< the session was ended */
#define CLOSE_PROTOCOL 4503 /**< the peer broke the protocol */

#endif
