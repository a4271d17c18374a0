import { ptr } from 'bun:ffi'
import { formatAddress, parseCidr } from '../address/address.ts'
import {
  errnos,
  readSocketAddress,
  socketAddressBytes,
  UdpReceiver,
  UdpSender,
  waitFor,
  writeDevice,
} from './device.ts'
import { pathSizes } from './path-size.ts'
import { PeerTable } from './peer-table.ts'
import { answerType } from './reflection.ts'
import { headerBytes, Opener, receivingSession, Sealer } from './seal.ts'
import { Joiner, kinds, segmentOverheadBytes } from './segment.ts'
import { pingBytes, pingOffsets, type Target, targetOf } from './sending.ts'
import {
  candidatePlace,
  candidateWords,
  clockWord,
  maxCandidates,
  nowMs,
  type PeerMoved,
  type Reflection,
  type ThreadPeers,
  type ThreadStart,
  type TunnelPeer,
  words,
} from './shared.ts'

const lane = 1
const idleMs = 50
/** Datagrams taken in a row before packets that could still grow are handed on. */
const maxInARow = 32

/** How often it is told that a peer's datagrams come from the same unknown place. */
const tellAgainMs = 1000
const [maxReflectionBytes, reflectionPauseMs] = [1500, 10]
/** Family, port and address of a socket address, by its family. */
const sourceBytes = { IPv4: 8, IPv6: 24 }

interface ReceivingPeer {
  peer: TunnelPeer
  opener: Opener
  joiner: Joiner
  /** For answers to pings. */
  sealer: Sealer
  targets: (Target | undefined)[]
  /** Where its last datagram came from, and when that was told. */
  source: Buffer
  toldMs: number
  isWaiting: boolean
}

/** Takes datagrams from the UDP socket, opens and joins them, and gives packets to the TUN device. Holds its thread. */
export class Receiving {
  readonly #tun: number
  readonly #receiver: UdpReceiver
  readonly #sender: UdpSender
  readonly #memory: Int32Array
  readonly #told: (news: PeerMoved | Reflection) => void
  #reflectedMs = 0
  /** By the session number in their datagrams. */
  #peers = new Map<number, ReceivingPeer>()
  #table = new PeerTable<ReceivingPeer>([])
  #waiting: ReceivingPeer[] = []
  /** Whose source was noted since the last call: datagrams that the kernel joined have one source. */
  #noted: ReceivingPeer | undefined
  #inARow = 0
  readonly #answerTo: Target
  readonly #isForBoth: boolean
  readonly #sourceBytes: number

  constructor({ tun, udp, isForBoth, memory }: ThreadStart, told: (news: PeerMoved | Reflection) => void) {
    this.#tun = tun
    this.#receiver = new UdpReceiver(udp)
    this.#sender = new UdpSender(udp)
    this.#memory = new Int32Array(memory)
    this.#told = told
    const { source } = this.#receiver
    this.#answerTo = { pointer: ptr(source), size: isForBoth ? socketAddressBytes : 16, bytes: source }
    this.#isForBoth = isForBoth
    this.#sourceBytes = sourceBytes[isForBoth ? 'IPv6' : 'IPv4']
  }

