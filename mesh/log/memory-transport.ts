import type { NodeId } from '../raft/entry.ts'
import type { Transport } from './transport.ts'

/** Nodes in one process, for tests: a node can be cut off from the others. */
export class MemoryNetwork {
  readonly #receivers = new Map<NodeId, (from: NodeId, datagram: Uint8Array) => void>()
  readonly #losses = new Map<NodeId, (peer: NodeId) => void>()
  readonly #cut = new Set<NodeId>()
  /** Told of each datagram. */
  observe: ((from: NodeId, to: NodeId, datagram: Uint8Array) => void) | undefined

  transport(id: NodeId): Transport {
    return {
      send: (to, datagram) => {
        this.observe?.(id, to, datagram)
        setImmediate(() => {
          if (!this.#cut.has(id) && !this.#cut.has(to)) this.#receivers.get(to)?.(id, datagram)
        })
      },
      receive: (deliver) => {
        this.#receivers.set(id, deliver)
      },
      onLost: (lost) => {
        this.#losses.set(id, lost)
      },
    }
  }

  /** The node is gone, or cannot be reached. */
  cut(id: NodeId): void {
    this.#cut.add(id)
    for (const [other, lost] of this.#losses) if (other !== id) lost(id)
  }

  heal(id: NodeId): void {
    this.#cut.delete(id)
  }
}
