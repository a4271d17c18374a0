import type { Pod } from '../../api/schema/generated/types/core-v1.ts'

/** Both processes of the benchmark know it. */
export const benchToken = 'bench'

/** What the server says of itself. */
export interface ServedBench {
  port: number
  /** PEM. */
  ca: string
}

function podWith(variables: number, metadata: Pod['metadata']): Pod {
  const env = Array.from({ length: variables }, (_, n) => ({ name: `VARIABLE_${n}`, value: `some value number ${n}` }))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, labels: { app: 'bench' } },
    spec: { containers: [{ name: 'main', image: 'registry.example/app:1.0', env }] },
  }
}

/** About 3.5 kB as it is sent, 6.3 kB as it is stored, since it comes to have defaults and managedFields. */
export const benchPod = (metadata: Pod['metadata']) => podWith(40, metadata)

/** About 3.5 kB as it is stored and listed: the pods of the design note's LIST. */
export const smallPod = (metadata: Pod['metadata']) => podWith(19, metadata)
