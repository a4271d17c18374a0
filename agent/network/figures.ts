import type { WayFigures } from './between/way-meter.ts'
import type { NetworkCounters } from './network.ts'

/** One line of the node's metrics; api/server's `Figure`. */
export interface NetworkFigure {
  name: string
  help: string
  type: 'counter' | 'gauge'
  labels?: Record<string, string>
  value: number
}

const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** What the network of this node has counted, and how it reaches each other node. Pure. */
export function networkFigures(counters: NetworkCounters, ways: ReadonlyMap<string, WayFigures>): NetworkFigure[] {
  const { dns, forwarder, services } = counters
  const counter = (name: string, help: string, value: number, labels?: Record<string, string>): NetworkFigure => ({
    ...{ name: `skein_${name}_total`, help, type: 'counter', labels, value },
  })
  const queries = 'DNS queries received.'
  const forwards = 'DNS queries that left for other servers, or were answered from what those had said.'
  const rules = 'Transactions on the table of services.'
  return [
    counter('dns_queries', queries, dns.udpQueries, { protocol: 'udp' }),
    counter('dns_queries', queries, dns.tcpQueries, { protocol: 'tcp' }),
    counter('dns_malformed_queries', 'DNS queries that could not be read.', dns.malformed),
    counter('dns_cluster_answers', "DNS queries answered from the cluster's own names.", dns.local),
    counter('dns_truncated_answers', 'DNS answers that had to be asked for by TCP.', dns.truncated),
    ...Object.entries(dns.byRcode).map(([code, value]) =>
      counter('dns_answers', 'DNS answers.', value, { rcode: rcodeNames[Number(code)] ?? code }),
    ),
    ...Object.entries(forwarder).map(([result, value]) => counter('dns_forwards', forwards, value, { result })),
    ...Object.entries(services).map(([result, value]) => counter('service_rules', rules, value, { result })),
    ...[...ways]
      .flatMap(([node, figures]) => wayFigures(node, figures))
      .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)),
  ]
}

function wayFigures(node: string, { way, isWorking, roundTripMs, loss }: WayFigures): NetworkFigure[] {
  const [kind = 'none'] = way.toLowerCase().split(' ')
  const figures: NetworkFigure[] = [
    {
      name: 'skein_network_way',
      help: 'How packets get to a node: 1 when it answers.',
      type: 'gauge',
      labels: { node, way: kind },
      value: isWorking === false || kind === 'none' ? 0 : 1,
    },
  ]
  const help = 'Of probes that take the way of packets to a node.'
  if (roundTripMs !== undefined)
    figures.push({
      ...{ name: 'skein_network_round_trip_seconds', help, type: 'gauge', labels: { node } },
      value: roundTripMs / 1000,
    })
  if (loss !== undefined)
    figures.push({ name: 'skein_network_loss_ratio', help, type: 'gauge', labels: { node }, value: loss })
  return figures
}
