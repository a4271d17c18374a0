import { isIP } from 'node:net'
import { Duplex, Writable } from 'streamx'
import { Counters } from './counters.ts'
import { PacketType, rewriteStreamId, typesOf } from './engine/packet.ts'
import {
  type CloseReason,
  maxReceiveWindow,
  overheadBytesOf,
  type StreamEffects,
  StreamEngine,
} from './engine/stream-engine.ts'
import { EngineSchedule } from './engine-schedule.ts'
import { Flushes } from './flushes.ts'
import { checkedHost, type UDXSocket } from './socket.ts'
import { closeMessages, type Firewall, type UDXStreamOptions } from './stream-options.ts'
import type { UDX } from './udx.ts'

type Callback = (error: Error | null) => void

/** When no more than this waits to be sent, after more did, `sent` is emitted. */
const sentMarkBytes = 32 * 1024

/**
 * A reliable, ordered stream over UDP (udx-native's UDXStream): a streamx Duplex of buffers. Emits `connect`, `message`,
 * `remote-changed` beside the stream's events; and, unlike the original, `sent`.
 */
export class UDXStream extends Duplex {
  readonly udx: UDX
  readonly id: number
  readonly counters = new Counters()
  userData: unknown = null
  socket: UDXSocket | null = null
  remoteId = 0
  remoteHost: string | null = null
  remoteFamily: 0 | 4 | 6 = 0
  remotePort = 0
  readonly #engine: StreamEngine
  readonly #firewall: Firewall
  #isClosed = false
  readonly #schedule: EngineSchedule
  #writing: Callback | undefined
  #hasUnsent = false
  #destroying: Callback | undefined
  readonly #flushes = new Flushes()
  #changing: Promise<void> | undefined
  #previousSocket: UDXSocket | undefined
  #relayTo: UDXStream | undefined
  readonly #relaying = new Set<UDXStream>()

  constructor(udx: UDX, id: number, options: UDXStreamOptions = {}) {
    super({ mapWritable: toBuffer, eagerOpen: true } as object)
    this.udx = udx
    this.id = id >>> 0
    this.#firewall = options.firewall ?? dropAll
    this.#engine = new StreamEngine({ nowMs: performance.now(), random: Math.random, seq: options.seq })
    this.#schedule = new EngineSchedule(this.#engine, () => this.#pump())
  }

  get connected(): boolean {
    return this.socket !== null
  }

  get mtu(): number {
    return this.#engine.send.mtu.bytes
  }

