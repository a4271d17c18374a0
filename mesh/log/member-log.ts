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

const stateIsLost =
  'the state on this disk is lost or damaged, and operations that would make it anew are cleared: it is taken from a peer as ' +
  'soon as one is linked. If there is no other node, restore a snapshot (skein snapshot restore)'

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
      const hasState = found.applied > 0 && !lacksState(found)
      const adopted = await state?.adopt(null, hasState ? found.length : undefined)
      const stream = await options.openReplication(null)
      const wanted = adopted === undefined ? [] : await state?.wanted()
      const length = await fetchOperations({ ...options, stream, applied: adopted ?? found.applied, wanted })
      logger.info('operations are fetched', { length })
    } catch (error) {
      const detail = { error: (error as Error).message }
      if (!isSaid && lacksState(found)) logger.error(stateIsLost, detail)
      else if (!isSaid) logger.warn('operations are to be fetched from a peer', detail)
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
  /** The first fetch, interrupted, leaves holes. */
  isWhole: boolean
  /** Operations, those that only the Raft log has included. */
  length: number
  /** From here on every operation is kept; 0 where no state is. */
  floor: number
  /** What the state here has applied of them: more, when it was adopted and the operations were still to come. */
  applied: number
}

function mustFetch(found: Found, isFounder: boolean): boolean {
  const { isNew, isWhole, length, applied } = found
  return isNew ? !isFounder : !isWhole || length < applied || lacksState(found)
}

/** Operations that the state would have to apply are cleared: only what had applied them could be cleared, so it was lost. */
function lacksState({ floor, applied }: Found): boolean {
  return applied < floor
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
    const floor = await floorOf(core)
    const whole = Math.min(firstMissing(core, floor), core.length)
    let length = whole
    if (hasLog) {
      const base = { index: 0, term: 0, configuration: emptyConfiguration }
      const log = await RaftLog.open({ storage, secret, cluster, base })
      length = Math.max(length, log.lastIndex)
      await log.close()
    }
    // A node that has had a log takes part as far as it is whole; what a feed left behind comes with the next.
    const isWhole = hasLog || whole === core.length
    const isNew = core.length === 0 && !hasLog
    await core.close()
    // Without a state above nobody misses what is cleared.
    if (state === undefined) return { isNew, isWhole, length, floor: 0, applied: 0 }
    return { isNew, isWhole, length, floor, applied: await state.applied() }
  } finally {
    await storage.close()
  }
}
