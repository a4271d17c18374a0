import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { ReplayWindow } from './replay-window.ts'

/**
 * Datagrams between two nodes: a header in the clear and AES-256-GCM. The header needs no place among what is
 * authenticated: session and epoch name the key, lane and counter are the nonce, and the rest can only be one thing.
 *
 *     type 1 | epoch 1 | lane 1 | 0 | session 4 | counter 6 | size of the datagram 2 | ciphertext | tag 16
 *
 * Each direction has a key of its own, replaced by the next of its chain with each epoch: earlier keys cannot be worked
 * out from later ones. Each sending thread is a lane with a counter of its own, so that no nonce is used twice.
 */
export const headerBytes = 16
export const tagBytes = 16
export const sealOverheadBytes = headerBytes + tagBytes
const dataType = 2

/** What two nodes agreed on in their handshake: new for every session, or nonces would repeat. */
export interface SessionSecret {
  /** 32 bytes. */
  secret: Uint8Array
  /** One of the two is, by the handshake. */
  isInitiator: boolean
}

interface Direction {
  session: number
  chainKey: Uint8Array
}

const derive = (key: Uint8Array, label: string, sizeBytes: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), label, sizeBytes))

function directionOf({ secret }: SessionSecret, isFromInitiator: boolean): Direction {
  const name = `skein tunnel 1 ${isFromInitiator ? 'initiator' : 'responder'}`
  const session = new DataView(derive(secret, `${name} session`, 4).buffer).getUint32(0)
  return { session, chainKey: derive(secret, `${name} chain`, 32) }
}

/** The session number in datagrams that come from the other side. */
export const receivingSession = (agreed: SessionSecret): number => directionOf(agreed, !agreed.isInitiator).session

const nextChainKey = (chainKey: Uint8Array): Uint8Array => derive(chainKey, 'next', 32)
const epochKey = (chainKey: Uint8Array): KeyObject => createSecretKey(derive(chainKey, 'key', 32))

/** Seals datagrams of one lane to one peer. */
export class Sealer {
  readonly #session: number
  readonly #lane: number
  readonly #nonce = Buffer.alloc(12)
  #chainKey: Uint8Array
  #key: KeyObject
  #epoch = 0
  #counter = 0

  constructor(agreed: SessionSecret, lane: number) {
    const { session, chainKey } = directionOf(agreed, agreed.isInitiator)
    this.#session = session
    this.#lane = lane
    this.#chainKey = chainKey
    this.#key = epochKey(chainKey)
  }

  /** Counter of the next datagram. */
  get counter(): number {
    return this.#counter
  }

  /** Goes on to a later epoch; an earlier one is ignored. */
  advance(epoch: number): void {
    while (this.#epoch < epoch) {
      this.#chainKey = nextChainKey(this.#chainKey)
      this.#key = epochKey(this.#chainKey)
      this.#epoch++
      this.#counter = 0
    }
  }

  /** Writes a datagram to `target` from `at` on and returns its size. */
  seal(plain: Uint8Array, target: Buffer, at = 0): number {
    const size = plain.length + sealOverheadBytes
    target[at] = dataType
    target[at + 1] = this.#epoch & 255
    target[at + 2] = this.#lane
    target[at + 3] = 0
    target.writeUInt32BE(this.#session, at + 4)
    target.writeUInt16BE(Math.floor(this.#counter / 2 ** 32), at + 8)
    target.writeUInt32BE(this.#counter % 2 ** 32, at + 10)
    target.writeUInt16BE(size, at + 14)
    this.#counter++
    writeNonce(this.#nonce, target, at)
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce)
    cipher.update(plain).copy(target, at + headerBytes)
    cipher.final()
    cipher.getAuthTag().copy(target, at + size - tagBytes)
    return size
  }
}

/** The lane and the counter of the header at this place; session and epoch have a key of their own. */
function writeNonce(nonce: Buffer, bytes: Buffer, header: number): void {
  nonce[0] = bytes[header + 2]!
  for (let index = 0; index < 6; index++) nonce[6 + index] = bytes[header + 8 + index]!
}

interface ReceivingEpoch {
  number: number
  chainKey: Uint8Array
  key: KeyObject
  /** By lane. */
  windows: Map<number, ReplayWindow>
}

const maxLanes = 16
/** Epochs in which nothing arrived, at most: with one an hour, a path may be dead for more than a day. */
const maxEpochsAhead = 32

/** Opens datagrams of one peer. The epoch before the newest is still read, since datagrams overtake each other. */
export class Opener {
  readonly #nonce = Buffer.alloc(12)
  readonly #tag = Buffer.alloc(tagBytes)
  readonly #session: number
  #newest: ReceivingEpoch
  #previous: ReceivingEpoch | undefined
  /** Worked out for a datagram that claims a later epoch, authentic or not. */
  #next: ReceivingEpoch | undefined

  constructor(agreed: SessionSecret) {
    const { session, chainKey } = directionOf(agreed, !agreed.isInitiator)
    this.#session = session
    this.#newest = epochOf(0, chainKey)
  }

  /**
   * The plain bytes and the counter of the datagram of so many bytes at this place; undefined for what is forged, damaged,
   * repeated or too old.
   */
  open(bytes: Buffer, at = 0, size = bytes.length - at): { plain: Buffer; counter: number } | undefined {
    if (size < sealOverheadBytes || bytes[at] !== dataType || bytes[at + 3] !== 0) return undefined
    if (bytes.readUInt32BE(at + 4) !== this.#session || bytes.readUInt16BE(at + 14) !== size) return undefined
    const lane = bytes[at + 2]!
    const epoch = this.#epochFor(bytes[at + 1]!)
    if (epoch === undefined || lane >= maxLanes) return undefined
    writeNonce(this.#nonce, bytes, at)
    const tag = at + size - tagBytes
    for (let index = 0; index < tagBytes; index++) this.#tag[index] = bytes[tag + index]!
    const decipher = createDecipheriv('aes-256-gcm', epoch.key, this.#nonce)
    decipher.setAuthTag(this.#tag)
    const plain = decipher.update(bytes.subarray(at + headerBytes, tag))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    const window = epoch.windows.get(lane) ?? new ReplayWindow()
    epoch.windows.set(lane, window)
    const counter = bytes.readUInt16BE(at + 8) * 2 ** 32 + bytes.readUInt32BE(at + 10)
    if (!window.accept(counter)) return undefined
    if (epoch.number > this.#newest.number) {
      this.#previous = this.#newest
      this.#newest = epoch
    }
    return { plain, counter }
  }

  /** The epoch of this low byte: the newest, the one before, or a later one, which only an authentic datagram makes the newest. */
  #epochFor(low: number): ReceivingEpoch | undefined {
    if ((this.#newest.number & 255) === low) return this.#newest
    if (this.#previous !== undefined && (this.#previous.number & 255) === low) return this.#previous
    const ahead = (low - this.#newest.number) & 255
    if (ahead > maxEpochsAhead) return undefined
    const number = this.#newest.number + ahead
    if (this.#next?.number === number) return this.#next
    let { chainKey } = this.#newest
    for (let step = 0; step < ahead; step++) chainKey = nextChainKey(chainKey)
    this.#next = epochOf(number, chainKey)
    return this.#next
  }
}

const epochOf = (number: number, chainKey: Uint8Array): ReceivingEpoch => ({
  number,
  chainKey,
  key: epochKey(chainKey),
  windows: new Map(),
})
