import { expect, test } from 'bun:test'
import { type NodeFlags, nodeOptions } from './node-options.ts'

test('defaults', () => {
  expect(nodeOptions({ name: 'node-1' })).toEqual({
    dataDirectory: '/var/lib/skein',
    place: { nodeName: 'node-1' },
    listen: [{ host: '127.0.0.1', port: 6443 }],
    runtimeEndpoint: undefined,
    cgroupRoot: '',
    mesh: { listen: { host: '0.0.0.0', port: 6444 }, advertise: [], rendezvous: [], dht: undefined },
    join: { token: undefined, replace: false },
    recoveryKeyFile: undefined,
    showsSecrets: false,
  })
})

test('an address and port in brackets', () => {
  expect(nodeOptions({ name: 'a', listen: ['[::1]:6443'] }).listen).toEqual([{ host: '::1', port: 6443 }])
})

const refused: [NodeFlags, string][] = [
  [{ name: 'Node_1' }, '--name Node_1'],
  [{ name: 'a'.repeat(64) }, '--name'],
  [{ clusterCidr: '10.42.0.0' }, '--cluster-cidr 10.42.0.0: expected an IPv4 range'],
  [{ clusterCidr: '10.42.0.1/16' }, 'bits set beyond its /16'],
  [{ serviceCidr: '10.300.0.0/16' }, '--service-cidr'],
  [{ nodeCidr: '10.44.0.0/30' }, '--node-cidr'],
  [{ listen: ['6443'] }, '--listen 6443'],
  [{ listen: ['127.0.0.1:99999'] }, '--listen 127.0.0.1:99999'],
  [{ containerRuntimeEndpoint: 'containerd.sock' }, '--container-runtime-endpoint containerd.sock'],
  [{ advertise: ['shop:'] }, '--advertise shop:: expected ADDRESS or ADDRESS:PORT'],
  [{ rendezvous: ['meet'] }, '--rendezvous meet: expected ADDRESS:PORT'],
  [{ cgroupRoot: 'skein' }, '--cgroup-root skein'],
  [{ clusterDomain: 'cluster..local' }, '--cluster-domain'],
]

test.each(refused)('%p is refused with one line', (flags, message) => {
  expect(() => nodeOptions({ name: 'node-1', ...flags })).toThrow(message)
})
