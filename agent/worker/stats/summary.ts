/** The kubelet's stats summary (/stats/summary) and resource metrics (/metrics/resource). Pure. */

export interface NodeUsage {
  nowMs: number
  bootMs: number
  /** CPU time since boot that was not idle. */
  cpuNanos: number
  memoryTotalBytes: number
  memoryAvailableBytes: number
  /** Of the file system that holds images, volumes and logs. */
  fsCapacityBytes: number
  fsAvailableBytes: number
}

export interface ContainerUsage {
  name: string
  startMs: number
  cpuNanos: number
  nanoCores: number
  workingSetBytes: number
  usageBytes: number
  rssBytes: number
  writableLayerBytes: number
}

export interface PodUsage {
  name: string
  namespace: string
  uid: string
  startMs: number
  containers: ContainerUsage[]
  network?: { interface: string; rxBytes: number; txBytes: number; rxErrors: number; txErrors: number }
}

const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`

const sum = (pod: PodUsage, key: 'cpuNanos' | 'nanoCores' | 'workingSetBytes' | 'usageBytes' | 'rssBytes') =>
  pod.containers.reduce((total, container) => total + container[key], 0)

/** Upstream: kubelet/pkg/apis/stats/v1alpha1, Summary. */
export function statsSummary(nodeName: string, node: NodeUsage, pods: readonly PodUsage[]): unknown {
  const now = time(node.nowMs)
  const fs = {
    time: now,
    availableBytes: node.fsAvailableBytes,
    capacityBytes: node.fsCapacityBytes,
    usedBytes: node.fsCapacityBytes - node.fsAvailableBytes,
  }
  return {
    node: {
      nodeName,
      startTime: time(node.bootMs),
      cpu: { time: now, usageCoreNanoSeconds: node.cpuNanos },
      memory: {
        time: now,
        availableBytes: node.memoryAvailableBytes,
        workingSetBytes: node.memoryTotalBytes - node.memoryAvailableBytes,
      },
      fs,
      runtime: { imageFs: fs },
    },
    pods: pods.map((pod) => ({
      podRef: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
      startTime: time(pod.startMs),
      containers: pod.containers.map((container) => ({
        name: container.name,
        startTime: time(container.startMs),
        cpu: { time: now, usageCoreNanoSeconds: container.cpuNanos, usageNanoCores: container.nanoCores },
        memory: {
          time: now,
          usageBytes: container.usageBytes,
          workingSetBytes: container.workingSetBytes,
          rssBytes: container.rssBytes,
        },
        rootfs: { time: now, usedBytes: container.writableLayerBytes },
      })),
      cpu: { time: now, usageCoreNanoSeconds: sum(pod, 'cpuNanos'), usageNanoCores: sum(pod, 'nanoCores') },
      memory: {
        time: now,
        usageBytes: sum(pod, 'usageBytes'),
        workingSetBytes: sum(pod, 'workingSetBytes'),
        rssBytes: sum(pod, 'rssBytes'),
      },
      network: pod.network && { time: now, name: pod.network.interface, ...pod.network, interface: undefined },
    })),
  }
}

/** Prometheus text with upstream's names (pkg/kubelet/metrics/collectors/resource_metrics.go). */
export function resourceMetrics(node: NodeUsage, pods: readonly PodUsage[]): string {
  const lines: string[] = []
  const metric = (name: string, type: string, help: string, samples: [labels: string, value: number][]) => {
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value} ${node.nowMs}`)
  }
  const ofPods = (value: (pod: PodUsage) => number) =>
    pods.map((pod): [string, number] => [`{namespace="${pod.namespace}",pod="${pod.name}"}`, value(pod)])
  const ofContainers = (value: (container: ContainerUsage) => number) =>
    pods.flatMap((pod) =>
      pod.containers.map((container): [string, number] => [
        `{container="${container.name}",namespace="${pod.namespace}",pod="${pod.name}"}`,
        value(container),
      ]),
    )
  const cpuHelp = (of: string) => `Cumulative cpu time consumed by the ${of} in core-seconds`
  const memoryHelp = (of: string) => `Current working set of the ${of} in bytes`
  metric(
    'container_cpu_usage_seconds_total',
    'counter',
    cpuHelp('container'),
    ofContainers((c) => c.cpuNanos / 1e9),
  )
  metric(
    'container_memory_working_set_bytes',
    'gauge',
    memoryHelp('container'),
    ofContainers((c) => c.workingSetBytes),
  )
  const startHelp = 'Start time of the container since unix epoch in seconds'
  metric(
    'container_start_time_seconds',
    'gauge',
    startHelp,
    ofContainers((c) => c.startMs / 1000),
  )
  metric('node_cpu_usage_seconds_total', 'counter', cpuHelp('node'), [['', node.cpuNanos / 1e9]])
  const workingSet = node.memoryTotalBytes - node.memoryAvailableBytes
  metric('node_memory_working_set_bytes', 'gauge', memoryHelp('node'), [['', workingSet]])
  metric(
    'pod_cpu_usage_seconds_total',
    'counter',
    cpuHelp('pod'),
    ofPods((pod) => sum(pod, 'cpuNanos') / 1e9),
  )
  metric(
    'pod_memory_working_set_bytes',
    'gauge',
    memoryHelp('pod'),
    ofPods((pod) => sum(pod, 'workingSetBytes')),
  )
  lines.push(
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
  )
  lines.push('# TYPE resource_scrape_error gauge', 'resource_scrape_error 0')
  return `${lines.join('\n')}\n`
}
