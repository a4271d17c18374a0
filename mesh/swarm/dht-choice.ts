import type { Dht } from './swarm-options.ts'

/** What `--dht` says; undefined when it is not given. Throws with one sentence when it makes no sense. */
export function parseDht(text: string | undefined): Dht | undefined {
  if (text === undefined) return undefined
  if (text === 'public' || text === 'none') return text
  if (/^[^\s/]+:\d{1,5}$/.test(text)) return { host: text }
  throw new Error(`--dht '${text}' is neither public, none nor HOST:PORT`)
}

export interface DhtFacts {
  /** What was asked for, if anything. */
  asked: Dht | undefined
  /** This node is reachable by everybody. */
  isPublic: boolean
  /** `host:port` of public members and rendezvous that are known: configured, in the token, in the membership, remembered. */
  meetingPoints: readonly string[]
}

/** Which DHT to use, and the line that says so at start. */
export function chooseDht({ asked, isPublic, meetingPoints }: DhtFacts): { dht: Dht; line: string } {
  if (asked === 'none') {
    if (isPublic)
      return { dht: 'none', line: 'peers find each other through this node, which is public, and no other DHT' }
    if (meetingPoints.length > 0) return { dht: 'none', line: `peers find each other through ${named(meetingPoints)}` }
    return { dht: 'none', line: 'peers find each other on the local network and at known addresses only (--dht none)' }
  }
  if (asked === 'public') {
    return { dht: 'public', line: "peers find each other through Holepunch's public DHT too (--dht public)" }
  }
  if (asked !== undefined) return { dht: asked, line: `peers find each other through the DHT at ${asked.host}` }
  if (isPublic) return { dht: 'none', line: 'peers find each other through this node, which is public' }
  if (meetingPoints.length > 0) return { dht: 'none', line: `peers find each other through ${named(meetingPoints)}` }
  const line = "no member is publicly reachable: peers find each other through Holepunch's public DHT (--dht none: not)"
  return { dht: 'public', line }
}

function named(endpoints: readonly string[]): string {
  const shown = endpoints.slice(0, 3).join(', ')
  return endpoints.length > 3 ? `${shown} and ${endpoints.length - 3} more` : shown
}
