import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Client, isReason } from '../../api/client/client.ts'
import type { Informer } from '../../api/client/informer.ts'
import { createInformer } from '../../api/client/reflector.ts'
import { pods, services, storageclasses } from '../../api/schema/generated/resources.ts'
import type { ContainerImage, Pod, Service } from '../../api/schema/generated/types/core-v1.ts'
import type { PodStreams } from '../../api/server/pod-streams.ts'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { Payload } from '../payload/payload.ts'
import { EventRecorder } from './event-recorder.ts'
import { ImageCollector } from './image/image-collector.ts'
import { Images, type PullStatus } from './image/images.ts'
import { readMachine } from './node/machine.ts'
import { allocatableOf, nodeImages, type Readiness } from './node/node-object.ts'
import { NodeRegistration } from './node/registration.ts'
import type { WorkerParts } from './parts.ts'
import { type ClusterDns, parseResolvConf } from './pod/dns.ts'
import { PodSet } from './pod/pod-set.ts'
import { cpuAndMemory } from './pod/resources.ts'
import { Prober } from './probe/prober.ts'
import { PodCgroups } from './runtime/cgroup.ts'
import { type RuntimeConnection, runtimeMessage } from './runtime/connection.ts'
import { RuntimeEvents } from './runtime/event-stream.ts'
import { readHostFacts } from './runtime/host.ts'
import { loadPauseImage, type OpenRuntime, openRuntime, stateDirectoryOf } from './runtime/open-runtime.ts'
import { StrayShims } from './runtime/stray-shims.ts'
import { Semaphore } from './semaphore.ts'
import { resourceMetrics, statsSummary } from './stats/summary.ts'
import { readNodeUsage, readPodUsage } from './stats/usage.ts'
import { endLeftCommands } from './stream/exec.ts'
import { LogRotation } from './stream/log-rotation.ts'
import { localPodStreams } from './stream/pod-streams.ts'
import { EmptyDirLimits } from './volume/empty-dir-limits.ts'
import { LocalPathProvisioner, localPathClass } from './volume/local-path.ts'
import { PodVolumes } from './volume/pod-volumes.ts'
import { ServiceAccountTokens } from './volume/service-account-token.ts'
import { SourceWatch, usesObject, type VolumeSourceHandler } from './volume/source-watch.ts'

export interface WorkerOptions {
  /** Acts as this node, e.g. user `system:node:NAME`. */
  client: Client
  nodeName: string
  /** Kept over reboots: images, volumes, container logs. */
  dataDirectory: string
  /** Sockets and the state of running containers; must be empty after a reboot. Default /run/skein-HASH. */
  stateDirectory?: string
  /** The runtime inside the executable; not needed with `runtimeEndpoint`. */
  payload?: Payload
  /** Socket of a CRI runtime that is there already, with or without `unix://`. */
  runtimeEndpoint?: string
  /** Folder with the CNI configuration, written by agent/network before pods are started. */
  cniConfiguration: string
  clusterDns: ClusterDns
  /** Pod addresses of this node, e.g. 10.42.3.0/24. */
  podCidr: string
  /** The node's InternalIP, which pods see as status.hostIP. */
  nodeAddress: string
  externalAddresses?: () => readonly string[]
  /** Image archives loaded at start (air-gapped sites). */
  imageDirectory?: string
  /** Above `kubepods`; '' unless several nodes run on one machine. */
  cgroupRoot?: string
  clock: Clock
  /** How far the machine's clock is ahead of cluster time; undefined where it is not known. */
  clockSkewMs?: () => number | undefined
  /** See NodeRegistration: called every few seconds while this worker works. */
  live?: () => void
  log: Logger
}

export interface Worker {
  /** For the pods of this node. */
  podStreams: PodStreams
  /** Loads an OCI or docker archive; resolves to the names of its images. Rejects with ArchiveError. */
  importImages(file: string): Promise<string[]>
  /** What `skein status` says of it. */
  status(): WorkerStatus
  /** Image pulls under way, for `skein status`. */
  pulls(): Promise<PullStatus[]>
  /** Ends the worker; containers, and the runtime, run on. */
  stop(): Promise<void>
  /** Also ends the runtime inside the executable; containers still run on. For uninstalling and tests. */
  terminateRuntime(): Promise<void>
}

export interface WorkerStatus {
  pods: number
  runningContainers: number
  runtime: 'embedded' | 'external'
  runtimePid?: number
}

const parallelCreations = 6

