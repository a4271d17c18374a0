import type { Acknowledgement, Frame } from './frame.ts'

/** What a link asks its shell to do, in this order. */
export type LinkEffect =
  | { kind: 'write'; way: number; frame: Frame; acknowledgement: Acknowledgement }
  /** The connection is of no more use. */
  | { kind: 'close'; way: number; reason: string }
  /** A session has begun; `closed` comes once for each. */
  | { kind: 'opened' }
  | { kind: 'closed'; reason: string }
  /** Whole; `protocol` is the peer's name for it, which may not be known here. */
  | { kind: 'message'; protocol: string; message: Uint8Array }
  /** State or way are different. */
  | { kind: 'changed' }
