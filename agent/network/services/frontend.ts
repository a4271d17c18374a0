import type { Family } from '../address/address.ts'

export type Protocol = 'tcp' | 'udp' | 'sctp'

/** Where a packet goes in the end. */
export interface Endpoint {
  address: string
  port: number
  /** On this node. */
  isLocal: boolean
}

/** What packets are sent to: an address and a port, or a port of every address of this node. */
export interface Frontend {
  /** Absent: any address of this node (NodePort, hostPort). */
  address?: string
  protocol: Protocol
  port: number
  /** The endpoints to choose from; for `external-local` those for clients inside the cluster. */
  endpoints: Endpoint[]
  /**
   * - `cluster`: all clients are treated alike and keep their address.
   * - `external`: the client's address is hidden, so that answers come back through this node.
   * - `external-local`: clients from outside get `localEndpoints` and keep their address; none there: dropped.
   */
  scope: 'cluster' | 'external' | 'external-local'
  localEndpoints?: Endpoint[]
  /** No endpoint: refused (ICMP) by default, or dropped where other nodes have some. */
  dropWhenEmpty?: boolean
  /** The endpoints stand in for this node's own process, while none listens there; without any: dropped meanwhile. */
  unlessListening?: boolean
  /** Session affinity by client address, for so long. */
  affinitySeconds?: number
}

/** What the rules depend on besides the services. CIDRs and addresses are of `family`. */
export interface NodeFacts {
  nodeName: string
  family: Family
  /** This node's pods. */
  podCidr: string
  /** Pods and nodes of the whole cluster: reached without masquerade. */
  clusterCidrs: string[]
  serviceCidr: string
  /** ClusterIPs that this node answers itself (API and DNS): the table leaves them alone. */
  ownServiceAddresses: string[]
}

/** One frontend's identity: two owners with the same key are in conflict. */
export const frontendKey = (frontend: Frontend): string =>
  `${frontend.address ?? '*'} ${frontend.protocol} ${frontend.port}`
