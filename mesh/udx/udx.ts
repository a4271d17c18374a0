import { promises as dns } from 'node:dns'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { Counters } from './counters.ts'
import { PacketType, streamIdOf, typesOf } from './engine/packet.ts'
import { timeWaitMs } from './engine/stream-engine.ts'
import { listInterfaces, type NetworkInterface, NetworkInterfaces } from './network-interfaces.ts'
import { UDXSocket, type UDXSocketOptions } from './socket.ts'
import { UDXStream } from './stream.ts'
import type { UDXStreamOptions } from './stream-options.ts'

/** Streams that are over and still answer; more than this and the oldest are forgotten. */
const maxTimeWait = 4096

/** One instance: its sockets share the streams' ids (udx-native's UDX). */
export class UDX {
  static isIPv4 = isIPv4
  static isIPv6 = isIPv6
  static isIP = isIP

  readonly counters = new Counters()
  readonly packetsDroppedByKernel = -1
  readonly #streams = new Map<number, UDXStream>()
  /** The final acknowledgements of streams that are done, by id. */
  readonly #timeWait = new Map<number, Uint8Array>()

  get bytesTransmitted(): number {
    return this.counters.bytesTransmitted
  }

  get packetsTransmitted(): number {
    return this.counters.packetsTransmitted
  }

  get bytesReceived(): number {
    return this.counters.bytesReceived
  }

  get packetsReceived(): number {
    return this.counters.packetsReceived
  }

  createSocket(options?: UDXSocketOptions): UDXSocket {
    return new UDXSocket(this, options)
  }

  createStream(id: number, options?: UDXStreamOptions): UDXStream {
    const stream = new UDXStream(this, id, options)
    this.#streams.set(stream.id, stream)
    return stream
  }

  networkInterfaces(): NetworkInterface[] {
    return listInterfaces()
  }

  watchNetworkInterfaces(onchange?: (interfaces: NetworkInterface[]) => void): NetworkInterfaces {
    const watcher = new NetworkInterfaces()
    if (onchange !== undefined) watcher.on('change', onchange)
    return watcher.watch()
  }

  async lookup(host: string, options: { family?: 0 | 4 | 6 } = {}): Promise<{ host: string; family: number }> {
    const { address, family } = await dns.lookup(host, { family: options.family ?? 0 })
    return { host: address, family }
  }

  /** Hands a datagram to the stream it is for; false when it is nobody's. */
  dispatch(socket: UDXSocket, datagram: Uint8Array, port: number, host: string, family: 4 | 6): boolean {
    const id = streamIdOf(datagram)
    if (id === undefined) return false
    const stream = this.#streams.get(id)
    if (stream !== undefined) return stream.receive(socket, datagram, port, host, family)
    const last = this.#timeWait.get(id)
    if (last === undefined) return false
    const asks = PacketType.DATA | PacketType.END | PacketType.HEARTBEAT
    if ((typesOf(datagram) & asks) !== 0) socket.transmit(last, port, host)
    return true
  }

  /** The stream is over. `last` is its final acknowledgement when it ended well. */
  forget(stream: UDXStream, last?: Uint8Array): void {
    const { id } = stream
    if (this.#streams.get(id) === stream) this.#streams.delete(id)
    if (last === undefined) return
    if (this.#timeWait.size >= maxTimeWait) this.#timeWait.delete(this.#timeWait.keys().next().value!)
    this.#timeWait.set(id, last)
    setTimeout(() => {
      if (this.#timeWait.get(id) === last) this.#timeWait.delete(id)
    }, timeWaitMs).unref()
  }
}
