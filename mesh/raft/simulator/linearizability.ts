/** One client's call on one register, as the client saw it. */
export interface Operation {
  key: string
  kind: 'get' | 'put' | 'swap'
  /** put and swap: the value written; unique in the history, so that its absence can be told. */
  value?: string
  /** swap: the value that must be there. */
  expected?: string | null
  /** What was found before. Undefined when the outcome is not known. */
  found?: string | null
  callMs: number
  /** Infinity: no answer; it may take effect at any later time, or never. */
  returnMs: number
}

export type Verdict = 'linearizable' | 'not linearizable' | 'search too long'

/** Steps of the search a key may take. */
const defaultBudget = 2_000_000

/**
 * Whether there is one order of all calls that respects real time and explains every answer: the search of Wing and
 * Gong with Lowe's memory of visited (state, set of done calls). Registers are independent, so each is checked alone.
 */
export function checkLinearizable(
  history: readonly Operation[],
  budget = defaultBudget,
): { verdict: Verdict; key?: string } {
  const byKey = Map.groupBy(history, ({ key }) => key)
  let isUndecided = false
  for (const [key, operations] of byKey) {
    const verdict = checkRegister(relevant(operations), budget)
    if (verdict === 'not linearizable') return { verdict, key }
    if (verdict === 'search too long') isUndecided = true
  }
  return { verdict: isUndecided ? 'search too long' : 'linearizable' }
}

/** An unanswered write whose value nobody found or expected need not have happened: leaving it out keeps the search small. */
function relevant(operations: readonly Operation[]): Operation[] {
  const found = new Set(operations.flatMap((operation) => [operation.found, operation.expected]))
  return operations.filter(
    ({ kind, returnMs, value }) => returnMs !== Number.POSITIVE_INFINITY || (kind !== 'get' && found.has(value)),
  )
}

/** The register after the operation, or undefined when the answer could not have come from this state. */
function apply(state: string | null, operation: Operation): string | null | undefined {
  const { kind, value, expected, found } = operation
  if (found !== undefined && found !== state) return undefined
  if (kind === 'put') return value!
  return kind === 'swap' && expected === state ? value! : state
}

interface Node {
  operation: Operation
  number: number
  isCall: boolean
  match?: Node
  previous?: Node
  next?: Node
}

function checkRegister(operations: readonly Operation[], budget: number): Verdict {
  const head = linkedEvents(operations)
  const done = new Uint8Array(operations.length)
  const visited = new Set<string>()
  const stack: { node: Node; state: string | null }[] = []
  let answered = operations.filter(({ returnMs }) => returnMs !== Number.POSITIVE_INFINITY).length
  let state: string | null = null
  let at = head.next
  for (let steps = 0; answered > 0; steps++) {
    if (steps > budget) return 'search too long'
    const next: string | null | undefined = at?.isCall ? apply(state, at.operation) : undefined
    if (at?.isCall && next !== undefined && isNew(at.number, next)) {
      stack.push({ node: at, state })
      state = next
      done[at.number] = 1
      if (at.match !== undefined) answered--
      lift(at)
      at = head.next
    } else if (at?.isCall) {
      at = at.next
    } else {
      // An answer whose call has no place yet (or the end): take the last choice back.
      const last = stack.pop()
      if (last === undefined) return 'not linearizable'
      state = last.state
      done[last.node.number] = 0
      if (last.node.match !== undefined) answered++
      restore(last.node)
      at = last.node.next
    }
  }
  return 'linearizable'

  function isNew(number: number, next: string | null): boolean {
    done[number] = 1
    const seen = `${next}|${done.join('')}`
    done[number] = 0
    if (visited.has(seen)) return false
    visited.add(seen)
    return true
  }
}

/** Calls and answers in order of time, behind a head. Unanswered calls have no answer event. */
function linkedEvents(operations: readonly Operation[]): Node {
  const events: { timeMs: number; node: Node }[] = []
  for (const [number, operation] of operations.entries()) {
    const call: Node = { operation, number, isCall: true }
    events.push({ timeMs: operation.callMs, node: call })
    if (operation.returnMs === Number.POSITIVE_INFINITY) continue
    call.match = { operation, number, isCall: false }
    events.push({ timeMs: operation.returnMs, node: call.match })
  }
  // Equal times count as overlapping: calls first.
  events.sort((a, b) => a.timeMs - b.timeMs || Number(b.node.isCall) - Number(a.node.isCall))
  const head = { isCall: true } as Node
  let last = head
  for (const { node } of events) {
    last.next = node
    node.previous = last
    last = node
  }
  return head
}

function lift(call: Node): void {
  for (const node of call.match === undefined ? [call] : [call, call.match]) {
    node.previous!.next = node.next
    if (node.next !== undefined) node.next.previous = node.previous
  }
}

function restore(call: Node): void {
  for (const node of call.match === undefined ? [call] : [call.match, call]) {
    node.previous!.next = node
    if (node.next !== undefined) node.next.previous = node
  }
}
