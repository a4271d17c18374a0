import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Findable } from '../link/single-points.ts'

/** One node of the cluster, as all know it. Fields only get added. */
export interface Member {
  format: 1
  key: PeerKey
  name: string
  /** Of a full peer; workers, witnesses and such that only connect come later. */
  role: 'peer'
  /** From 0; its addresses follow from it. No other member has it. */
  number: number
  joinedMs: number
  /** The token it came by; none for the founder. */
  token?: string
}

/** A token as the cluster knows it: never its secret. Kept for a while when it is over, so that its holder is told why. */
export interface TokenRecord {
  format: 1
  /** Public key of the token's key pair, hex. */
  key: string
  createdMs: number
  expiresMs: number
  maxUses: number
  uses: number
  isRevoked?: true
}

/** How long a token that is over is remembered. */
export const rememberedMs = 7 * 24 * 3600_000

/** Where a member said it may be reached. */
export interface MemberAddresses extends PeerAddresses {
  format: 1
  /** How it can be found again; a member of an early build did not say. */
  finding?: Finding
}

/** What a member says of how others find it, beside its addresses. */
export type Finding = Omit<Findable, 'name' | 'key'>

/** Prefixes and keys in the store. Names and numbers have keys of their own, so that no two members get the same. */
export const stateKeys = {
  all: 'mesh/',
  members: 'mesh/members/',
  tokens: 'mesh/tokens/',
  addresses: 'mesh/addresses/',
  member: (key: PeerKey) => `mesh/members/${key}`,
  name: (name: string) => `mesh/names/${name}`,
  number: (number: number) => `mesh/numbers/${number}`,
  token: (key: string) => `mesh/tokens/${key}`,
  voters: 'mesh/voters',
  addressesOf: (key: PeerKey) => `mesh/addresses/${key}`,
}

/** How many nodes an operator wants to vote. */
export interface VotersWish {
  format: 1
  wanted: number
}

export function encodeRecord(record: Member | TokenRecord | MemberAddresses | VotersWish): Uint8Array {
  return Buffer.from(JSON.stringify(record))
}

/** A record of this build's format; undefined for one of a newer build, which the feature level keeps away. */
export function decodeRecord<T extends { format: 1 }>(value: Uint8Array): T | undefined {
  const record = JSON.parse(Buffer.from(value).toString()) as T
  return record.format === 1 ? record : undefined
}

/** What is wrong with a token at this time; undefined when it lets a node in. */
export function tokenFault(token: TokenRecord | undefined, nowMs: number): string | undefined {
  if (token === undefined) return 'this cluster does not know the token: make one by skein token create on a member'
  if (token.isRevoked) return 'the token was revoked: make a new one by skein token create on a member'
  if (token.expiresMs <= nowMs) {
    return `the token expired at ${new Date(token.expiresMs).toISOString()}: make a new one by skein token create`
  }
  if (token.uses < token.maxUses) return undefined
  return `the token was for ${token.maxUses === 1 ? 'one node' : `${token.maxUses} nodes`}, which joined: make a new one by skein token create`
}

/** The lowest number that no member has. */
export function freeNumber(members: Iterable<Member>): number {
  const taken = new Set([...members].map(({ number }) => number))
  for (let number = 0; ; number++) {
    if (!taken.has(number)) return number
  }
}

/** `server`, `server-2`, `server-3`: the first that nobody has. */
export function freeName(name: string, members: Iterable<Member>): string {
  const taken = new Set([...members].map((member) => member.name))
  for (let n = 2; ; n++) {
    const proposal = `${name}-${n}`
    if (!taken.has(proposal)) return proposal
  }
}
