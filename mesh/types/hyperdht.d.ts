// hyperdht 6.34 and blind-relay 1.6 ship no types; these are the parts we use.
declare module 'hyperdht' {
  import type { EventEmitter } from 'node:events'
  import type NoiseSecretStream from '@hyperswarm/secret-stream'
  import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
  import type { Duplex } from 'streamx'

  export interface Address {
    /** IPv4. */
    host: string
    port: number
  }

  export interface DhtOptions {
    /** Its last port excluded when a range. */
    port?: number | [number, number]
    /** To bind to. */
    host?: string
    anyPort?: boolean
    bootstrap?: (Address | string)[]
    nodes?: Address[]
    keyPair?: NoiseKeyPair
    ephemeral?: boolean
    firewalled?: boolean
    connectionKeepAlive?: number | false
  }

  /** A public key, or what chooses one at each connection; null for none. */
  export type RelayThrough = Buffer | null | (() => Buffer | null)

  export interface ConnectOptions {
    keyPair?: NoiseKeyPair
    /** Nodes through which the peer, or where the peer itself, may be found. */
    relayAddresses?: Address[]
    relayThrough?: RelayThrough
    localConnection?: boolean
    /** False: no hole punching, the relay has to do. */
    holepunch?: () => boolean
  }

  export interface ServerOptions {
    /** True refuses, before anything else of the peer is acted on. */
    firewall?(remotePublicKey: Buffer): boolean
    relayThrough?: RelayThrough
    shareLocalAddress?: boolean
  }

  export interface Server extends EventEmitter {
    /** What it is found by, once it listens. */
    readonly target: Buffer | null
    readonly relayAddresses: Address[]
    listen(keyPair: NoiseKeyPair): Promise<Server>
    /** Announces anew within 3 s. */
    refresh(): void
    close(): Promise<void>
  }

  export interface LookupReply {
    from: Address
    peers: { publicKey: Buffer; relayAddresses: Address[] }[]
  }

  export interface Query<Reply> extends AsyncIterable<Reply> {
    finished(): Promise<void>
    destroy(): void
  }

  export interface Reply {
    error: number
    value: Buffer | null
    rtt: number
    from: Address
    /** The one who asked, as it is seen there. */
    to: Address
  }

  export interface Request {
    command: number
    target: Buffer | null
    from: Address
  }

  export interface Socket {
    address(): Address
    on(event: 'message', listener: (datagram: Buffer) => void): void
    off(event: 'message', listener: (datagram: Buffer) => void): void
  }

  export default class HyperDHT extends EventEmitter {
    static readonly BOOTSTRAP: string[]
    static keyPair(seed?: Buffer): NoiseKeyPair
    /** A node whose public address is known. */
    static bootstrapper<T extends typeof HyperDHT>(
      this: T,
      port: number,
      host: string,
      options?: DhtOptions,
    ): InstanceType<T>
    constructor(options?: DhtOptions)
    readonly destroyed: boolean
    readonly firewalled: boolean
    readonly ephemeral: boolean
    /** As others see it, when they agree; of what this node sends from. */
    readonly host: string | null
    readonly port: number
    readonly io: { serverSocket: Socket | null }
    readonly listening: ReadonlySet<Server>
    /** Once the sockets are bound, or throws. */
    bind(): Promise<void>
    fullyBootstrapped(): Promise<void>
    toArray(options: { limit: number }): Address[]
    /** Where others reach this node without asking; null when they cannot. */
    remoteAddress(): Address | null
    ping(address: Address, options?: { retry?: boolean }): Promise<Reply>
    addNode(address: Address): void
    connect(publicKey: Buffer, options?: ConnectOptions): NoiseSecretStream
    createServer(options: ServerOptions, onConnection: (stream: NoiseSecretStream) => void): Server
    createRawStream(options: object): Duplex
    lookup(topic: Buffer): Query<LookupReply>
    announce(topic: Buffer, keyPair: NoiseKeyPair, relayAddresses: Address[]): Query<LookupReply>
    unannounce(topic: Buffer, keyPair: NoiseKeyPair): Promise<void>
    /** For subclasses: another node asks something; false when that is not understood. */
    onrequest(request: Request): boolean
    register(name: string, plugin: unknown): void
    /** `force` leaves without taking back what was announced. */
    destroy(options?: { force?: boolean }): Promise<void>
  }
}

declare module 'hyperdht/lib/noise-wrap.js' {
  import type { NoiseHandshake, NoiseKeyPair } from '@hyperswarm/secret-stream'

  /** What the ends tell each other beside their keys; of DHT nodes there is more. */
  export interface NoisePayload {
    /** Fields are known for 1 alone. */
    version?: number
    error: number
    firewall: number
    udx: { reusableSocket: boolean; id: number; seq: number } | null
    secretStream: object
  }

  /** HyperDHT's Noise IK handshake: one message each way. `remotePublicKey` makes the initiator. */
  export default class NoiseWrap {
    remotePublicKey: Buffer | undefined
    constructor(keyPair: NoiseKeyPair, remotePublicKey?: Buffer)
    send(payload: NoisePayload): Buffer
    /** Throws what it does not understand. */
    recv(message: Uint8Array): NoisePayload
    final(): NoiseHandshake
  }
}

declare module 'hyperdht/lib/plugin.js' {
  import type HyperDHT from 'hyperdht'
  import type { Address, Reply } from 'hyperdht'

  interface OuterRequest {
    from: Address
    reply(value: Buffer | null, options?: { token?: boolean; closerNodes?: boolean }): void
  }

  /** What a node answers beside the DHT's own commands. */
  export default class Plugin {
    readonly name: string
    readonly version: number
    readonly dht: HyperDHT
    constructor(name: string, version: number)
    onrequest(request: { command: number; value: Buffer | null }, outer: OuterRequest): void
    onpersistent(): void
    destroy(): void
    request(request: { command: number; value?: Buffer }, to: Address, options?: { retry?: boolean }): Promise<Reply>
  }
}

declare module 'blind-relay' {
  import type { EventEmitter } from 'node:events'
  import type NoiseSecretStream from '@hyperswarm/secret-stream'
  import type { Duplex } from 'streamx'

  export class Server {
    readonly stats: { pairings: { pending: number; active: number } }
    constructor(options: { createStream(options: object): Duplex })
    accept(stream: NoiseSecretStream, options: { id: Buffer }): EventEmitter
    close(): Promise<void>
  }
}
