/** Sequence numbers count packets modulo 2^32 and are compared by signed difference. */
export type Seq = number

/** How far `a` is ahead of `b`; negative when behind. */
export function distance(a: Seq, b: Seq): number {
  return (a - b) | 0
}

export function after(seq: Seq, count = 1): Seq {
  return (seq + count) >>> 0
}
