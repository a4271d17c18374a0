import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeTar } from '../../payload/tar.ts'
import { addManifest } from './archive.ts'
import type { Blob, ServedImage } from './registry.ts'

/** Holds a pod's namespaces. Not in any registry: made from the payload's program and served by ImageRegistry. */
export const pauseImageName = 'skein.local/pause:1'

/** An image of one static program. The same program gives the same digests. */
export function pauseImage(programFile: string, arguments_: readonly string[]): ServedImage {
  const blobs = new Map<string, Blob>()
  const add = (mediaType: string, bytes: Uint8Array) => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    blobs.set(digest, { mediaType, bytes })
    return { mediaType, digest, size: bytes.length }
  }
  const layer = add(
    'application/vnd.oci.image.layer.v1.tar',
    writeTar([{ path: 'pause', mode: 0o755, content: readFileSync(programFile) }]),
  )
  const config = add(
    'application/vnd.oci.image.config.v1+json',
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: { Entrypoint: ['/pause', ...arguments_], User: '65535:65535' },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      }),
    ),
  )
  return { name: pauseImageName, manifest: addManifest(blobs, config, [layer]), blobs }
}
