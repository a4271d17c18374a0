import type { Informer, ObjectKey } from '../../../api/client/informer.ts'
import type { KubernetesObject } from '../object/types.ts'

type Seer = Pick<Informer<KubernetesObject>, 'get' | 'resourceVersion'>

interface Expected {
  /** The informer has to have seen this revision. */
  revisions: Map<Seer, number>
  /** These objects have to be gone or marked as deleted. */
  deletions: Map<string, { seer: Seer; key: ObjectKey }>
  sinceMs: number
}

/** After this time a write is no longer waited for. Source: pkg/controller/controller_utils.go, ExpectationsTimeout. */
const patienceMs = 5 * 60_000

/**
 * What a loop wrote and its informers have not shown yet. A key with such writes is not worked on: it would act on
 * what it had before, and make its pods twice. Upstream counts creations and deletions; here all informers follow
 * one order of revisions, so that it is enough to wait until they have come as far as the writes.
 */
export class Expectations {
  #expected = new Map<ObjectKey, Expected>()

  /** `work` wrote `object`, as the server answered it. */
  written(work: ObjectKey, seer: Seer, object: KubernetesObject, nowMs: number): void {
    const revision = Number(object.metadata?.resourceVersion)
    if (!(revision > 0)) return
    const { revisions } = this.#of(work, nowMs)
    revisions.set(seer, Math.max(revisions.get(seer) ?? 0, revision))
  }

  deleted(work: ObjectKey, seer: Seer, key: ObjectKey, uid: string, nowMs: number): void {
    this.#of(work, nowMs).deletions.set(uid, { seer, key })
  }

  /** Everything written for this key is seen. */
  areMet(work: ObjectKey, nowMs: number): boolean {
    const expected = this.#expected.get(work)
    if (!expected) return true
    if (nowMs - expected.sinceMs < patienceMs && !isSeen(expected)) return false
    this.#expected.delete(work)
    return true
  }

  forget(work: ObjectKey): void {
    this.#expected.delete(work)
  }

  #of(work: ObjectKey, nowMs: number): Expected {
    let expected = this.#expected.get(work)
    if (!expected) {
      expected = { revisions: new Map(), deletions: new Map(), sinceMs: nowMs }
      this.#expected.set(work, expected)
    }
    return expected
  }
}

function isSeen({ revisions, deletions }: Expected): boolean {
  for (const [seer, revision] of revisions) if (!(Number(seer.resourceVersion) >= revision)) return false
  for (const [uid, { seer, key }] of deletions) {
    const object = seer.get(key)
    if (object?.metadata?.uid === uid && !object.metadata.deletionTimestamp) return false
  }
  return true
}
