import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'

/** Source: k8s.io/kubernetes/pkg/controller/job/indexed_job_utils.go. */

export const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** -1 when the pod has none, or one that the job does not have. */
export function indexOf(pod: Pod, completions: number): number {
  const text = pod.metadata?.annotations?.[indexAnnotation] ?? ''
  const index = /^\d+$/.test(text) ? Number(text) : -1
  return index < completions ? index : -1
}

/** `1,3-5,7` as numbers; those from `completions` on are left out. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!match) continue
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1)
    for (let index = Number(match[1]); index <= last; index++) indexes.add(index)
  }
  return indexes
}

/** Numbers in the short form: `1,3-5,7`. Two neighbours are written with a dash too. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; ) {
    let end = i
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++
    parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return parts.join(',')
}

/** The lowest indexes that are neither done nor worked on. */
export function missingIndexes(
  done: ReadonlySet<number>,
  active: ReadonlySet<number>,
  completions: number,
  count: number,
) {
  const missing: number[] = []
  for (let index = 0; index < completions && missing.length < count; index++) {
    if (!done.has(index) && !active.has(index)) missing.push(index)
  }
  return missing
}
