import { expect, test } from 'bun:test'
import { formatToken, type JoinToken, newToken, parseToken, tokenKeyPair } from './token.ts'

const clusterKey = 'ab'.repeat(32)
const ways = { members: ['51.10.0.1:6444', '[2001:db8::1]:6444'], rendezvous: ['rendezvous.example.com:49737'] }

test('a token is read as it was written, and short enough to paste', () => {
  const token = newToken(clusterKey, ways)
  const text = formatToken(token)
  expect(parseToken(` ${text}\n`)).toEqual(token)
  expect(text.length).toBeLessThan(200)
  expect(text).toMatch(/^skein1\.[\w-]+$/)
})

test('every cut and every changed character is found', () => {
  const text = formatToken(newToken(clusterKey, ways))
  for (let length = 0; length < text.length; length++) expect(() => parseToken(text.slice(0, length))).toThrow()
  // The last character holds bits that no byte uses.
  for (let at = 7; at < text.length - 1; at++) {
    const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    expect(() => parseToken(changed)).toThrow('cut or was changed')
  }
  expect(() => parseToken('hello')).toThrow('that is no join token')
})

test('each token has a key pair of its own, the same at each reading', () => {
  const keyOf = (token: JoinToken) => tokenKeyPair(token).publicKey.toString('hex')
  const token = newToken(clusterKey, ways)
  expect(keyOf(parseToken(formatToken(token)))).toBe(keyOf(token))
  expect(keyOf(newToken(clusterKey, ways))).not.toBe(keyOf(token))
  expect(keyOf({ ...token, clusterKey: 'cd'.repeat(32) })).not.toBe(keyOf(token))
})
