// SPDX-License-Identifier: GPL-3.0-or-later
// A chat server as one writes it with ws and SQLite: a token is looked up, each message is
// one row in one transaction, as usual in a write-ahead log without fsync (better-sqlite3's
// own default), before it is told to the room.
//
//   node server.mjs PORT DATABASE PEOPLE
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , port, path, people] = process.argv;
const require = createRequire(pathToFileURL(process.env.BENCH_MODULES + '/'));
const { WebSocketServer } = require('ws');
const Database = require('better-sqlite3');

const db = new Database(path);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec(`create table account (id integer primary key, token text not null unique);
	create table message (id integer primary key, room integer not null,
		sender integer not null, text text not null, created_ms integer not null);
	create index message_room on message (room, id)`);
const addAccount = db.prepare('insert into account values (?, ?)');
db.transaction(() => {
	for (let i = 0; i < Number(people); i++) addAccount.run(i, `token-${i}`);
})();
const byToken = db.prepare('select id from account where token = ?');
const addMessage = db.prepare(
	'insert into message (room, sender, text, created_ms) values (?, ?, ?, ?)');

const rooms = new Map();

function join(socket, frame) {
	const account = byToken.get(frame.token);
	if (!account) return socket.close(4500);
	socket.account = account.id;
	socket.room = frame.room;
	if (!rooms.has(frame.room)) rooms.set(frame.room, new Set());
	rooms.get(frame.room).add(socket);
	socket.send(JSON.stringify({ type: 'joined', room: frame.room }));
}

function say(socket, frame) {
	const now = Date.now();
	const { lastInsertRowid } = addMessage.run(socket.room, socket.account, frame.text, now);
	const told = Buffer.from(JSON.stringify({
		type: 'message',
		id: Number(lastInsertRowid),
		room: socket.room,
		from: socket.account,
		created_ms: now,
		text: frame.text,
	}));
	for (const other of rooms.get(socket.room)) other.send(told, { binary: false });
}

const server = new WebSocketServer({
	host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4096,
});
server.on('connection', (socket) => {
	socket.on('message', (data) => {
		const frame = JSON.parse(data);
		if (frame.type === 'send' && socket.room !== undefined) say(socket, frame);
		else if (frame.type === 'hello') join(socket, frame);
	});
	socket.on('close', () => rooms.get(socket.room)?.delete(socket));
	socket.on('error', () => socket.terminate());
});
process.on('SIGTERM', () => process.exit(0));
