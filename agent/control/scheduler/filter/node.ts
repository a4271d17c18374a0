import { matchesNodeAffinity } from '../node-selector.ts'
import { isTolerated, untoleratedTaint } from '../taint.ts'
import { type Filter, unresolvable } from './filter.ts'

const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Source: pkg/scheduler/framework/plugins/nodeunschedulable. */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare({ pod }) {
    if (isTolerated(cordon, pod.spec?.tolerations)) return undefined
    const rejection = unresolvable('node(s) were unschedulable')
    return ({ node }) => (node.spec?.unschedulable ? rejection : undefined)
  },
}

/** Source: pkg/scheduler/framework/plugins/nodename. */
export const nodeName: Filter = {
  name: 'NodeName',
  prepare({ pod }) {
    const wanted = pod.spec?.nodeName
    if (!wanted) return undefined
    const rejection = unresolvable("node(s) didn't match the requested node name")
    return ({ name }) => (name === wanted ? undefined : rejection)
  },
}

/** Source: pkg/scheduler/framework/plugins/tainttoleration. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare({ pod }) {
    const rejection = unresolvable('node(s) had untolerated taint(s)')
    return ({ taints }) => (untoleratedTaint(taints, pod.spec?.tolerations) ? rejection : undefined)
  },
}

/** Source: pkg/scheduler/framework/plugins/nodeaffinity. */
export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare({ pod }) {
    const { nodeSelector, affinity } = pod.spec ?? {}
    if (!nodeSelector && !affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return undefined
    const rejection = unresolvable("node(s) didn't match Pod's node affinity/selector")
    return ({ node }) => (matchesNodeAffinity(pod, node) ? undefined : rejection)
  },
}
