import { describe, expect, test } from 'bun:test'
import { Candidates } from './candidates.ts'

const at = (number: number) => ({ address: `192.0.2.${number}`, port: 7000 + number })
const alive =
  (...indexes: number[]) =>
  (index: number) =>
    indexes.includes(index)
const currentOf = (candidates: Candidates) => candidates.list[candidates.current ?? -1]?.address

describe('candidates', () => {
  test('the first is taken until one answers, then the best that does', () => {
    const candidates = new Candidates()
    expect(candidates.choose(alive())).toBe(false)
    expect(candidates.set([at(1), at(2), at(3)])).toEqual([0, 1, 2])
    expect(candidates.choose(alive())).toBe(true)
    expect(currentOf(candidates)).toBe('192.0.2.1')
    candidates.choose(alive(1, 2))
    expect(currentOf(candidates)).toBe('192.0.2.2')
    expect(candidates.choose(alive())).toBe(false)
    candidates.choose(alive(0, 1))
    expect(currentOf(candidates)).toBe('192.0.2.1')
  })

  test('the same place keeps its index, whatever its new rank', () => {
    const candidates = new Candidates()
    candidates.set([at(1), at(2), at(3)])
    expect(candidates.set([at(4), at(3), at(1)])).toEqual([1])
    expect(candidates.list.slice(0, 3).map((one) => one?.address)).toEqual(['192.0.2.1', '192.0.2.4', '192.0.2.3'])
    candidates.choose(alive(0, 2))
    expect(currentOf(candidates)).toBe('192.0.2.3')
  })

  test('a place that nobody named is tried, and taken when no named one answers', () => {
    const candidates = new Candidates()
    candidates.set([at(1)])
    expect(candidates.find(at(1))).toBeUndefined()
    expect(candidates.find(at(9))).toBe(7)
    expect(candidates.find(at(9))).toBeUndefined()
    const first = candidates.list[7]!.generation
    candidates.choose(alive(7))
    expect(currentOf(candidates)).toBe('192.0.2.9')
    expect(candidates.find(at(8))).toBe(7)
    expect(candidates.list[7]!.generation).not.toBe(first)
    candidates.choose(alive(0, 7))
    expect(currentOf(candidates)).toBe('192.0.2.1')
    // Named now: no longer one that was found.
    expect(candidates.set([at(8)])).toEqual([0])
    expect(candidates.list[7]).toBeUndefined()
  })

  test("the peer's address in the mesh is pinged, and never taken", () => {
    const candidates = new Candidates()
    expect(candidates.set([at(1)], at(44))).toEqual([6, 0])
    expect(candidates.set([at(1)], at(44))).toEqual([])
    candidates.choose(alive(6))
    expect(currentOf(candidates)).toBe('192.0.2.1')
    expect(candidates.find(at(44))).toBeUndefined()
    candidates.set([])
    candidates.choose(alive(6))
    expect(candidates.current).toBeUndefined()
  })

  test('six at most are named; without any there is none', () => {
    const candidates = new Candidates()
    candidates.set(Array.from({ length: 20 }, (_, number) => at(number)))
    expect(candidates.list.filter((one) => one !== undefined)).toHaveLength(6)
    candidates.set([])
    candidates.choose(alive())
    expect(candidates.current).toBeUndefined()
  })
})
