import { parse } from 'yaml'
import type { Node, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../api/schema/generated/types/policy-v1.ts'
import { keyFor, nameOf } from '../object/meta.ts'
import { Cluster } from './cluster.ts'
import { decide } from './decision.ts'
import { explainNoFit } from './explanation.ts'
import { podInfo } from './node-info.ts'
import { preempt } from './preemption.ts'
import type { StorageView } from './snapshot.ts'

/**
 * For tests: speaks with the scheduler's core. A block of commands, one a line, then `----`, then what it answers:
 *
 *     node NAME {yaml of options}     adds or changes a node: cpu, memory, pods, any resource; labels, taints, cordoned, images
 *     namespace NAME {labels}
 *     budget NAME {selector, allowed}
 *     pod NAME {options}              schedules a pod: cpu, memory ...; labels, priority, on (its node), spec (further fields)
 *     class NAME {...}, volume NAME {...}, claim NAME {...}: the object's own fields
 *     drivers NODE {driver: volumes}  how many volumes each driver attaches to the node
 *     delete NAME
 */
export function runScript(text: string): string {
  const session = new Session()
  const blocks = text.trimEnd().split(/\n\n+(?=[^\n]*\S)/)
  const answered = blocks.map((block) => {
    const input = block.split('\n----')[0]!
    const lines = input.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
    if (lines.length === 0) return input
    const answers = lines.flatMap((line) => session.run(line))
    return `${input}\n----${answers.map((answer) => `\n${answer}`).join('')}`
  })
  return `${answered.join('\n\n')}\n`
}

type Options = Record<string, unknown>

const notResources = new Set([
  'labels',
  'taints',
  'cordoned',
  'images',
  'priority',
  'on',
  'spec',
  'namespace',
  'port',
  'owner',
])

class Session {
  #namespaces = new Map<string, Record<string, string>>()
  #budgets: PodDisruptionBudget[] = []
  #pods = new Map<string, Pod>()
  #claims = new Map<string, Options>()
  #volumes = new Map<string, Options>()
  #classes = new Map<string, Options>()
  #drivers = new Map<string, Options>()
  #uid = 0
  #cluster = new Cluster({
    labelsOfNamespace: (name) => this.#namespaces.get(name) ?? {},
    budgets: () => this.#budgets,
    storage: {
      claim: (namespace, name) => this.#claims.get(keyFor(namespace, name)),
      volume: (name) => this.#volumes.get(name),
      volumes: () => [...this.#volumes.values()],
      storageClass: (name) => this.#classes.get(name),
      csiNode: (name) => this.#drivers.get(name),
    } as StorageView,
  })

  run(line: string): string[] {
    const [, command, name = '', rest = ''] = /^(\S+)\s+([^\s{]+)\s*(\{.*)?$/.exec(line) ?? []
    const options = (parse(rest) ?? {}) as Options
    switch (command) {
      case 'node':
        this.#cluster.setNode(nodeOf(name, options))
        return []
      case 'namespace':
        this.#namespaces.set(name, options as Record<string, string>)
        return []
      case 'budget':
        this.#budgets.push({
          metadata: { name },
          spec: { selector: { matchLabels: options.selector as Record<string, string> } },
          status: { disruptionsAllowed: options.allowed as number },
        })
        return []
      case 'class':
        this.#classes.set(name, { metadata: { name }, ...options })
        return []
      case 'drivers':
        this.#drivers.set(name, { spec: { drivers: driversOf(options) } })
        return []
      case 'volume':
        this.#volumes.set(name, { metadata: { name, labels: options.labels }, ...options })
        return []
      case 'claim':
        this.#claims.set(`default/${name}`, {
          metadata: { name, namespace: 'default', uid: `claim-${name}` },
          ...options,
        })
        return []
      case 'delete':
        this.#cluster.deletePod(this.#pods.get(name)!.metadata!.uid!)
        return []
      case 'pod':
        return [this.#pod(name, options)]
      default:
        throw new Error(`no such command: ${line}`)
    }
  }

  #pod(name: string, options: Options): string {
    const pod = podOf(name, options, `uid-${this.#uid++}`)
    this.#pods.set(name, pod)
    if (options.on) {
      this.#cluster.setPod({ ...pod, spec: { ...pod.spec!, nodeName: options.on as string } })
      return `${name} is on ${options.on}`
    }
    const info = podInfo(pod)
    const decision = decide(info, this.#cluster, { random: () => 0 })
    if (decision.kind === 'node') {
      this.#cluster.assume(pod, decision.node)
      return `${name} -> ${decision.node}`
    }
    const found = preempt(info, this.#cluster, decision.rejections)
    const afterwards = found.kind === 'none' ? found.explanation : undefined
    const why = explainNoFit(this.#cluster.nodes.length, decision.rejections, decision.refusal, afterwards)
    if (found.kind === 'none') return `${name}: ${why}`
    this.#cluster.nominate(pod, found.node)
    const victims = found.victims.map(({ pod: victim }) => nameOf(victim)).join(' ')
    return `${name}: ${why}\n${name} preempts ${victims} on ${found.node}`
  }
}

function driversOf(options: Options) {
  return Object.entries(options).map(([name, count]) => ({ name, nodeID: name, allocatable: { count } }))
}

function quantities(options: Options): Record<string, string> {
  const entries = Object.entries(options).filter(([key]) => !notResources.has(key))
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
}

function nodeOf(name: string, options: Options): Node {
  const labels = options.labels as Record<string, string> | undefined
  const taints = ((options.taints as string[]) ?? []).map((text) => {
    const [, key = '', value, effect = ''] = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(text) ?? []
    return { key, value, effect }
  })
  const images = Object.entries((options.images as Record<string, number>) ?? {}).map(([image, sizeBytes]) => ({
    names: [image],
    sizeBytes,
  }))
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints, unschedulable: options.cordoned as boolean },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...quantities(options) }, images },
  }
}

function podOf(name: string, options: Options, uid: string): Pod {
  const { spec = {}, labels, priority, port, namespace = 'default' } = options
  const ports = port ? [{ hostPort: port as number, containerPort: 80 }] : undefined
  const owner = options.owner as string | undefined
  return {
    metadata: {
      name,
      namespace: namespace as string,
      uid,
      labels: labels as Record<string, string>,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: owner
        ? [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }]
        : undefined,
    },
    spec: {
      priority: priority as number,
      containers: [{ name: 'main', image: 'app', ports, resources: { requests: quantities(options) } }],
      ...(spec as object),
    },
  }
}
