import type NoiseSecretStream from '@hyperswarm/secret-stream'
import { sign, verify } from 'hypercore-crypto'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Keyring } from './keyring.ts'
import type { Member } from './member.ts'

/**
 * What a member and a joining node say to each other over a Noise connection, one JSON message each, in this order. The
 * connection is made with the token's key pair, so the member knows the token by the handshake.
 */
export interface MemberProof {
  format: 1
  /** Hex: the cluster's signature of this connection. Before it the joining node tells nothing. */
  proof: string
}

export interface JoinRequest {
  format: 1
  /** The node's own key from now on, and its signature of this connection. */
  nodeKey: PeerKey
  signature: string
  name: string
  replace: boolean
}

export type JoinAnswer =
  | { format: 1; joined: Joined }
  /** For the person who started the node. */
  | { format: 1; refused: string }
  /** It may be otherwise soon, or at another member. */
  | { format: 1; later: string }

export interface Joined {
  member: Member
  keyring: Keyring
  members: { member: Member; addresses: PeerAddresses }[]
  /** What whoever serves joins wants a new node to know; opaque here. */
  settings: unknown
}

const maxMessageBytes = 4 * 1024 * 1024
const waitMs = 15_000

/** A signature of one connection: worth nothing on another. */
export function signConnection(role: 'cluster' | 'node', handshakeHash: Buffer, secretKey: Buffer): string {
  return sign(signed(role, handshakeHash), secretKey).toString('hex')
}

export function isSignedConnection(
  role: 'cluster' | 'node',
  handshakeHash: Buffer,
  signature: string,
  publicKey: string,
) {
  const bytes = Buffer.from(signature, 'hex')
  const key = Buffer.from(publicKey, 'hex')
  return bytes.byteLength === 64 && key.byteLength === 32 && verify(signed(role, handshakeHash), bytes, key)
}

function signed(role: string, handshakeHash: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`skein join ${role} `), handshakeHash])
}

/** One conversation: messages are awaited one by one. */
export class Words {
  readonly #stream: NoiseSecretStream
  readonly #messages: unknown[] = []
  #wake: (() => void) | undefined
  #end: Error | undefined

  constructor(stream: NoiseSecretStream) {
    this.#stream = stream
    stream.on('data', (data) => this.#received(data as Buffer))
    stream.on('error', (error: Error) => this.#ended(error))
    stream.on('close', () => this.#ended(new Error('the other end closed the connection')))
  }

  say(message: MemberProof | JoinRequest | JoinAnswer): void {
    this.#stream.write(Buffer.from(JSON.stringify(message)))
  }

  /** The next message. Throws when none comes in time (15 s), or it is no JSON object of format 1. */
  async hear<T extends { format: 1 }>(withinMs = waitMs): Promise<Partial<T>> {
    if (this.#messages.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        const timer = setTimeout(() => {
          this.#ended(new Error('the other end does not answer'))
        }, withinMs)
        this.#stream.once('close', () => clearTimeout(timer))
      })
    }
    const message = this.#messages.shift() as Partial<T> | undefined
    if (message === undefined) throw this.#end
    if (message.format !== 1) throw new Error('the other end speaks another format: upgrade the older one of both')
    return message
  }

  /** Ends the conversation after what was said. */
  close(): void {
    this.#stream.end(null)
    setTimeout(() => this.#stream.destroy(), 1000).unref?.()
  }

  #received(data: Buffer): void {
    // Nobody says more than one message ahead.
    if (data.byteLength > maxMessageBytes || this.#messages.length > 0) {
      this.#stream.destroy()
      return
    }
    try {
      this.#messages.push(Object(JSON.parse(data.toString())))
    } catch {
      this.#ended(new Error('the other end says what is no JSON'))
    }
    this.#wake?.()
  }

  #ended(error: Error): void {
    this.#end ??= error
    this.#wake?.()
  }
}
