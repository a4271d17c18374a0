// hypercore 11.37, hypercore-storage 3.3 and hypercore-crypto ship no types; these are the parts we use.
declare module 'hypercore' {
  import type { EventEmitter } from 'node:events'
  import type CoreStorage from 'hypercore-storage'
  import type { Atom, CorePointer, CoreStorageSession } from 'hypercore-storage'
  import type { Duplex, Readable } from 'streamx'

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
    encryption?: { key: Buffer } | null
    createIfMissing?: boolean
    name?: string
    writable?: boolean
  }

  export interface SessionOptions {
    /** Kept in the atom until it is flushed. */
    atom?: Atom
    name?: string
    snapshot?: boolean
    writable?: boolean
  }

  export interface GetOptions {
    /** False: null at once when the block is not here. */
    wait?: boolean
    timeout?: number
  }

  /** What of hypercore's own state we touch. */
  export interface Core {
    /** Its core's part of the storage. */
    db: CoreStorageSession
    /** The storage is closed with the core's last session. */
    autoClose: boolean
    close(): Promise<void>
    /** Writes what hypercore knows of contiguous blocks; it repairs that when it opens. */
    flushHints(): Promise<void>
    state: {
      storage: { readonly core: CorePointer }
      /** Whoever changes the core has it. */
      mutex: { lock(): Promise<void>; unlock(): void }
    }
    /** Which blocks are here. */
    bitfield: { /** -1 when there is none. */ firstUnset(position: number): number }
    replicator: {
      setPushOnly(pushOnly: boolean): void
      eagerUpgrade: boolean
      /** Whoever takes a block that came with a longer core has it. */
      _rxLock: { lock(): Promise<void>; unlock(): void }
    }
    /** Checks tree, blocks and bitfield against each other; null when a root of the tree is missing. */
    audit(options?: { dryRun?: boolean }): Promise<AuditReport | null>
  }

  export interface AuditReport {
    treeNodes: number
    blocks: number
    bits: number
    droppedTreeNodes: number
    droppedBlocks: number
    droppedBits: number
    corrupt: boolean
  }

  export default class Hypercore extends EventEmitter {
    constructor(storage: CoreStorage | string, options?: HypercoreOptions)
    constructor(storage: CoreStorage | string, key?: Buffer | null, options?: HypercoreOptions)
    static key(manifest: Manifest): Buffer
    readonly length: number
    readonly contiguousLength: number
    readonly byteLength: number
    readonly key: Buffer
    readonly discoveryKey: Buffer
    readonly fork: number
    readonly writable: boolean
    readonly opened: boolean
    readonly closed: boolean
    readonly core: Core
    /** Those that replicate it now. */
    readonly peers: readonly unknown[]
    ready(): Promise<void>
    /** One atomic, durable batch; gives the new length. */
    append(blocks: Uint8Array | Uint8Array[]): Promise<{ length: number; byteLength: number }>
    get(index: number, options?: GetOptions): Promise<Buffer | null>
    has(start: number, end?: number): Promise<boolean>
    update(options?: { wait?: boolean; force?: boolean }): Promise<boolean>
    /** Drops the blocks from `newLength` on, and raises the fork. */
    truncate(newLength: number, options?: { fork?: number }): Promise<void>
    /** Frees the blocks from `start` (included) to `end` (excluded; `start + 1` when absent). */
    clear(start: number, end?: number): Promise<{ blocks: number } | null>
    session(options?: SessionOptions): Hypercore
    snapshot(options?: SessionOptions): Hypercore
    treeHash(length?: number): Promise<Buffer>
    createReadStream(options?: { start?: number; end?: number; live?: boolean; snapshot?: boolean }): Readable
    replicate(isInitiatorOrStream: boolean | Duplex, options?: object): Duplex
    download(range?: { start?: number; end?: number; linear?: boolean; blocks?: number[] }): {
      done(): Promise<void>
      destroy(): void
    }
    setUserData(key: string, value: Uint8Array | string): Promise<void>
    getUserData(key: string): Promise<Buffer | null>
    findingPeers(): () => void
    close(options?: { error?: Error }): Promise<void>
  }
}

declare module 'hypercore-storage' {
  /** Writes of several cores that reach the disk as one batch. */
  export interface Atom {
    flush(): Promise<void>
  }

  /** Where a core stands in the database. */
  export interface CorePointer {
    corePointer: number
    dataPointer: number
  }

  export interface CoreStorageSession {
    createAtom(): Atom
  }

  export interface CoreStorageOptions {
    /** Called when a torn tail was cut while the store was opened (see mesh/hypercore-store). */
    onTornTail?(report: { file: string; offset: number; droppedBytes: number; sequence: number }): void
    /** Called after each fsync of the store's log. */
    onSynced?: ((durationMs: number) => void) | undefined
    /** For tests, see mesh/hypercore-store/sizes.ts. */
    sizes?: { segmentBytes: number; tableBytes: number; cacheBytes: number; freeableBytes: number }
  }

  export default class CoreStorage {
    constructor(directory: string, options?: CoreStorageOptions)
    ready(): Promise<void>
    createAtom(): Atom
    hasCore(discoveryKey: Buffer): Promise<boolean>
    /** Drops a core with all of its blocks; no session of it may be open. */
    deleteCore(core: CorePointer): Promise<void>
    close(): Promise<void>
  }
}

declare module 'hypercore-crypto' {
  export function keyPair(seed?: Uint8Array): { publicKey: Buffer; secretKey: Buffer }
  export function discoveryKey(publicKey: Buffer): Buffer
  export function sign(message: Buffer, secretKey: Buffer): Buffer
  export function verify(message: Buffer, signature: Buffer, publicKey: Buffer): boolean
}
