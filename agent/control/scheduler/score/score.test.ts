import { expect, test } from 'bun:test'
import type { Node, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { Cluster } from '../cluster.ts'
import { podInfo } from '../node-info.ts'
import { imageLocality } from './image-locality.ts'
import { balancedAllocation, leastAllocated } from './resources.ts'
import type { Score } from './score.ts'

const megabyte = 1024 * 1024
const none = () => undefined
const storage = { claim: none, volume: none, volumes: () => [], storageClass: none, csiNode: none }

let uids = 0

function podOf(requests: Record<string, string>, images: string[] = ['main'], nodeName?: string): Pod {
  const containers = images.map((image, i) => ({
    name: `c${i}`,
    image,
    ...(i === 0 ? { resources: { requests } } : {}),
  }))
  const uid = `${uids++}`
  return { metadata: { name: `pod-${uid}`, namespace: 'default', uid }, spec: { nodeName, containers } }
}

function scoresOf(score: Score, pod: Pod, nodes: Node[], existing: Pod[] = []): number[] | undefined {
  const cluster = new Cluster({ labelsOfNamespace: () => ({}), budgets: () => [], storage })
  for (const node of nodes) cluster.setNode(node)
  for (const other of existing) cluster.setPod(other)
  return score.scores(podInfo(pod), cluster.nodes, cluster)
}

const nodeOf = (name: string, status: Node['status']): Node => ({ metadata: { name }, status })
const sized = (cpu: number, memory: number) => (name: string) =>
  nodeOf(name, { allocatable: { cpu: `${cpu}m`, memory: `${memory}`, pods: '100' } })

// Source: plugins/noderesources/balanced_allocation_test.go of 1.36, those of CPU and memory.
const both = { cpu: '3000m', memory: '5000' }
const onlyCpu = { cpu: '3000m' }
test.each([
  ['different sizes', both, [sized(4000, 10000), sized(6000, 10000)], [], [68, 75]],
  ['pods are there', both, [sized(10000, 20000), sized(10000, 20000)], [onlyCpu, both], [73, 74]],
  ['pods are there, different sizes', both, [sized(10000, 20000), sized(10000, 50000)], [onlyCpu, both], [73, 70]],
  ['most and least', { memory: '5000' }, [sized(3000, 5000), sized(3000, 5000)], [onlyCpu], [100, 50]],
  ['all is used', onlyCpu, [sized(6000, 10000), sized(6000, 10000)], [onlyCpu, both], [62, 62]],
  ['nothing is asked for', {}, [sized(4000, 10000), sized(4000, 10000)], [], undefined],
])('balanced allocation: %s', (_, requests, nodes, existing, wanted) => {
  const pods = existing.map((there, i) => podOf(there, ['main'], `node${i}`))
  expect(
    scoresOf(
      balancedAllocation,
      podOf(requests),
      nodes.map((node, i) => node(`node${i}`)),
      pods,
    ),
  ).toEqual(wanted)
})

// Source: plugins/noderesources/least_allocated_test.go.
test.each([
  ['different sizes', both, [sized(4000, 10000), sized(6000, 10000)], [], [37, 50]],
  ['pods are there', both, [sized(10000, 20000), sized(10000, 20000)], [both, both], [45, 45]],
])('least allocated: %s', (_, requests, nodes, existing, wanted) => {
  const pods = existing.map((there, i) => podOf(there, ['main'], `node${i}`))
  expect(
    scoresOf(
      leastAllocated,
      podOf(requests),
      nodes.map((node, i) => node(`node${i}`)),
      pods,
    ),
  ).toEqual(wanted)
})

// Source: plugins/imagelocality/image_locality_test.go.
const image = (megabytes: number, ...names: string[]) => ({ names, sizeBytes: megabytes * megabyte })
const first = nodeOf('a', {
  images: [
    image(40, 'gcr.io/40:latest', 'gcr.io/40:v1'),
    image(300, 'gcr.io/300:latest', 'gcr.io/300:v1'),
    image(4000, 'gcr.io/4000:latest'),
  ],
})
const second = nodeOf('b', { images: [image(250, 'gcr.io/250:latest'), image(10, 'gcr.io/10:latest', 'gcr.io/10:v1')] })
const bare = nodeOf('c', {})
test.each([
  ['the larger one', ['gcr.io/40', 'gcr.io/250'], [first, second], [0, 5]],
  ['both on one node', ['gcr.io/40', 'gcr.io/300'], [first, second], [7, 0]],
  ['more than counts', ['gcr.io/10', 'gcr.io/4000'], [first, second], [100, 0]],
  ['a node with none', ['gcr.io/10', 'gcr.io/4000'], [first, second, bare], [66, 0, 0]],
  ['nowhere', ['gcr.io/77'], [first, second], undefined],
])('image locality: %s', (_, images, nodes, wanted) => {
  expect(scoresOf(imageLocality, podOf({}, images), nodes)).toEqual(wanted)
})
