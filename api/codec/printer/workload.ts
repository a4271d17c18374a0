/** Workloads: what they want, what they have. */
import type * as apps from '../../schema/generated/types/apps-v1.ts'
import type * as batch from '../../schema/generated/types/batch-v1.ts'
import type { PodTemplate, PodTemplateSpec, ReplicationController } from '../../schema/generated/types/core-v1.ts'
import type { LabelSelector } from '../../schema/generated/types/meta-v1.ts'
import { ageOf, columnsOf, nameOf, type Printer, printer, since } from './column.ts'
import { containerCells, formatLabels, formatSelector, humanDuration } from './text.ts'

/** The three cells that only `-o wide` shows. */
function wide(template: PodTemplateSpec | undefined, selector: LabelSelector | undefined): string[] {
  return [...containerCells(template?.spec?.containers), formatSelector(selector)]
}
const wideColumns = ['*Containers', '*Images', '*Selector']

const deployment = printer<apps.Deployment>(
  columnsOf('Name', 'Ready', 'Up-to-date', 'Available', 'Age', ...wideColumns),
  (o, nowMs) => [
    nameOf(o),
    `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    o.status?.updatedReplicas ?? 0,
    o.status?.availableReplicas ?? 0,
    ageOf(o, nowMs),
    ...wide(o.spec?.template, o.spec?.selector),
  ],
)

const replicaColumns = columnsOf('Name', 'Desired#', 'Current#', 'Ready#', 'Age', ...wideColumns)

const replicaSet = printer<apps.ReplicaSet>(replicaColumns, (o, nowMs) => [
  nameOf(o),
  o.spec?.replicas ?? 0,
  o.status?.replicas ?? 0,
  o.status?.readyReplicas ?? 0,
  ageOf(o, nowMs),
  ...wide(o.spec?.template, o.spec?.selector),
])

const replicationController = printer<ReplicationController>(replicaColumns, (o, nowMs) => [
  nameOf(o),
  o.spec?.replicas ?? 0,
  o.status?.replicas ?? 0,
  o.status?.readyReplicas ?? 0,
  ageOf(o, nowMs),
  ...containerCells(o.spec?.template?.spec?.containers),
  formatLabels(o.spec?.selector),
])

const statefulSet = printer<apps.StatefulSet>(
  columnsOf('Name', 'Ready', 'Age', '*Containers', '*Images'),
  (o, nowMs) => [
    nameOf(o),
    `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    ageOf(o, nowMs),
    ...containerCells(o.spec?.template?.spec?.containers),
  ],
)

const daemonSet = printer<apps.DaemonSet>(
  columnsOf(
    ...['Name', 'Desired#', 'Current#', 'Ready#', 'Up-to-date#', 'Available#', 'Node Selector', 'Age'],
    ...wideColumns,
  ),
  (o, nowMs) => [
    nameOf(o),
    o.status?.desiredNumberScheduled ?? 0,
    o.status?.currentNumberScheduled ?? 0,
    o.status?.numberReady ?? 0,
    o.status?.updatedNumberScheduled ?? 0,
    o.status?.numberAvailable ?? 0,
    formatLabels(o.spec?.template?.spec?.nodeSelector),
    ageOf(o, nowMs),
    ...wide(o.spec?.template, o.spec?.selector),
  ],
)

const job = printer<batch.Job>(
  columnsOf('Name', 'Status', 'Completions', 'Duration', 'Age', ...wideColumns),
  (o, nowMs) => [
    nameOf(o),
    jobStatus(o),
    jobCompletions(o),
    jobDuration(o, nowMs),
    ageOf(o, nowMs),
    ...wide(o.spec?.template, o.spec?.selector),
  ],
)

function jobStatus(o: batch.Job): string {
  const holds = (type: string) => o.status?.conditions?.find((c) => c.type === type)?.status === 'True'
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (o.metadata?.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}

function jobCompletions({ spec, status }: batch.Job): string {
  const succeeded = status?.succeeded ?? 0
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`
  const parallelism = spec?.parallelism ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function jobDuration({ status }: batch.Job, nowMs: number): string {
  if (!status?.startTime) return ''
  const end = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime)
  return humanDuration(end - Date.parse(status.startTime))
}

const cronJob = printer<batch.CronJob>(
  columnsOf('Name', 'Schedule', 'Timezone', 'Suspend?', 'Active#', 'Last Schedule', 'Age', ...wideColumns),
  (o, nowMs) => [
    nameOf(o),
    o.spec?.schedule ?? '',
    o.spec?.timeZone ?? '<none>',
    o.spec?.suspend === undefined ? '<unset>' : o.spec.suspend ? 'True' : 'False',
    o.status?.active?.length ?? 0,
    o.status?.lastScheduleTime === undefined ? '<none>' : since(o.status.lastScheduleTime, nowMs),
    ageOf(o, nowMs),
    ...wide(o.spec?.jobTemplate?.spec?.template, o.spec?.jobTemplate?.spec?.selector),
  ],
)

const controllerRevision = printer<apps.ControllerRevision>(
  columnsOf('Name', 'Controller', 'Revision', 'Age'),
  (o, nowMs) => {
    const owner = o.metadata?.ownerReferences?.find((reference) => reference.controller)
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : ''
    const controller = owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : '<none>'
    return [nameOf(o), controller, o.revision, ageOf(o, nowMs)]
  },
)

const podTemplate = printer<PodTemplate>(columnsOf('Name', 'Containers', 'Images', 'Pod Labels'), (o) => [
  nameOf(o),
  ...containerCells(o.template?.spec?.containers),
  formatLabels(o.template?.metadata?.labels),
])

/** By group and kind. */
export const workloadPrinters: Record<string, Printer> = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ControllerRevision': controllerRevision,
  'batch/Job': job,
  'batch/CronJob': cronJob,
  '/ReplicationController': replicationController,
  '/PodTemplate': podTemplate,
}
