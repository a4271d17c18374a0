import { describe, expect, test } from 'bun:test'
import { PodModel, startMs, testPod } from './model.ts'

const container = (name: string, rest = {}) => ({ name, image: 'i', ...rest })
const sidecar = (name: string, rest = {}) => container(name, { restartPolicy: 'Always', ...rest })

describe('a pod begins', () => {
  test('volumes, sandbox, container', () => {
    expect(new PodModel(testPod({})).settle()).toEqual(['volumes', 'sandbox 0', 'start a/0'])
  })

  test('init containers one after the other, then all others', () => {
    const model = new PodModel(
      testPod({ initContainers: [container('i1'), container('i2')], containers: [container('a'), container('b')] }),
    )
    expect(model.settle()).toEqual(['volumes', 'sandbox 0', 'start i1/0'])
    model.end('i1', 0)
    expect(model.settle()).toEqual(['start i2/0'])
    expect(model.pod.status!.phase).toBe('Pending')
    model.end('i2', 0)
    expect(model.settle()).toEqual(['start a/0', 'start b/0'])
    expect(model.pod.status!.phase).toBe('Running')
  })

  test('a sidecar stays, and lets the next begin once its startup probe succeeded', () => {
    const model = new PodModel(testPod({ initContainers: [sidecar('s'), container('i')] }))
    expect(model.settle()).toEqual(['volumes', 'sandbox 0', 'start s/0', 'start i/0'])
    const waiting = new PodModel(testPod({ initContainers: [sidecar('s', { startupProbe: {} }), container('i')] }))
    expect(waiting.settle()).toEqual(['volumes', 'sandbox 0', 'start s/0'])
    waiting.memory.probes.set('c1', { startup: 'unknown' })
    expect(waiting.settle()).toEqual([])
    waiting.memory.probes.set('c1', { startup: 'success' })
    expect(waiting.settle()).toEqual(['start i/0'])
  })

  test('an init container that fails is repeated, or fails the pod when it must not restart', () => {
    const again = new PodModel(testPod({ initContainers: [container('i')] }))
    again.settle()
    again.end('i', 1)
    expect(again.settle()).toEqual(['start i/1'])
    const never = new PodModel(testPod({ initContainers: [container('i')], restartPolicy: 'Never' }))
    never.settle()
    never.end('i', 1)
    expect(never.settle()).toEqual(['stop s0', 'release'])
    expect(never.pod.status!.phase).toBe('Failed')
  })
})

describe('a container that ends', () => {
  const rows: [policy: string, exitCode: number, actions: string[], phase: string][] = [
    ['Always', 0, ['start a/1'], 'Running'],
    ['Always', 1, ['start a/1'], 'Running'],
    ['OnFailure', 1, ['start a/1'], 'Running'],
    ['OnFailure', 0, ['stop s0', 'release'], 'Succeeded'],
    ['Never', 0, ['stop s0', 'release'], 'Succeeded'],
    ['Never', 9, ['stop s0', 'release'], 'Failed'],
  ]
  test.each(rows)('%s, exit code %d', (restartPolicy, exitCode, actions, phase) => {
    const model = new PodModel(testPod({ restartPolicy }))
    model.settle()
    model.end('a', exitCode)
    expect(model.settle()).toEqual(actions)
    expect(model.pod.status!.phase).toBe(phase)
  })

  test('is restarted at once, then after 10 s, 20 s, 40 s, at most 5 minutes', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    const delays: number[] = []
    for (let i = 0; i < 8; i++) {
      model.nowMs += 1000
      model.end('a', 1)
      model.settle()
      const wakeAtMs = model.wakeAtMs()
      delays.push(wakeAtMs === undefined ? 0 : (wakeAtMs - model.nowMs) / 1000)
      if (wakeAtMs === undefined) continue
      expect(model.containerStatus('a')!.state!.waiting!.reason).toBe('CrashLoopBackOff')
      model.nowMs = wakeAtMs
      model.settle()
    }
    expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300])
  })

  test('keeps its pause when the worker is restarted', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    for (let i = 0; i < 3; i++) {
      model.end('a', 1)
      model.settle()
      model.nowMs = model.wakeAtMs() ?? model.nowMs
      model.settle()
    }
    model.end('a', 1)
    model.restartWorker()
    expect(model.settle()).toEqual(['volumes'])
    expect(model.wakeAtMs()! - model.nowMs).toBe(40_000)
  })

  test('begins anew after it ran for 10 minutes', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    model.end('a', 1)
    model.settle()
    model.nowMs += 11 * 60_000
    model.end('a', 1)
    expect(model.settle()).toEqual(['start a/2', 'remove a/0'])
  })

  test('leaves its last instance for the previous log, and no more', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    for (let i = 0; i < 3; i++) {
      model.end('a', 1)
      model.settle()
      model.nowMs = model.wakeAtMs() ?? model.nowMs
      model.settle()
    }
    expect(model.runtime.containers.map(({ attempt }) => attempt)).toEqual([2, 3])
  })
})

