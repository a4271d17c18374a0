import { expect, test } from 'bun:test'
import { judgeMachine, type MachineFacts } from './machine.ts'
import { findingsTable } from './table.ts'

const good: MachineFacts = {
  kernelRelease: '6.1.0-18-amd64',
  glibcVersion: '2.36',
  mounts: 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
  capabilities: (1n << 41n) - 1n,
  nftables: { works: true },
  overlay: { works: true },
  hasTunDevice: true,
  hasLibseccomp: true,
  missingFiles: [],
}

const states = (facts: Partial<MachineFacts>) =>
  judgeMachine({ ...good, ...facts })
    .filter(({ state }) => state !== 'ok')
    .map(({ item, state }) => `${item} ${state}`)

test('a plain server lacks nothing', () => {
  expect(states({})).toEqual([])
})

test.each<[string, Partial<MachineFacts>, string]>([
  ['an old kernel', { kernelRelease: '4.19.0-26-amd64' }, 'kernel lack'],
  ['an older glibc', { glibcVersion: '2.31' }, 'glibc fail'],
  ['another C library', { glibcVersion: undefined }, 'glibc fail'],
  ['no privileges', { capabilities: 1n << 24n }, 'privileges fail'],
  ['no CAP_SYS_RESOURCE', { capabilities: good.capabilities ^ (1n << 24n) }, 'CAP_SYS_RESOURCE lack'],
  ['cgroups of version 1', { mounts: 'cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0' }, 'cgroups lack'],
  [
    'hybrid cgroups',
    { mounts: 'cgroup /sys/fs/cgroup/memory cgroup rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0' },
    'cgroups lack',
  ],
  ['no cgroups', { mounts: '' }, 'cgroups fail'],
  ['no overlayfs', { overlay: { works: false, reason: 'mount: not in this kernel' } }, 'overlayfs lack'],
  ['no nftables', { nftables: { works: false, reason: 'netfilter socket: not in this kernel' } }, 'nftables fail'],
  ['no tun', { hasTunDevice: false }, 'tun lack'],
  ['no libseccomp', { hasLibseccomp: false }, 'libseccomp fail'],
  ['no /etc/hosts', { missingFiles: ['/etc/hosts'] }, 'host files fail'],
])('%s: told, with its cost', (_name, facts, line) => {
  expect(states(facts)).toEqual([line])
  for (const { state, cost } of judgeMachine({ ...good, ...facts })) expect(cost === '').toBe(state === 'ok')
})

test('the table aligns its columns and puts the cost below', () => {
  const findings = judgeMachine({ ...good, hasTunDevice: false }).filter(({ item }) => /tun|kernel/.test(item))
  expect(findingsTable(findings, false)).toBe(
    [
      'kernel  ok    6.1.0-18-amd64',
      'tun     lack  no /dev/net/tun',
      '              -> no pod network across NAT; nodes on one network reach each other without',
    ].join('\n'),
  )
  expect(findingsTable(findings, true)).toContain('\x1b[33mlack\x1b[0m')
})
