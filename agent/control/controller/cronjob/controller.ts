import { isReason } from '../../../../api/client/client.ts'
import { cronjobs as cronsRef, jobs as jobsRef } from '../../../../api/schema/generated/resources.ts'
import type { CronJob, Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isNamespaceGoing } from '../../loop/writer.ts'
import { isEquivalent } from '../../object/equal.ts'
import { controllerOf, isControlledBy, keyFor, keyOf, nameOf, namespaceOf } from '../../object/meta.ts'
import { planCronJob, referenceTo } from './cronjob.ts'

/** Source: k8s.io/kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go. */
export function cronJobController({ informers, clock }: ControlContext): ControllerDefinition {
  const crons = informers.of(cronsRef)
  const jobs = informers.of(jobsRef)
  return {
    name: 'cronjob-controller',
    watches: [
      watch(cronsRef, (cron: CronJob) => [keyOf(cron)]),
      watch(jobsRef, (job: Job) => {
        const controller = controllerOf(job)
        return controller?.kind === 'CronJob' ? [keyFor(namespaceOf(job), controller.name)] : []
      }),
    ],
    async reconcile(key, writer) {
      const cron = crons.get(key)
      if (!cron) return undefined
      const own = jobs.list(namespaceOf(cron)).filter((job) => isControlledBy(job, cron))
      const plan = planCronJob(cron, own, clock.nowMs())
      for (const job of plan.remove) {
        await writer.delete(jobsRef, job, { propagationPolicy: 'Background' })
        writer.event(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${nameOf(job)}`)
      }
      if (plan.create) {
        try {
          const made = await writer.create(jobsRef, plan.create)
          plan.status.active = [...(plan.status.active ?? []), referenceTo(made)]
          writer.event(cron, 'Normal', 'SuccessfulCreate', `Created job ${nameOf(made)}`)
        } catch (error) {
          if (isNamespaceGoing(error)) return undefined
          // The name has the time in it: an earlier sync made it.
          if (!isReason(error, 'AlreadyExists')) {
            writer.event(cron, 'Warning', 'FailedCreate', `Error creating job: ${error}`)
            throw error
          }
        }
      }
      for (const { type, reason, message } of plan.events) writer.event(cron, type, reason, message)
      if (!isEquivalent(plan.status, cron.status ?? {}))
        await writer.updateStatus(cronsRef, { ...cron, status: plan.status })
      return plan.checkAfterMs
    },
  }
}
