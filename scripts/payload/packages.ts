/** Where the payload's files come from: Debian packages, pinned to the upstream version. */

import type { PackageWish } from '../debian/fetch.ts'

export interface PackagePin extends PackageWish {
  upstream: string
  /** Path in the payload -> path in the package; `{triplet}` stands for the target's library folder. */
  files: Record<string, string>
}

/** Debian's name of each target's architecture, and of its library folder. */
export const debianNames = {
  'linux-x64': { architecture: 'amd64', triplet: 'x86_64-linux-gnu' },
  'linux-arm64': { architecture: 'arm64', triplet: 'aarch64-linux-gnu' },
} as const

export type Target = keyof typeof debianNames

/**
 * containerd 1.6 of bookworm lacks GetContainerEvents; runc 1.1.15 of trixie needs GLIBC_2.38, which Debian 12 and
 * Ubuntu 22.04 lack; hence two suites. catatonit is a static init whose `-P` is a pause that reaps orphans.
 */
export const packagePins: readonly PackagePin[] = [
  {
    name: 'containerd',
    suite: 'trixie',
    upstream: '1.7.24',
    files: {
      'bin/containerd': 'usr/bin/containerd',
      'bin/containerd-shim-runc-v2': 'usr/bin/containerd-shim-runc-v2',
    },
  },
  { name: 'runc', suite: 'bookworm', upstream: '1.1.5', files: { 'bin/runc': 'usr/sbin/runc' } },
  { name: 'catatonit', suite: 'bookworm', upstream: '0.1.7', files: { 'bin/pause': 'usr/bin/catatonit' } },
  {
    name: 'containernetworking-plugins',
    suite: 'bookworm',
    upstream: '1.1.1',
    files: {
      'cni/bandwidth': 'usr/lib/cni/bandwidth',
      'cni/host-local': 'usr/lib/cni/host-local',
      'cni/loopback': 'usr/lib/cni/loopback',
      'cni/ptp': 'usr/lib/cni/ptp',
    },
  },
  library('libseccomp2', '2.5.4', 'libseccomp.so.2'),
  library('libmnl0', '1.0.4', 'libmnl.so.0'),
  library('libnftnl11', '1.2.4', 'libnftnl.so.11'),
  library('libgmp10', '2:6.2.1', 'libgmp.so.10'),
  library('libjansson4', '2.14', 'libjansson.so.4'),
  library('libxtables12', '1.8.9', 'libxtables.so.12'),
  library('libnftables1', '1.0.6', 'libnftables.so.1'),
  {
    // The packages' copyright files refer to these texts.
    name: 'base-files',
    suite: 'bookworm',
    upstream: '12.4',
    files: Object.fromEntries(
      ['Apache-2.0', 'GPL-2', 'GPL-3', 'LGPL-2.1', 'LGPL-3', 'MPL-2.0'].map((licence) => [
        `licences/common/${licence}`,
        `usr/share/common-licenses/${licence}`,
      ]),
    ),
  },
]

function library(name: string, upstream: string, soname: string): PackagePin {
  return { name, suite: 'bookworm', upstream, files: { [`lib/${soname}`]: `usr/lib/{triplet}/${soname}` } }
}