/** Brings the pods of this node to life. Resolves once the runtime answers and the node is registered. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { client, clock, log, nodeName } = options
  const dataDirectory = resolve(options.dataDirectory)
  const stateDirectory = options.stateDirectory ?? stateDirectoryOf(dataDirectory)
  for (const directory of [dataDirectory, stateDirectory]) mkdirSync(directory, { recursive: true, mode: 0o700 })
  const facts = readHostFacts(dataDirectory)
  const runtime = await openRuntime(options, dataDirectory, stateDirectory, facts)
  const { connection } = runtime
  const [version] = await Promise.all([
    connection.runtime.version({}, { timeoutMs: 15_000 }),
    offerLocalPath(client, log),
  ])
  // Beside the rest: a pod that comes before it is there makes the runtime fetch it from us by itself.
  const pauseLoaded = loadPauseImage(runtime)
  const machine = readMachine({
    ...{ dataDirectory, nodeName, nodeAddress: options.nodeAddress },
    externalAddresses: options.externalAddresses ?? (() => []),
    runtimeVersion: `${version.runtimeName}://${version.runtimeVersion.replace(/~.*$/, '')}`,
  })
  const allocatable = allocatableOf(machine)
  const serviceInformer = createInformer(client, services, { log })
  const podInformer = createInformer(client, pods, { log, fieldSelector: `spec.nodeName=${nodeName}` })
  const images = new Images(connection, runtime.registry, clock, log)
  const parts: WorkerParts = {
    ...{ client, connection, clock, log, nodeName, images },
    cgroups: new PodCgroups(facts, options.cgroupRoot ?? '', log),
    cgroupVersion: facts.cgroupVersion,
    volumes: new PodVolumes({
      directory: join(dataDirectory, 'pods'),
      client,
      tokens: new ServiceAccountTokens(client, clock),
    }),
    events: new EventRecorder(client, nodeName, clock, log),
    prober: new Prober(connection),
    hostIPs: [options.nodeAddress],
    dns: options.clusterDns,
    hostDns: () => parseResolvConf(readHostResolvConf()),
    logDirectory: join(dataDirectory, 'logs'),
    memoryCapacityBytes: machine.memoryBytes,
    allocatable: () => allocatable,
    services: () => serviceInformer.list(),
    creation: new Semaphore(parallelCreations),
  }
  const registration = new NodeRegistration({
    ...{ client, nodeName, clock, log, facts: machine, podCidr: options.podCidr, clockSkewMs: options.clockSkewMs },
    live: options.live,
    readiness: () => readiness(connection),
    images: () => listImages(images),
  })
  const [worker] = await Promise.all([
    loadImages(images, options.imageDirectory, log).then(() =>
      run({ options, parts, runtime, registration, podInformer, serviceInformer, stateDirectory }),
    ),
    pauseLoaded,
  ])
  return worker
}

/** The classes' shares follow the pods that there are. */
function keepWeighed({ cgroups, allocatable, log }: WorkerParts, podSet: PodSet): void {
  const { cpu, memory } = allocatable()
  const all = cpuAndMemory({ requests: { cpu: cpu! }, limits: { memory: memory! } })
  let done = Promise.resolve()
  const weigh = () => {
    const weighing = () =>
      cgroups.weigh(
        podSet.all().map(({ pod }) => pod),
        all,
      )
    done = done
      .then(weighing)
      .catch((error: unknown) => log.warn('classes of pods not weighed', { error: String(error) }))
  }
  podSet.onChange(weigh)
  weigh()
}

const registrationPatienceMs = 10_000

interface RunningParts {
  options: WorkerOptions
  parts: WorkerParts
  runtime: OpenRuntime
  registration: NodeRegistration
  podInformer: Informer<Pod>
  serviceInformer: Informer<Service>
  stateDirectory: string
}

/** Runs beside the pods from start to stop. */
interface Companion {
  start(): void
  stop(): Promise<void>
}

