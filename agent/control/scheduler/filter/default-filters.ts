import type { Filter } from './filter.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { nodeAffinity, nodeName, nodeUnschedulable, taintToleration } from './node.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesFit } from './node-resources.ts'
import { podTopologySpread } from './topology-spread.ts'
import { volumeBinding, volumeRestrictions, volumeZone } from './volume.ts'
import { nodeVolumeLimits } from './volume-limits.ts'

/** In the order of upstream's default profile: pkg/scheduler/apis/config/v1/default_plugins.go. */
export const defaultFilters: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
]
