# SPDX-License-Identifier: GPL-3.0-or-later
"""A chat server as one writes it with FastAPI and SQLite: a token is looked up, each message
is one row in one transaction, in a write-ahead log without fsync, before it is told to the
room.

    python3 server.py PORT DATABASE PEOPLE
"""
import json
import sqlite3
import sys
import time

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

port, path, people = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
db = sqlite3.connect(path)
db.executescript(
    """pragma journal_mode = wal;
    pragma synchronous = normal;
    create table account (id integer primary key, token text not null unique);
    create table message (id integer primary key, room integer not null,
        sender integer not null, text text not null, created_ms integer not null);
    create index message_room on message (room, id);"""
)
db.executemany("insert into account values (?, ?)", ((i, f"token-{i}") for i in range(people)))
db.commit()

rooms = {}
app = FastAPI()


async def say(socket, account, room, text):
    now = time.time_ns() // 1_000_000
    added = db.execute(
        "insert into message (room, sender, text, created_ms) values (?, ?, ?, ?)",
        (room, account, text, now),
    )
    db.commit()
    told = json.dumps(
        {
            "type": "message",
            "id": added.lastrowid,
            "room": room,
            "from": account,
            "created_ms": now,
            "text": text,
        }
    )
    for other in list(rooms[room]):
        await other.send_text(told)


@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    hello = json.loads(await socket.receive_text())
    row = db.execute("select id from account where token = ?", (hello["token"],)).fetchone()
    if not row:
        await socket.close(4500)
        return
    room = hello["room"]
    rooms.setdefault(room, set()).add(socket)
    try:
        await socket.send_text(json.dumps({"type": "joined", "room": room}))
        while True:
            frame = json.loads(await socket.receive_text())
            if frame["type"] == "send":
                await say(socket, row[0], room, frame["text"])
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        rooms[room].discard(socket)


uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", ws="websockets",
            ws_per_message_deflate=False, backlog=4096)
