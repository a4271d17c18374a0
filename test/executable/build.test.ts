import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fetchPackages, type PayloadFacts, packPayload } from '../../scripts/payload/pack.ts'
import { packagePins, type Target } from '../../scripts/payload/packages.ts'
import { dist, makeScratch, root, run } from './built.ts'

const target = `linux-${process.arch}` as Target
const scratch = makeScratch('build')
afterAll(() => scratch.remove())

describe('the payload', () => {
  test('is the same in two builds from the same packages', () => {
    const packages = fetchPackages(target, false)
    const [one, two] = [packPayload(target, packages, 1), packPayload(target, packages, 1)]
    expect(two.checksum).toBe(one.checksum)
    expect(Buffer.from(two.archive).equals(Buffer.from(one.archive))).toBe(true)
    const facts = JSON.parse(readFileSync(join(dist, `payload-${target}.json`), 'utf8')) as PayloadFacts
    expect(facts.checksum).toBe(one.checksum)
  }, 60_000)

  test("its manifest records each package with Debian's revision", () => {
    const { manifest } = packPayload(target, fetchPackages(target, false), 1)
    for (const { name, upstream } of packagePins) {
      const found = manifest.packages.find((candidate) => candidate.name === name)!
      expect(found.version.startsWith(upstream)).toBe(true)
      expect(found.sha256).toMatch(/^[0-9a-f]{64}$/)
    }
    expect(manifest.files.filter(({ path }) => /^licences\/[^/]+$/.test(path))).toHaveLength(packagePins.length)
  }, 60_000)
})

describe('scripts/build', () => {
  const build = (env: Record<string, string>, ...args: string[]) => run([join(root, 'scripts/build'), ...args], env)

  test('a second build needs no network', () => {
    const outfile = join(scratch.path, 'skein')
    const offline = ['unshare', '--net', '--', join(root, 'scripts/build'), '--outfile', outfile]
    const { status, out, err } = run(offline)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain('payload ')
    expect(run([outfile, 'version']).status).toBe(0)
  }, 120_000)

  test('SKEIN_PAYLOAD=none leaves the runtime out, and skein says what that means', () => {
    const outfile = join(scratch.path, 'bare')
    expect(build({ SKEIN_PAYLOAD: 'none' }, '--outfile', outfile).out).toContain('payload none')
    const payloadBytes = statSync(join(dist, 'payload-linux-x64.tar.zst')).size
    expect(statSync(outfile).size).toBeLessThanOrEqual(statSync(join(dist, 'skein')).size - payloadBytes)
    const { out } = run([outfile, 'check', '--data-dir', join(scratch.path, 'data')])
    expect(out).toMatch(/^payload +lack +none\n +-> .*--container-runtime-endpoint/m)
  }, 120_000)

  test.each([
    [{}, ['--target', 'windows-x64'], 'unknown target windows-x64'],
    [{}, ['--tarjet', 'linux-x64'], '--tarjet'],
    [{ SKEIN_PAYLOAD: 'nope' }, [], 'SKEIN_PAYLOAD=nope'],
  ] as [Record<string, string>, string[], string][])('refuses %j %j in one line', (env, args, message) => {
    const outfile = join(scratch.path, 'never')
    const { status, err } = build(env, ...args, '--outfile', outfile)
    expect(status).toBe(2)
    expect(err).toContain(message)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(existsSync(outfile)).toBe(false)
  })

  test('without a Debian mirror it says what to set, and builds nothing', () => {
    const { status, err } = build({ XDG_CACHE_HOME: scratch.path, SKEIN_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' })
    expect(status).toBe(1)
    expect(err).toContain('http://127.0.0.1:9/debian')
  }, 60_000)
})
