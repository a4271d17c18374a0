import type { Server } from './server.ts'

/** The images that the sequence needs, made offline by test/fixtures/images. */
export const images = { first: 'skein.local/nginx:1', second: 'skein.local/nginx:2', tools: 'skein.local/busybox:1' }

/** A Deployment of nginx with two replicas, its Service, and a pod to ask it from. */
export const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: nginx
        image: ${images.first}
        ports: [{name: http, containerPort: 80}]
        readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
        resources: {requests: {cpu: 10m, memory: 16Mi}}
        volumeMounts:
        - {name: settings, mountPath: /etc/settings}
        - {name: scratch, mountPath: /scratch}
      volumes:
      - {name: settings, configMap: {name: settings}}
      - {name: scratch, emptyDir: {}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: green}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
---
apiVersion: v1
kind: Pod
metadata: {name: tools}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: tools
    image: ${images.tools}
    command: [sleep, '86400']
`

/** One step of what Skein is for; gives a line that says what was seen, or throws. */
export interface Step {
  title: string
  run(server: Server): Promise<string>
}

/**
 * The thin path: everything between `kubectl apply` and an answer from a container, on one server. The quick start shows
 * it and the test asserts it, so that they cannot part.
 */
export const thinPath: Step[] = [
  {
    title: 'apply a Deployment of nginx with two replicas, a Service, and a pod with tools',
    async run(server) {
      await server.kubectl(['apply', '-f', '-'], { stdin: manifests })
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
      await server.kubectl(['wait', '--for=condition=Ready', 'pod/tools', '--timeout=60s'])
      return (await server.kubectl(['get', 'deployment,pod,service', '-o', 'wide'])).trimEnd()
    },
  },
  {
    title: 'ask the Service by its name from another pod',
    run: async (server) => expectText(await askByName(server), 'nginx 1'),
  },
  {
    title: 'kubectl logs shows the request',
    async run(server) {
      const logs = await server.kubectl(['logs', '-l', 'app=web', '--tail=-1', '--prefix'])
      // The probes' lines are there too: the one we look for names the program that asked.
      return expectText(logs.split('\n').find((line) => line.includes('Wget')) ?? logs, 'GET / HTTP/1.1')
    },
  },
  {
    title: 'kubectl exec reads the ConfigMap volume and writes the emptyDir',
    async run(server) {
      const script = 'echo kept > /scratch/note && cat /etc/settings/colour /scratch/note'
      const text = await server.kubectl(['exec', 'deploy/web', '--', 'sh', '-c', script])
      return expectText(expectText(text.replace('\n', ' '), 'green'), 'kept').trim()
    },
  },
  {
    title: 'scale to four',
    async run(server) {
      await server.kubectl(['scale', 'deployment/web', '--replicas=4'])
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
      const ready = await server.kubectl(['get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'])
      if (ready !== '4') throw new Error(`4 replicas were asked for, ${ready} are ready`)
      return '4 of 4 replicas are ready'
    },
  },
  {
    title: 'roll to a new image',
    async run(server) {
      const old = (await server.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name'])).trim().split('\n')
      await server.kubectl(['set', 'image', 'deployment/web', `nginx=${images.second}`])
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
      // The roll-out is done while the last old pods still end.
      await server.kubectl(['wait', '--for=delete', '--timeout=60s', ...old])
      return expectText(await askByName(server), 'nginx 2')
    },
  },
  {
    title: 'kill -9 the agent: the pods go on serving; started again, it finds them as they are',
    async run(server) {
      const before = await containerIds(server)
      const address = await server.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
      await server.end('SIGKILL')
      const answer = await server.host.output(['curl', '--silent', '--max-time', '5', `http://${address}/`])
      await server.start()
      await server.ready()
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
      const after = await containerIds(server)
      if (after !== before) throw new Error(`containers before:\n${before}\nafter:\n${after}`)
      return `${expectText(answer, 'nginx 2')} (asked while the agent was down)`
    },
  },
  {
    title: 'orderly stop: the agent ends with 0, the pods go on; started again, all is there',
    async run(server) {
      const before = await containerIds(server)
      const exitCode = await server.end('SIGTERM')
      if (exitCode !== 0) throw new Error(`the agent ended with ${exitCode}\n${await server.logTail()}`)
      await server.start()
      await server.ready()
      const after = await containerIds(server)
      if (after !== before) throw new Error(`containers before:\n${before}\nafter:\n${after}`)
      return expectText(await askByName(server), 'nginx 2')
    },
  },
]

/**
 * Asks the Service by its name, in the pod with tools: through the cluster's DNS and the ClusterIP. Without wget's -T:
 * Debian 12's busybox-static 1.35 crashes on it.
 */
export function askByName(server: Server): Promise<string> {
  return server.kubectl(['exec', 'tools', '--', 'wget', '-q', '-O', '-', 'http://web.default.svc/'])
}

/** Name, container id and restart count of every pod's containers, as the API shows them. */
export async function containerIds(server: Server): Promise<string> {
  const each = '{.metadata.name} {range .status.containerStatuses[*]}{.containerID} {.restartCount}{end}'
  const text = await server.kubectl(['get', 'pods', '-o', `jsonpath={range .items[*]}${each}{"\\n"}{end}`])
  return text.trim().split('\n').sort().join('\n')
}

function expectText(text: string, part: string): string {
  if (text.includes(part)) return text.trim()
  throw new Error(`expected to find ${JSON.stringify(part)} in:\n${text}`)
}
