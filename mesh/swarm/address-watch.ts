import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'

const pollMs = 1000

/**
 * Calls when the host's own addresses or its default routes are not what they were, within a second, until the returned
 * function is called. `isOwn` leaves interfaces out whose coming and going means nothing, such as those of pods.
 */
export function watchAddresses(changed: () => void, isOwn: (name: string) => boolean = () => true): () => void {
  let last: string | undefined
  const timer = setInterval(async () => {
    const now = await signature(isOwn)
    const isChange = last !== undefined && now !== last
    last = now
    if (isChange) changed()
  }, pollMs)
  timer.unref()
  signature(isOwn).then((first) => {
    last ??= first
  })
  return () => clearInterval(timer)
}

async function signature(isOwn: (name: string) => boolean): Promise<string> {
  const addresses: string[] = []
  for (const [name, list] of Object.entries(networkInterfaces())) {
    if (!isOwn(name)) continue
    for (const { address, internal } of list ?? []) if (!internal) addresses.push(`${name} ${address}`)
  }
  return [...addresses.sort(), ...(await defaultRoutes())].join('\n')
}

/** Interface and gateway of each; none where the kernel does not tell. */
async function defaultRoutes(): Promise<string[]> {
  const text = await readFile('/proc/net/route', 'utf8').catch(() => '')
  const routes = text.split('\n').map((line) => line.split('\t'))
  return routes
    .filter(([, destination]) => destination === '00000000')
    .map(([name, , gateway]) => `${name} via ${gateway}`)
}
