import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Pod } from '../../api/schema/generated/types/core-v1.ts'
import { makeImages } from '../../test/fixtures/images/make.ts'
import { until } from '../../test/lab/until.ts'
import { connectRuntime, containerdHeaders, type RuntimeConnection, runtimeMessage } from './runtime/connection.ts'
import { ContainerState, PodSandboxState } from './runtime/generated/cri/api_pb.ts'
import { shimsOf } from './runtime/stray-shims.ts'
import {
  insideNamespace,
  prepareNamespace,
  removeFiles,
  removeNode,
  runInNamespace,
  stateDirectoryOf,
} from './test-node.ts'
import type { Command } from './test-recovery-agent.ts'

/** An agent process that can be killed and started again. */
class KillableAgent {
  readonly #directory: string
  #child!: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  #lines!: AsyncIterator<string>
  containerd = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  async start(): Promise<void> {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, 'test-recovery-agent.ts'), this.#directory], {
      ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
    })
    this.#lines = linesOf(this.#child.stdout)
    const { containerd } = (await this.#answer()) as { containerd: number }
    this.containerd = containerd
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('the agent has ended')
    return JSON.parse(value)
  }

  tell(command: Command): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
    this.#child.stdin.flush()
  }

  async ask<T>(command: Command): Promise<T> {
    this.tell(command)
    const { result, error } = (await this.#answer()) as { result: T; error?: string }
    if (error) throw new Error(error)
    return result
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = ''
  for await (const text of stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

const busyboxPod = (name: string, command: string[]): Pod => ({
  metadata: { name },
  spec: {
    nodeName: 'worker-1',
    terminationGracePeriodSeconds: 1,
    volumes: [
      { name: 'scratch', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ],
    containers: ['main', 'second'].map((container) => ({
      name: container,
      image: 'skein.local/busybox:1',
      imagePullPolicy: 'IfNotPresent',
      command,
      volumeMounts: [
        { name: 'scratch', mountPath: '/scratch', subPath: container },
        { name: 'memory', mountPath: '/memory' },
      ],
    })),
  },
})

if (!insideNamespace) {
  test(
    'pods live through the end of agent and runtime',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 480_000 },
  )
} else {
  describe('recovery', () => {
    const directory = mkdtempSync('/tmp/skein-worker-recovery-')
    const agent = new KillableAgent(directory)
    let connection: RuntimeConnection
    const rounds = Number(process.env.SKEIN_TEST_ROUNDS ?? 8)

    /** Shims, and what they run. */
    const processesOf = (place: string) => {
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
      const read = (pid: string, file: string) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'utf8')
        } catch {
          return ''
        }
      }
      const name = basename(place)
      const isOurs = (pid: string) =>
        read(pid, 'cgroup').includes(`/${name}/`) ||
        (read(pid, 'cmdline').includes('shim') && read(pid, 'cmdline').includes(name))
      return pids.filter(isOurs).map(Number)
    }

    // Killing one ends others of its pod, hence no complaint about those.
    const endProcesses = () => {
      for (const pid of processesOf(directory)) Bun.spawnSync(['kill', '-9', String(pid)])
    }

    beforeAll(async () => {
      prepareNamespace()
      await agent.start()
      for (const file of makeImages(['busybox'])) await agent.ask({ do: 'import', file })
      connection = connectRuntime(join(stateDirectoryOf(directory), 'containerd.sock'))
    })

    afterAll(async () => {
      await agent.kill()
      connection.close()
      process.kill(agent.containerd, 'SIGKILL')
      endProcesses()
      await until('all processes have ended', async () => processesOf(directory).length === 0)
      removeNode(directory)
    })

    const running = async () => {
      const { containers } = await connection.runtime.listContainers({})
      return containers.filter(({ state }) => state === ContainerState.CONTAINER_RUNNING)
    }
    const readySandboxes = async () => {
      const { items } = await connection.runtime.listPodSandbox({})
      return items.filter(({ state }) => state === PodSandboxState.SANDBOX_READY)
    }
    const forever = ['sh', '-c', 'trap exit TERM; while true; do echo; sleep 0.1; done']

    test('containerd killed: containers run on, and new pods begin', async () => {
      await agent.ask({ do: 'create', pod: busyboxPod('stays', forever) })
      await until('first pod runs', async () => (await running()).length === 2)
      const before = (await running()).map(({ id }) => id).sort()
      process.kill(agent.containerd, 'SIGKILL')
      await agent.ask({ do: 'create', pod: busyboxPod('later', forever) })
      await until('second pod runs', async () => {
        try {
          return (await running()).length === 4
        } catch {
          return false
        }
      })
      expect((await running()).map(({ id }) => id)).toEqual(expect.arrayContaining(before))
      await agent.kill()
      await agent.start()
    })

    test('a reboot: pods start again in new sandboxes, and no address stays taken', async () => {
      await until('two pods run', async () => (await running()).length === 4)
      await agent.kill()
      process.kill(agent.containerd, 'SIGKILL')
      endProcesses()
      await Bun.sleep(300)
      removeFiles(stateDirectoryOf(directory))
      await agent.start()
      connection.close()
      connection = connectRuntime(join(stateDirectoryOf(directory), 'containerd.sock'))
      await until('both run again', async () => (await running()).length === 4)
      const restarted = (await running()).map(({ metadata }) => metadata!.attempt)
      expect(restarted).toEqual([1, 1, 1, 1])
      const addresses = readdirSync(join(directory, 'cni-state/skein')).filter(
        (name) => /^\d/.test(name) && !name.startsWith('last'),
      )
      expect(addresses.length).toBe(2)
    })

    test('a container of which the runtime kept only the task does not keep its pod', async () => {
      await agent.kill()
      const containerId = await leaveTask()
      const removal = connection.runtime.removeContainer({ containerId })
      expect(await removal.catch(runtimeMessage)).toContain('cannot delete running task')
      await agent.start()
      await agent.ask({ do: 'delete', name: 'later', graceSeconds: 0 })
      const sandboxes = async () => (await connection.runtime.listPodSandbox({})).items
      await until(
        'its pod is gone',
        async () => !(await sandboxes()).some(({ metadata }) => metadata!.name === 'later'),
      )
    })

    /** What containerd leaves of a start that is broken off before it knew the task's pid; returns the container's id. */
    const leaveTask = async (): Promise<string> => {
      const sandbox = (await readySandboxes()).find(({ metadata }) => metadata!.name === 'later')!
      const { id: podSandboxId, metadata, labels } = sandbox
      const image = { image: 'skein.local/busybox:1' }
      const config = { metadata: { name: 'left', attempt: 0 }, image, labels, command: ['sleep', '60'], linux: {} }
      const { containerId } = await connection.runtime.createContainer({
        ...{ podSandboxId, config, sandboxConfig: { metadata, linux: {} } },
      })
      // A task wants a root file system; that of a container of the same image serves.
      const other = (await running())[0]!
      const source = join(
        stateDirectoryOf(directory),
        'containerd/io.containerd.runtime.v2.task/k8s.io',
        other.id,
        'rootfs',
      )
      const rootfs = [{ type: 'bind', source, options: ['rbind', 'rw'] }]
      await connection.tasks.create({ containerId, rootfs }, { headers: containerdHeaders })
      return containerId
    }

    test('agent killed many times while pods come and go: none lost, none doubled, none left over', async () => {
      let seed = 12345
      const random = (limit: number) => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        return Math.floor((seed / 2 ** 32) * limit)
      }
      for (let round = 0; round < rounds; round++) {
        agent.tell({ do: 'create', pod: busyboxPod(`p${round}`, round % 4 === 3 ? ['false'] : forever) })
        if (round >= 3) agent.tell({ do: 'delete', name: `p${round - 3}`, graceSeconds: random(2) })
        if (round % 3 === 0) agent.tell({ do: 'exec', name: 'stays' })
        if (round % 3 === 1) agent.tell({ do: 'follow', name: 'stays' })
        await Bun.sleep(random(700))
        await agent.kill()
        await agent.start()
      }
      const pods = await agent.ask<Pod[]>({ do: 'list' })
      const wanted = pods.filter(({ metadata }) => !metadata?.deletionTimestamp).map(({ metadata }) => metadata!.uid!)
      await until('all wanted pods have one sandbox, and no other has', async () => {
        const uids = (await readySandboxes()).map(({ metadata }) => metadata!.uid)
        return uids.sort().join() === wanted.sort().join()
      })
      await until('every container that should run does, once', async () => {
        const names = (await running()).map(
          ({ labels, metadata }) => `${labels['io.kubernetes.pod.name']}/${metadata!.name}`,
        )
        if (new Set(names).size !== names.length) throw new Error(`doubled: ${names.join(' ')}`)
        const steady = pods.filter(
          ({ metadata, spec }) => wanted.includes(metadata!.uid!) && spec!.containers[0]!.command![0] === 'sh',
        )
        return names.length === steady.length * 2
      })
      for (const { metadata } of pods) agent.tell({ do: 'delete', name: metadata!.name!, graceSeconds: 0 })
      await until('everything is gone', async () => (await connection.runtime.listPodSandbox({})).items.length === 0)
      await until('no shim is left', async () => shimsOf(connection.socketPath).size === 0)
      // What a forgotten shim kept busy is found again once a minute.
      await until('volumes and cgroups are gone', async () => traces().length === 0, 90_000).catch(() => {
        expect(traces()).toEqual([])
      })
    }, 300_000)

    const traces = () => {
      const root = `/sys/fs/cgroup/memory/${basename(directory)}/kubepods`
      const cgroups = readdirSync(join(root, 'besteffort')).filter((name) => name.startsWith('pod'))
      const mounts = readFileSync('/proc/self/mounts', 'utf8')
        .split('\n')
        .filter((line) => line.includes(`${directory}/worker/pods`))
      return [
        ...cgroups,
        ...mounts,
        ...readdirSync(join(directory, 'worker/pods')),
        ...readdirSync(join(directory, 'worker/logs')),
      ]
    }
  })
}
