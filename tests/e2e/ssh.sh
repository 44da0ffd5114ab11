# SPDX-License-Identifier: GPL-3.0-or-later
# For the tests of SSH keys: keys of ssh-keygen, a real ssh-agent, and logging in by hand.
# Comes after lib.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# key NAME [TYPE]: a key pair in the folder ssh.
key() { ssh-keygen -q -t "${2-ed25519}" -N '' -C "$1@example.org" -f "$world/ssh/$1"; }

# start_agent: one without keys; it ends with the test.
start_agent() {
	rm -f "$world/agent.sock"
	ssh-agent -D -a "$world/agent.sock" >/dev/null 2>&1 &
	agent_pid=$!
	line_pid[agent]=$agent_pid
	export SSH_AUTH_SOCK=$world/agent.sock
	until_true "the agent answers" bash -c 'ssh-add -l >/dev/null 2>&1; [ $? -le 1 ]'
}

# api PATH [CURL-OPTION...]: the body of the answer; field NAME: of the JSON on standard input.
api() { curl -s "http://127.0.0.1:$port/v1/$1" -H 'Content-Type: application/json' "${@:2}"; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin).get(sys.argv[1], ""))' "$1"; }

# sign_by_hand KEY ANSWER: log alice in with that key; the file ANSWER gets what the server
# says, $nonce, message and answer are what was signed and sent.
sign_by_hand() {
	nonce=$(api auth/key-login -d '{}' | field nonce)
	printf 'chat log-in 1\nserver: %s\naccount: alice\nnonce: %s\n' "$CHAT_SERVER" "$nonce" \
		>"$world/message"
	ssh-keygen -q -Y sign -f "$world/ssh/$1" -n chat-login "$world/message" 2>/dev/null
	python3 - "$nonce" "$CHAT_SERVER" "$world/message.sig" >"$world/answer" <<-'PY'
		import json, sys
		print(json.dumps({"nonce": sys.argv[1], "server": sys.argv[2], "login": "alice",
		                  "signature": open(sys.argv[3]).read()}))
	PY
	api auth/key-login/answer -d @"$world/answer" >"$2"
}
