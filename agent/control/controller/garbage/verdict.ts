import type { OwnerReference } from '../../object/types.ts'
import type { Item } from './graph.ts'

/** How an owner stands: there, waiting for its dependents before it goes, or gone. */
export type OwnerState = 'solid' | 'waiting' | 'absent'

/** What is to be done with an object. */
export type Verdict =
  | { kind: 'keep' }
  /** Its dependents lose their reference to it, then it loses the finalizer. */
  | { kind: 'orphan dependents' }
  /** All that blocks it is gone: it loses the finalizer. */
  | { kind: 'finish foreground' }
  /** These dependents hold it up and have to be looked at. */
  | { kind: 'await dependents'; dependents: string[] }
  /** References to these owners go; another one keeps the object. */
  | { kind: 'drop owners'; uids: string[] }
  | { kind: 'delete'; policy: 'Background' | 'Foreground' | 'Orphan'; unblock: string[] }

/**
 * Source: k8s.io/kubernetes/pkg/controller/garbagecollector/garbagecollector.go, attemptToDeleteItem,
 * processDeletingDependentsItem and attemptToOrphanWorker.
 */
export function judge(
  item: Item,
  dependents: readonly Item[],
  stateOf: (owner: OwnerReference) => OwnerState,
): Verdict {
  if (item.isOrphaning) return { kind: 'orphan dependents' }
  if (item.isForeground) return judgeForeground(item, dependents)
  if (item.isDeleting || item.owners.length === 0) return { kind: 'keep' }
  const by: Record<OwnerState, string[]> = { solid: [], waiting: [], absent: [] }
  for (const owner of item.owners) by[stateOf(owner)].push(owner.uid)
  if (by.solid.length > 0) {
    const uids = [...by.waiting, ...by.absent]
    return uids.length > 0 ? { kind: 'drop owners', uids } : { kind: 'keep' }
  }
  if (by.waiting.length > 0 && dependents.length > 0) {
    // A dependent of it that waits too would wait for ever if the two own each other.
    const isCircular = dependents.some(({ isForeground }) => isForeground)
    return { kind: 'delete', policy: 'Foreground', unblock: isCircular ? by.waiting : [] }
  }
  return { kind: 'delete', policy: 'Background', unblock: [] }
}

function judgeForeground(item: Item, dependents: readonly Item[]): Verdict {
  const blocking = dependents.filter(({ owners }) =>
    owners.some(({ uid, blockOwnerDeletion }) => uid === item.uid && blockOwnerDeletion === true),
  )
  if (blocking.length === 0) return { kind: 'finish foreground' }
  const untouched = blocking.filter(({ isForeground }) => !isForeground)
  return { kind: 'await dependents', dependents: untouched.map(({ uid }) => uid) }
}
