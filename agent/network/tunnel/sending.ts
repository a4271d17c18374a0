import { type Pointer, ptr } from 'bun:ffi'
import { addressOf, familyOf, parseCidr } from '../address/address.ts'
import { errnos, pinned, readDevice, socketAddress, UdpSender, waitFor } from './device.ts'
import { outerHeaderBytes, PathSize, pathSizes } from './path-size.ts'
import { PeerTable } from './peer-table.ts'
import { Sealer, sealOverheadBytes } from './seal.ts'
import { cutPacket, kinds, maxPacketBytes, offloadHeaderBytes, segmentOverheadBytes, writeSegment } from './segment.ts'
import {
  type Candidate,
  candidatePlace,
  candidateWords,
  isAlive,
  type LinkPacket,
  nowMs,
  type ThreadPeers,
  type ThreadStart,
  type TunnelPeer,
  words,
} from './shared.ts'

/** This thread's lane; answers to pings have another. */
const lane = 0
const idleMs = 50
const maxSegmentsACall = 60
/** What the lengths in the headers of UDP and IPv4 can say. */
const maxBytesACall = 65_507
/** Dead candidates of a peer that answers elsewhere are tried every so many rounds. */
const deadCandidateRounds = 4
/** Of packets that wait for the main thread; more are dropped. */
const maxLinkBytes = 4 * 1024 * 1024
/**
 * Kind, the candidate's index and generation, 1 + the step of `pathSizes` that a ping is filled up to or 0, the time it was
 * sent; in the answer also the IPv4 address and port that it came from.
 */
export const pingBytes = 18
export const pingOffsets = { index: 1, generation: 2, size: 3, sentMs: 4, observedAddress: 12, observedPort: 16 }

/** A socket address in memory that stays where it is. */
export interface Target {
  pointer: Pointer
  size: number
  bytes: Buffer
}

export function targetOf({ address, port }: Candidate, isForBoth: boolean): Target {
  const bytes = socketAddress(addressOf(address), port, isForBoth)
  return { pointer: ptr(bytes), size: bytes.length, bytes }
}

interface SendingPeer {
  peer: TunnelPeer
  sealer: Sealer
  targets: (Target | undefined)[]
  /** Where packets go. */
  to: Target | undefined
  /** Of the path that packets take. */
  size: PathSize
}

/** The sealer is kept while the secret is the same, since its counter must go on. */
function sendingPeer(peer: TunnelPeer, known: SendingPeer | undefined, isForBoth: boolean): SendingPeer {
  const targets = peer.candidates.map((candidate) => candidate && targetOf(candidate, isForBoth))
  const isSame = known !== undefined && Buffer.compare(known.peer.secret, peer.secret) === 0
  const sealer = isSame ? known.sealer : new Sealer(peer, lane)
  const size = known !== undefined && pathKey(known.peer) === pathKey(peer) ? known.size : new PathSize()
  return { peer, sealer, targets, to: peer.current === undefined ? undefined : targets[peer.current], size }
}

const pathKey = ({ current, candidates }: TunnelPeer): string =>
  current === undefined ? '' : `${current} ${candidates[current]?.generation}`

/** Takes packets from the TUN device, cuts and seals them, and sends each to its peer. Holds its thread. */
export class Sending {
  readonly #tun: number
  readonly #sender: UdpSender
  readonly #memory: Int32Array
  readonly #packet = pinned(maxPacketBytes)
  readonly #packetPointer = ptr(this.#packet)
  readonly #plain = pinned(maxPacketBytes + segmentOverheadBytes)
  /** The beginning of `#plain` of the size that segments lately had. */
  #segment = this.#plain.subarray(0, 0)
  #peers = new Map<string, SendingPeer>()
  #table = new PeerTable<SendingPeer>([])
  readonly #toLink: (packet: LinkPacket) => void
  readonly #isForBoth: boolean
  #nextPingMs = 0
  #round = 0
  /** Sealed datagrams in the sender's buffer that wait for more of their kind. */
  #batchTo: SendingPeer | undefined
  #segmentBytes = 0
  #batchBytes = 0
  #batchCount = 0
  #isBatchClosed = false

  constructor({ tun, udp, isForBoth, memory }: ThreadStart, toLink: (packet: LinkPacket) => void) {
    this.#toLink = toLink
    this.#isForBoth = isForBoth
    this.#tun = tun
    this.#sender = new UdpSender(udp)
    this.#memory = new Int32Array(memory)
  }

