import type { Frontend } from '../services/frontend.ts'

/** So many other nodes are asked at most: of each only some of the questions. */
const maxStandIns = 3

/** Another node whose DNS might be asked. */
export interface OtherDns {
  /** Its address in the mesh. */
  address: string
  isReady: boolean
  /** Packets get there also while this node's agent is down. */
  isReachedByKernel: boolean
}

/**
 * Frontends by which pods of this node get answers from other nodes while this node's own DNS is down. Without such nodes
 * questions are left unanswered, so that clients ask again soon, and not refused, which they take for an answer. Pure.
 */
export function standInFrontends(dnsAddress: string, port: number, others: OtherDns[]): Frontend[] {
  const usable = others.filter(({ isReady, isReachedByKernel }) => isReady && isReachedByKernel)
  const addresses = usable.map(({ address }) => address).sort()
  const endpoints = addresses.slice(0, maxStandIns).map((address) => ({ address, port, isLocal: false }))
  return (['udp', 'tcp'] as const).map((protocol) => ({
    ...{ address: dnsAddress, protocol, port, endpoints, scope: 'cluster', unlessListening: true },
  }))
}
