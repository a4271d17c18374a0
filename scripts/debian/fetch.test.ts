import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkVersions, type FetchOrder, findMirrors } from './fetch.ts'

const aptUris = `'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0
'http://mirror.example/debian-security/dists/bookworm-security/InRelease' x_InRelease 0
'https://packages.example/apt/dists/stable/InRelease' y_InRelease 0
`

test('the mirror is the one that the machine uses', () => {
  expect(findMirrors(undefined, () => aptUris)).toEqual({
    main: 'http://mirror.example/debian/',
    security: 'http://mirror.example/debian-security/',
  })
})

test('SKEIN_DEBIAN_MIRROR goes before it', () => {
  expect(findMirrors('http://other.example/debian', () => aptUris).main).toBe('http://other.example/debian/')
})

test('a machine without Debian among its sources is told what to set', () => {
  const ubuntu = "'http://archive.example/ubuntu/dists/jammy/InRelease' x 0\n"
  expect(() => findMirrors(undefined, () => ubuntu)).toThrow('SKEIN_DEBIAN_MIRROR')
})

test('another Debian revision fits, another upstream version does not', () => {
  const wish = { name: 'runc', suite: 'bookworm', upstream: '1.1.5' }
  const check = (version: string) => checkVersions([wish], [{ name: 'runc', version }])
  for (const version of ['1.1.5+ds1-1+deb12u1', '1.1.5-1', '1.1.5~ds1-2+b3']) expect(() => check(version)).not.toThrow()
  for (const version of ['1.1.50-1', '1.1.5.1-1', '1.1.15+ds1-2']) {
    expect(() => check(version)).toThrow(`runc 1.1.5 is wanted, Debian bookworm offers ${version}`)
  }
  expect(() => checkVersions([wish], [])).toThrow('offers none')
  expect(() =>
    checkVersions([{ name: 'nginx', suite: 'bookworm' }], [{ name: 'nginx', version: '1.22' }]),
  ).not.toThrow()
})

/** Runs the fetch in a process of its own, since it waits for apt without letting a server here answer. */
test('a mirror that Debian did not sign is refused', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'skein-fetch-test-'))
  const release = 'Origin: Debian\nSuite: stable\nCodename: bookworm\nComponents: main\nArchitectures: amd64\nDate: '
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) =>
      /\/(In)?Release$/.test(url)
        ? new Response(`${release}${new Date().toUTCString()}\n`)
        : new Response('', { status: 404 }),
  })
  const order: FetchOrder = {
    cache: 'test',
    architecture: 'amd64',
    wishes: [{ name: 'runc', suite: 'bookworm', upstream: '1.1.5' }],
  }
  const script = `import { fetchDebianPackages } from ${JSON.stringify(join(import.meta.dir, 'fetch.ts'))}
    fetchDebianPackages(${JSON.stringify(order)})`
  try {
    const child = Bun.spawn([process.execPath, '-e', script], {
      env: { ...process.env, XDG_CACHE_HOME: cache, SKEIN_DEBIAN_MIRROR: `http://127.0.0.1:${server.port}/debian` },
      stderr: 'pipe',
    })
    expect(await new Response(child.stderr).text()).toMatch(/is not signed|no valid OpenPGP|Clearsigned file/)
    expect(await child.exited).not.toBe(0)
  } finally {
    await server.stop(true)
    rmSync(cache, { recursive: true })
  }
}, 30_000)
