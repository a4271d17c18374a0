// hypercore 11.37 ships no types; these are the parts we use.
declare module 'hypercore' {
  import type { EventEmitter } from 'node:events'
  import type CoreStorage from 'hypercore-storage'

  export interface KeyPair {
    publicKey: Buffer
    secretKey: Buffer
  }

  export interface Manifest {
    version?: number
    signers: { publicKey: Buffer }[]
  }

  export interface HypercoreOptions {
    key?: Buffer
    keyPair?: KeyPair
    manifest?: Manifest
  }

  export default class Hypercore extends EventEmitter {
    constructor(storage: CoreStorage, options: HypercoreOptions)
    static key(manifest: Manifest): Buffer
    readonly length: number
    readonly key: Buffer
    readonly fork: number
    ready(): Promise<void>
    /** One atomic, durable batch; gives the new length. */
    append(blocks: Uint8Array | Uint8Array[]): Promise<{ length: number; byteLength: number }>
    get(index: number, options?: { wait?: boolean }): Promise<Buffer | null>
    close(): Promise<void>
  }
}

declare module 'hypercore-storage' {
  export default class CoreStorage {
    constructor(directory: string)
    ready(): Promise<void>
    close(): Promise<void>
  }
}

declare module 'hypercore-crypto' {
  export function keyPair(seed?: Buffer): { publicKey: Buffer; secretKey: Buffer }
}
