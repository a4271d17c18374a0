import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { formatReference, parseReference } from './reference.ts'
import type { Blob, ServedImage } from './registry.ts'

/** An image archive that cannot be used; the message says which file and why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

interface Entry {
  offset: number
  sizeBytes: number
}

interface Descriptor {
  mediaType: string
  digest: string
  size: number
  annotations?: Record<string, string>
}

const blockBytes = 512
/** index.json, manifests and configurations are far smaller; layers are never read into memory. */
const maxJsonBytes = 8 << 20
const nameAnnotation = 'io.containerd.image.name'
const referenceAnnotation = 'org.opencontainers.image.ref.name'

/**
 * Reads what images an archive holds: an OCI image layout, or what `docker save` writes. Layers stay in the file, and
 * the result points into it.
 */
export async function readImageArchive(file: string): Promise<ServedImage[]> {
  const entries = await readTarIndex(file)
  const read = async (name: string): Promise<unknown> => {
    const entry = entries.get(name)
    if (!entry) throw new ArchiveError(`${file}: ${name} is missing`)
    if (entry.sizeBytes > maxJsonBytes) throw new ArchiveError(`${file}: ${name} is too large`)
    try {
      return JSON.parse(
        await Bun.file(file)
          .slice(entry.offset, entry.offset + entry.sizeBytes)
          .text(),
      )
    } catch {
      throw new ArchiveError(`${file}: ${name} is no JSON`)
    }
  }
  const images = entries.has('index.json') ? await readLayout(file, entries, read) : []
  if (images.length > 0) return images
  if (entries.has('manifest.json')) return readDockerArchive(file, entries, read)
  throw new ArchiveError(
    entries.has('index.json')
      ? `${file}: index.json names no image (annotation ${referenceAnnotation})`
      : `${file}: neither an OCI image layout nor an archive of docker save`,
  )
}

/** Name -> place of every regular file; hard and symbolic links (docker save repeats layers so) are followed. */
async function readTarIndex(file: string): Promise<Map<string, Entry>> {
  const handle = await open(file, 'r')
  try {
    const entries = new Map<string, Entry>()
    const links: [string, string][] = []
    const header = Buffer.alloc(blockBytes)
    const { size: fileBytes } = await handle.stat()
    let longName: string | undefined
    let offset = 0
    for (;;) {
      const { bytesRead } = await handle.read(header, 0, blockBytes, offset)
      if (offset === 0 && header[0] === 0x1f && header[1] === 0x8b) {
        throw new ArchiveError(`${file}: is compressed: gunzip it first`)
      }
      if (bytesRead < blockBytes || header.every((byte) => byte === 0)) break
      const text = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0[\s\S]*$/, '')
      if (text(257, 262) !== 'ustar') throw new ArchiveError(`${file}: is no tar archive (at byte ${offset})`)
      const sizeBytes = readNumber(header, 124, 136)
      const type = text(156, 157) || '0'
      offset += blockBytes
      if (!(sizeBytes >= 0) || offset + sizeBytes > fileBytes) throw new ArchiveError(`${file}: ends early`)
      if (type === 'L' || type === 'x') {
        if (sizeBytes > maxJsonBytes) throw new ArchiveError(`${file}: has a header of ${sizeBytes} bytes`)
        const content = Buffer.alloc(sizeBytes)
        await handle.read(content, 0, sizeBytes, offset)
        longName = type === 'L' ? content.toString('utf8').replace(/\0[\s\S]*$/, '') : (paxPath(content) ?? longName)
      } else if (type !== 'g') {
        const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 500) : ''
        const name = normalize(longName ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)))
        if (type === '0' || type === '7') entries.set(name, { offset, sizeBytes })
        if (type === '1') links.push([name, normalize(text(157, 257))])
        if (type === '2') links.push([name, normalize(`${name.replace(/[^/]*$/, '')}${text(157, 257)}`)])
        longName = undefined
      }
      offset += Math.ceil(sizeBytes / blockBytes) * blockBytes
    }
    for (const [name, target] of links) {
      const entry = entries.get(target)
      if (entry) entries.set(name, entry)
    }
    return entries
  } finally {
    await handle.close()
  }
}

