import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Ended, executable, makeScratch, root, run } from './built.ts'

/** Limits from the issue: Bun alone has 107 MB, the payload 26. */
const largestExecutableBytes = 160_000_000
const largestUnpackingRssBytes = 120_000_000

/** What `skein check -o json` prints. */
type Findings = { item: string; state: string; found: string; cost: string }[]

describe('dist/skein, copied alone into an empty directory', () => {
  const scratch = makeScratch('alone')
  const directory = join(scratch.path, 'empty')
  const data = join(scratch.path, 'data')

  beforeAll(() => {
    mkdirSync(directory)
    cpSync(executable, join(directory, 'skein'))
  })

  afterAll(() => scratch.remove())

  /**
   * Runs the copy with the repository (and so node_modules) hidden, /tmp read-only, no network but for an idle `lo`,
   * and nothing in the environment that helps.
   */
  function skeinAlone(...args: string[]): Ended {
    const script = `
      mount -t tmpfs -o ro tmpfs "$1" && mount -t tmpfs -o ro tmpfs /tmp && shift
      exec env -i PATH=/usr/bin:/bin TMPDIR=/tmp "$@"`
    const isolated = ['unshare', '--mount', '--net', '--', 'sh', '-c', script, 'sh', root]
    return run([...isolated, join(directory, 'skein'), ...args], {}, directory)
  }

  test('it is hidden from node_modules, and TMPDIR cannot be written', () => {
    const script = `mount -t tmpfs -o ro tmpfs ${root}; mount -t tmpfs -o ro tmpfs /tmp; ls ${root}; touch /tmp/x`
    const { status, out } = run(['unshare', '--mount', '--net', '--', 'sh', '-c', script])
    expect({ status, out }).toEqual({ status: 1, out: '' })
  })

  test('says its version', () => {
    const startedMs = performance.now()
    const { status, out, err } = skeinAlone('version')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^skein \d+\.\d+\.\d+ \(commit [0-9a-f]{12}(-modified)?, bun \d/)
    const isolatedMs = performance.now() - startedMs
    const timesMs = Array.from({ length: 5 }, () => {
      const beganMs = performance.now()
      run([executable, 'version'])
      return performance.now() - beganMs
    })
    // A figure for the record (the goal is 60 ms), not a test: the machine may be busy.
    const best = Math.min(...timesMs).toFixed(0)
    console.log(`skein version: ${best} ms (isolated, with unshare and two mounts: ${isolatedMs.toFixed(0)} ms)`)
  })

  test('is small enough', () => {
    const { size } = statSync(executable)
    console.log(`dist/skein: ${(size / 1e6).toFixed(1)} MB`)
    expect(size).toBeLessThanOrEqual(largestExecutableBytes)
  })

  test('checks itself: addon, storage, payload and its programs', () => {
    const { status, out, err } = skeinAlone('check', '-o', 'json', '--data-dir', data)
    const findings = JSON.parse(out) as Findings
    const parts = ['sodium', 'store', 'payload', 'containerd', 'runc']
    for (const item of parts) {
      expect(findings.find((finding) => finding.item === item)).toMatchObject({ item, state: 'ok' })
    }
    expect(findings.find(({ item }) => item === 'containerd')!.found).toContain('1.7.24')
    expect(findings.find(({ item }) => item === 'runc')!.found).toContain('1.1.5')
    for (const item of ['kernel', 'cgroups', 'overlayfs', 'nftables', 'tun', 'CAP_SYS_RESOURCE']) {
      const finding = findings.find((candidate) => candidate.item === item)!
      expect(finding.cost === '').toBe(finding.state === 'ok')
    }
    expect(status).toBe(findings.some(({ state }) => state === 'fail') ? 1 : 0)
    expect(err).toContain('container runtime unpacked')
  })

  test('the table for people names the cost of each lack', () => {
    const { out } = skeinAlone('check', '--data-dir', data)
    expect(out).toMatch(/^payload +ok +\d+ files, 12 Debian packages$/m)
    for (const line of out.split('\n').filter((text) => /^\S+ +(lack|fail) /.test(text))) {
      expect(out).toMatch(new RegExp(`${line.replace(/[.*+?^$\x7b}()|[\]\\]/g, '\\$&')}\n +-> `))
    }
  })

  test('leaves nothing in its directory but itself, and nothing of Bun in /tmp', () => {
    expect(run(['ls', '-A', directory]).out).toBe('skein\n')
    expect(existsSync(join(data, 'payload/current/bin/containerd'))).toBe(true)
    expect(run(['ls', '-A', data]).out.trim().split('\n')).toEqual(['payload'])
  })

  test('unpacks as a stream', async () => {
    const fresh = join(scratch.path, 'fresh')
    const child = Bun.spawn([executable, 'check', '--data-dir', fresh], { stdout: 'ignore', stderr: 'ignore' })
    // The kernel keeps the peak; wait4() would give the test's own, which a forked child begins with.
    let peakBytes = 0
    while (child.exitCode === null) {
      const status = await Bun.file(`/proc/${child.pid}/status`)
        .text()
        .catch(() => '')
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024)
    }
    expect(existsSync(join(fresh, 'payload/current/bin/containerd'))).toBe(true)
    console.log(`skein check, unpacking: peak RSS ${(peakBytes / 1e6).toFixed(0)} MB`)
    expect(peakBytes).toBeGreaterThan(20_000_000)
    expect(peakBytes).toBeLessThanOrEqual(largestUnpackingRssBytes)
  })

  test('carries no path of the machine that built it', () => {
    expect(readFileSync(executable).includes(`${root}/`)).toBe(false)
  })

  test('carries no native part of cbor-x', () => {
    const bytes = readFileSync(executable)
    expect(bytes.includes('node-gyp-build-optional-packages')).toBe(false)
    expect(bytes.includes('@cbor-extract')).toBe(false)
  })
})
