import { emptyConfiguration } from '../raft/configuration.ts'
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
  const { isFounder, signal, logger, state } = options
  let found = await lookAt(options)
  for (let isSaid = false; mustFetch(found, isFounder); found = await lookAt(options)) {
    signal?.throwIfAborted()
    try {
      const adopted = await state?.adopt(null, found.applied === 0 ? undefined : found.length)
      const stream = await options.openReplication(null)
      const wanted = adopted === undefined ? [] : await state?.wanted()
      const length = await fetchOperations({ ...options, stream, applied: adopted ?? found.applied, wanted })
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

/** What a node's directory holds of the log. */
interface Found {
  /** Nothing at all. */
  isNew: boolean
  /** A fetch that was interrupted leaves holes. */
  isWhole: boolean
  /** Operations, those that only the Raft log has included. */
  length: number
  /** What the state here has applied of them: more, when it was adopted and the operations were still to come. */
  applied: number
}

function mustFetch({ isNew, isWhole, length, applied }: Found, isFounder: boolean): boolean {
  return isNew ? !isFounder : !isWhole || length < applied
}

async function lookAt({
  directory,
  secret,
  cluster,
  seed,
  generation,
  logger,
  state,
}: MemberLogOptions): Promise<Found> {
  const storage = openStorage(directory, logger)
  try {
    await storage.ready()
    const core = await openOperationsCoreIn(storage, seed, generation)
    core.core.autoClose = false
    const hasLog = await RaftLog.exists(storage, secret)
    let length = core.length
    if (hasLog) {
      const base = { index: 0, term: 0, configuration: emptyConfiguration }
      const log = await RaftLog.open({ storage, secret, cluster, base })
      length = Math.max(length, log.lastIndex)
      await log.close()
    }
    const isWhole = firstMissing(core, await floorOf(core)) >= core.length
    const isNew = core.length === 0 && !hasLog
    await core.close()
    return { isNew, isWhole, length, applied: (await state?.applied()) ?? 0 }
  } finally {
    await storage.close()
  }
}
