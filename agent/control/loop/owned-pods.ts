import type { Informer } from '../../../api/client/informer.ts'
import { pods as podsRef } from '../../../api/schema/generated/resources.ts'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { type ApiObject, controllerOf, namespaceOf, uidOf } from '../object/meta.ts'
import type { Informers } from './informers.ts'

const index = 'controller'

function valuesOf(pod: Pod): string[] {
  return [controllerOf(pod)?.uid ?? `none in ${namespaceOf(pod)}`]
}

/** Pods by their controller, so that a controller need not go through all pods of a namespace. */
export class OwnedPods {
  readonly informer: Informer<Pod>

  constructor(informers: Informers) {
    this.informer = informers.indexed(podsRef, index, valuesOf)
  }

  /** Pods whose controller has this uid. */
  of(owner: ApiObject): Pod[] {
    return this.informer.byIndex(index, uidOf(owner))
  }

  /** Its pods, and those of its namespace that have no controller: what it may claim. */
  claimable(owner: ApiObject): Pod[] {
    return [...this.of(owner), ...this.informer.byIndex(index, `none in ${namespaceOf(owner)}`)]
  }
}
