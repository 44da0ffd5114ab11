# SPDX-License-Identifier: GPL-3.0-or-later
"""One story in which every request of the API is sent once and succeeds.

The contract test plays it, and doc/chat.postman_collection.json is made of it. A new route
needs one line here, at a place where it can succeed:

    step("operation", "who asks", {arguments}, {name: "path.in.the.answer"})

who: the name of somebody who has signed up, "" for nobody, OPERATOR for whoever runs the
server, on its Unix socket. {{name}} stands for what an earlier answer had, kept by the last
column. `raw` is a body as it is: the picture, or a text. `before` asks the helper for what no
answer has: a code from the mail, one of an authenticator, a signature.
"""

OPERATOR = "operator"
PASSWORD = "a quiet meadow"
CHAPTERS, STEPS = [], []


def chapter(title):
    CHAPTERS.append(title)


def step(op, who, args=None, keep=None, before=None, raw=None):
    STEPS.append({"op": op, "who": who, "args": args or {}, "keep": keep or {},
                  "before": before or {}, "raw": raw, "chapter": CHAPTERS[-1]})


def code(address):
    return {"code": "/code?to=" + address}


chapter("The server itself")
step("livez", "")
step("readyz", "")
step("jwks", "")
step("openapi", "")
step("docs", "")
step("docs_file", "", {"file": "reference"})

chapter("Coming in")
for name in ("alice", "bob"):
    step("auth_signup", "", {"name": name, "email": name + "@example.org",
                             "password": PASSWORD}, {"challenge": "challenge"})
    step("auth_verify", "", {"challenge": "{{challenge}}", "code": "{{code}}"},
         {name: "access_token", name + "_refresh": "refresh_token",
          name + "_id": "user.user"}, code(name + "@example.org"))
step("auth_signup", "", {"name": "carol", "email": "carol@example.org",
                         "password": PASSWORD, "display_name": "Carol"},
     {"challenge": "challenge"}, None)
step("auth_otp_resend", "", {"challenge": "{{challenge}}"}, {"challenge": "challenge"},
     code("carol@example.org"))
step("auth_verify", "", {"challenge": "{{challenge}}", "code": "{{code}}",
                         "device_name": "telephone"},
     {"carol": "access_token", "carol_id": "user.user"}, code("carol@example.org"))
step("auth_login", "", {"login": "alice", "password": PASSWORD}, {"challenge": "challenge"})
step("auth_otp", "", {"challenge": "{{challenge}}", "code": "{{code}}"},
     {"session": "session"}, code("alice@example.org"))
step("auth_refresh", "", {"refresh_token": "{{alice_refresh}}"},
     {"alice": "access_token", "alice_refresh": "refresh_token"})

chapter("One's own account")
step("auth_me", "alice")
step("auth_profile", "alice", {"display_name": "Alice", "about": "Keeps the lights on",
                               "status": "on call", "findable": "yes"})
step("auth_sessions", "alice", {"limit": 10})
step("auth_session_rename", "alice", {"session": "{{session}}", "device_name": "laptop"})
step("auth_session_revoke", "alice", {"session": "{{session}}"})
step("auth_avatar_put", "alice", raw="avatar.png")
step("user_avatar", "bob", {"user": "alice"})
step("auth_avatar_remove", "alice")
step("auth_audit", "alice", {"limit": 5})
step("auth_export", "alice", {"limit": 5})
step("auth_email", "alice", {"email": "alice@new.example.org", "password": PASSWORD},
     {"challenge": "challenge", "old_challenge": "old_challenge"})
step("auth_email_confirm", "alice",
     {"challenge": "{{challenge}}", "code": "{{code}}",
      "old_challenge": "{{old_challenge}}", "old_code": "{{old_code}}"},
     None, {"code": "/code?to=alice@new.example.org",
            "old_code": "/code?to=alice@example.org"})
step("auth_change_password", "alice", {"password": PASSWORD,
                                       "new_password": "another quiet meadow"})
step("auth_totp_enrol", "alice", {"password": "another quiet meadow"},
     {"secret": "secret"})
