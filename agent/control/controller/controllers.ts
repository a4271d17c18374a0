import type { ControlContext } from '../loop/context.ts'
import type { ControllerDefinition } from '../loop/controller.ts'
import { clusterRoleAggregationController } from './cluster-role-aggregation.ts'
import { cronJobController } from './cronjob/controller.ts'
import { daemonSetController } from './daemonset/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption/controller.ts'
import { endpointsController } from './endpoints/controller.ts'
import { endpointSliceController } from './endpointslice/controller.ts'
import { endpointSliceMirroringController } from './endpointslice/mirroring.ts'
import { jobController } from './job/controller.ts'
import { ttlAfterFinishedController } from './job/ttl.ts'
import { namespaceController } from './namespace/controller.ts'
import { nodeLifeController } from './node/controller.ts'
import { leaseRenewalController } from './node/lease-renewal.ts'
import { taintEvictionController } from './node/taint-eviction.ts'
import { podGcController } from './pod-gc.ts'
import { replicaSetController } from './replicaset/controller.ts'
import { rootCaController } from './root-ca.ts'
import { serviceAccountController } from './service-account.ts'
import { serviceLoadBalancerController } from './service-load-balancer.ts'
import { statefulSetController } from './statefulset/controller.ts'
import { volumeController } from './volume/controller.ts'
import { ephemeralVolumeController } from './volume/ephemeral.ts'
import { claimProtectionController, volumeProtectionController } from './volume/protection.ts'

/** What some controllers need beside the context. */
export interface ControllerSettings {
  clusterCaPem: string
}

/** Every controller of the leader that is made of a definition. */
export function controllerDefinitions(context: ControlContext, settings: ControllerSettings): ControllerDefinition[] {
  return [
    deploymentController(context),
    replicaSetController(context),
    endpointSliceController(context),
    endpointSliceMirroringController(context),
    endpointsController(context),
    namespaceController(context),
    serviceAccountController(context),
    rootCaController(context, settings.clusterCaPem),
    podGcController(context),
    nodeLifeController(context),
    leaseRenewalController(context),
    taintEvictionController(context),
    statefulSetController(context),
    daemonSetController(context),
    jobController(context),
    ttlAfterFinishedController(context),
    cronJobController(context),
    disruptionController(context),
    volumeController(context),
    ephemeralVolumeController(context),
    claimProtectionController(context),
    volumeProtectionController(context),
    clusterRoleAggregationController(context),
    serviceLoadBalancerController(context),
  ]
}
