import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import { readRuntime } from '../lab/runtime-view.ts'
import type { Server } from '../lab/server.ts'
import { images, manifests } from '../lab/thin-path.ts'
import { until, untilEqual } from '../lab/until.ts'

const rounds = 20
let lab: Lab
let server: Server

beforeAll(async () => {
  lab = await Lab.forTest('killed')
  server = await lab.server('server-1')
  await server.start()
  await server.ready()
  await server.writeKubeconfig()
}, 120_000)

afterAll(async () => {
  await lab.close()
}, 60_000)

/** Creates numbered objects until told to end; gives the names of those that were acknowledged. */
function startWriter(): { end(): Promise<string[]> } {
  let isEnding = false
  const work = async () => {
    const acknowledged: string[] = []
    for (let number = 0; !isEnding; number++) {
      const name = `written-${number}`
      const args = ['create', 'configmap', name, `--from-literal=number=${number}`]
      const created = await server.host.run(['kubectl', '--kubeconfig', server.kubeconfig, ...args])
      if (created.exitCode === 0) acknowledged.push(name)
    }
    return acknowledged
  }
  const done = work()
  return {
    end() {
      isEnding = true
      return done
    },
  }
}

/** What people do to a Deployment, one after the other; a command that meets a dead agent is said again later by the end. */
const changes = [
  ['scale', 'deployment/web', '--replicas=4'],
  ['set', 'image', 'deployment/web', `nginx=${images.second}`],
  ['scale', 'deployment/web', '--replicas=1'],
  ['set', 'image', 'deployment/web', `nginx=${images.first}`],
]

test(`kill -9 of the agent ${rounds} times: nothing acknowledged is lost, no container doubled or left over`, async () => {
  await server.kubectl(['apply', '-f', '-'], { stdin: manifests })
  const writer = startWriter()
  for (let round = 0; round < rounds; round++) {
    const change = changes[round % changes.length]!
    const changing = server.host.run(['kubectl', '--kubeconfig', server.kubeconfig, ...change])
    // From at once to well after the change: each round meets the work at another place.
    await Bun.sleep((round * 137) % 900)
    await server.end('SIGKILL')
    await changing
    await server.start()
    // Some rounds kill it while it starts, which is when what was left is put in order.
    if (round % 3 !== 0) await server.ready()
  }
  await server.ready()
  const acknowledged = await writer.end()

  await server.kubectl(['set', 'image', 'deployment/web', `nginx=${images.second}`])
  await server.kubectl(['scale', 'deployment/web', '--replicas=3'])
  await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
  const names = (await server.kubectl(['get', 'configmaps', '-o', 'name'])).split('\n')
  const present = new Set(names.map((name) => name.replace('configmap/', '')))
  expect(acknowledged.length).toBeGreaterThan(20)
  expect(acknowledged.filter((name) => !present.has(name))).toEqual([])

  const pods = await settledPods()
  const expected = { readySandboxes: pods, otherSandboxes: 0, runningContainers: pods, addresses: pods.length }
  // It tears down a little after the API shows a pod gone.
  await untilEqual('the runtime', () => readRuntime(server), expected)
}, 240_000)

/** Names of the pods once the terminating ones are gone. */
async function settledPods(): Promise<string[]> {
  const jsonpath = 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'
  let names: string[] = []
  await until('four pods', async () => {
    names = (await server.kubectl(['get', 'pods', '-o', jsonpath])).trim().split('\n').sort()
    return names.length === 4
  })
  return names
}
