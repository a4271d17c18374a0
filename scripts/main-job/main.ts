/** The quick start after the build: the main job on this machine, each server a network namespace of its own. */
import { parseArgs } from 'node:util'
import { Lab } from '../../test/lab/lab.ts'
import { MainJob, mainJob } from '../../test/lab/main-job.ts'

const name = 'quickstart'
const { values } = parseArgs({ options: { stop: { type: 'boolean', default: false } } })

if (values.stop) {
  await Lab.removeLeft(name)
  console.log('the quick start is gone: containers, networks, files')
} else {
  await show()
}
// The agents are children of ours that stay.
process.exit(0)

async function show(): Promise<void> {
  await Lab.removeLeft(name)
  const job = new MainJob(await Lab.open(name))
  const begin = performance.now()
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s`
  console.log(`${seconds()}  make a rendezvous host, server 1 with a public address, servers 2 and 3 each behind a NAT`)
  await job.openHosts()
  for (const step of mainJob) {
    console.log(`${seconds()}  ${step.title}`)
    const seen = await step.run(job)
    console.log(seen.trimEnd().replace(/^/gm, '           | '))
  }
  await job.close()
  console.log(`${seconds()}  done; the cluster goes on running. To look around, on each server:\n`)
  for (const server of job.servers) {
    const inside = `nsenter --net=/run/netns/${server.host.name}`
    console.log(`  export KUBECONFIG=${server.kubeconfig}; ${inside} kubectl get pods -A -o wide`)
  }
  console.log('\nTo end it: scripts/quickstart --stop')
}
