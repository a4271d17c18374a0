import { describe, expect, test } from 'bun:test'
import { checkLinearizable, type Operation } from './linearizability.ts'
import { Random } from './random.ts'

const never = Number.POSITIVE_INFINITY

/** [call, return, kind, value or what was found, expected] on one register. */
function put(callMs: number, returnMs: number, value: string): Operation {
  return { key: 'k', kind: 'put', value, callMs, returnMs }
}

function get(callMs: number, returnMs: number, found: string | null): Operation {
  return { key: 'k', kind: 'get', found, callMs, returnMs }
}

function swap(
  callMs: number,
  returnMs: number,
  expected: string | null,
  value: string,
  found?: string | null,
): Operation {
  return { key: 'k', kind: 'swap', expected, value, found, callMs, returnMs }
}

const good: Record<string, Operation[]> = {
  'nothing at all': [],
  'one after the other': [put(0, 1, 'a'), get(2, 3, 'a'), put(4, 5, 'b'), get(6, 7, 'b')],
  'a read beside a write finds the old value': [put(0, 1, 'a'), put(2, 6, 'b'), get(3, 4, 'a'), get(5, 7, 'b')],
  'a read beside a write finds the new value': [put(0, 1, 'a'), put(2, 6, 'b'), get(3, 4, 'b'), get(7, 8, 'b')],
  'an unanswered write that took effect': [put(0, never, 'a'), get(5, 6, null), get(7, 8, 'a')],
  'an unanswered write that did not': [put(0, never, 'a'), get(5, 6, null), get(7, 8, null)],
  'an unanswered write that shows only in what a swap expected': [
    put(0, never, 'a'),
    swap(1, never, 'a', 'b'),
    get(5, 6, 'b'),
  ],
  'a swap that failed, and says what it found': [put(0, 1, 'a'), swap(2, 3, null, 'b', 'a'), get(4, 5, 'a')],
  'two writes at once, in the order of the reads': [put(0, 9, 'a'), put(0, 9, 'b'), get(1, 2, 'b'), get(3, 4, 'a')],
}

const bad: Record<string, Operation[]> = {
  'a lost write': [put(0, 1, 'a'), get(2, 3, null)],
  'an old value after the new one was read': [put(0, 1, 'a'), put(2, 9, 'b'), get(3, 4, 'b'), get(5, 6, 'a')],
  'a value from nowhere': [put(0, 1, 'a'), get(2, 3, 'z')],
  'a value from the future': [get(0, 1, 'a'), put(2, 3, 'a')],
  'two swaps both win': [put(0, 1, 'a'), swap(2, 5, 'a', 'b', 'a'), swap(2, 5, 'a', 'c', 'a')],
  'an unanswered write that came and went': [
    put(0, 1, 'a'),
    put(2, never, 'b'),
    get(3, 4, 'b'),
    get(5, 6, 'a'),
    get(7, 8, 'b'),
  ],
  'a swap against what it found': [put(0, 1, 'a'), swap(2, 3, 'a', 'b', 'a'), get(4, 5, 'a')],
}

describe('histories that are linearizable', () => {
  for (const [name, history] of Object.entries(good)) {
    test(name, () => expect(checkLinearizable(history).verdict).toBe('linearizable'))
  }
})

describe('histories that are not', () => {
  for (const [name, history] of Object.entries(bad)) {
    test(name, () => expect(checkLinearizable(history)).toEqual({ verdict: 'not linearizable', key: 'k' }))
  }
})

test('keys are independent', () => {
  const history = [put(0, 1, 'a'), { ...put(2, 3, 'b'), key: 'l' }, get(4, 5, 'a'), { ...get(4, 5, 'b'), key: 'l' }]
  expect(checkLinearizable(history).verdict).toBe('linearizable')
})

test('a search beyond its budget says so', () => {
  const history = [...Array.from({ length: 24 }, (_, at) => put(0, 100, `${at}`)), get(200, 201, 'z')]
  expect(checkLinearizable(history, 1000).verdict).toBe('search too long')
})

test('random histories of one real register pass, and fail once an answer is changed', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const history = randomHistory(new Random(seed))
    expect(checkLinearizable(history).verdict).toBe('linearizable')
    const read = history.findLast((operation) => operation.kind === 'get')
    if (read === undefined) continue
    read.found = 'never written'
    expect(checkLinearizable(history).verdict).toBe('not linearizable')
  }
})

/** Each call takes effect at a moment between call and return. */
function randomHistory(random: Random): Operation[] {
  const moments = Array.from({ length: 40 }, (_, at) => at * 10)
  let state: string | null = null
  return moments.map((moment, at) => {
    const callMs = moment - random.integer(0, 50)
    const returnMs = moment + random.integer(0, 50)
    const found: string | null = state
    if (random.chance(0.5)) return get(callMs, returnMs, found)
    const expected: string | null = random.chance(0.5) ? found : 'something else'
    if (random.chance(0.5)) {
      if (expected === found) state = `${at}`
      return swap(callMs, returnMs, expected, `${at}`, found)
    }
    state = `${at}`
    return put(callMs, returnMs, `${at}`)
  })
}
