/** One file of the payload. */
export interface PayloadFile {
  /** Relative to the payload's root, e.g. `bin/containerd`. */
  path: string
  sizeBytes: number
  /** Permission bits. */
  mode: number
  /** Lower-case hex. */
  sha256: string
}

/** A Debian package that files were taken from. */
export interface PayloadPackage {
  name: string
  /** With Debian's revision, e.g. `1.7.24~ds1-6+deb13u1`. */
  version: string
  architecture: string
  /** Of the package file, as apt verified it. */
  sha256: string
}

/**
 * What the payload is made of. It is the first file of the archive (`manifest.json`), and its SHA-256 is the
 * payload's checksum: it names the hash of every other file, so it stands for all of them.
 */
export interface PayloadManifest {
  format: 1
  target: string
  packages: PayloadPackage[]
  files: PayloadFile[]
}

export const manifestPath = 'manifest.json'

/** Reads a manifest; undefined when the text is none of ours (damaged, or of a format this build does not know). */
export function parseManifest(text: string): PayloadManifest | undefined {
  try {
    const manifest = JSON.parse(text) as PayloadManifest
    return manifest.format === 1 && Array.isArray(manifest.files) ? manifest : undefined
  } catch {
    return undefined
  }
}
