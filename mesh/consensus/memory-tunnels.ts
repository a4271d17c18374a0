import { Duplex } from 'streamx'
import type { PeerKey } from '../link/links.ts'
import type { Tunnel, TunnelRequest, Tunnels } from '../tunnel/tunnels.ts'

type Take = (tunnel: Tunnel, request: TunnelRequest, peer: PeerKey) => void | Promise<void>

/** Tunnels between nodes in one process, for tests. */
export class MemoryTunnelNetwork {
  readonly #nodes = new Map<PeerKey, Map<string, Take>>()

  join(self: PeerKey): Tunnels {
    const takers = new Map<string, Take>()
    this.#nodes.set(self, takers)
    return {
      accept: (purpose, take) => void takers.set(purpose, take),
      open: async (peer, request) => {
        const take = this.#nodes.get(peer)?.get(request.purpose)
        if (take === undefined) throw new Error(`${peer} is not linked`)
        const [here, there] = duplexPair()
        await take(there, request, self)
        return here
      },
    }
  }
}

function duplexPair(): [Duplex, Duplex] {
  const ends: Duplex[] = []
  for (const other of [1, 0]) {
    ends.push(
      new Duplex({
        write(data, done) {
          ends[other]!.push(data)
          done(null)
        },
        final(done) {
          ends[other]!.push(null)
          done(null)
        },
        predestroy() {
          setImmediate(() => ends[other]!.destroy())
        },
      }),
    )
  }
  return ends as [Duplex, Duplex]
}
