import { isReason } from '../../../../api/client/client.ts'
import { leases } from '../../../../api/schema/generated/resources.ts'
import { msUntilMark } from '../../../../mesh/clock/marks.ts'
import type { ControlContext } from '../../loop/context.ts'
import type { ControllerDefinition } from '../../loop/controller.ts'
import { reads } from '../../loop/controller.ts'
import { nameOf, namespaceOf } from '../../object/meta.ts'

export const leaseNamespace = 'kube-node-lease'

/** Within the 40 s that a Lease lasts, and before the node would renew its own. */
const intervalMs = 30_000
/** After a change of leader: by then the nodes have told the new one that they live. */
const firstMs = 6000
/** Nodes say every 5 s that they live; who was not heard for longer is not vouched for. */
const freshMs = 8000

/**
 * Renews the Leases of all nodes that were heard of over the mesh, at one moment, so that the log has one write for all of them:
 * at rest that is most of what is written. Whether a node lives is not judged by these.
 */
export function leaseRenewalController(context: ControlContext): ControllerDefinition {
  const { informers, clock, heard } = context
  const known = informers.of(leases)
  let isFirst = true
  return {
    name: 'node-lease-controller',
    account: 'node-controller',
    watches: [reads(leases)],
    initial: ['all'],
    concurrency: 1,
    async reconcile(_key, writer) {
      if (isFirst) {
        isFirst = false
        return firstMs
      }
      const heardMs = heard()
      const nowMs = clock.monotonicMs()
      const due = known.list().filter((lease) => {
        const sinceMs = nowMs - (heardMs.get(nameOf(lease)) ?? Number.NEGATIVE_INFINITY)
        return namespaceOf(lease) === leaseNamespace && sinceMs < freshMs
      })
      const renewTime = new Date(clock.nowMs()).toISOString().replace('Z', '000Z')
      const renewals = due.map((lease) => writer.update(leases, { ...lease, spec: { ...lease.spec, renewTime } }))
      for (const result of await Promise.allSettled(renewals)) {
        if (result.status === 'fulfilled') continue
        // Its node has renewed it itself, or is gone.
        const isSettled = isReason(result.reason, 'Conflict') || isReason(result.reason, 'NotFound')
        if (!isSettled) context.log.debug('a Lease is not renewed', { error: String(result.reason) })
      }
      // On the same marks as the nodes write their status.
      return msUntilMark(clock.nowMs(), intervalMs)
    },
  }
}