function companions({ options, parts, runtime, stateDirectory }: RunningParts, podSet: PodSet): Companion[] {
  const { client, clock, dataDirectory, log, nodeName } = options
  const { connection } = runtime
  const volumeSourceChanged: VolumeSourceHandler = (kind, namespace, name) => {
    for (const actor of podSet.all()) if (usesObject(actor.pod, kind, namespace, name)) actor.refreshVolumes()
  }
  const events = new RuntimeEvents(connection, (uid) => podSet.wake(uid), log)
  runtime.containerd?.onRestart(() => {
    events.resubscribe()
    for (const actor of podSet.all()) actor.wake()
  })
  void endLeftCommands(connection, stateDirectory).catch((error: unknown) => {
    log.warn('left commands not ended', { error: runtimeMessage(error) })
  })
  return [
    events,
    new SourceWatch(client, volumeSourceChanged, log),
    new LogRotation(connection, podSet, log),
    new EmptyDirLimits(podSet, parts.volumes, log),
    new ImageCollector(connection, dataDirectory, clock, log),
    new LocalPathProvisioner(client, nodeName, join(resolve(dataDirectory), 'storage'), log),
    ...(runtime.containerd ? [new StrayShims(connection, log)] : []),
    { start() {}, stop: async () => parts.prober.stopAll() },
  ]
}

async function run(running: RunningParts): Promise<Worker> {
  const { options, parts, runtime, registration, podInformer, serviceInformer, stateDirectory } = running
  const { connection } = runtime
  const podSet = new PodSet(parts, podInformer)
  const beside = companions(running, podSet)
  keepWeighed(parts, podSet)
  for (const companion of beside) companion.start()
  await serviceInformer.synced()
  await podSet.start()
  // A node that is cut off serves its pods all the same.
  await Promise.race([registration.start(), Bun.sleep(registrationPatienceMs)])
  const containers = () => podSet.all().flatMap((actor) => actor.runtime.containers)
  const usage = () =>
    Promise.all([
      readNodeUsage(options.dataDirectory, options.clock.nowMs()),
      readPodUsage(connection, (id) => containers().find((container) => container.id === id)?.startedAtMs ?? 0),
    ])
  const stop = async (terminateRuntime: boolean) => {
    podInformer.stop()
    serviceInformer.stop()
    await Promise.all([podSet.stop(), registration.stop(), ...beside.map((companion) => companion.stop())])
    await parts.events.flushed()
    await runtime.close(terminateRuntime)
  }
  return {
    podStreams: {
      ...localPodStreams(connection, podSet, { stateDirectory, clock: options.clock }),
      async nodePage(_, path) {
        const isSummary = path === 'stats/summary'
        const used = await usage()
        return new Blob([
          isSummary ? JSON.stringify(statsSummary(options.nodeName, ...used)) : resourceMetrics(...used),
        ]).stream()
      },
    },
    importImages: (file) => parts.images.importArchive(file),
    status: () => ({
      pods: podSet.all().length,
      runningContainers: containers().filter(({ state }) => state === 'running').length,
      runtime: runtime.containerd ? 'embedded' : 'external',
      runtimePid: runtime.containerd?.pid,
    }),
    pulls: () => parts.images.pulls(),
    stop: () => stop(false),
    terminateRuntime: () => stop(true),
  }
}

async function readiness({ runtime }: RuntimeConnection): Promise<Readiness> {
  try {
    const { status } = await runtime.status({}, { timeoutMs: 10_000 })
    const failed = status?.conditions.filter((condition) => !condition.status) ?? []
    if (failed.length === 0) return { ready: true }
    const texts = failed.map(({ type, reason, message }) => `${type}=false reason:${reason} message:${message}`)
    return { ready: false, message: `container runtime is not ready: ${texts.join(', ')}` }
  } catch (error) {
    return { ready: false, message: `container runtime does not answer: ${runtimeMessage(error)}` }
  }
}

async function listImages(images: Images): Promise<ContainerImage[]> {
  try {
    return nodeImages(await images.list())
  } catch {
    return []
  }
}

/** Claims that name no class must find one; a class of this name that was changed stays as it is. */
async function offerLocalPath(client: Client, log: Logger): Promise<void> {
  try {
    await client.resource(storageclasses).create(localPathClass)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) log.warn('storage class not offered', { error: String(error) })
  }
}

/** A damaged archive must not keep the node from starting. */
async function loadImages(images: Images, folder: string | undefined, log: Logger): Promise<void> {
  if (!folder || !existsSync(folder)) return
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.tar')) continue
    try {
      await images.importArchive(join(folder, name))
    } catch (error) {
      log.error('image archive not loaded', { file: join(folder, name), error: runtimeMessage(error) })
    }
  }
}

function readHostResolvConf(): string {
  // Behind systemd-resolved the usual file names a stub on loopback, which pods cannot reach.
  const files = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf']
  const file = files.find((candidate) => existsSync(candidate))
  return file ? readFileSync(file, 'utf8') : ''
}