step("auth_totp_confirm", "alice", {"code": "{{code}}"}, {"recovery": "codes.0"},
     {"code": "/totp?secret={{secret}}"})
step("auth_step_up", "alice", {"password": "another quiet meadow"},
     {"challenge": "challenge"})
step("auth_recovery_codes", "alice", {"challenge": "{{challenge}}",
                                      "code": "{{recovery}}"}, {"recovery": "codes.0"})
step("auth_step_up", "alice", {"password": "another quiet meadow"},
     {"challenge": "challenge"})
step("auth_totp_remove", "alice", {"challenge": "{{challenge}}", "code": "{{recovery}}"})
step("auth_key_add", "alice", {"key": "{{public}}", "name": "laptop",
                               "password": "another quiet meadow"},
     {"key": "key"}, {"public": "/public"})
step("auth_keys", "alice")
step("auth_key_challenge", "", {}, {"nonce": "nonce"})
step("auth_key_login", "", {"nonce": "{{nonce}}", "server": "{{address}}",
                            "login": "alice", "signature": "{{signature}}"}, None,
     {"signature": "/sign?account=alice&nonce={{nonce}}"})
step("auth_key_remove", "alice", {"key": "{{key}}"})

chapter("Other people")
step("users", "alice", {"prefix": "bo", "limit": 10})
step("users_lookup", "alice", {"users": ["{{bob_id}}", "{{carol_id}}"]})
step("user_get", "alice", {"user": "bob"})
step("user_block", "bob", {"user": "carol"})
step("auth_blocks", "bob")
step("user_unblock", "bob", {"user": "carol"})

chapter("Rooms")
step("room_create", "alice", {"kind": "public", "slug": "ops", "name": "Operations",
                              "topic": "What is broken just now"}, {"ops": "room"})
step("room_get", "alice", {"room": "ops"})
step("rooms", "alice", {"limit": 10})
step("rooms_public", "bob")
step("room_update", "alice", {"room": "ops", "topic": "What is fine again", "slow_ms": 0})
step("room_join", "bob", {"room": "ops"})
step("room_members", "alice", {"room": "ops"})
step("room_role", "alice", {"room": "ops", "user": "bob", "role": "moderator"})
step("room_level", "bob", {"room": "ops", "level": "mentions"})
step("room_invite_new", "alice", {"room": "ops", "uses": 3, "for_ms": 3600000},
     {"invite": "invite", "invitation": "code"})
step("room_invites", "alice", {"room": "ops"})
step("invite_get", "carol", {"code": "{{invitation}}"})
step("invite_accept", "carol", {"code": "{{invitation}}"})
step("room_invite_revoke", "alice", {"room": "ops", "invite": "{{invite}}"})

chapter("What is said in them")
step("room_send", "alice", {"room": "ops", "text": "disk full on db3"},
     {"message": "cid", "seq": "seq"})
step("room_send", "bob", {"room": "ops", "text": "on it", "thread": "{{message}}",
                          "reply": "{{message}}", "mentions": ["{{alice_id}}"]})
step("user_send", "bob", {"user": "alice", "text": "lunch?"}, {"direct": "room"})
step("room_messages", "alice", {"room": "ops", "limit": 20})
step("message_get", "bob", {"id": "{{message}}"})
step("message_edit", "alice", {"id": "{{message}}", "text": "disk full on db4"})
step("message_versions", "alice", {"id": "{{message}}"})
step("message_react", "bob", {"id": "{{message}}", "text": "👍"})
step("message_reactions", "alice", {"id": "{{message}}"})
step("message_unreact", "bob", {"id": "{{message}}", "text": "👍"})
step("message_pin", "alice", {"id": "{{message}}"})
step("room_pins", "bob", {"room": "ops"})
step("message_unpin", "alice", {"id": "{{message}}"})
step("message_thread", "alice", {"id": "{{message}}"})
step("room_read", "bob", {"room": "ops", "seq": "{{seq}}"})
step("message_readers", "alice", {"id": "{{message}}"})
step("history", "alice", {"limit": 20})
step("search", "alice", {"q": "disk", "limit": 20})
step("room_hide", "alice", {"room": "{{direct}}"})
step("message_delete", "alice", {"id": "{{message}}"})

