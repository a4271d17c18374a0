/** The quick start after the build: the main job on this machine, in a network namespace of its own. */
import { parseArgs } from 'node:util'
import { Lab } from '../../test/lab/lab.ts'
import { thinPath } from '../../test/lab/thin-path.ts'

const name = 'quickstart'
const { values } = parseArgs({ options: { stop: { type: 'boolean', default: false } } })

if (values.stop) {
  await Lab.removeLeft(name)
  console.log('the quick start is gone: containers, network, files')
} else {
  await show()
}
// The agent is a child of ours that stays.
process.exit(0)

async function show(): Promise<void> {
  await Lab.removeLeft(name)
  const lab = await Lab.open(name)
  const server = await lab.server('server-1')
  const begin = performance.now()
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s`
  console.log(`${seconds()}  start skein on ${server.host.name}`)
  await server.start()
  await server.ready()
  await server.writeKubeconfig()
  console.log(`${seconds()}  ready`)
  for (const step of thinPath) {
    console.log(`${seconds()}  ${step.title}`)
    const seen = await step.run(server)
    console.log(seen.replace(/^/gm, '           | '))
  }
  const inside = `nsenter --net=/run/netns/${server.host.name}`
  console.log(`${seconds()}  done; the cluster goes on running. To look around:\n`)
  console.log(`  export KUBECONFIG=${server.kubeconfig}`)
  console.log(`  ${inside} kubectl get pods -A -o wide`)
  console.log('\nTo end it: scripts/quickstart --stop')
}
