import { encodeConfiguration } from '../raft/configuration.ts'
import { Operations } from './operations.ts'
import { openOperationsCoreIn } from './operations-core.ts'
import { RaftLog, termAt } from './raft-log.ts'
import { openStorage } from './storage.ts'
import type { VoterLogOptions } from './voter-log.ts'

/**
 * Makes this node the only voter of its log, without asking anybody: the others must be gone for good. All that its own
 * disk has of the log will be committed when it is opened the next time, known to be committed or not. No log may be open
 * on the directory.
 */
export async function makeSoleVoter(
  options: Pick<VoterLogOptions, 'directory' | 'seed' | 'generation' | 'secret' | 'cluster' | 'id' | 'logger'>,
): Promise<void> {
  const { directory, seed, generation, secret, cluster, id, logger } = options
  const storage = openStorage(directory, logger)
  try {
    const core = await openOperationsCoreIn(storage, seed, generation)
    core.core.autoClose = false
    const operations = await Operations.open(core)
    const { length: index, lastTerm: term } = operations
    const configuration = { voters: [id], outgoing: [], learners: [] }
    const base = { index, term, configuration }
    const log = await RaftLog.open({ storage, secret, cluster, base })
    if ((await termAt(log, index)) === term) {
      const entry = { index: log.lastIndex + 1, term: log.hardState.term, kind: 'configuration' } as const
      await log.write({ entries: [{ ...entry, data: encodeConfiguration(configuration) }] })
    } else {
      await log.write({ snapshot: base, entries: [] })
    }
    await log.close()
    await operations.close()
  } finally {
    await storage.close()
  }
}
