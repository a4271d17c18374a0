import { LinkViolation } from './violation.ts'

/** Of hello and frames. A peer with another one cannot be talked to. */
export const linkFormat = 1

const maxProtocols = 256
const maxNameLength = 64

/** One end's half of a session's name: which process, and which of its sessions with this peer, counted up. */
export interface SessionHalf {
  process: string
  session: number
}

/** The first frame on each way, from both ends at once. Fields only get added. */
export interface Hello {
  format: number
  /** This end's half. */
  self: SessionHalf
  /** The other end's, as far as this end knows: the session that it means to go on with. */
  peer?: SessionHalf
  /** Of each lane: the next sequence number expected in that session. */
  received: number[]
  /** Names, by the index that data frames of this end use. */
  protocols: string[]
}

export function encodeHello(hello: Hello): string {
  return JSON.stringify(hello)
}

/** Throws LinkViolation. */
export function parseHello(text: string): Hello {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LinkViolation('a hello that is no JSON')
  }
  const hello = value as Partial<Hello> | null
  if (typeof hello !== 'object' || hello === null) throw new LinkViolation('a hello that is no object')
  if (hello.format !== linkFormat) {
    throw new LinkViolation(`format ${JSON.stringify(hello.format)}, here it is ${linkFormat}: another release`)
  }
  const isSane =
    isHalf(hello.self) &&
    (hello.peer === undefined || isHalf(hello.peer)) &&
    Array.isArray(hello.received) &&
    hello.received.length >= 2 &&
    hello.received.every(isCount) &&
    Array.isArray(hello.protocols) &&
    hello.protocols.length <= maxProtocols &&
    hello.protocols.every((name) => typeof name === 'string' && name.length > 0 && name.length <= maxNameLength)
  if (!isSane) throw new LinkViolation('a hello with fields missing or wrong')
  return hello as Hello
}

export function isSameHalf(one: SessionHalf | undefined, other: SessionHalf | undefined): boolean {
  return one?.process === other?.process && one?.session === other?.session
}

function isHalf(value: unknown): value is SessionHalf {
  const half = value as Partial<SessionHalf> | null
  if (typeof half !== 'object' || half === null) return false
  return typeof half.process === 'string' && /^[0-9a-f]{32}$/.test(half.process) && isCount(half.session)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 48
}
