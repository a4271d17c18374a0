/** A node for tests: an API over a store in memory, and a worker with real containers, in a network namespace of its own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Client } from '../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../api/client/local-api.ts'
import { namespaces, pods } from '../../api/schema/generated/resources.ts'
import type { Pod, PodSpec } from '../../api/schema/generated/types/core-v1.ts'
import { type Clock, systemClock } from '../../mesh/clock/clock.ts'
import type { LogFields, Logger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { makeImages } from '../../test/fixtures/images/make.ts'
import { until } from '../../test/lab/until.ts'
import { writeCniConfiguration } from '../network/pod-network/cni-configuration.ts'
import { embeddedPayload } from '../payload/embedded.ts'
import { openPayload, type Payload } from '../payload/payload.ts'
import { unmount } from './runtime/mount.ts'
import { startWorker, type Worker, type WorkerOptions } from './worker.ts'

export const insideNamespace = process.env.SKEIN_WORKER_NAMESPACE === '1'

/** Runs a test file again in namespaces of its own (network, mounts); they vanish with their last process. */
export async function runInNamespace(
  file: string,
  images: readonly string[] = testImages,
): Promise<{ exitCode: number; output: string }> {
  // What comes from Debian must be here before: the namespace has no way out.
  makeImages(images)
  if (!embeddedPayload()) run(process.execPath, join(import.meta.dir, '../../scripts/payload/main.ts'))
  const child = Bun.spawn(
    [
      'unshare',
      '--net',
      '--mount',
      '--propagation',
      'private',
      process.execPath,
      'test',
      '--timeout',
      '60000',
      ...(process.env.SKEIN_TEST_ONLY ? ['-t', process.env.SKEIN_TEST_ONLY] : []),
      file,
    ],
    { stdout: 'pipe', stderr: 'pipe', env: { ...process.env, SKEIN_WORKER_NAMESPACE: '1' } },
  )
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { exitCode: await child.exited, output: `${stdout}${stderr}` }
}

const testImages = ['busybox', 'nginx']
const nodeName = 'worker-1'
const podCidr = '10.142.7.0/24'

function run(...command: string[]): void {
  const result = Bun.spawnSync(command, { stdout: 'pipe', stderr: 'pipe' })
  if (result.exitCode !== 0) throw new Error(`${command.join(' ')}: ${result.stderr.toString()}`)
}

/** Warnings go to stderr, where a failing test shows them. */
export function testLogger(component = 'worker'): Logger {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      if (level === 'D' && !process.env.SKEIN_TEST_DEBUG) return
      console.error(`${level} ${component}: ${message} ${JSON.stringify(fields)}`)
    }
  return { debug: write('D'), info: write('D'), warn: write('W'), error: write('E'), child: testLogger }
}

export interface TestNodeOptions {
  /** Names of fixtures' images to import; default busybox and nginx. */
  images?: readonly string[]
  /** Of its files; made where it is not given. */
  directory?: string
  /** Socket of a runtime that is there already. */
  runtimeEndpoint?: string
  /** Of worker and API; default the machine's. */
  clock?: Clock
  /** Image archives that the worker loads at its start. */
  imageDirectory?: string
}

export function makeNodeDirectory(): string {
  return mkdtempSync('/tmp/skein-worker-test-')
}

export class TestNode {
  readonly directory: string
  readonly log = testLogger()
  api!: LocalApi
  client!: Client
  payload!: Payload
  worker!: Worker
  /** How long each part of the start took, in milliseconds. */
  readonly stages: Record<string, number> = {}
  #stageBeganMs = performance.now()

  readonly #options: TestNodeOptions
  readonly #clock: Clock

  private constructor(options: TestNodeOptions) {
    this.directory = options.directory ?? makeNodeDirectory()
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  static async start(options: TestNodeOptions = {}): Promise<TestNode> {
    const node = new TestNode(options)
    prepareNamespace()
    node.payload = await openPayload({ directory: join(node.directory, 'payload'), log: node.log })
    node.#endStage('payload')
    const clock = node.#clock
    const store = new MemoryStore({ clock })
    node.api = await startLocalApi({ store, clock, log: node.log, peer: nodeName })
    node.client = node.api.client('system:masters')
    for (const name of ['default', 'kube-system', 'kube-node-lease']) {
      try {
        await node.client.resource(namespaces).create({ metadata: { name } })
      } catch {
        // Made by the API itself.
      }
    }
    node.#endStage('API')
    await node.startWorker()
    node.#endStage('worker')
    const images = options.images ?? testImages
    for (const file of images.length > 0 ? makeImages(images) : []) await node.worker.importImages(file)
    node.#endStage('images')
    return node
  }

  #endStage(name: string): void {
    const nowMs = performance.now()
    this.stages[name] = nowMs - this.#stageBeganMs
    this.#stageBeganMs = nowMs
  }

  async startWorker(): Promise<void> {
    this.worker = await startWorker({
      ...testWorkerOptions(this.directory, this.payload, this.log),
      runtimeEndpoint: this.#options.runtimeEndpoint,
      imageDirectory: this.#options.imageDirectory,
      clock: this.#clock,
      client: this.api.client(`system:node:${nodeName}`),
    })
  }

  /** A pod bound to this node. */
  async createPod(name: string, spec: Partial<PodSpec>, metadata: Pod['metadata'] = {}): Promise<Pod> {
    return this.client.resource(pods, 'default').create({
      metadata: { name, ...metadata },
      spec: { nodeName, terminationGracePeriodSeconds: 5, containers: [], ...spec },
    })
  }