function readNumber(header: Buffer, from: number, to: number): number {
  // GNU tar writes sizes over 8 GiB in base 256.
  if ((header[from]! & 0x80) !== 0) return Number(header.readBigUInt64BE(to - 8))
  return Number.parseInt(header.toString('latin1', from, to).trim() || '0', 8)
}

function paxPath(content: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1]
}

function normalize(name: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

type ReadJson = (name: string) => Promise<unknown>

async function readLayout(file: string, entries: Map<string, Entry>, read: ReadJson): Promise<ServedImage[]> {
  const index = (await read('index.json')) as { manifests?: Descriptor[] }
  const images: ServedImage[] = []
  for (const descriptor of index.manifests ?? []) {
    const name = descriptor.annotations?.[nameAnnotation] ?? descriptor.annotations?.[referenceAnnotation]
    const reference = name && /[/:]/.test(name) ? parseReference(name) : undefined
    if (!reference) continue
    const blobs = new Map<string, Blob>()
    await addTree(file, entries, read, descriptor, blobs)
    images.push({ name: formatReference(reference), manifest: descriptor.digest, blobs })
  }
  return images
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** A manifest or an index with everything it refers to; platforms that the archive leaves out are left out. */
async function addTree(
  file: string,
  entries: Map<string, Entry>,
  read: ReadJson,
  root: Descriptor,
  blobs: Map<string, Blob>,
): Promise<void> {
  const add = (descriptor: Descriptor) => {
    const entry = entries.get(blobPath(descriptor.digest))
    if (!entry) throw new ArchiveError(`${file}: blob ${descriptor.digest} is missing`)
    blobs.set(descriptor.digest, { mediaType: descriptor.mediaType, file, ...entry })
  }
  add(root)
  const content = (await read(blobPath(root.digest))) as {
    manifests?: Descriptor[]
    config?: Descriptor
    layers?: Descriptor[]
  }
  for (const child of content.manifests ?? []) {
    if (entries.has(blobPath(child.digest))) await addTree(file, entries, read, child, blobs)
  }
  for (const child of [content.config, ...(content.layers ?? [])]) if (child) add(child)
}

/** `docker save` keeps no manifest: it is made here from the configuration and the layers' hashes. */
async function readDockerArchive(file: string, entries: Map<string, Entry>, read: ReadJson): Promise<ServedImage[]> {
  const list = (await read('manifest.json')) as { Config: string; RepoTags: string[] | null; Layers: string[] }[]
  const images: ServedImage[] = []
  for (const { Config, RepoTags, Layers } of list) {
    const blobs = new Map<string, Blob>()
    const add = async (name: string, mediaType: string): Promise<Descriptor> => {
      const entry = entries.get(normalize(name))
      if (!entry) throw new ArchiveError(`${file}: ${name} is missing`)
      const hash = createHash('sha256')
      for await (const chunk of Bun.file(file)
        .slice(entry.offset, entry.offset + entry.sizeBytes)
        .stream()) {
        hash.update(chunk)
      }
      const digest = `sha256:${hash.digest('hex')}`
      blobs.set(digest, { mediaType, file, ...entry })
      return { mediaType, digest, size: entry.sizeBytes }
    }
    const config = await add(Config, 'application/vnd.oci.image.config.v1+json')
    const layers: Descriptor[] = []
    for (const layer of Layers) layers.push(await add(layer, 'application/vnd.oci.image.layer.v1.tar'))
    const manifest = addManifest(blobs, config, layers)
    for (const tag of RepoTags ?? []) {
      const reference = parseReference(tag)
      if (reference) images.push({ name: formatReference(reference), manifest, blobs })
    }
  }
  if (images.length === 0) throw new ArchiveError(`${file}: manifest.json names no image (RepoTags)`)
  return images
}

/** Makes an OCI manifest, adds it to `blobs` and returns its digest. */
export function addManifest(blobs: Map<string, Blob>, config: Descriptor, layers: Descriptor[]): string {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }))
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  blobs.set(digest, { mediaType, bytes })
  return digest
}
