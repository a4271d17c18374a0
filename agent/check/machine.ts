/** What a machine offers, judged from what its /proc and /sys say: pure, so that any machine can be a test. */

import { type Finding, fail, lack, ok } from './finding.ts'

/** What was read from a machine. */
export interface MachineFacts {
  /** `uname -r`. */
  kernelRelease: string
  /** glibc's version, e.g. `2.36`; undefined when it is another C library. */
  glibcVersion: string | undefined
  /** Text of /proc/self/mounts. */
  mounts: string
  /** CapEff of /proc/self/status, as a number. */
  capabilities: bigint
  /** Whether an nftables table can be made here (tried in a network namespace of its own), or why not. */
  nftables: { works: true } | { works: false; reason: string }
  /** Whether an overlay can be mounted (tried in a mount namespace of its own), or why not. */
  overlay: { works: true } | { works: false; reason: string }
  hasTunDevice: boolean
  /** Whether a libseccomp.so.2 is in the system's library path. */
  hasLibseccomp: boolean
  /** Files that the machine should have and lacks. */
  missingFiles: string[]
}

/** containerd makes each pod's own from these, and starts none without. */
export const neededFiles = ['/etc/hosts', '/etc/resolv.conf']

const capNetAdmin = 12n
const capSysAdmin = 21n
const capSysResource = 24n

function has(facts: MachineFacts, capability: bigint): boolean {
  return ((facts.capabilities >> capability) & 1n) === 1n
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split(/[.-]/).map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}

function judgeCgroups(mounts: string): Finding {
  const lines = mounts.split('\n').map((line) => line.split(' '))
  const unified = lines.find((line) => line[2] === 'cgroup2')
  if (unified?.[1] === '/sys/fs/cgroup') return ok('cgroups', 'version 2')
  if (lines.some((line) => line[2] === 'cgroup')) {
    const found = unified ? 'version 1 with a version 2 beside it (hybrid)' : 'version 1'
    return lack(
      'cgroups',
      found,
      'no memory.high and no pressure figures; boot with systemd.unified_cgroup_hierarchy=1',
    )
  }
  return fail('cgroups', 'none mounted', 'no container can run; mount cgroup2 at /sys/fs/cgroup')
}

function judgeRoot(facts: MachineFacts): Finding {
  const missing = [
    ...(has(facts, capSysAdmin) ? [] : ['CAP_SYS_ADMIN']),
    ...(has(facts, capNetAdmin) ? [] : ['CAP_NET_ADMIN']),
  ]
  if (missing.length === 0) return ok('privileges', 'CAP_SYS_ADMIN, CAP_NET_ADMIN')
  return fail('privileges', `no ${missing.join(', no ')}`, 'no containers and no pod network; run as root')
}

/** The table's rows for the machine, the kernel first. */
export function judgeMachine(facts: MachineFacts): Finding[] {
  const { glibcVersion, kernelRelease } = facts
  return [
    isAtLeast(kernelRelease, 5, 4)
      ? ok('kernel', kernelRelease)
      : lack('kernel', kernelRelease, 'untested below 5.4: pod network and services may not work'),
    glibcVersion !== undefined && isAtLeast(glibcVersion, 2, 34)
      ? ok('glibc', glibcVersion)
      : fail('glibc', glibcVersion ?? 'none', 'containerd needs 2.34; use Debian 12, Ubuntu 22.04 or newer'),
    judgeRoot(facts),
    judgeCgroups(facts.mounts),
    facts.overlay.works
      ? ok('overlayfs', 'works')
      : lack('overlayfs', facts.overlay.reason, "each container copies its image's files: slow, and takes disk"),
    facts.nftables.works
      ? ok('nftables', 'works')
      : fail('nftables', facts.nftables.reason, 'no services, no masquerading; load the module nf_tables'),
    facts.hasTunDevice
      ? ok('tun', '/dev/net/tun')
      : lack('tun', 'no /dev/net/tun', 'no pod network across NAT; nodes on one network reach each other without'),
    has(facts, capSysResource)
      ? ok('CAP_SYS_RESOURCE', 'granted')
      : lack(
          'CAP_SYS_RESOURCE',
          'not granted',
          'pods get no OOM score of their own: under memory pressure any may die',
        ),
    facts.hasLibseccomp
      ? ok('libseccomp', 'libseccomp.so.2')
      : fail('libseccomp', 'no libseccomp.so.2', 'runc starts no container; install libseccomp2'),
    facts.missingFiles.length === 0
      ? ok('host files', neededFiles.join(', '))
      : fail(
          'host files',
          `no ${facts.missingFiles.join(', no ')}`,
          'containerd starts no pod; make it, if only empty',
        ),
  ]
}
