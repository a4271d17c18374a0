/** What server-side apply answers when others own the fields it would change. */
import { type PathElement, pathText } from './field-set.ts'
import type { Manager } from './managed-fields.ts'

export interface FieldConflict {
  manager: Manager
  path: PathElement[]
}

/** To be answered with 409, reason Conflict, and the causes as details. */
export class ApplyConflict extends Error {
  override readonly name = 'ApplyConflict'
  readonly causes: { reason: 'FieldManagerConflict'; message: string; field: string }[]

  constructor(readonly conflicts: readonly FieldConflict[]) {
    super(messageOf(conflicts))
    this.causes = conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${titleOf(manager)}`,
      field: pathText(path),
    }))
  }
}

function messageOf(conflicts: readonly FieldConflict[]): string {
  if (conflicts.length === 1) {
    const { manager, path } = conflicts[0]!
    return `Apply failed with 1 conflict: conflict with ${titleOf(manager)}: ${pathText(path)}`
  }
  const byManager = Map.groupBy(conflicts, ({ manager }) => titleOf(manager))
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([title, members]) => {
      return [`conflicts with ${title}:`, ...members.map(({ path }) => `- ${pathText(path)}`)]
    })
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function titleOf({ name, operation, apiVersion, subresource }: Manager): string {
  const title = JSON.stringify(name) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  // Upstream's identity of a manager has no time, so neither has its message.
  return operation === 'Update' ? `${title} using ${apiVersion}` : title
}
