/** What a kind's `kubectl get` shows: its columns, and the cells of one object. */
import type { KubernetesObject } from '../../client/client.ts'
import { humanDuration } from './text.ts'

export interface TableColumn {
  name: string
  type: 'string' | 'integer' | 'boolean'
  /** 'name' marks the column that identifies the object. */
  format: string
  description: string
  /** 0 is always shown, 1 only with `-o wide`. */
  priority: number
}

export interface RowCondition {
  type: string
  status: string
  reason: string
  message: string
}

export interface Printer {
  readonly columns: readonly TableColumn[]
  /** As many as there are columns. `nowMs` is for ages. */
  cells(object: KubernetesObject, nowMs: number): unknown[]
  conditions?(object: KubernetesObject): RowCondition[]
}

/** Columns by name; `#` behind it means integer, `?` boolean, `*` in front shown only when wide. */
export function columnsOf(...names: string[]): TableColumn[] {
  return names.map((text) => {
    const name = text.replace(/^\*/, '').replace(/[#?]$/, '')
    return {
      name,
      type: text.endsWith('#') ? 'integer' : text.endsWith('?') ? 'boolean' : 'string',
      format: name === 'Name' ? 'name' : '',
      description: descriptions[name] ?? '',
      priority: text.startsWith('*') ? 1 : 0,
    }
  })
}

const descriptions: Record<string, string> = {
  Name: 'Name must be unique within a namespace.',
  Age: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  Containers: 'Names of each container in the template.',
  Images: 'Images referenced by each container in the template.',
}

/** A printer for objects of type T. The casts are safe: objects are conformed to their kind before they are stored. */
export function printer<T extends KubernetesObject>(
  columns: TableColumn[],
  cells: (object: T, nowMs: number) => unknown[],
  conditions?: (object: T) => RowCondition[],
): Printer {
  return {
    columns,
    cells: cells as Printer['cells'],
    conditions: conditions as Printer['conditions'],
  }
}

interface Dated extends KubernetesObject {
  metadata?: { name?: string; creationTimestamp?: string }
}

export function nameOf(object: KubernetesObject): string {
  return object.metadata?.name ?? ''
}

/** Time since creation, e.g. `5d3h`. */
export function ageOf(object: Dated, nowMs: number): string {
  return since(object.metadata?.creationTimestamp, nowMs)
}

/** `<unknown>` for a time that is not set. */
export function since(time: string | undefined, nowMs: number): string {
  return time === undefined ? '<unknown>' : humanDuration(nowMs - Date.parse(time))
}
