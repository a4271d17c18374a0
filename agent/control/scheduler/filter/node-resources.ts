import { type Filter, resolvable } from './filter.ts'

/**
 * Resources incl. extended ones, and the number of pods.
 * Source: pkg/scheduler/framework/plugins/noderesources/fit.go.
 */
export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  prepare({ request }) {
    const wanted = Object.entries(request.amounts).filter(([, amount]) => amount > 0)
    return ({ allocatable, requested, pods }) => {
      let reasons: string[] | undefined
      let isResolvable = true
      if (pods.size + 1 > (allocatable.pods ?? 0)) {
        reasons = ['Too many pods']
      }
      for (const [name, amount] of wanted) {
        const has = allocatable[name] ?? 0
        if (amount <= has - (requested[name] ?? 0)) continue
        reasons ??= []
        reasons.push(`Insufficient ${name}`)
        // More than the whole node has: no preemption will help.
        if (amount > has) isResolvable = false
      }
      return reasons && { ...resolvable(...reasons), isResolvable }
    }
  },
}
