import { fetchOperations } from './fetch-operations.ts'
import { firstMissing, floorOf, openOperationsCoreIn } from './operations-core.ts'
import { RaftLog } from './raft-log.ts'
import { openStorage } from './storage.ts'
import { VoterLog, type VoterLogOptions } from './voter-log.ts'

export interface MemberLogOptions extends Omit<VoterLogOptions, 'voters'> {
  /**
   * This node made the cluster. When it has no log yet, it begins one as the only voter; any other node gets the operations
   * from a peer first, and is told by the leader who votes.
   */
  isFounder: boolean
  /** Ends the waiting for a peer that gives operations. */
  signal?: AbortSignal
}

/** Between two tries to fetch operations. */
const fetchPauseMs = 500

/**
 * Opens the log in each of a node's situations: founder of a cluster, newcomer to one, restarted. A newcomer waits until a
 * peer gives it the operations; so does a node that was stopped while it fetched them.
 */
export async function openMemberLog(options: MemberLogOptions): Promise<VoterLog> {
  const { isFounder, signal, logger } = options
  let found = await lookAt(options)
  for (let isSaid = false; !found.isWhole || (found.isNew && !isFounder); found = await lookAt(options)) {
    signal?.throwIfAborted()
    try {
      const stream = await options.openReplication(null)
      const length = await fetchOperations({ ...options, stream })
      logger.info('operations are fetched', { length })
    } catch (error) {
      if (!isSaid) logger.warn('operations are to be fetched from a peer', { error: (error as Error).message })
      isSaid = true
      await new Promise((resolve) => setTimeout(resolve, fetchPauseMs))
    }
  }
  // A founder that has operations but lost its log may have others beside it by now.
  return VoterLog.open({ ...options, voters: isFounder && found.isNew ? [options.id] : [] })
}

/** A newcomer's directory is empty; a fetch that was interrupted leaves holes. */
async function lookAt({ directory, secret, seed, generation, logger }: MemberLogOptions) {
  const storage = openStorage(directory, logger)
  try {
    await storage.ready()
    const hasLog = await RaftLog.exists(storage, secret)
    const core = await openOperationsCoreIn(storage, seed, generation)
    const isWhole = firstMissing(core, await floorOf(core)) >= core.length
    const isNew = core.length === 0 && !hasLog
    // With its last session hypercore 11.37 closes the storage.
    await core.close()
    return { isNew, isWhole }
  } finally {
    await storage.close()
  }
}
