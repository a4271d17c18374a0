import { expect, test } from 'bun:test'
import { Metrics } from '../api/server/metrics.ts'
import { networkFigures } from './network/figures.ts'

test('counters and ways as Prometheus reads them', () => {
  const metrics = new Metrics()
  const dns = { udpQueries: 5, tcpQueries: 1, local: 4, malformed: 0, truncated: 1, byRcode: { 0: 5, 3: 1 } }
  const forwarder = { forwarded: 2, cacheHits: 1, timeouts: 0, failures: 0, overloads: 0, loops: 0 }
  const services = { changes: 7, rebuilds: 1, failures: 0, flowsForgotten: 0 }
  const via = undefined
  metrics.addSource(() =>
    networkFigures(
      { dns, forwarder, services },
      new Map([
        ['n2', { way: 'route via 192.168.1.2', isWorking: true, via, roundTripMs: 0.5, loss: 0 }],
        ['n3', { way: 'VXLAN to 172.16.0.3', isWorking: false, via, roundTripMs: undefined, loss: undefined }],
      ]),
    ),
  )
  const lines = metrics.text().split('\n')
  expect(lines).toContain('# TYPE skein_dns_queries_total counter')
  expect(lines.filter((line) => line === '# TYPE skein_dns_queries_total counter')).toHaveLength(1)
  for (const line of [
    'skein_dns_queries_total{protocol="udp"} 5',
    'skein_dns_answers_total{rcode="NXDOMAIN"} 1',
    'skein_dns_forwards_total{result="cacheHits"} 1',
    'skein_service_rules_total{result="changes"} 7',
    'skein_network_way{node="n2",way="route"} 1',
    'skein_network_way{node="n3",way="vxlan"} 0',
    'skein_network_round_trip_seconds{node="n2"} 0.0005',
    'skein_network_loss_ratio{node="n2"} 0',
    'skein_dns_malformed_queries_total 0',
  ])
    expect(lines).toContain(line)
})
