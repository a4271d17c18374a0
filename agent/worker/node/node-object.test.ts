import { expect, test } from 'bun:test'
import { nodeConditions, nodeImages } from './node-object.ts'

test.each([
  ['not compared', undefined, 'False'],
  ['a second behind', -1000, 'False'],
  ['two years ahead', 63_072_000_000, 'True'],
  ['ten seconds behind', -10_000, 'True'],
])('ClockSkew: %s', (_, skewMs, status) => {
  const conditions = nodeConditions([], { ready: true }, 0, skewMs)
  const clock = conditions.find(({ type }) => type === 'ClockSkew')!
  expect(clock.status).toBe(status)
  expect(conditions.find(({ type }) => type === 'Ready')?.status).toBe('True')
  if (status === 'True') expect(clock.message).toContain(skewMs! > 0 ? 'ahead of' : 'behind')
})

test('images are in one order, whichever the runtime tells first', () => {
  const image = (name: string, size: bigint) => ({ repoTags: [`${name}:2`, `${name}:1`], repoDigests: [], size })
  const list = [image('b', 5n), image('a', 5n), image('c', 9n)]
  const expected = [
    { names: ['c:1', 'c:2'], sizeBytes: 9 },
    { names: ['a:1', 'a:2'], sizeBytes: 5 },
    { names: ['b:1', 'b:2'], sizeBytes: 5 },
  ]
  expect(nodeImages(list)).toEqual(expected)
  expect(nodeImages(list.toReversed())).toEqual(expected)
})
