/** The order of a merged list: items of the patch as the patch has them, the server's own in between where they stood. */
import { isObject } from '../schema/json-value.ts'

/** `name` is the merge key; undefined for lists of plain values. */
export function orderMerged(
  merged: unknown[],
  patchOrder: unknown[],
  serverOrder: unknown[],
  name: string | undefined,
): unknown[] {
  const inPatch = positions(patchOrder, name)
  const inServer = positions(serverOrder, name)
  const fromPatch = merged.filter((item) => inPatch(item) !== -1)
  const serverOnly = merged.filter((item) => inPatch(item) === -1)
  return interleave(sortBy(serverOnly, inServer), sortBy(fromPatch, inPatch), inServer)
}

type Position = (item: unknown) => number

/** Where an item stands in a list, -1 when it does not. */
function positions(list: unknown[], name: string | undefined): Position {
  const places = new Map<string, number>()
  for (const [place, item] of list.entries()) {
    const identity = identityOf(item, name)
    if (!places.has(identity)) places.set(identity, place)
  }
  return (item) => places.get(identityOf(item, name)) ?? -1
}

/** Equal for items that mean the same element: those with the same merge key, or the same plain value. */
export function identityOf(item: unknown, name: string | undefined): string {
  return JSON.stringify(name !== undefined && isObject(item) ? (item[name] ?? null) : item) ?? ''
}

function sortBy(items: unknown[], position: Position): unknown[] {
  const placed = items.map((item): [unknown, number] => [item, position(item)])
  return placed.sort(([, a], [, b]) => a - b).map(([item]) => item)
}

/** Takes the server's item first only where it stood before the patch's next one. */
function interleave(server: unknown[], patch: unknown[], inServer: Position): unknown[] {
  const result: unknown[] = []
  let i = 0
  let j = 0
  while (i < server.length && j < patch.length) {
    const left = inServer(server[i])
    const right = inServer(patch[j])
    if (left >= 0 && right >= 0 && left < right) result.push(server[i++])
    else result.push(patch[j++])
  }
  return [...result, ...server.slice(i), ...patch.slice(j)]
}
