import CoreStorage from 'hypercore-storage'
import type { Duplex } from 'streamx'
import { openOperationsCoreIn } from './operations-core.ts'

export interface FetchOptions {
  /** Directory of the cores; no log may be open on it. */
  directory: string
  seed: Uint8Array
  generation: number
  /** The other end of a `VoterLog.replicate`; destroyed when all is fetched. */
  stream: Duplex
}

/**
 * Brings the operations core of a directory up to that of a peer, before a `VoterLog` is opened on it: a new voter, or one
 * that lags behind what the others keep in their Raft logs. Returns its new length.
 */
export async function fetchOperations({ directory, seed, generation, stream }: FetchOptions): Promise<number> {
  const storage = new CoreStorage(directory)
  const core = await openOperationsCoreIn(storage, seed, generation)
  const before = core.length
  const replication = core.replicate(false)
  stream.pipe(replication).pipe(stream)
  try {
    // Without this the update does not wait for a peer that is not known yet.
    const found = core.findingPeers()
    core.once('peer-add', found)
    replication.once('close', found)
    // Forced, since hypercore asks nobody about a core that it could write itself.
    await core.update({ wait: true, force: true })
    await core.download({ start: before, end: core.length }).done()
    return core.length
  } finally {
    stream.destroy()
    replication.destroy()
    await core.close()
    await storage.close()
  }
}
