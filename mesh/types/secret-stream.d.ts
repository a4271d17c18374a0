// @hyperswarm/secret-stream 6.9 ships no types; these are the parts we use.
declare module '@hyperswarm/secret-stream' {
  import type { Duplex } from 'streamx'

  export interface NoiseKeyPair {
    publicKey: Buffer
    secretKey: Buffer
  }

  export interface NoiseOptions {
    pattern?: 'IK' | 'XX'
    keyPair: NoiseKeyPair
    /** Required of the initiator with IK. */
    remotePublicKey?: Buffer
  }

  /** One that was done elsewhere, by datagrams. */
  export interface NoiseHandshake {
    remotePublicKey: Buffer
    hash: Buffer
    rx: Buffer
    tx: Buffer
  }

  /** An encrypted, message-preserving Duplex of buffers over any raw Duplex. */
  export default class NoiseSecretStream extends Duplex {
    constructor(isInitiator: boolean, rawStream: Duplex, options: NoiseOptions | { handshake: NoiseHandshake })
    static keyPair(seed?: Buffer): NoiseKeyPair
    /** Resolves true after the handshake, false when the stream was destroyed before. */
    readonly opened: Promise<boolean>
    readonly isInitiator: boolean
    /** What the bytes travel on: a UDXStream, a WebSocketStream. */
    readonly rawStream: Duplex
    readonly publicKey: Buffer
    readonly remotePublicKey: Buffer
    readonly handshakeHash: Buffer
    readonly rawBytesWritten: number
    readonly rawBytesRead: number
    setKeepAlive(ms: number): void
    setTimeout(ms: number): void
    alloc(size: number): Buffer
  }
}
