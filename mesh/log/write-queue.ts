import type { Effects } from '../raft/effects.ts'
import type { Entry } from '../raft/entry.ts'
import type { LogWrite } from './raft-log.ts'

/** A block beyond this does not grow by further records. */
const maxMergedEntries = 4096

/**
 * The longest run of records, from the first on, that can be one atom: a record that cuts the log or installs a snapshot
 * begins the next. Records without a write of their own carry messages that wait for those before.
 */
export function mergeWrites(waiting: readonly Effects[]): { write: LogWrite; taken: Effects[] } {
  const [first] = waiting
  if (first === undefined) throw new Error('nothing waits to be written')
  const entries: Entry[] = [...(first.persist?.entries ?? [])]
  const taken = [first]
  let hardState = first.persist?.hardState
  for (const effects of waiting.slice(1)) {
    const { persist } = effects
    if (persist?.truncateFrom !== undefined || persist?.snapshot !== undefined) break
    if (entries.length + (persist?.entries.length ?? 0) > maxMergedEntries) break
    entries.push(...(persist?.entries ?? []))
    hardState = persist?.hardState ?? hardState
    taken.push(effects)
  }
  return {
    write: { hardState, snapshot: first.persist?.snapshot, truncateFrom: first.persist?.truncateFrom, entries },
    taken,
  }
}
