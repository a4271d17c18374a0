/** Which log a node takes part in. */
export interface LogIdentity {
  /** Of the cluster; no secret. */
  cluster: string
  /** Of the operations core: `recover` and `restore` begin the next. */
  generation: number
}

export interface Greeting extends LogIdentity {
  /** It takes several datagrams in one message, see bundle.ts; the first release did not. */
  takesBundles: boolean
}

/** First byte of a greeting; JSON follows. Fields only get added. */
const format = 1

export function encodeGreeting({ cluster, generation }: LogIdentity): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify({ cluster, generation, takesBundles: true }))
  const bytes = new Uint8Array(body.byteLength + 1)
  bytes[0] = format
  bytes.set(body, 1)
  return bytes
}

/** Undefined when no release of ours wrote it. */
export function decodeGreeting(bytes: Uint8Array): Greeting | undefined {
  if (bytes[0] === undefined || bytes[0] < format) return undefined
  try {
    const text = new TextDecoder().decode(bytes.subarray(1))
    const { cluster, generation, takesBundles } = JSON.parse(text) as Partial<Greeting>
    if (typeof cluster !== 'string' || !Number.isSafeInteger(generation)) return undefined
    return { cluster, generation: generation!, takesBundles: takesBundles === true }
  } catch {
    return undefined
  }
}

/** Why two nodes must not exchange anything of their logs; undefined when they may. */
export function mismatch(own: LogIdentity, theirs: LogIdentity | undefined): string | undefined {
  if (theirs === undefined) return 'it did not greet as a node of ours does'
  if (theirs.cluster !== own.cluster)
    return `its log is of cluster ${theirs.cluster.slice(0, 80)}, ours of ${own.cluster}`
  if (theirs.generation === own.generation) return undefined
  const [behind, what] =
    theirs.generation < own.generation ? ['its', 'it has to join again'] : ['our', 'this node has to join again']
  const numbers = `its generation is ${theirs.generation}, ours ${own.generation}`
  return `${behind} log is from before the cluster was restored or recovered (${numbers}): ${what}`
}