  get rtt(): number {
    return Math.round(this.#engine.send.roundTrip.smoothedMs)
  }

  /** Packets. */
  get cwnd(): number {
    return Math.floor(this.#engine.send.congestion.window)
  }

  get inflight(): number {
    return this.#engine.send.flight.bytes
  }

  /** Bytes written that were not sent once: they wait for the path, or for this turn to end. */
  get unsentBytes(): number {
    const { buffered } = (this as unknown as { _writableState: { buffered: number } })._writableState
    return buffered + this.#engine.send.queue.bytes
  }

  /** The path's own round trip, lately, without what waits here or there. */
  get minRttMs(): number | undefined {
    return this.#engine.send.congestion.minRttMs
  }

  get retransmits(): number {
    return this.#engine.send.retransmitted
  }

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

  get localHost(): string | null {
    return this.socket?.address()?.host ?? null
  }

  get localFamily(): number {
    return this.socket?.address()?.family ?? 0
  }

  get localPort(): number {
    return this.socket?.address()?.port ?? 0
  }

  /** udx-native has two modes of sending; here one serves both. */
  setInteractive(_isInteractive: boolean): void {}

  setKeepalive(ms: number): void {
    if (this.#isClosed) return
    this.#engine.send.timer.keepAliveMs = ms
    if (this.connected && this.#engine.send.isIdle) this.#engine.send.timer.armKeepAlive(performance.now())
    this.#schedule.plan()
  }

  toJSON() {
    const { id, connected, destroying, destroyed, remoteId, remoteHost, remoteFamily, remotePort } = this
    const { mtu, rtt, cwnd, inflight, socket } = this
    const state = { id, connected, destroying, destroyed, remoteId, remoteHost, remoteFamily, remotePort }
    return { ...state, mtu, rtt, cwnd, inflight, socket: socket?.toJSON() ?? null }
  }

  /** Purely local: UDX has no handshake. */
  connect(
    socket: UDXSocket,
    remoteId: number,
    port: number,
    host?: string | { ack?: number } | null,
    options: { ack?: number } = {},
  ): void {
    if (this.#isClosed) return
    if (this.connected) throw new Error('Already connected')
    const { ack } = typeof host === 'object' && host !== null ? host : options
    this.#setRemote(socket, remoteId, port, typeof host === 'string' ? host : undefined)
    this.#engine.connect(this.remoteId, this.#overheadBytes(), performance.now(), ack)
    socket.addStream(this)
    this.#run()
    this.emit('connect' as 'open')
  }

  /** Resolves when all that was sent to the old remote is acknowledged. New packets go to the new one at once. */
  changeRemote(socket: UDXSocket, remoteId: number, port: number, host?: string): Promise<void> {
    if (this.#changing !== undefined) throw new Error('Remote already changing')
    if (this.socket === null) throw new Error('Not yet connected')
    if (this.udx !== socket.udx) throw new Error('Cannot change to a socket on another UDX instance')
    const previous = this.socket
    this.#setRemote(socket, remoteId, port, host)
    if (previous !== socket) this.#previousSocket = previous
    const changed = new Promise<void>((resolve, reject) => {
      const onChanged = () => {
        this.off('close', onClose)
        resolve()
      }
      const onClose = () => {
        this.off('remote-changed' as 'open', onChanged)
        reject(new Error('Stream is closed'))
      }
      this.once('remote-changed' as 'open', onChanged).once('close', onClose)
    })
    this.#changing = changed
    socket.addStream(this)
    this.#engine.changeRemote(this.remoteId, this.#overheadBytes())
    this.#run()
    return changed
  }

  /** From now on every packet of the remote goes on to the destination's remote, untouched. */
  relayTo(destination: UDXStream): void {
    if (this.#isClosed) return
    if (this.#relayTo !== undefined || destination.#isClosed) {
      throw Object.assign(new Error('invalid argument'), { code: 'EINVAL' })
    }
    this.#relayTo = destination
    destination.#relaying.add(this)
  }

  /** An unordered message; resolves true when it was sent, which does not mean that it arrives. */
  async send(buffer: Uint8Array): Promise<boolean> {
    if (!this.connected || this.#isClosed) return false
    this.trySend(buffer)
    return true
  }

  trySend(buffer: Uint8Array): void {
    if (!this.connected || this.#isClosed) return
    this.#engine.message(buffer)
    this.#run()
  }

  /** Resolves true when all written so far is acknowledged, false when the stream closed before. */
  async flush(): Promise<boolean> {
    if ((await Writable.drained(this as unknown as Writable)) === false) return false
    if (this.destroying || this.#isClosed) return false
    const offset = this.#engine.send.writtenOffset
    if (this.#engine.send.ackedOffset >= offset) return true
    return this.#flushes.until(offset)
  }

  /** True when the packet was ours (also when the firewall dropped it). */
  receive(socket: UDXSocket, datagram: Uint8Array, port: number, host: string, family: 4 | 6): boolean {
    if (this.#isClosed) return false
    this.counters.received(datagram.length)
    if (this.socket !== socket) {
      if (port === 0 || this.#firewall(socket, port, host, family)) return true
      if (this.#isClosed) return true
    }
    if (this.#relayTo !== undefined) {
      this.#relay(this.#relayTo, datagram)
      return true
    }
    this.#engine.receive(datagram, performance.now())
    this.#run()
    return true
  }

  override _read(callback: Callback): void {
    this.#announceWindow()
    this.#run()
    callback(null)
  }

  override _writev(buffers: unknown[], callback: Callback): void {
    if (!this.connected) {
      const message = 'Writing while not connected not currently supported'
      throw Object.assign(new Error(message), { code: 'ERR_ASSERTION' })
    }
    this.#engine.write(buffers as Uint8Array[], performance.now())
    const { pendingBytes, highWaterBytes } = this.#engine.send
    if (pendingBytes > highWaterBytes) this.#writing = callback
    this.#run()
    if (this.#writing !== callback && pendingBytes <= highWaterBytes) callback(null)
  }

  override _final(callback: Callback): void {
    this.#engine.end(performance.now())
    this.#run()
    callback(null)
  }

  override _predestroy(): void {
    if (!this.#isClosed) {
      if (this.#relayTo === undefined) this.#engine.destroy()
      this.#transmit(this.#engine.takeEffects())
      this.#release()
    }
    this.#continueWriting()
  }

  override _destroy(callback: Callback): void {
    if (this.connected) {
      this.#destroying = callback
      return
    }
    if (!this.#isClosed) this.#release()
    callback(null)
  }

  #setRemote(socket: UDXSocket, remoteId: number, port: number, host?: string): void {
    if (socket.closing) throw new Error('Socket is closed')
    const to = checkedHost(host || '127.0.0.1')
    if (!(port > 0 && port < 65536)) throw new Error(`${port} is not a valid port`)
    if (!socket.bound) socket.bind(0)
    this.remoteId = remoteId >>> 0
    this.remotePort = port
    this.remoteHost = to
    this.remoteFamily = isIP(to) as 4 | 6
    this.socket = socket
  }

  #overheadBytes(): number {
    const isSix = this.remoteFamily === 6 || this.socket?.address()?.family === 6
    return overheadBytesOf(isSix ? 6 : 4)
  }

  /** Carries out what the engine asks for, and plans the next call. */
  #run(): void {
    const effects = this.#engine.takeEffects()
    this.#transmit(effects)
    for (const payload of effects.payloads) this.push(payload)
    if (effects.payloads.length > 0) this.#announceWindow()
    for (const message of effects.messages) this.emit('message' as 'data', message)
    if (effects.remoteEnded) this.push(null)
    if (effects.remoteChanged) this.#remoteChanged()
    if (this.#isClosed) return
    this.#afterAcknowledgement()
    if (effects.closed !== undefined) this.#close(effects.closed)
    else this.#schedule.plan()
  }

  #transmit(effects: StreamEffects): void {
    for (const datagram of effects.datagrams) {
      if (this.socket === null) return
      this.counters.sent(datagram.length)
      this.socket.transmit(datagram, this.remotePort, this.remoteHost!)
    }
  }

  #announceWindow(): void {
    const { buffered } = (this as unknown as { _readableState: { buffered: number } })._readableState
    this.#engine.setWindow(maxReceiveWindow - buffered)
  }

  #afterAcknowledgement(): void {
    const { pendingBytes, highWaterBytes, ackedOffset } = this.#engine.send
    if (this.#writing !== undefined && pendingBytes <= highWaterBytes) this.#continueWriting()
    this.#flushes.acknowledged(ackedOffset)
    const hasUnsent = this.#engine.send.queue.bytes > sentMarkBytes
    if (this.#hasUnsent && !hasUnsent) this.emit('sent' as 'drain')
    this.#hasUnsent = hasUnsent
  }

  #pump(): void {
    if (this.#isClosed) return
    this.#engine.pump(performance.now())
    this.#run()
  }

  #relay(destination: UDXStream, datagram: Uint8Array): void {
    const types = typesOf(datagram)
    if (destination.socket !== null) {
      rewriteStreamId(datagram, destination.remoteId)
      destination.counters.sent(datagram.length)
      destination.socket.transmit(datagram, destination.remotePort, destination.remoteHost!)
    }
    if ((types & PacketType.DESTROY) !== 0) this.#close('ECONNRESET')
  }

  #remoteChanged(): void {
    this.#previousSocket?.removeStream(this)
    this.#previousSocket = undefined
    this.#changing = undefined
    this.emit('remote-changed' as 'open')
  }

  #close(reason: CloseReason): void {
    const last = reason === 'done' ? this.#engine.finalAcknowledgement() : undefined
    const error = reason === 'done' ? null : Object.assign(new Error(closeMessages[reason]), { code: reason })
    const isDestroying = this.#destroying !== undefined
    this.#release(last, error)
    if (error !== null && !isDestroying) this.destroy(error)
  }

  /** Gives back everything; `last` goes on answering in the instance. */
  #release(last?: Uint8Array, error: Error | null = null): void {
    this.#isClosed = true
    this.#schedule.stop()
    this.udx.forget(this, last)
    const { socket } = this
    this.socket = null
    socket?.removeStream(this)
    this.#previousSocket?.removeStream(this)
    this.#previousSocket = undefined
    if (this.#relayTo !== undefined) this.#relayTo.#relaying.delete(this)
    this.#relayTo = undefined
    for (const stream of this.#relaying) {
      stream.#relayTo = undefined
      stream.destroy()
    }
    this.#relaying.clear()
    this.#flushes.close()
    this.#continueDestroying(error)
  }

  #continueWriting(): void {
    const callback = this.#writing
    this.#writing = undefined
    callback?.(null)
  }

  #continueDestroying(error: Error | null): void {
    const callback = this.#destroying
    this.#destroying = undefined
    callback?.(error)
  }
}

function toBuffer(data: unknown): unknown {
  return typeof data === 'string' ? Buffer.from(data) : data
}

function dropAll(): boolean {
  return true
}
