import { expect, test } from 'bun:test'
import { pods } from '../../../../api/schema/generated/resources.ts'
import type { ApiObject } from '../../object/meta.ts'
import type { ResourceRef } from '../../object/types.ts'
import { OwnershipGraph } from './graph.ts'
import { judge, type OwnerState } from './verdict.ts'

// Expectations from k8s.io/kubernetes/pkg/controller/garbagecollector/garbagecollector_test.go and the page
// "Garbage Collection" of the docs.

const ref = pods as ResourceRef
interface Shape {
  deleting?: boolean
  finalizers?: string[]
  block?: boolean
}

function object(uid: string, owners: string[] = [], { deleting, finalizers, block }: Shape = {}): ApiObject {
  return {
    metadata: {
      uid,
      name: uid,
      namespace: 'default',
      finalizers,
      deletionTimestamp: deleting ? '2026-01-01T00:00:00Z' : undefined,
      ownerReferences: owners.map((owner) => ({
        ...{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: owner, blockOwnerDeletion: block },
      })),
    },
  }
}

function graphOf(...objects: ApiObject[]): OwnershipGraph {
  const graph = new OwnershipGraph()
  for (const one of objects) graph.set(ref, one)
  return graph
}

const foreground: Shape = { deleting: true, finalizers: ['foregroundDeletion'] }

test('what has to be looked at after a change', () => {
  const graph = new OwnershipGraph()
  expect(graph.set(ref, object('a'))).toEqual([])
  expect(graph.set(ref, object('b', ['a']))).toEqual([])
  expect(graph.set(ref, object('c', ['unknown']))).toEqual(['c'])
  expect(graph.set(ref, object('a', [], foreground))).toEqual(['a', 'b'])
  expect(graph.set(ref, object('d', ['a']))).toEqual(['d'])
  expect(graph.set(ref, object('d'))).toEqual(['a'])
  expect(graph.delete('b')).toEqual(['a'])
  expect(graph.set(ref, object('e', ['a', 'c']))).toEqual(['e'])
  expect(graph.delete('a')).toEqual(['e'])
  expect(graph.set(ref, object('c', ['unknown'], { deleting: true, finalizers: ['orphan'] }))).toEqual(['c'])
  expect(graph.dependentsOf('c').map(({ uid }) => uid)).toEqual(['e'])
  expect(graph.set(ref, object('c', ['unknown'], { deleting: true, finalizers: ['orphan'] }))).toEqual([])
})

const verdictOf = (graph: OwnershipGraph, uid: string, states: Record<string, OwnerState> = {}) =>
  judge(graph.get(uid)!, graph.dependentsOf(uid), (owner) => states[owner.uid]!)

test.each<[string, Record<string, OwnerState>, object]>([
  ['an owner is there', { x: 'solid', y: 'solid' }, { kind: 'keep' }],
  ['one of them is gone', { x: 'solid', y: 'absent' }, { kind: 'drop owners', uids: ['y'] }],
  ['one of them waits', { x: 'solid', y: 'waiting' }, { kind: 'drop owners', uids: ['y'] }],
  ['all are gone', { x: 'absent', y: 'absent' }, { kind: 'delete', policy: 'Background', unblock: [] }],
  [
    'one waits, nobody depends on it',
    { x: 'waiting', y: 'absent' },
    { kind: 'delete', policy: 'Background', unblock: [] },
  ],
])('with two owners: %s', (_, states, verdict) => {
  expect(verdictOf(graphOf(object('o', ['x', 'y'])), 'o', states)).toEqual(verdict as never)
})

test('in the foreground it passes the waiting on to its dependents', () => {
  const graph = graphOf(object('o', ['x']), object('p', ['o'], { block: true }))
  expect(verdictOf(graph, 'o', { x: 'waiting' })).toEqual({ kind: 'delete', policy: 'Foreground', unblock: [] })
  graph.set(ref, object('o', ['x'], foreground))
  expect(verdictOf(graph, 'o')).toEqual({ kind: 'await dependents', dependents: ['p'] })
  graph.delete('p')
  expect(verdictOf(graph, 'o')).toEqual({ kind: 'finish foreground' })
})

test('only dependents that block hold it up', () => {
  const graph = graphOf(object('o', [], foreground), object('p', ['o'], { block: false }))
  expect(verdictOf(graph, 'o')).toEqual({ kind: 'finish foreground' })
})

test('two that own each other do not wait for ever', () => {
  const graph = graphOf(object('a', ['b'], { ...foreground, block: true }), object('b', ['a'], { block: true }))
  expect(verdictOf(graph, 'b', { a: 'waiting' })).toEqual({ kind: 'delete', policy: 'Foreground', unblock: ['a'] })
})

test('what is being deleted is left to its finalizers, orphans are let go', () => {
  const graph = graphOf(
    object('a', ['x'], { deleting: true }),
    object('b', [], { deleting: true, finalizers: ['orphan'] }),
  )
  expect(verdictOf(graph, 'a', { x: 'absent' })).toEqual({ kind: 'keep' })
  expect(verdictOf(graph, 'b')).toEqual({ kind: 'orphan dependents' })
})
