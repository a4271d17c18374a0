import { isPortConflict } from '../node-info.ts'
import { type Filter, resolvable } from './filter.ts'

/** Source: pkg/scheduler/framework/plugins/nodeports. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare({ hostPorts }) {
    if (hostPorts.length === 0) return undefined
    const rejection = resolvable("node(s) didn't have free ports for the requested pod ports")
    return ({ usedPorts }) => {
      const isTaken = hostPorts.some((port) => usedPorts.some((used) => isPortConflict(port, used)))
      return isTaken ? rejection : undefined
    }
  },
}
