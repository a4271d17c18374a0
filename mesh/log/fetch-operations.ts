import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import type { Logger } from '../logger/logger.ts'
import { firstMissing, floorOf, openOperationsCoreIn } from './operations-core.ts'
import { openStorage } from './storage.ts'

export interface FetchOptions {
  /** Directory of the cores; no log may be open on it. */
  directory: string
  seed: Uint8Array
  generation: number
  /** The other end of a `VoterLog.replicate`; destroyed when all is fetched. */
  stream: Duplex
  logger: Logger
}

/**
 * Brings the operations core of a directory up to that of a peer, before a `VoterLog` is opened on it: a new voter, or one
 * that lags behind what the others keep in their Raft logs. Returns its new length.
 */
export async function fetchOperations(options: FetchOptions): Promise<number> {
  const { directory, seed, generation, stream, logger } = options
  const storage = openStorage(directory, logger)
  const core = await openOperationsCoreIn(storage, seed, generation)
  try {
    await fetchBlocks(core, stream)
    if (firstMissing(core, await floorOf(core)) < core.length)
      throw new Error('some operations are still missing: fetch again')
    return core.length
  } finally {
    await core.close()
    await storage.close()
  }
}

/** Brings a core up to that at the other end of the stream, which is destroyed then. Throws when it ends before that. */
export async function fetchBlocks(core: Hypercore, stream: Duplex): Promise<void> {
  const floor = await floorOf(core)
  // Else the length grows with the peer's while the blocks are on their way, and the last ones are missing at the end.
  core.core.replicator.eagerUpgrade = false
  const replication = core.replicate(false)
  const closed = new Promise<never>((_, reject) => {
    replication.once('close', () => reject(new Error('the peer went away while operations were fetched')))
  })
  closed.catch(() => {})
  // Their ends are told by `closed`.
  stream.on('error', () => {})
  replication.on('error', () => {})
  stream.pipe(replication).pipe(stream)
  try {
    // Without this the update does not wait for a peer that is not known yet.
    core.once('peer-add', core.findingPeers())
    // Forced, since hypercore asks nobody about a core that it could write itself.
    await Promise.race([core.update({ wait: true, force: true }), closed])
    await Promise.race([core.download({ start: firstMissing(core, floor), end: core.length }).done(), closed])
  } finally {
    stream.destroy()
    replication.destroy()
  }
}
