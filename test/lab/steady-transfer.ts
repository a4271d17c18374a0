import type { Namespace } from '../../agent/network/testing/namespace.ts'

/** What became of a transfer. */
export interface TransferEnd {
  sizeBytes: number
  isSame: boolean
  /** Between two reads. */
  longestPauseMs: number
  /** Of the connection's end, when it was no orderly one. */
  error: string | undefined
}

/** One TCP connection between two namespaces that is kept busy until it is told to end. */
export class SteadyTransfer {
  readonly #sent = new Bun.CryptoHasher('blake2b256')
  readonly #received = new Bun.CryptoHasher('blake2b256')
  readonly #ended = Promise.withResolvers<void>()
  readonly #chunk = crypto.getRandomValues(Buffer.alloc(64 * 1024))
  #pending: Buffer = Buffer.alloc(0)
  #isEnding = false
  #lastReadMs = 0
  #stop: () => void = () => {}
  #end: TransferEnd = { sizeBytes: 0, isSame: false, longestPauseMs: 0, error: undefined }

  static async begin(from: Namespace, to: Namespace, address: string, port: number): Promise<SteadyTransfer> {
    const transfer = new SteadyTransfer()
    await transfer.#begin(from, to, address, port)
    return transfer
  }

  get receivedBytes(): number {
    return this.#end.sizeBytes
  }

  /** The longest pause since this was asked last. */
  takeLongestPauseMs(): number {
    const { longestPauseMs } = this.#end
    this.#end.longestPauseMs = 0
    return Math.max(longestPauseMs, performance.now() - this.#lastReadMs)
  }

  async end(): Promise<TransferEnd> {
    this.#isEnding = true
    await this.#ended.promise
    this.#stop()
    return { ...this.#end, isSame: this.#sent.digest('hex') === this.#received.digest('hex') }
  }

  async #begin(from: Namespace, to: Namespace, hostname: string, port: number): Promise<void> {
    const server = to.enter(() =>
      Bun.listen({
        hostname,
        port,
        socket: {
          data: (_socket, bytes) => this.#take(bytes),
          end: (socket) => {
            socket.end()
            this.#ended.resolve()
          },
          error: (_socket, error) => this.#fail(error),
        },
      }),
    )
    this.#stop = () => server.stop(true)
    this.#lastReadMs = performance.now()
    await from.enter(() =>
      Bun.connect({
        hostname,
        port,
        socket: {
          open: (socket) => this.#pump(socket),
          drain: (socket) => this.#pump(socket),
          data() {},
          error: (_socket, error) => this.#fail(error),
          close: () => this.#fail(new Error('closed before its end')),
        },
      }),
    )
  }

  #fail(error: Error): void {
    // The sender's end is no end for what is still on its way.
    if (this.#isEnding) return
    this.#end.error ??= error.message
    this.#ended.resolve()
  }

  #take(bytes: Uint8Array): void {
    const now = performance.now()
    this.#end.longestPauseMs = Math.max(this.#end.longestPauseMs, now - this.#lastReadMs)
    this.#lastReadMs = now
    this.#end.sizeBytes += bytes.byteLength
    this.#received.update(bytes)
  }

  #pump(socket: Bun.Socket): void {
    for (;;) {
      if (this.#pending.length === 0) {
        if (this.#isEnding) return void socket.end()
        this.#pending = this.#chunk
        this.#sent.update(this.#chunk)
      }
      const taken = Math.max(0, socket.write(this.#pending))
      this.#pending = this.#pending.subarray(taken)
      if (this.#pending.length > 0) return
    }
  }
}
