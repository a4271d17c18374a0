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
import { PeerTable, sourceOf } from './peer-table.ts'
import { headerBytes, Opener, receivingSession } from './seal.ts'
import { Joiner, kinds, segmentOverheadBytes } from './segment.ts'
import { pingBytes, pingOffsets, type SendingPeer, sendingPeer } from './sending.ts'
import { nowMs, type PeerMoved, peerWords, type ThreadPeers, type ThreadStart, words, wordsAPeer } from './shared.ts'

const lane = 1
const idleMs = 50
/** Datagrams taken in a row before packets that could still grow are handed on. */
const maxInARow = 32

interface ReceivingPeer {
  opener: Opener
  joiner: Joiner
  /** For answers to pings. */
  sending: SendingPeer
  isWaiting: boolean
}

/** Takes datagrams from the UDP socket, opens and joins them, and gives packets to the TUN device. Holds its thread. */
export class Receiving {
  readonly #tun: number
  readonly #receiver: UdpReceiver
  readonly #sender: UdpSender
  readonly #memory: Int32Array
  readonly #moved: (moved: PeerMoved) => void
  /** By the session number in their datagrams. */
  #peers = new Map<number, ReceivingPeer>()
  #table = new PeerTable<ReceivingPeer>([])
  #waiting: ReceivingPeer[] = []
  #inARow = 0

  constructor({ tun, udp, memory }: ThreadStart, moved: (moved: PeerMoved) => void) {
    this.#tun = tun
    this.#receiver = new UdpReceiver(udp)
    this.#sender = new UdpSender(udp)
    this.#memory = new Int32Array(memory)
    this.#moved = moved
  }

  setPeers({ peers }: ThreadPeers): void {
    this.#flush()
    const known = this.#peers
    this.#peers = new Map()
    for (const peer of peers) {
      const session = receivingSession(peer)
      const one = known.get(session)
      const isSame = one !== undefined && Buffer.compare(one.sending.peer.secret, peer.secret) === 0
      this.#peers.set(session, {
        opener: isSame ? one.opener : new Opener(peer),
        joiner: isSame ? one.joiner : new Joiner((packet) => this.#write(packet)),
        sending: sendingPeer(peer, one?.sending, lane),
        isWaiting: false,
      })
    }
    this.#table = new PeerTable([...this.#peers.values()].map((one) => [one, one.sending.peer.cidrs.map(parseCidr)]))
  }

  /** Works off what is there, or waits a little for something. */
  step(): void {
    const size = this.#receiver.receive()
    if (size >= 0) {
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
    for (let at = 0; at + headerBytes <= size; ) {
      const datagramBytes = buffer.readUInt16BE(at + 14)
      const isWhole = datagramBytes >= headerBytes && at + datagramBytes <= size
      if (!isWhole || !this.#take(buffer.subarray(at, at + datagramBytes))) Atomics.add(this.#memory, words.refused, 1)
      if (!isWhole) return
      at += datagramBytes
    }
  }

  #take(datagram: Buffer): boolean {
    const peer = this.#peers.get(datagram.readUInt32BE(4))
    const opened = peer?.opener.open(datagram)
    if (peer === undefined || opened === undefined) return false
    const { plain, counter } = opened
    this.#noteSource(peer)
    if (plain[0] === kinds.ping || plain[0] === kinds.pong) return this.#takeProbe(peer, plain)
    const source = sourceOf(plain.subarray(segmentOverheadBytes))
    // A peer may only speak for its own addresses.
    if (source === undefined || this.#table.peerOf(source) !== peer || !peer.joiner.push(plain, counter)) return false
    if (!peer.isWaiting) {
      peer.isWaiting = true
      this.#waiting.push(peer)
    }
    return true
  }

  #takeProbe(peer: ReceivingPeer, plain: Buffer): boolean {
    if (plain.length < pingBytes) return false
    const { sending } = peer
    if (plain[0] === kinds.ping) {
      plain[0] = kinds.pong
      const { address } = readSocketAddress(this.#receiver.source)
      if (address.length === 4) plain.set(address, pingOffsets.observed)
      sending.sealer.advance(Atomics.load(this.#memory, words.epoch))
      const size = sending.sealer.seal(plain, this.#sender.buffer)
      this.#sender.send(0, size, size, sending.to)
      return true
    }
    const place = words.peers + sending.peer.slot * wordsAPeer
    Atomics.add(this.#memory, place + peerWords.pongsReceived, 1)
    Atomics.store(
      this.#memory,
      place + peerWords.roundTripMicros,
      Math.round((nowMs() - plain.readDoubleBE(pingOffsets.sentMs)) * 1000),
    )
    Atomics.store(this.#memory, place + peerWords.observedAddress, plain.readInt32BE(pingOffsets.observed))
    Atomics.store(this.#memory, place + peerWords.lastPongSeconds, Math.floor(nowMs() / 1000))
    return true
  }

  /** A peer behind a NAT may get another port at any time: answers follow it. */
  #noteSource({ sending }: ReceivingPeer): void {
    const { source } = this.#receiver
    const size = Math.min(sending.socketAddress.length, socketAddressBytes)
    // Family, port and address; what follows in IPv6 is no part of the peer's identity.
    const comparedBytes = size === 16 ? 8 : 24
    if (source.compare(sending.socketAddress, 0, comparedBytes, 0, comparedBytes) === 0) return
    const { address, port } = readSocketAddress(source)
    source.copy(sending.socketAddress, 0, 0, size)
    this.#moved({ name: sending.peer.name, address: formatAddress(address), port })
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