  setPeers({ peers }: ThreadPeers): void {
    this.#flush()
    const known = this.#peers
    this.#peers = new Map()
    for (const peer of peers) {
      const session = receivingSession(peer)
      const one = known.get(session)
      const isSame = one !== undefined && Buffer.compare(one.peer.secret, peer.secret) === 0
      this.#peers.set(session, {
        peer,
        opener: isSame ? one.opener : new Opener(peer),
        joiner: isSame ? one.joiner : new Joiner((packet) => this.#write(packet)),
        sealer: isSame ? one.sealer : new Sealer(peer, lane),
        targets: peer.candidates.map((candidate) => candidate && targetOf(candidate, this.#isForBoth)),
        source: Buffer.alloc(this.#sourceBytes),
        toldMs: 0,
        isWaiting: false,
      })
    }
    this.#table = new PeerTable([...this.#peers.values()].map((one) => [one, one.peer.cidrs.map(parseCidr)]))
  }

  /** Works off what is there, or waits a little for something. */
  step(): void {
    const size = this.#receiver.receive()
    if (size >= 0) {
      this.#noted = undefined
      this.#takeAll(size)
      if (++this.#inARow >= maxInARow) this.#flush()
      return
    }
    this.#flush()
    // Errors of what was sent (a port nobody listens at) are reported here too, and mean nothing.
    if (size === -errnos.EAGAIN) waitFor(this.#receiver.fd, false, idleMs)
  }

  /** Datagrams that the kernel joined are told apart by the size in their header. */
  #takeAll(size: number): void {
    const { buffer } = this.#receiver
    if (size > 0 && buffer[0] === answerType) {
      this.#takeReflection(buffer.subarray(0, size))
      return
    }
    for (let at = 0; at + headerBytes <= size; ) {
      const datagramBytes = buffer.readUInt16BE(at + 14)
      const isWhole = datagramBytes >= headerBytes && at + datagramBytes <= size
      if (!isWhole || !this.#take(at, datagramBytes)) Atomics.add(this.#memory, words.refused, 1)
      if (!isWhole) return
      at += datagramBytes
    }
  }

  /** What may be an answer of a rendezvous, at most so often: anybody can send such. */
  #takeReflection(bytes: Buffer): void {
    if (bytes.length > maxReflectionBytes || nowMs() - this.#reflectedMs < reflectionPauseMs) return
    this.#reflectedMs = nowMs()
    const { address, port } = readSocketAddress(this.#receiver.source)
    this.#told({ reflection: new Uint8Array(bytes), address: formatAddress(address), port })
  }

  #take(at: number, size: number): boolean {
    const { buffer } = this.#receiver
    const peer = this.#peers.get(buffer.readUInt32BE(at + 4))
    const opened = peer?.opener.open(buffer, at, size)
    if (peer === undefined || opened === undefined) return false
    const { plain, counter } = opened
    if (this.#noted !== peer) this.#noteSource(peer)
    this.#noted = peer
    if (plain[0] === kinds.ping || plain[0] === kinds.pong) return this.#takeProbe(peer, plain)
    // A peer may only speak for its own addresses.
    if (this.#table.ofSource(plain, segmentOverheadBytes) !== peer || !peer.joiner.push(plain, counter)) return false
    if (!peer.isWaiting) {
      peer.isWaiting = true
      this.#waiting.push(peer)
    }
    return true
  }

  #takeProbe(peer: ReceivingPeer, plain: Buffer): boolean {
    if (plain.length < pingBytes) return false
    if (plain[0] === kinds.ping) this.#answer(peer, plain)
    else this.#takeAnswer(peer, plain)
    return true
  }

  /** Back to where it came from, which is what it asks about. */
  #answer({ sealer }: ReceivingPeer, plain: Buffer): void {
    const { source } = this.#receiver
    const { address, port } = readSocketAddress(source)
    plain[0] = kinds.pong
    if (address.length === 4) plain.set(address, pingOffsets.observedAddress)
    plain.writeUInt16BE(port, pingOffsets.observedPort)
    sealer.advance(Atomics.load(this.#memory, words.epoch))
    // A filled one asks about the way here: the answer is small.
    const size = sealer.seal(plain.subarray(0, pingBytes), this.#sender.buffer)
    this.#sender.send(0, size, size, this.#answerTo)
  }

  #takeAnswer({ peer }: ReceivingPeer, plain: Buffer): void {
    const index = plain[pingOffsets.index]!
    if (index >= maxCandidates || peer.candidates[index]?.generation !== plain[pingOffsets.generation]) return
    const place = candidatePlace(peer.slot, index)
    const size = plain[pingOffsets.size]!
    if (size > 0) {
      if (size <= pathSizes.length) Atomics.or(this.#memory, place + candidateWords.answeredSizes, 1 << (size - 1))
      return
    }
    const now = nowMs()
    const store = (word: number, value: number) => Atomics.store(this.#memory, place + word, value)
    store(candidateWords.roundTripMicros, Math.round((now - plain.readDoubleBE(pingOffsets.sentMs)) * 1000))
    store(candidateWords.observedAddress, plain.readInt32BE(pingOffsets.observedAddress))
    store(candidateWords.observedPort, plain.readUInt16BE(pingOffsets.observedPort))
    store(candidateWords.lastPong, clockWord(now))
    Atomics.add(this.#memory, place + candidateWords.pongs, 1)
  }

  /** A peer behind a NAT may get another port at any time, and one whose NAT hides it is found only by what comes from it. */
  #noteSource(peer: ReceivingPeer): void {
    const { source } = this.#receiver
    const bytes = this.#sourceBytes
    const isAsBefore = source.compare(peer.source, 0, bytes, 0, bytes) === 0
    if (isAsBefore && (peer.toldMs === 0 || nowMs() - peer.toldMs < tellAgainMs)) return
    source.copy(peer.source, 0, 0, bytes)
    const isKnown = peer.targets.some((target) => target?.bytes.compare(source, 0, bytes, 0, bytes) === 0)
    peer.toldMs = isKnown ? 0 : nowMs()
    if (isKnown) return
    const { address, port } = readSocketAddress(source)
    this.#told({ name: peer.peer.name, address: formatAddress(address), port })
  }

  #flush(): void {
    for (const peer of this.#waiting) {
      peer.joiner.flush()
      peer.isWaiting = false
    }
    this.#waiting = []
    this.#inARow = 0
  }

  #write(packet: Uint8Array): void {
    if (writeDevice(this.#tun, packet) >= 0) Atomics.add(this.#memory, words.receivedPackets, 1)
    else Atomics.add(this.#memory, words.refused, 1)
  }
}
