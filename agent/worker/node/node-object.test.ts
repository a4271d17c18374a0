import { expect, test } from 'bun:test'
import { nodeConditions } from './node-object.ts'

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
