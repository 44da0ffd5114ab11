// SPDX-License-Identifier: GPL-3.0-or-later
// Clients of ts-mls behind a line protocol, for test_ts_mls: a command and its arguments in
// hex, answered by "ok ..." or "err ...". States change on "merge" only where ours do.
import { createInterface } from "node:readline"
import * as mls from "ts-mls"
import { createGroupInfoWithRatchetTree } from "ts-mls/createCommit.js"

const impl = await mls.getCiphersuiteImpl(
  mls.getCiphersuiteFromName("MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519"),
)
// ts-mls 1.6.4 takes the data of the external_pub extension for the key itself, while in
// RFC 9420 section 12.4.3.2 it is a vector: both sides of that are put right here.
const vectorImpl = {
  ...impl,
  hpke: {
    ...impl.hpke,
    importPublicKey: (key) => impl.hpke.importPublicKey(key.length === 33 ? key.slice(1) : key),
  },
}

const clients = new Map()
const psks = {}
const hex = (bytes) => Buffer.from(bytes).toString("hex") || "-"
const bytes = (text) => (text === "-" ? new Uint8Array() : new Uint8Array(Buffer.from(text, "hex")))
const pskIndex = (client) => mls.makePskIndex(client.state, psks)

function decode(text) {
  const found = mls.decodeMlsMessage(bytes(text), 0)
  if (!found) throw new Error("not a message")
  return found[0]
}

function authenticator(client) {
  return hex(client.state.keySchedule.epochAuthenticator)
}

async function newPackage(name) {
  const now = BigInt(Math.floor(Date.now() / 1000))
  const credential = { credentialType: "basic", identity: new TextEncoder().encode(name) }
  const lifetime = { notBefore: now - 3600n, notAfter: now + 86400n * 20n }
  return mls.generateKeyPackage(credential, mls.defaultCapabilities(), lifetime, [], impl)
}

function proposalOf(words) {
  switch (words[0]) {
    case "add":
      return { proposalType: "add", add: { keyPackage: decode(words[1]).keyPackage } }
    case "remove":
      return { proposalType: "remove", remove: { removed: Number(words[1]) } }
    case "psk":
      return {
        proposalType: "psk",
        psk: {
          preSharedKeyId: {
            psktype: "external",
            pskId: bytes(words[1]),
            pskNonce: crypto.getRandomValues(new Uint8Array(32)),
          },
        },
      }
  }
  throw new Error("no such proposal")
}

const commands = {
  async psk(id, value) {
    psks[Buffer.from(bytes(id)).toString("base64")] = bytes(value)
    return ""
  },
  async package(name) {
    const made = await newPackage(name)
    clients.set(name, { ...clients.get(name), made })
    return hex(
      mls.encodeMlsMessage({
        keyPackage: made.publicPackage,
        wireformat: "mls_key_package",
        version: "mls10",
      }),
    )
  },
  async create(name, id) {
    const made = await newPackage(name)
    const state = await mls.createGroup(bytes(id), made.publicPackage, made.privatePackage, [], impl)
    clients.set(name, { made, state })
    return authenticator(clients.get(name))
  },
  async join(name, welcome) {
    const client = clients.get(name)
    const { publicPackage, privatePackage } = client.made
    client.state = await mls.joinGroup(
      decode(welcome).welcome,
      publicPackage,
      privatePackage,
      mls.makePskIndex(undefined, psks),
      impl,
    )
    return authenticator(client)
  },
  // commit NAME public|private [PROPOSAL ARG]
  async commit(name, wrap, ...words) {
    const client = clients.get(name)
    const result = await mls.createCommit(
      { state: client.state, cipherSuite: impl, pskIndex: pskIndex(client) },
      {
        wireAsPublicMessage: wrap === "public",
        extraProposals: words.length ? [proposalOf(words)] : [],
        ratchetTreeExtension: true,
      },
    )
    client.state = result.newState
    const welcome = result.welcome
      ? hex(
          mls.encodeMlsMessage({
            welcome: result.welcome,
            wireformat: "mls_welcome",
            version: "mls10",
          }),
        )
      : "-"
    return `${hex(mls.encodeMlsMessage(result.commit))} ${welcome} ${authenticator(client)}`
  },
  async propose(name, wrap, ...words) {
    const client = clients.get(name)
    const result = await mls.createProposal(client.state, wrap === "public", proposalOf(words), impl)
    client.state = result.newState
    return hex(mls.encodeMlsMessage(result.message))
  },
  async say(name, text) {
    const client = clients.get(name)
    const result = await mls.createApplicationMessage(client.state, bytes(text), impl)
    client.state = result.newState
    return hex(
      mls.encodeMlsMessage({
        privateMessage: result.privateMessage,
        wireformat: "mls_private_message",
        version: "mls10",
      }),
    )
  },
  async process(name, text) {
    const client = clients.get(name)
    const message = decode(text)
    const result =
      message.wireformat === "mls_public_message"
        ? await mls.processPublicMessage(client.state, message.publicMessage, pskIndex(client), impl)
        : await mls.processPrivateMessage(client.state, message.privateMessage, pskIndex(client), impl)
    client.state = result.newState
    return result.kind === "applicationMessage" ? `message ${hex(result.message)}` : authenticator(client)
  },
  async info(name) {
    const { state } = clients.get(name)
    const { publicKey } = await impl.hpke.deriveKeyPair(state.keySchedule.externalSecret)
    const key = new Uint8Array(await impl.hpke.exportPublicKey(publicKey))
    const extension = { extensionType: "external_pub", extensionData: new Uint8Array([32, ...key]) }
    const groupInfo = await createGroupInfoWithRatchetTree(
      state.groupContext,
      state.confirmationTag,
      state,
      state.ratchetTree,
      [extension],
      impl,
    )
    return hex(mls.encodeMlsMessage({ groupInfo, wireformat: "mls_group_info", version: "mls10" }))
  },
  async external(name, info) {
    const made = await newPackage(name)
    const { publicMessage, newState } = await mls.joinGroupExternal(
      decode(info).groupInfo,
      made.publicPackage,
      made.privatePackage,
      false,
      vectorImpl,
    )
    clients.set(name, { made, state: newState })
    const message = { publicMessage, wireformat: "mls_public_message", version: "mls10" }
    return `${hex(mls.encodeMlsMessage(message))} ${authenticator(clients.get(name))}`
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.trim().split(" ")
  try {
    process.stdout.write(`ok ${await commands[command](...words)}\n`)
  } catch (error) {
    process.stdout.write(`err ${String(error.message ?? error).replaceAll("\n", " ")}\n`)
  }
}
