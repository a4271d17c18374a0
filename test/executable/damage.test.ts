import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chownSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { executable, makeScratch, mustRun, run } from './built.ts'

interface Finding {
  item: string
  state: string
  found: string
}

describe('what goes wrong with the unpacked payload', () => {
  const scratch = makeScratch('damage')
  const data = join(scratch.path, 'data')
  const containerd = join(data, 'payload/current/bin/containerd')

  function check(directory = data): { findings: Finding[]; err: string; payload: Finding } {
    const { out, err } = run([executable, 'check', '-o', 'json', '--data-dir', directory])
    const findings = JSON.parse(out) as Finding[]
    return { findings, err, payload: findings.find(({ item }) => item === 'payload')! }
  }

  beforeAll(() => void check(), 60_000)
  afterAll(() => scratch.remove())

  test('flipped bytes are noticed, told and replaced', () => {
    const bytes = readFileSync(containerd)
    for (let at = 1_000_000; at < 1_000_016; at++) bytes[at]! ^= 0xff
    writeFileSync(containerd, bytes)
    const { findings, err, payload } = check()
    expect(payload.state).toBe('ok')
    expect(findings.find(({ item }) => item === 'containerd')!.found).toContain('1.7.24')
    expect(err).toContain('damaged and is replaced')
    expect(err).toContain('bin/containerd')
    expect(check().err).toBe('')
  }, 60_000)

  test('a file of another user is refused, by name, and left alone', () => {
    const file = realpathSync(containerd)
    chownSync(file, 12345, 12345)
    expect(check().payload).toMatchObject({
      state: 'fail',
      found: `${file} belongs to user 12345, not to user 0, and will not be used: remove it`,
    })
    chownSync(file, 0, 0)
    expect(check().payload.state).toBe('ok')
  }, 60_000)

  test('a full disk gives one clear error and leaves the last good copy', () => {
    const disk = join(scratch.path, 'disk')
    mkdirSync(disk)
    mustRun(['mount', '-t', 'tmpfs', '-o', 'size=110m,mode=0700', 'tmpfs', disk])
    try {
      const directory = join(disk, 'data')
      expect(check(directory).payload.state).toBe('ok')
      // As if it came from another build: its name is another, so this build must unpack beside it.
      const [copy, other] = [
        realpathSync(join(directory, 'payload/current')),
        join(directory, 'payload/0123456789abcdef'),
      ]
      mustRun(['mv', copy, other])
      mustRun(['ln', '-sfn', '0123456789abcdef', join(directory, 'payload/current')])
      const { payload, err } = check(directory)
      expect(payload.state).toBe('fail')
      expect(payload.found).toMatch(
        /^cannot unpack the container runtime to \S+: the disk is full \(\d+ MB needed, \d+ MB free\)/,
      )
      expect(err).toBe('')
      expect(mustRun([join(directory, 'payload/current/bin/containerd'), '--version'])).toContain('1.7.24')
      expect(mustRun(['ls', '-A', join(directory, 'payload')])).toBe('0123456789abcdef\ncurrent\n')
    } finally {
      mustRun(['umount', disk])
    }
  }, 60_000)
})