step("notifications", "alice", {"limit": 10}, {"notification": "notifications.0.id"})
step("notification_read", "alice", {"id": "{{notification}}"})
step("notifications_read", "alice", {})
step("notification_settings", "alice")
step("notification_settings_set", "alice", {"quiet": "22:00-07:00", "zone": "UTC"})

chapter("Files")
step("file_create", "alice", {"name": "dot.png", "size": 70}, {"file": "file"})
step("file_append", "alice", {"file": "{{file}}", "offset": 0}, raw="avatar.png")
step("file_get", "alice", {"file": "{{file}}"})
step("file_data", "alice", {"file": "{{file}}"})
step("file_part", "alice", {"file": "{{file}}", "offset": 0, "length": 10})
step("files", "alice", {"limit": 10})
step("file_quota", "alice")
step("file_delete", "alice", {"file": "{{file}}"})

chapter("Programs in and out")
step("room_hook_new", "alice", {"room": "ops", "kind": "in", "name": "alerts"},
     {"hook": "hook", "hook_secret": "secret"})
step("hook_post", "", {"hook": "{{hook}}", "secret": "{{hook_secret}}"}, raw="disk full")
step("room_hooks", "alice", {"room": "ops"})
step("hook_get", "alice", {"hook": "{{hook}}"})
step("hook_change", "alice", {"hook": "{{hook}}", "name": "Alerts"})
step("hook_rotate", "alice", {"hook": "{{hook}}"})
step("hook_remove", "alice", {"hook": "{{hook}}"})
step("room_hook_new", "alice", {"room": "ops", "kind": "out", "name": "log",
                                "url": "https://hooks.example.org/ops", "kinds": ["message"]},
     {"hook": "hook"})
step("hook_ping", "alice", {"hook": "{{hook}}"})
step("bot_new", "alice", {"name": "reporter", "display_name": "Reporter"})
step("bots", "alice")
step("bot_token_new", "alice", {"user": "reporter", "name": "ci", "scopes": ["read", "write"],
                                "for_ms": 86400000}, {"bot_session": "session"})
step("bot_tokens", "alice", {"user": "reporter"})
step("bot_token_revoke", "alice", {"user": "reporter", "session": "{{bot_session}}"})
step("bot_remove", "alice", {"user": "reporter"})

chapter("And who is in them")
step("room_mute", "bob", {"room": "ops", "user": "carol", "for_ms": 60000})
step("room_unmute", "bob", {"room": "ops", "user": "carol"})
step("room_kick", "bob", {"room": "ops", "user": "carol"})
step("room_ban", "bob", {"room": "ops", "user": "carol", "why": "spam"})
step("room_bans", "bob", {"room": "ops"})
step("room_unban", "bob", {"room": "ops", "user": "carol"})
step("room_create", "alice", {"kind": "private", "name": "vault"}, {"vault": "room"})
step("room_invite", "alice", {"room": "{{vault}}", "user": "carol"})
step("room_leave", "carol", {"room": "{{vault}}"})
step("room_delete", "alice", {"room": "{{vault}}"})

chapter("Running the server")
step("admin_user_add", OPERATOR, {"name": "erin", "email": "erin@example.org",
                                  "password": PASSWORD})
step("admin_login_code", OPERATOR, {"user": "erin"})
step("admin_user_disable", OPERATOR, {"user": "erin", "why": "left"})
step("admin_user_enable", OPERATOR, {"user": "erin"})
step("admin_user_update", OPERATOR, {"user": "alice", "administrator": "yes"})
step("admin_users", "alice", {"q": "er", "state": "active"})
step("admin_user_get", "alice", {"user": "erin"})
step("admin_user_sessions", "alice", {"user": "bob"}, {"bobs": "sessions.0.session"})
step("admin_user_sessions_revoke", "alice", {"user": "erin"})
step("admin_user_reset_password", "alice", {"user": "erin"})
step("bot_new", "alice", {"name": "helper"})
step("admin_bot_token_new", OPERATOR, {"user": "helper", "name": "nights"},
     {"nights": "session"})
