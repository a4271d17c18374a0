import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatReference, parseReference } from './reference.ts'

/** Content of a digest: bytes at hand, or a part of a file. */
export type Blob = { mediaType: string } & ({ bytes: Uint8Array } | { file: string; offset: number; sizeBytes: number })

export interface ServedImage {
  /** With host, repository and tag. */
  name: string
  /** Digest of its manifest or index. */
  manifest: string
  blobs: Map<string, Blob>
}

/**
 * A read-only OCI registry on loopback (OCI distribution-spec 1.1, the pull part), which containerd asks before any
 * other: images that this process holds are pulled from here, all else from where it is at home. So the pause image
 * and imported archives come in the same way as any other image.
 */
export class ImageRegistry {
  readonly #images = new Map<string, ServedImage>()
  readonly #server: ReturnType<typeof Bun.serve>

  /** Writes certs.d/_default/hosts.toml into `configurationDirectory`, where containerd looks at every pull. */
  constructor(configurationDirectory: string) {
    this.#server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => this.#answer(new URL(request.url)) })
    const folder = join(configurationDirectory, '_default')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, 'hosts.toml')
    writeFileSync(
      `${file}.new`,
      `[host."http://127.0.0.1:${this.#server.port}"]\n  capabilities = ["pull", "resolve"]\n`,
    )
    renameSync(`${file}.new`, file)
  }

  serve(image: ServedImage): void {
    this.#images.set(image.name, image)
  }

  withdraw(name: string): void {
    this.#images.delete(name)
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }

  #answer(url: URL): Response {
    if (url.pathname === '/v2/' || url.pathname === '/v2') return new Response('{}')
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname)
    if (!match) return refuse('UNSUPPORTED', 405)
    const [, repository = '', kind, reference = ''] = match
    const host = url.searchParams.get('ns') ?? 'docker.io'
    const images = [...this.#images.values()].filter((image) => {
      const name = parseReference(image.name)
      return name?.host === host && name.repository === repository
    })
    const digest = reference.includes(':')
      ? reference
      : images.find((image) => image.name === formatReference({ host, repository, tag: reference }))?.manifest
    const blob = images.map((image) => image.blobs.get(digest ?? '')).find((found) => found !== undefined)
    if (!blob || !digest) return refuse(kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN', 404)
    const headers = { 'docker-content-digest': digest, 'content-type': blob.mediaType }
    if ('bytes' in blob) return new Response(blob.bytes as Uint8Array<ArrayBuffer>, { headers })
    if (!existsSync(blob.file)) return refuse('BLOB_UNKNOWN', 404)
    return new Response(Bun.file(blob.file).slice(blob.offset, blob.offset + blob.sizeBytes), { headers })
  }
}

function refuse(code: string, status: number): Response {
  return Response.json({ errors: [{ code, message: `not served by this node: ${code}` }] }, { status })
}
