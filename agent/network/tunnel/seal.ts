import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { ReplayWindow } from './replay-window.ts'

/**
 * Datagrams between two nodes: a header in the clear, which is authenticated, and AES-256-GCM.
 *
 *     type 1 | epoch 1 | lane 1 | 0 | session 4 | counter 6 | size of the datagram 2 | ciphertext | tag 16
 *
 * Each direction has a key of its own, replaced by the next of its chain with each epoch: earlier keys cannot be worked
 * out from later ones. Each sending thread is a lane with a counter of its own, so that no nonce is used twice.
 */
export const headerBytes = 16
export const tagBytes = 16
export const sealOverheadBytes = headerBytes + tagBytes
const dataType = 1

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
const epochKey = (chainKey: Uint8Array): Uint8Array => derive(chainKey, 'key', 32)

/** Seals datagrams of one lane to one peer. */
export class Sealer {
  readonly #session: number
  readonly #lane: number
  readonly #nonce = Buffer.alloc(12)
  #chainKey: Uint8Array
  #key: Uint8Array
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

  /** Writes a datagram to `target` and returns its size. */
  seal(plain: Uint8Array, target: Buffer): number {
    const size = plain.length + sealOverheadBytes
    target[0] = dataType
    target[1] = this.#epoch & 255
    target[2] = this.#lane
    target[3] = 0
    target.writeUInt32BE(this.#session, 4)
    target.writeUIntBE(this.#counter, 8, 6)
    target.writeUInt16BE(size, 14)
    this.#counter++
    writeNonce(this.#nonce, target)
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce)
    cipher.setAAD(target.subarray(0, headerBytes))
    target.set(cipher.update(plain), headerBytes)
    cipher.final()
    target.set(cipher.getAuthTag(), headerBytes + plain.length)
    return size
  }
}

/** The lane and the counter; the epoch has a key of its own. */
function writeNonce(nonce: Buffer, header: Buffer): void {
  nonce[0] = header[2]!
  header.copy(nonce, 6, 8, 14)
}

interface ReceivingEpoch {
  number: number
  chainKey: Uint8Array
  key: Uint8Array
  /** By lane. */
  windows: Map<number, ReplayWindow>
}

const maxLanes = 16
/** Epochs in which nothing arrived, at most: with one an hour, a path may be dead for more than a day. */
const maxEpochsAhead = 32

/** Opens datagrams of one peer. The epoch before the newest is still read, since datagrams overtake each other. */
export class Opener {
  readonly #nonce = Buffer.alloc(12)
  #newest: ReceivingEpoch
  #previous: ReceivingEpoch | undefined
  /** Worked out for a datagram that claims a later epoch, authentic or not. */
  #next: ReceivingEpoch | undefined

  constructor(agreed: SessionSecret) {
    const { chainKey } = directionOf(agreed, !agreed.isInitiator)
    this.#newest = epochOf(0, chainKey)
  }

  /** The plain bytes and the counter; undefined for what is forged, damaged, repeated or too old. */
  open(datagram: Buffer): { plain: Buffer; counter: number } | undefined {
    if (datagram.length < sealOverheadBytes || datagram[0] !== dataType) return undefined
    const lane = datagram[2]!
    const epoch = this.#epochFor(datagram[1]!)
    if (epoch === undefined || lane >= maxLanes) return undefined
    writeNonce(this.#nonce, datagram)
    const decipher = createDecipheriv('aes-256-gcm', epoch.key, this.#nonce)
    decipher.setAAD(datagram.subarray(0, headerBytes))
    decipher.setAuthTag(datagram.subarray(datagram.length - tagBytes))
    const plain = decipher.update(datagram.subarray(headerBytes, datagram.length - tagBytes))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    const window = epoch.windows.get(lane) ?? new ReplayWindow()
    epoch.windows.set(lane, window)
    const counter = datagram.readUIntBE(8, 6)
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
