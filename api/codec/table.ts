/**
 * Objects as meta.k8s.io/v1 Tables, which `kubectl get` asks for. Upstream's columns for the kinds of daily use
 * (pkg/printers/internalversion), NAME and AGE for the rest.
 */
import type { KubernetesObject } from '../client/client.ts'
import {
  ageOf,
  columnsOf,
  nameOf,
  type Printer,
  printer,
  type RowCondition,
  type TableColumn,
} from './printer/column.ts'
import { corePrinters } from './printer/core.ts'
import { podPrinter } from './printer/pod.ts'
import { policyPrinters } from './printer/policy.ts'
import { storagePrinters } from './printer/storage.ts'
import { workloadPrinters } from './printer/workload.ts'

export type { Printer, TableColumn } from './printer/column.ts'

/** `?includeObject=`: what of the object goes with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface TableRow {
  cells: unknown[]
  conditions?: RowCondition[]
  object?: unknown
}

export interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  columnDefinitions: readonly TableColumn[]
  rows: TableRow[]
}

/** By group and kind, or group, version and kind where versions differ. */
const printers: Record<string, Printer> = {
  '/Pod': podPrinter,
  ...workloadPrinters,
  ...corePrinters,
  ...storagePrinters,
  ...policyPrinters,
}

const nameAndAge = printer(columnsOf('Name', 'Age'), (object, nowMs) => [nameOf(object), ageOf(object, nowMs)])

/** What upstream shows for kinds without a printer of their own. */
const nameAndDate = printer<KubernetesObject & { metadata?: { creationTimestamp?: string } }>(
  columnsOf('Name', 'Created At'),
  (object) => [nameOf(object), object.metadata?.creationTimestamp ?? ''],
)
const dated = new Set(['Role', 'ClusterRole', 'LimitRange', 'CustomResourceDefinition'])

export function printerFor(group: string, version: string, kind: string): Printer {
  const own = printers[`${group}/${version}/${kind}`] ?? printers[`${group}/${kind}`]
  return own ?? (dated.has(kind) ? nameAndDate : nameAndAge)
}

export function tableRow(object: KubernetesObject, shown: Printer, include: IncludeObject, nowMs: number): TableRow {
  const row: TableRow = { cells: shown.cells(object, nowMs) }
  const conditions = shown.conditions?.(object) ?? []
  if (conditions.length > 0) row.conditions = conditions
  if (include === 'Object') row.object = object
  if (include === 'Metadata') {
    row.object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  }
  return row
}

/** `withColumns` false: for the events of a watch after the first. */
export function makeTable(
  objects: readonly KubernetesObject[],
  shown: Printer,
  options: { include: IncludeObject; nowMs: number; metadata?: Table['metadata']; withColumns?: boolean },
): Table {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata ?? {},
    columnDefinitions: options.withColumns === false ? [] : shown.columns,
    rows: objects.map((object) => tableRow(object, shown, options.include, options.nowMs)),
  }
}