describe('a pod ends', () => {
  test('deleted: grace from its deletion, final status before traces go', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    model.nowMs += 5000
    const deletionTimestamp = new Date(model.nowMs + 30_000).toISOString()
    Object.assign(model.pod.metadata!, { deletionTimestamp, deletionGracePeriodSeconds: 30 })
    model.nowMs += 4000
    expect(model.settle()).toEqual(['kill a 26', 'stop s0', 'remove a/0', 'remove s0', 'release', 'forget'])
    expect(model.containerStatus('a')!.state!.terminated).toMatchObject({ exitCode: 143 })
    expect(model.pod.status!.phase).toBe('Failed')
  })

  test('a shorter grace is asked for again, the same one is not', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    const metadata = model.pod.metadata!
    metadata.deletionTimestamp = new Date(model.nowMs + 30_000).toISOString()
    metadata.deletionGracePeriodSeconds = 30
    const { id } = model.runtime.containers[0]!
    model.memory.kills.set(id, { deadlineMs: model.nowMs + 30_000 })
    expect(model.settle()).toEqual([])
    metadata.deletionTimestamp = new Date(model.nowMs + 2000).toISOString()
    metadata.deletionGracePeriodSeconds = 2
    expect(model.settle()[0]).toBe('kill a 2')
  })

  test('sidecars end last, in reverse order', () => {
    const model = new PodModel(testPod({ initContainers: [sidecar('s1'), sidecar('s2')] }))
    model.settle()
    model.gone = true
    expect(model.settle().slice(0, 3)).toEqual(['kill a 1', 'kill s2 1', 'kill s1 1'])
  })

  test('a job with a sidecar completes', () => {
    const model = new PodModel(testPod({ initContainers: [sidecar('s')], restartPolicy: 'Never' }))
    model.settle()
    model.end('a', 0)
    expect(model.settle()).toEqual(['kill s 30', 'stop s0', 'release'])
    expect(model.pod.status!.phase).toBe('Succeeded')
  })

  test('activeDeadlineSeconds', () => {
    const model = new PodModel(testPod({ activeDeadlineSeconds: 60 }))
    model.settle()
    expect(model.wakeAtMs()).toBe(startMs + 60_000)
    model.nowMs += 60_000
    expect(model.settle()).toEqual(['kill a 30', 'stop s0', 'release'])
    expect(model.pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' })
  })
})

describe('what goes wrong', () => {
  test('a dead sandbox is replaced, and its containers with it', () => {
    const model = new PodModel(testPod({ initContainers: [container('i')] }))
    model.settle()
    model.end('i', 0)
    model.settle()
    model.runtime.sandboxes[0]!.ready = false
    expect(model.settle()).toEqual(['kill a 30', 'stop s0', 'sandbox 1', 'start i/1'])
    model.end('i', 0)
    expect(model.settle()).toEqual(['start a/1'])
  })

  test('a container made but not started is made again under the same number', () => {
    const model = new PodModel(testPod({}))
    model.settle()
    model.runtime.containers[0]!.state = 'created'
    model.restartWorker()
    expect(model.settle()).toEqual(['volumes', 'remove a/0', 'start a/0'])
  })

  test.each(['liveness', 'startup'] as const)('a failed %s probe ends the container, which is restarted', (kind) => {
    const model = new PodModel(testPod({ containers: [container('a', { startupProbe: {} })] }))
    model.settle()
    model.memory.probes.set('c1', { startup: 'success', [kind]: 'failure', terminationGracePeriodSeconds: 3 })
    expect(model.settle()).toEqual(['kill a 3', 'start a/1'])
  })

  test('readiness alone changes the status, nothing else', () => {
    const model = new PodModel(testPod({ containers: [container('a', { readinessProbe: {} })] }))
    model.settle()
    model.memory.probes.set('c1', { readiness: 'failure' })
    expect(model.settle()).toEqual([])
    const ready = model.pod.status!.conditions!.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [a]',
    })
  })
})

/** The worker ends between any two actions; whatever it was doing, the pod comes to the same end. */
test.each(Array.from({ length: 200 }, (_, seed) => seed))('a worker that ends anywhere, seed %d', (seed) => {
  let state = seed * 2654435761 + 1
  const random = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const model = new PodModel(
    testPod({
      initContainers: [sidecar('s'), container('i')],
      containers: [container('a'), container('b')],
      restartPolicy: ['Always', 'OnFailure'][random(2)]!,
    }),
  )
  for (let round = 0; round < 60; round++) {
    model.step(random(3))
    if (random(3) === 0) model.restartWorker()
    const running = model.runtime.containers.filter((c) => c.state === 'running')
    const victim = running[random(running.length)]
    if (victim && (victim.name === 'i' || random(4) === 0)) model.end(victim.name, victim.name === 'i' ? random(2) : 1)
    if (random(20) === 0 && model.runtime.sandboxes[0]) model.runtime.sandboxes[0].ready = false
    model.nowMs += random(30_000)
  }
  for (let i = 0; i < 20; i++) {
    model.nowMs += 400_000
    model.settle()
    if (model.runtime.containers.some((c) => c.name === 'i' && c.state === 'running')) model.end('i', 0)
  }
  const running = model.runtime.containers.filter((c) => c.state === 'running').map(({ name }) => name)
  expect(running.sort()).toEqual(['a', 'b', 's'])
  model.pod.metadata!.deletionTimestamp = new Date(model.nowMs).toISOString()
  model.pod.metadata!.deletionGracePeriodSeconds = 0
  while (!model.forgotten) {
    model.step(1 + random(2))
    if (random(2) === 0) model.restartWorker()
  }
  expect(model.runtime).toEqual({ sandboxes: [], containers: [] })
})

test('an evicted pod ends with little grace, says why, and is not started again', () => {
  const model = new PodModel(testPod({}))
  model.settle()
  model.memory.eviction = 'too much'
  expect(model.settle()).toEqual(['kill a 1', 'stop s0', 'release'])
  expect(model.pod.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'too much' })
})