  setPeers({ peers }: ThreadPeers): void {
    this.flush()
    this.#peers = new Map(
      peers.map((peer) => [peer.name, sendingPeer(peer, this.#peers.get(peer.name), this.#isForBoth)]),
    )
    this.#table = new PeerTable([...this.#peers.values()].map((one) => [one, one.peer.cidrs.map(parseCidr)]))
  }

  /** Works off what is there, or waits a little for something. */
  step(): void {
    if (nowMs() >= this.#nextPingMs) this.#ping()
    const size = readDevice(this.#tun, this.#packetPointer, maxPacketBytes)
    if (size < 0) {
      this.flush()
      if (size === -errnos.EAGAIN || size === -errnos.EINTR) waitFor(this.#tun, false, idleMs)
      else throw new Error(`reading the TUN device failed with errno ${-size}`)
      return
    }
    const packet = this.#packet.subarray(0, size)
    const to = this.#table.ofDestination(packet, offloadHeaderBytes)
    if (to?.peer.isByLink) {
      this.#handOver(to, packet)
      return
    }
    const cut = cutPacket(packet)
    if (to?.to === undefined || cut === undefined) {
      Atomics.add(this.#memory, words.sentDrops, 1)
      return
    }
    to.sealer.advance(Atomics.load(this.#memory, words.epoch))
    for (let index = 0; index < cut.count; index++) {
      const segmentBytes = writeSegment(packet, cut, index, this.#plain)
      if (segmentBytes !== this.#segment.length) this.#segment = this.#plain.subarray(0, segmentBytes)
      this.#append(to, this.#segment)
    }
    Atomics.add(this.#memory, words.sentPackets, 1)
  }

  /** The main thread, which has the link, takes packets as fast as the link does. */
  #handOver({ peer }: SendingPeer, packet: Buffer): void {
    if (Atomics.load(this.#memory, words.linkBytes) + packet.length > maxLinkBytes) {
      Atomics.add(this.#memory, words.sentDrops, 1)
      return
    }
    Atomics.add(this.#memory, words.linkBytes, packet.length)
    Atomics.add(this.#memory, words.sentPackets, 1)
    this.#toLink({ name: peer.name, packet: new Uint8Array(packet) })
  }

  /** Seals a segment into the batch: datagrams of one size to one peer, of which only the last may be shorter. */
  #append(to: SendingPeer, segment: Uint8Array): void {
    const { buffer } = this.#sender
    const size = segment.length + sealOverheadBytes
    const isFull = this.#batchCount === maxSegmentsACall || this.#batchBytes + size > maxBytesACall
    if (this.#batchTo !== to || this.#isBatchClosed || size > this.#segmentBytes || isFull) this.flush()
    if (size > maxBytesACall) return
    if (this.#batchCount === 0) {
      this.#batchTo = to
      this.#segmentBytes = size
    }
    this.#batchBytes += to.sealer.seal(segment, buffer, this.#batchBytes)
    this.#batchCount++
    this.#isBatchClosed = size < this.#segmentBytes
  }

  /** Sends the batch. */
  flush(): void {
    if (this.#batchTo !== undefined && this.#batchCount > 0 && !this.#transmit(this.#batchTo)) {
      Atomics.add(this.#memory, words.sentDrops, 1)
    }
    this.#batchTo = undefined
    this.#batchBytes = 0
    this.#batchCount = 0
    this.#isBatchClosed = false
  }

  #transmit({ to }: SendingPeer): boolean {
    if (to === undefined) return false
    for (let attempt = 0; attempt < 3; attempt++) {
      const result = this.#sender.send(0, this.#batchBytes, this.#segmentBytes, to)
      if (result >= 0) return true
      if (result === -errnos.EMSGSIZE) Atomics.add(this.#memory, words.tooLarge, 1)
      if (result === -errnos.EIO || result === -errnos.EINVAL) return this.#transmitSingly(to)
      if (result !== -errnos.EAGAIN && result !== -errnos.EINTR) return false
      waitFor(this.#sender.fd, true, idleMs)
    }
    return false
  }

  /** Where the network device cannot take several at once. */
  #transmitSingly(to: Target): boolean {
    const size = this.#segmentBytes
    for (let start = 0; start < this.#batchBytes; start += size)
      if (this.#sender.send(start, Math.min(this.#batchBytes, start + size), size, to) < 0) return false
    return true
  }

  /** Keeps paths through NATs open, finds new ones, and measures them. */
  #ping(): void {
    this.flush()
    const now = nowMs()
    this.#nextPingMs = now + Atomics.load(this.#memory, words.pingIntervalMs)
    this.#round++
    for (const one of this.#peers.values()) {
      const { slot, candidates } = one.peer
      const alive = candidates.map((candidate, index) => candidate && isAlive(this.#memory, slot, index, now))
      const tryAll = this.#round % deadCandidateRounds === 0 || !alive.includes(true)
      for (const [index, candidate] of candidates.entries())
        if (candidate && (tryAll || alive[index])) this.#pingCandidate(one, index, candidate)
      const { current } = one.peer
      if (current !== undefined && alive[current]) this.#probeSize(one, current, candidates[current]!)
    }
  }

  #pingCandidate(one: SendingPeer, index: number, candidate: Candidate): void {
    this.#sendPing(one, index, candidate, 0, pingBytes)
    Atomics.add(this.#memory, candidatePlace(one.peer.slot, index) + candidateWords.pings, 1)
  }

  /** Finds out how large packets may be on the path that they take. */
  #probeSize(one: SendingPeer, index: number, candidate: Candidate): void {
    const place = candidatePlace(one.peer.slot, index)
    const overheadBytes = sealOverheadBytes + outerHeaderBytes[familyOf(addressOf(candidate.address))]
    for (const step of one.size.round(Atomics.exchange(this.#memory, place + candidateWords.answeredSizes, 0)))
      this.#sendPing(one, index, candidate, 1 + step, pathSizes[step]! - overheadBytes)
    Atomics.store(this.#memory, place + candidateWords.pathBytes, one.size.bytes ?? 0)
  }

  #sendPing(one: SendingPeer, index: number, { generation }: Candidate, size: number, sizeBytes: number): void {
    const { sealer, targets } = one
    const plain = Buffer.alloc(sizeBytes)
    plain[0] = kinds.ping
    plain[pingOffsets.size] = size
    plain[pingOffsets.index] = index
    plain[pingOffsets.generation] = generation
    plain.writeDoubleBE(nowMs(), pingOffsets.sentMs)
    sealer.advance(Atomics.load(this.#memory, words.epoch))
    const sealedBytes = sealer.seal(plain, this.#sender.buffer)
    this.#sender.send(0, sealedBytes, sealedBytes, targets[index]!)
  }
}
