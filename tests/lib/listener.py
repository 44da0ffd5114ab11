#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WebSocket that listens, for tests: listener.py PORT <TOKEN

Connects to 127.0.0.1, says hello with the token that it reads, and prints each frame of the
server as a line. When the server closes: "closed CODE", or "closed" where it just hung up.
RFC 6455, as far as that needs it: no message of this server comes in parts.
"""
import base64
import json
import os
import socket
import struct
import sys

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
ZERO = bytes(4)  # a mask that changes nothing is one, too


def say(line):
    print(line, flush=True)


def send(kind, data):
    size = bytes([0x80 | len(data)]) if len(data) < 126 else \
        b"\xfe" + struct.pack(">H", len(data))
    peer.sendall(bytes([0x80 | kind]) + size + ZERO + data)


def receive():
    kind, size = stream.read(2)
    if size == 126:
        size = struct.unpack(">H", stream.read(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", stream.read(8))[0]
    return kind & 15, stream.read(size)


port, token = int(sys.argv[1]), sys.stdin.readline().strip()
peer = socket.create_connection(("127.0.0.1", port))
stream = peer.makefile("rb")
peer.sendall(("GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
              "Sec-WebSocket-Protocol: chat.v1\r\n\r\n").encode())
answer = stream.readline().decode().strip()
while stream.readline() != b"\r\n":
    pass
if " 101 " not in answer:
    sys.exit(answer)
send(TEXT, json.dumps({"type": "hello", "v": 1, "token": token}).encode())
try:
    while True:
        kind, data = receive()
        if kind == PING:
            send(PONG, data)
        elif kind == CLOSE:
            say(f"closed {struct.unpack('>H', data[:2])[0]}")
            break
        elif kind == TEXT:
            say(data.decode())
except (ConnectionError, ValueError, struct.error):
    say("closed")
