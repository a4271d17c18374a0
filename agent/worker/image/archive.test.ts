import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeImageArchive } from '../../../test/fixtures/images/archive.ts'
import { readImageArchive } from './archive.ts'
import { ImageRegistry } from './registry.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-archive-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function tar(name: string, folder: string): string {
  const file = join(directory, name)
  const { exitCode } = Bun.spawnSync(['tar', '-cf', file, '-C', folder, '.'])
  if (exitCode !== 0) throw new Error('tar failed')
  return file
}

function ociArchive(): string {
  const layer = join(directory, 'layer')
  mkdirSync(layer, { recursive: true })
  writeFileSync(join(layer, 'hello'), 'hello\n')
  const file = join(directory, 'oci.tar')
  writeImageArchive(
    file,
    { name: 'example.com/hello:1', layers: [layer], config: { Cmd: ['x'] } },
    join(directory, 'work'),
  )
  return file
}

test('an OCI layout is served as a registry serves it, and nothing else is', async () => {
  const [image] = await readImageArchive(ociArchive())
  expect(image!.name).toBe('example.com/hello:1')
  const registry = new ImageRegistry(join(directory, 'certs.d'))
  try {
    registry.serve(image!)
    const hosts = await Bun.file(join(directory, 'certs.d/_default/hosts.toml')).text()
    const base = /http:\/\/127\.0\.0\.1:\d+/.exec(hosts)![0]
    const get = (path: string) => fetch(`${base}/v2/${path}?ns=example.com`)
    const manifest = await get('hello/manifests/1')
    expect(manifest.headers.get('docker-content-digest')).toBe(image!.manifest)
    const { config, layers } = (await manifest.json()) as { config: { digest: string }; layers: { digest: string }[] }
    expect(await (await get(`hello/blobs/${config.digest}`)).json()).toMatchObject({ config: { Cmd: ['x'] } })
    const bytes = await (await get(`hello/blobs/${layers[0]!.digest}`)).bytes()
    expect(`sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}`).toBe(layers[0]!.digest)
    expect((await get('hello/manifests/2')).status).toBe(404)
    expect((await fetch(`${base}/v2/hello/manifests/1?ns=docker.io`)).status).toBe(404)
    registry.withdraw(image!.name)
    expect((await get('hello/manifests/1')).status).toBe(404)
  } finally {
    await registry.stop()
  }
})

test('what docker save wrote, with a layer that is a link to another', async () => {
  const folder = join(directory, 'docker')
  mkdirSync(join(folder, 'a'), { recursive: true })
  mkdirSync(join(folder, 'b'), { recursive: true })
  writeFileSync(join(folder, 'a/layer.tar'), Buffer.alloc(1024))
  symlinkSync('../a/layer.tar', join(folder, 'b/layer.tar'))
  writeFileSync(join(folder, 'config.json'), '{}')
  const manifest = [{ Config: 'config.json', RepoTags: ['app:1', 'app:2'], Layers: ['a/layer.tar', 'b/layer.tar'] }]
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const images = await readImageArchive(tar('docker.tar', folder))
  expect(images.map(({ name }) => name)).toEqual(['docker.io/library/app:1', 'docker.io/library/app:2'])
  expect(images[0]!.manifest).toBe(images[1]!.manifest)
  expect(images[0]!.blobs.size).toBe(3)
})

test('files that are no such archive say so', async () => {
  const write = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const whole = await Bun.file(ociArchive()).bytes()
  const cases: [file: string, message: string][] = [
    [write('text', 'x'.repeat(600)), 'is no tar archive'],
    [write('gz', Bun.gzipSync(whole as Uint8Array<ArrayBuffer>)), 'is compressed'],
    [write('cut', whole.subarray(0, 4000)), 'ends early'],
    [tar('other.tar', join(directory, 'layer')), 'neither an OCI image layout'],
  ]
  for (const [file, message] of cases) await expect(readImageArchive(file)).rejects.toThrow(message)
})
