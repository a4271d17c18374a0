import type { Server } from './server.ts'
import { images } from './thin-path.ts'

const manifest = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: nginx, image: ${images.first}}
`

/** One web server a node, that stays there; returns when all run. */
export async function deployWebDaemon(through: Server): Promise<void> {
  await through.kubectl(['apply', '-f', '-'], { stdin: manifest })
  await through.kubectl(['rollout', 'status', 'daemonset/web', '--timeout=90s'])
}
