// SPDX-License-Identifier: GPL-3.0-or-later
// Another implementation of JWT looks at ours, and makes what ours must refuse.
// peer.mjs ADDRESS: tokens come as lines on stdin, "verify TOKEN" and "forge TOKEN"; each is
// answered with one line, "ok" or what is wrong. node with jose, tests only.
import { createInterface } from 'node:readline'
import {
	SignJWT, UnsecuredJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader,
	exportJWK, generateKeyPair, jwtVerify,
} from 'jose'

const address = process.argv[2]
const keys = () => createRemoteJWKSet(new URL('/.well-known/jwks.json', address))
const wanted = { issuer: 'chat', audience: 'chat', typ: 'at+jwt', algorithms: ['EdDSA'] }

// Whether the server takes @token: its status for a route that needs one.
async function status(token) {
	const answer = await fetch(new URL('/v1/auth/me', address),
		{ headers: { authorization: `Bearer ${token}` } })
	return answer.status
}

async function verify(token) {
	const { payload, protectedHeader } = await jwtVerify(token, keys(), wanted)
	if (protectedHeader.alg !== 'EdDSA' || !protectedHeader.kid) throw new Error('header')
	if (payload.exp - payload.iat !== 600) throw new Error('not ten minutes')
	for (const name of ['sub', 'sid', 'did', 'scope'])
		if (typeof payload[name] !== 'string') throw new Error(`no ${name}`)
	for (const other of [{ issuer: 'other' }, { audience: 'other' }, { typ: 'JWT' }])
		if (await jwtVerify(token, keys(), { ...wanted, ...other }).then(() => 1, () => 0))
			throw new Error(`taken for ${JSON.stringify(other)}`)
	if (await status(token) !== 200) throw new Error('refused by its own server')
}

async function forge(token) {
	const header = decodeProtectedHeader(token), claims = decodeJwt(token)
	const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
	const set = await (await fetch(new URL('/.well-known/jwks.json', address))).json()
	const raw = Buffer.from(set.keys.at(-1).x, 'base64url')
	const [head, body, signature] = token.split('.')
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
	const own = (change, protectedHeader = header) =>
		new SignJWT({ ...claims, ...change }).setProtectedHeader(protectedHeader).sign(privateKey)
	const forged = {
		'another key under our kid': await own({}),
		'another key with its own kid': await own({}, { ...header, kid: 'mine' }),
		'another key in the header': await own({},
			{ ...header, jwk: await exportJWK((await generateKeyPair('EdDSA')).publicKey) }),
		'HS256 with the public key': await new SignJWT(claims)
			.setProtectedHeader({ ...header, alg: 'HS256' }).sign(raw),
		'HS256 with the key set': await new SignJWT(claims)
			.setProtectedHeader({ ...header, alg: 'HS256' })
			.sign(Buffer.from(JSON.stringify(set))),
		'no signature': new UnsecuredJWT(claims).encode(),
		'no signature under our header': `${head}.${body}.`,
		'alg none under our kid': `${part({ ...header, alg: 'none' })}.${body}.`,
		'a longer life': `${head}.${part({ ...claims, exp: claims.exp + 9e6 })}.${signature}`,
		'another subject': `${head}.${part({ ...claims, sub: claims.sid })}.${signature}`,
		'another header': `${part({ ...header, typ: 'JWT' })}.${body}.${signature}`,
		'a cut signature': token.slice(0, -4),
		'a doubled dot': `${head}..${body}.${signature}`,
		'a token of 3000 bytes': token + 'A'.repeat(3000),
	}
	if (await status(token) !== 200) throw new Error('the real one is refused')
	for (const [what, text] of Object.entries(forged))
		if (await status(text) !== 401) throw new Error(`taken: ${what}`)
}

for await (const line of createInterface({ input: process.stdin })) {
	const [verb, token] = line.split(' ')
	try {
		await (verb === 'verify' ? verify : forge)(token)
		console.log('ok')
	} catch (error) {
		console.log(`not ok: ${error.message}`)
	}
}
