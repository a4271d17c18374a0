import { AdminRefusal } from './admin-socket.ts'
import type { Network } from './network/network.ts'

/** How this node's pods reach another node's, as `skein network` shows it. */
export interface NodeWay {
  node: string
  /** `route via 192.168.1.7`, `VXLAN to 172.16.0.3`, `tunnel`, `link`, or `none`. */
  way: string
  /** The other end of a tunnel or a link. */
  via?: string
  /** False: it does not answer, and nothing else does. */
  isWorking: boolean
  roundTripMs?: number
  /** Share of probes in the last minute. */
  loss?: number
}

/** Answers `skein network` once the network is there. */
export class NetworkAdmin {
  network: Network | undefined

  readonly handlers = {
    'network-ways': async (): Promise<NodeWay[]> => {
      if (this.network === undefined) throw new AdminRefusal('the network of this node is still starting: try again')
      const ways = [...this.network.ways()].sort(([one], [other]) => (one < other ? -1 : 1))
      return ways.map(([node, { isWorking, ...figures }]) => ({
        node,
        ...figures,
        isWorking: isWorking ?? figures.way !== 'none',
      }))
    },
  }
}
