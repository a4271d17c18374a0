import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { familyOf, parseAddress } from '../address/address.ts'
import type { Frontend, NodeFacts } from './frontend.ts'

/** Frontends of the hostPorts of one pod of this node. A pod in the host's network has its ports already. */
export function hostPortFrontends(pod: Pod, facts: NodeFacts): Frontend[] {
  const address = (pod.status?.podIPs?.map((one) => one.ip) ?? [pod.status?.podIP]).find((ip) => {
    const parsed = parseAddress(ip ?? '')
    return parsed !== undefined && familyOf(parsed) === facts.family
  })
  const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  if (address === undefined || isOver || pod.spec?.hostNetwork || pod.spec?.nodeName !== facts.nodeName) return []
  const restartable = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')
  return [...restartable, ...(pod.spec.containers ?? [])].flatMap((container) =>
    (container.ports ?? []).flatMap((port): Frontend[] => {
      if (!port.hostPort) return []
      const protocol = port.protocol === 'UDP' ? 'udp' : port.protocol === 'SCTP' ? 'sctp' : 'tcp'
      const isAny = !port.hostIP || port.hostIP === '0.0.0.0' || port.hostIP === '::'
      const endpoints = [{ address, port: port.containerPort, isLocal: true }]
      return [{ address: isAny ? undefined : port.hostIP, protocol, port: port.hostPort, endpoints, scope: 'cluster' }]
    }),
  )
}
