import { type Pointer, ptr } from 'bun:ffi'
import { addressOf, parseCidr } from '../address/address.ts'
import { errnos, pinned, readDevice, socketAddress, UdpSender, waitFor } from './device.ts'
import { destinationOf, PeerTable } from './peer-table.ts'
import { Sealer, sealOverheadBytes } from './seal.ts'
import { cutPacket, kinds, maxPacketBytes, offloadHeaderBytes, segmentOverheadBytes, writeSegment } from './segment.ts'
import { nowMs, peerWords, type ThreadPeers, type ThreadStart, type TunnelPeer, words, wordsAPeer } from './shared.ts'

/** This thread's lane; answers to pings have another. */
const lane = 0
const pingIntervalMs = 1000
const idleMs = 50
const maxSegmentsACall = 60
export const pingBytes = 12

export interface SendingPeer {
  peer: TunnelPeer
  sealer: Sealer
  socketAddress: Buffer
  to: { pointer: Pointer; size: number }
}

/** A peer for sending to; the sealer is kept while the secret is the same, since its counter must go on. */
export function sendingPeer(peer: TunnelPeer, known: SendingPeer | undefined, ownLane: number): SendingPeer {
  const address = socketAddress(addressOf(peer.address), peer.port)
  const isSame = known !== undefined && Buffer.compare(known.peer.secret, peer.secret) === 0
  const sealer = isSame ? known.sealer : new Sealer(peer, ownLane)
  return { peer, sealer, socketAddress: address, to: { pointer: ptr(address), size: address.length } }
}

/** Takes packets from the TUN device, cuts and seals them, and sends each to its peer. Holds its thread. */
export class Sending {
  readonly #tun: number
  readonly #sender: UdpSender
  readonly #memory: Int32Array
  readonly #packet = pinned(maxPacketBytes)
  readonly #packetPointer = ptr(this.#packet)
  readonly #plain = new Uint8Array(maxPacketBytes + segmentOverheadBytes)
  #peers = new Map<string, SendingPeer>()
  #table = new PeerTable<SendingPeer>([])
  #nextPingMs = 0

  constructor({ tun, udp, memory }: ThreadStart) {
    this.#tun = tun
    this.#sender = new UdpSender(udp)
    this.#memory = new Int32Array(memory)
  }

  setPeers({ peers }: ThreadPeers): void {
    this.#peers = new Map(peers.map((peer) => [peer.name, sendingPeer(peer, this.#peers.get(peer.name), lane)]))
    this.#table = new PeerTable([...this.#peers.values()].map((one) => [one, one.peer.cidrs.map(parseCidr)]))
  }

  /** Works off what is there, or waits a little for something. */
  step(): void {
    if (nowMs() >= this.#nextPingMs) this.#ping()
    const size = readDevice(this.#tun, this.#packetPointer, maxPacketBytes)
    if (size < 0) {
      if (size === -errnos.EAGAIN || size === -errnos.EINTR) waitFor(this.#tun, false, idleMs)
      else throw new Error(`reading the TUN device failed with errno ${-size}`)
      return
    }
    const packet = this.#packet.subarray(0, size)
    const destination = destinationOf(packet.subarray(offloadHeaderBytes))
    const to = destination && this.#table.peerOf(destination)
    if (to === undefined || !this.#send(to, packet)) Atomics.add(this.#memory, words.sentDrops, 1)
    else Atomics.add(this.#memory, words.sentPackets, 1)
  }

  #send(to: SendingPeer, packet: Uint8Array): boolean {
    const cut = cutPacket(packet)
    if (cut === undefined) return false
    const { buffer } = this.#sender
    to.sealer.advance(Atomics.load(this.#memory, words.epoch))
    const full = sealOverheadBytes + segmentOverheadBytes + cut.headerBytes + cut.payloadBytes
    if (full > buffer.length) return false
    let at = 0
    let inCall = 0
    for (let index = 0; index < cut.count; index++) {
      const size = writeSegment(packet, cut, index, this.#plain)
      at += to.sealer.seal(this.#plain.subarray(0, size), buffer.subarray(at))
      inCall++
      const isFull = at + full > buffer.length || inCall === maxSegmentsACall
      if (index < cut.count - 1 && !isFull) continue
      if (!this.#transmit(at, full, to)) return false
      at = 0
      inCall = 0
    }
    return true
  }

  /** Sends the buffer's datagrams; one by one where the network device cannot take several at once. */
  #transmit(end: number, segmentBytes: number, { to }: SendingPeer): boolean {
    for (let attempt = 0; attempt < 3; attempt++) {
      const result = this.#sender.send(0, end, segmentBytes, to)
      if (result >= 0) return true
      if (result === -errnos.EMSGSIZE) Atomics.add(this.#memory, words.tooLarge, 1)
      if (result === -errnos.EIO || result === -errnos.EINVAL) return this.#transmitSingly(end, segmentBytes, to)
      if (result !== -errnos.EAGAIN && result !== -errnos.EINTR) return false
      waitFor(this.#sender.fd, true, idleMs)
    }
    return false
  }

  #transmitSingly(end: number, segmentBytes: number, to: SendingPeer['to']): boolean {
    for (let start = 0; start < end; start += segmentBytes)
      if (this.#sender.send(start, Math.min(end, start + segmentBytes), segmentBytes, to) < 0) return false
    return true
  }

  /** Keeps paths through NATs open, and measures them. */
  #ping(): void {
    this.#nextPingMs = nowMs() + pingIntervalMs
    const plain = Buffer.alloc(pingBytes)
    plain[0] = kinds.ping
    for (const one of this.#peers.values()) {
      plain.writeDoubleBE(nowMs(), 4)
      one.sealer.advance(Atomics.load(this.#memory, words.epoch))
      const size = one.sealer.seal(plain, this.#sender.buffer)
      this.#sender.send(0, size, size, one.to)
      Atomics.add(this.#memory, words.peers + one.peer.slot * wordsAPeer + peerWords.pingsSent, 1)
    }
  }
}
