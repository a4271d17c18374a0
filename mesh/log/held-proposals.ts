import { maxWaitingProposals } from './committed-log.ts'
import type { Fate } from './raft-driver.ts'

export interface HeldProposalsOptions {
  /** At this node, which leads. */
  propose(payload: Uint8Array): Promise<Fate>
  /** Of a payload: nobody minds that it is committed a second later. */
  mayWait(payload: Uint8Array): boolean
  /** Calls once after this time, unless the returned function is called before. Default: the machine's timers. */
  after?(delayMs: number, act: () => void): () => void
}

/** Longest time that a proposal is held. */
export const holdMs = 1000
const maxHeldBytes = 1024 * 1024

/**
 * The leader's proposals that may wait do so until one comes that does not, or for a second: they all get into the same write of
 * the log, which at rest costs as much as what is in it many times over.
 */
export class HeldProposals {
  readonly #options: HeldProposalsOptions
  #held: { payload: Uint8Array; settle: (fate: Promise<Fate>) => void }[] = []
  #heldBytes = 0
  #cancel: (() => void) | undefined

  constructor(options: HeldProposalsOptions) {
    this.#options = options
  }

  propose(payload: Uint8Array): Promise<Fate> {
    const { propose, mayWait, after = afterTimeout } = this.#options
    if (!mayWait(payload)) {
      this.release()
      return propose(payload)
    }
    const fate = new Promise<Fate>((settle) => this.#held.push({ payload, settle }))
    this.#heldBytes += payload.byteLength
    if (this.#held.length >= maxWaitingProposals || this.#heldBytes > maxHeldBytes) this.release()
    else this.#cancel ??= after(holdMs, () => this.release())
    return fate
  }

  /** Nothing waits any longer. A node that leads no more says so to whoever asked. */
  release(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    for (const { payload, settle } of held) settle(this.#options.propose(payload))
  }
}

function afterTimeout(delayMs: number, act: () => void): () => void {
  const timer = setTimeout(act, delayMs)
  return () => clearTimeout(timer)
}
