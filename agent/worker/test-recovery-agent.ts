/** For recovery.test.ts: an agent with a durable store and a worker, told by lines of JSON what to do; made to be killed. */
import { join } from 'node:path'
import { startLocalApi } from '../../api/client/local-api.ts'
import { namespaces, pods } from '../../api/schema/generated/resources.ts'
import type { Pod } from '../../api/schema/generated/types/core-v1.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { openLoneVoter, testVoter } from '../../mesh/log/lone-voter.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { openPayload } from '../payload/payload.ts'
import { testLogger, testWorkerOptions } from './test-node.ts'
import { startWorker } from './worker.ts'

export type Command =
  | { do: 'create'; pod: Pod }
  | { do: 'delete'; name: string; graceSeconds: number }
  | { do: 'exec'; name: string }
  /** Reads the log, and goes on to. */
  | { do: 'follow'; name: string }
  | { do: 'list' }
  | { do: 'import'; file: string }

if (import.meta.main) {
  const directory = process.argv[2]!
  const log = testLogger()
  const shared = { clock: systemClock, logger: log }
  const operations = await openLoneVoter({
    directory: join(directory, 'operations'),
    ...testVoter,
    ...shared,
  })
  const store = await ReplicatedStore.open({ log: operations, viewFile: join(directory, 'view.sqlite'), ...shared })
  const api = await startLocalApi({ store, clock: systemClock, log, peer: 'worker-1' })
  const client = api.client('system:masters')
  for (const name of ['default', 'kube-node-lease']) {
    await client
      .resource(namespaces)
      .create({ metadata: { name } })
      .catch(() => {})
  }
  const payload = await openPayload({ directory: join(directory, 'payload'), log })
  const worker = await startWorker({ ...testWorkerOptions(directory, payload, log), client })
  const resource = client.resource(pods, 'default')
  const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
  answer({ ready: true, containerd: worker.status().runtimePid })
  const execute = async (command: Command): Promise<unknown> => {
    if (command.do === 'create') return (await resource.create(command.pod)).metadata?.uid
    if (command.do === 'delete') return resource.delete(command.name, { gracePeriodSeconds: command.graceSeconds })
    if (command.do === 'import') return worker.importImages(command.file)
    if (command.do === 'list') return (await resource.list()).items
    const pod = await resource.get(command.name)
    const { name, namespace, uid } = pod.metadata!
    const ref = { name: name!, namespace: namespace!, uid: uid!, nodeName: 'worker-1' }
    if (command.do === 'follow') {
      const log = { container: 'main', follow: true, previous: false, timestamps: false }
      const reader = (await worker.podStreams.logs(ref, log)).getReader()
      const first = await reader.read()
      void (async () => {
        while (!(await reader.read()).done);
      })().catch(() => {})
      return !first.done
    }
    const streams = { stdin: false, stdout: true, stderr: true, tty: false }
    const session = await worker.podStreams.exec(ref, { container: 'main', command: ['sleep', '60'], ...streams })
    return session.stdout !== undefined
  }
  for await (const line of console) {
    void execute(JSON.parse(line) as Command)
      .then((result) => answer({ result: result ?? null }))
      .catch((error: unknown) => answer({ error: String(error) }))
  }
}
