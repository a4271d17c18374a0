import { createHash, randomBytes } from 'node:crypto'
import { keyPair } from 'hypercore-crypto'

/** Where a joining node may ask, `host:port` each (IPv6 in brackets). */
export interface TokenWays {
  /** Members that listen for WebSockets. */
  members: string[]
  /** Hosts through which members are found: rendezvous and public members. */
  rendezvous: string[]
}

/**
 * What a joining node is given. Its secret is the seed of the key pair with which the node dials: members know the public
 * key alone, so one who listens, or who reads the state of the cluster, cannot join by it.
 */
export interface JoinToken {
  /** The cluster's public key, hex. */
  clusterKey: string
  /** Hex, 16 bytes. */
  secret: string
  ways: TokenWays
}

/** A text that is no token; the message says what is wrong and what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

const prefix = 'skein1.'
const secretBytes = 16
const keyBytes = 32
const checksumBytes = 4
/** More would make it too long to paste. */
const maxWays = 6
const kinds = ['members', 'rendezvous'] as const

export function newToken(clusterKey: string, ways: TokenWays): JoinToken {
  return { clusterKey, secret: randomBytes(secretBytes).toString('hex'), ways }
}

/** About 150 characters with three ways: prefix, then base64url of key, secret, ways, and four bytes of a digest of them. */
export function formatToken({ clusterKey, secret, ways }: JoinToken): string {
  const parts = [Buffer.from(clusterKey, 'hex'), Buffer.from(secret, 'hex')]
  for (const [kind, name] of kinds.entries()) {
    for (const way of ways[name].slice(0, maxWays)) {
      const text = Buffer.from(way)
      parts.push(Buffer.from([kind, text.byteLength]), text)
    }
  }
  const body = Buffer.concat(parts)
  return prefix + Buffer.concat([body, checksum(body)]).toString('base64url')
}

/** Throws TokenError for what is not a whole token. */
export function parseToken(text: string): JoinToken {
  const trimmed = text.trim()
  if (!trimmed.startsWith(prefix)) {
    throw new TokenError(
      `that is no join token (they begin with ${prefix}): make one by skein token create on a member`,
    )
  }
  const bytes = Buffer.from(trimmed.slice(prefix.length), 'base64url')
  const body = bytes.subarray(0, -checksumBytes)
  const isWhole = body.byteLength >= keyBytes + secretBytes && checksum(body).equals(bytes.subarray(-checksumBytes))
  if (!isWhole) throw new TokenError('the join token is cut or was changed on its way: copy it again, whole')
  const ways: TokenWays = { members: [], rendezvous: [] }
  for (let at = keyBytes + secretBytes; at < body.byteLength; ) {
    const name = kinds[body[at]!]
    const length = body[at + 1]!
    // A kind that this build does not know is passed over.
    if (name !== undefined) ways[name].push(body.toString('utf8', at + 2, at + 2 + length))
    at += 2 + length
  }
  const secretEnd = keyBytes + secretBytes
  return { clusterKey: body.toString('hex', 0, keyBytes), secret: body.toString('hex', keyBytes, secretEnd), ways }
}

/** The key pair that a joining node dials with. */
export function tokenKeyPair({ clusterKey, secret }: JoinToken): { publicKey: Buffer; secretKey: Buffer } {
  return keyPair(createHash('sha256').update('skein join token').update(clusterKey).update(secret).digest())
}

function checksum(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, checksumBytes)
}
