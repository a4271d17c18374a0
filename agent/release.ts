import { version } from '../package.json'

/** What this build is. */
export interface Release {
  version: string
  /** Commit it was built from, with `-modified` where files differed; `source` when run from source. */
  commit: string
  /** Version of the Bun runtime inside. */
  bun: string
  /** `linux-x64` or `linux-arm64`. */
  target: string
}

/** Set by `scripts/build`. */
declare const SKEIN_COMMIT: string

export const release: Release = {
  version,
  commit: typeof SKEIN_COMMIT === 'string' ? SKEIN_COMMIT : 'source',
  bun: Bun.version,
  target: `${process.platform}-${process.arch}`,
}
