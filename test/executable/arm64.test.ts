import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { dist, type Ended, makeScratch, mustRun, root, run } from './built.ts'

/** Runs a program for arm64 on this machine; on arm64 itself, directly. */
const emulator = process.arch === 'arm64' ? [] : ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu']

describe('the executable for arm64', () => {
  const scratch = makeScratch('arm64')
  const copy = join(scratch.path, 'skein')
  const data = join(scratch.path, 'data')

  beforeAll(() => {
    mustRun([join(root, 'scripts/build'), '--target', 'linux-arm64'])
    copyFileSync(join(dist, process.arch === 'arm64' ? 'skein' : 'skein-linux-arm64'), copy)
  }, 300_000)

  afterAll(() => scratch.remove())

  const arm64 = (...command: string[]): Ended => run([...emulator, ...command], {}, scratch.path)

  test('says its version', () => {
    const { status, out } = arm64(copy, 'version')
    expect(status).toBe(0)
    expect(out).toContain('linux-arm64')
  }, 60_000)

  test('checks itself, as far as emulation lets it', () => {
    const { out } = arm64(copy, 'check', '-o', 'json', '--data-dir', data)
    const findings = JSON.parse(out) as { item: string; state: string }[]
    for (const item of ['sodium', 'store', 'payload', 'kernel', 'glibc']) {
      expect(findings.find((finding) => finding.item === item)).toMatchObject({ item, state: 'ok' })
    }
    // The emulator hands execve() to the kernel, which knows no arm64 program: these are started through it below.
    expect(findings.map(({ item }) => item)).toContain('containerd')
  }, 120_000)

  test('its payload holds programs for arm64', () => {
    const version = (program: string, ...args: string[]) =>
      arm64('-E', `LD_LIBRARY_PATH=${data}/payload/current/lib`, join(data, 'payload/current/bin', program), ...args)
    if (emulator.length === 0) return
    expect(version('containerd', '--version').out).toContain('1.7.24')
    expect(version('runc', '--version').out).toContain('1.1.5')
    expect(version('pause', '-V').out).toContain('catatonit')
  }, 120_000)
})
