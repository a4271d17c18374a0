import type { Pod } from '../schema/generated/types/core-v1.ts'
import { parseQuantity } from '../schema/quantity.ts'

type Amounts = Record<string, string> | undefined

function nanosOf(text: string | undefined): bigint {
  return text === undefined ? 0n : (parseQuantity(String(text))?.nanos ?? 0n)
}

/**
 * Guaranteed: every container has limits of cpu and memory equal to its requests; BestEffort: none has any; Burstable
 * otherwise. Upstream: pkg/apis/core/helper/qos.
 */
export function qosClassOf(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  let isGuaranteed = containers.length > 0
  let isBestEffort = true
  for (const { resources } of containers) {
    const requests = resources?.requests as Amounts
    const limits = resources?.limits as Amounts
    for (const name of ['cpu', 'memory']) {
      const limit = nanosOf(limits?.[name])
      const request = requests?.[name] === undefined ? limit : nanosOf(requests[name])
      if (limit !== 0n || request !== 0n) isBestEffort = false
      if (limit === 0n || limit !== request) isGuaranteed = false
    }
  }
  if (isBestEffort) return 'BestEffort'
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}
