/** Deployments and their like. Upstream: pkg/apis/apps/v1/defaults.go. */
import type * as apps from '../generated/types/apps-v1.ts'
import type { Defaulter } from './default.ts'

function deployment(spec: apps.DeploymentSpec): void {
  spec.replicas ??= 1
  const strategy = { ...spec.strategy }
  spec.strategy = strategy
  strategy.type ||= 'RollingUpdate'
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate }
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
}

function daemonSet(spec: apps.DaemonSetSpec): void {
  const strategy = { ...spec.updateStrategy }
  spec.updateStrategy = strategy
  strategy.type ||= 'RollingUpdate'
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate }
  }
  spec.revisionHistoryLimit ??= 10
}

function statefulSet(spec: apps.StatefulSetSpec): void {
  spec.podManagementPolicy ||= 'OrderedReady'
  const strategy = { ...spec.updateStrategy }
  spec.updateStrategy = strategy
  if (!strategy.type) {
    strategy.type = 'RollingUpdate'
    strategy.rollingUpdate ??= {}
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  spec.persistentVolumeClaimRetentionPolicy = {
    whenDeleted: whenDeleted || 'Retain',
    whenScaled: whenScaled || 'Retain',
  }
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
}

export const workloadDefaults: Record<string, Defaulter> = {
  'apps-v1.DeploymentSpec': deployment as Defaulter,
  'apps-v1.DaemonSetSpec': daemonSet as Defaulter,
  'apps-v1.StatefulSetSpec': statefulSet as Defaulter,
  'apps-v1.ReplicaSetSpec': ((spec: apps.ReplicaSetSpec) => {
    spec.replicas ??= 1
  }) as Defaulter,
}