step("admin_bot_tokens", "alice", {"user": "helper"})
step("admin_bot_token_revoke", "alice", {"user": "helper", "session": "{{nights}}"})
step("admin_room_hooks", "alice", {"room": "ops"}, {"any_hook": "hooks.0.hook"})
step("admin_hook_change", OPERATOR, {"hook": "{{any_hook}}", "on": "no"})
step("admin_hook_remove", "alice", {"hook": "{{any_hook}}"})
step("admin_room_create", "alice", {"kind": "private", "name": "attic", "owner": "erin"},
     {"attic": "id"})
step("admin_rooms", "alice", {"q": "attic", "kind": "private"})
step("admin_room_get", "alice", {"room": "{{attic}}"})
step("admin_room_update", "alice", {"room": "{{attic}}", "topic": "old things",
                                    "slow_ms": 1000})
step("admin_room_member_put", "alice", {"room": "{{attic}}", "user": "bob",
                                        "role": "owner"})
step("admin_room_members", "alice", {"room": "{{attic}}"})
step("admin_room_member_remove", "alice", {"room": "{{attic}}", "user": "erin"})
step("admin_room_import", OPERATOR, {
    "room": "{{attic}}",
    "items": [{"cid": "agf47zliabzstdr4wg62kuivla", "author": "frank", "said_ts": 1700000000000,
               "text": "the key hangs behind the door"}]})
step("admin_room_log", OPERATOR, {"room": "{{attic}}"})
step("admin_room_clear", "alice", {"room": "{{attic}}"})
step("admin_room_delete", "alice", {"room": "{{attic}}"})
step("admin_user_delete", "alice", {"user": "erin"})
step("admin_session_revoke", "alice", {"session": "{{bobs}}"})
step("admin_seal_rotate", OPERATOR)
step("admin_stats", OPERATOR)
step("admin_audit", OPERATOR, {"limit": 10})
step("admin_audit_check", OPERATOR, {"after": 0})
step("admin_retention", OPERATOR, {"room": "ops", "keep_ms": 2592000000})
step("admin_chore_start", OPERATOR, {"kind": "retention", "dry": True, "wait": True})
step("admin_chore", OPERATOR, {"kind": "retention"})
step("admin_tokens_rotate", OPERATOR)
step("admin_seal_rotate", OPERATOR)

chapter("Going")
step("auth_reset_password", "", {"email": "bob@example.org"}, {"challenge": "challenge"})
step("auth_confirm_password", "", {"challenge": "{{challenge}}", "code": "{{code}}",
                                   "new_password": "another quiet meadow"}, None,
     code("bob@example.org"))
step("auth_step_up", "carol", {"password": PASSWORD}, {"challenge": "challenge"})
step("auth_delete", "carol", {"challenge": "{{challenge}}", "code": "{{code}}"}, None,
     code("carol@example.org"))
step("auth_logout", "alice")

# What a parameter of that name can be that is there and not for strangers, or that was there
# once; the one who asks is mallory, who is in nothing. None of them may be answered 2xx or
# 5xx. A new kind of parameter needs a row.
STRANGE = {
    "code": ["{{unknown}}", "{{revoked}}"],
    "file": ["nothing", "..", "{{unknown}}"],
    "hook": ["{{unknown}}"],
    "id": ["{{unknown}}", "{{secret_message}}", "{{deleted_message}}"],
    "invite": ["{{unknown}}"],
    "key": ["{{unknown}}"],
    "kind": ["nothing"],
    "room": ["nowhere", "{{unknown}}", "{{secret_room}}", "{{deleted_room}}"],
    "secret": ["nothing"],
    "session": ["{{unknown}}", "{{foreign_session}}"],
    "user": ["nobody", "{{unknown}}"],
}
