/** Time comes in as a value: cores take numbers, shells take a Clock. */
export interface Clock {
  /** Cluster time in milliseconds since the Unix epoch: the local clock plus the node's offset to the cluster. */
  nowMs(): number
  /** Milliseconds of a clock that never jumps; only differences mean anything. */
  monotonicMs(): number
}

/** The machine's own clocks, for a cluster of one and for tools. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
