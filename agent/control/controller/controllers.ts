import type { ControlContext } from '../loop/context.ts'
import type { ControllerDefinition } from '../loop/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { replicaSetController } from './replicaset/controller.ts'

/** What some controllers need beside the context. */
export interface ControllerSettings {
  clusterCaPem: string
}

/** Every controller of the leader. */
export function controllerDefinitions(context: ControlContext, _settings: ControllerSettings): ControllerDefinition[] {
  return [deploymentController(context), replicaSetController(context)]
}