  /** Resolves with the pod once it satisfies the condition; fails with its last state. */
  async podWhen(name: string, condition: (pod: Pod) => boolean | undefined, timeoutMs = 30_000): Promise<Pod> {
    const signal = AbortSignal.timeout(timeoutMs)
    let last: Pod | undefined
    try {
      for await (const event of this.client
        .resource(pods, 'default')
        .watch({ fieldSelector: `metadata.name=${name}`, signal })) {
        if (event.type === 'BOOKMARK') continue
        last = event.object
        if (event.type !== 'DELETED' && condition(event.object)) return event.object
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    throw new Error(`pod ${name} did not become as expected: ${JSON.stringify(last?.status, undefined, 1)}`)
  }

  async podGone(name: string, timeoutMs = 30_000): Promise<void> {
    const selector = { fieldSelector: `metadata.name=${name}` }
    const isGone = async () => (await this.client.resource(pods, 'default').list(selector)).items.length === 0
    await until(`pod ${name} is gone`, isGone, timeoutMs)
  }

  ref(pod: Pod) {
    return { namespace: 'default', name: pod.metadata!.name!, uid: pod.metadata!.uid!, nodeName }
  }

  /** Runs a command in a container and returns what it printed. */
  async exec(
    pod: Pod,
    container: string,
    command: string[],
    input?: Uint8Array,
  ): Promise<{ exitCode: number; output: string }> {
    const session = await this.worker.podStreams.exec(this.ref(pod), {
      ...{ container, command, stdin: input !== undefined, stdout: true, stderr: true, tty: false },
    })
    const writer = session.stdin?.getWriter()
    const written = writer && input ? writer.write(input).then(() => writer.close()) : undefined
    const [stdout, stderr] = await Promise.all([
      new Response(session.stdout).text(),
      new Response(session.stderr).text(),
      written,
    ])
    const { exitCode } = await session.exit
    return { exitCode, output: stdout + stderr }
  }

  /** What a script prints in a container. */
  async inside(pod: Pod, script: string, container = 'main'): Promise<string> {
    return (await this.exec(pod, container, ['sh', '-c', script])).output.trim()
  }

  /** Runs a pod to its end. */
  async ended(name: string, spec: Partial<PodSpec>): Promise<Pod> {
    await this.createPod(name, { restartPolicy: 'Never', ...spec })
    return this.podWhen(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed')
  }

  async remove(name: string): Promise<void> {
    await this.client.resource(pods, 'default').delete(name, { gracePeriodSeconds: 0 })
    await this.podGone(name)
  }

  async logs(
    pod: Pod,
    container: string,
    options: { previous?: boolean; tailLines?: number; timestamps?: boolean } = {},
  ) {
    const stream = await this.worker.podStreams.logs(this.ref(pod), {
      ...{ container, follow: false, previous: false, timestamps: false, ...options },
    })
    return new Response(stream).text()
  }

  /** Ends everything that was started and removes every trace; tells what was left over. */
  async destroy(): Promise<void> {
    for (const pod of (await this.client.resource(pods, 'default').list()).items) {
      await this.client.resource(pods, 'default').delete(pod.metadata!.name!, { gracePeriodSeconds: 0 })
    }
    const left = await until('no pod is left', () => this.worker.status().pods === 0).then(
      () => 0,
      () => this.worker.status().pods,
    )
    await this.worker.terminateRuntime()
    await this.api.stop()
    removeNode(this.directory)
    if (left > 0) throw new Error(`${left} pods were not removed`)
  }
}

export function stateDirectoryOf(directory: string): string {
  return `/run/${basename(directory)}`
}

/** Of a node whose files are in `directory`; all but the client. */
export function testWorkerOptions(directory: string, payload: Payload, log: Logger): Omit<WorkerOptions, 'client'> {
  const cniConfiguration = join(directory, 'cni')
  const stateDirectory = join(directory, 'cni-state')
  writeCniConfiguration({ directory: cniConfiguration, stateDirectory, podCidr, mtu: 1500 })
  return {
    ...{ nodeName, podCidr, cniConfiguration, log, clock: systemClock, payload },
    dataDirectory: join(directory, 'worker'),
    stateDirectory: stateDirectoryOf(directory),
    clusterDns: { address: '10.43.0.10', domain: 'cluster.local' },
    nodeAddress: '10.44.0.7',
    cgroupRoot: `/${basename(directory)}`,
  }
}

export function prepareNamespace(): void {
  run('ip', 'link', 'set', 'lo', 'up')
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
}

/** Removes the files, mounts and cgroups of a node that runs no more. */
export function removeNode(directory: string): void {
  removeFiles(directory)
  removeFiles(stateDirectoryOf(directory))
  for (const controller of readdirSync('/sys/fs/cgroup')) {
    const path = join('/sys/fs/cgroup', controller, basename(directory))
    if (existsSync(path)) removeCgroups(path)
  }
}

function removeCgroups(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(join(path, entry.name))
  }
  rmdirSync(path)
}

/** A folder with whatever is mounted in it. */
export function removeFiles(directory: string): void {
  const targets = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((target) => target.startsWith(`${directory}/`))
  for (const target of targets.reverse()) unmount(target)
  rmSync(directory, { recursive: true, force: true })
}
