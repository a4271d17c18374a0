import type { PeerKey } from './links.ts'

/** What one node says of how it may be found; `skein status` gathers it from all. */
export interface Findable {
  /** Name or key, as it is to be shown. */
  name: string
  key: PeerKey
  /** `host:port` of rendezvous that answer it now; public members' own addresses among them. */
  rendezvous: readonly string[]
  /** Its own, when it is a rendezvous itself: a public member. */
  publicAddress?: string
  /** The others dial it by WebSocket. */
  listens: boolean
  /** Keys of those that it sees on its local network. */
  neighbours: readonly PeerKey[]
  /** It uses Holepunch's public DHT. */
  usesPublicDht?: boolean
}

/** One whose end would cut others apart. */
export interface SinglePoint {
  /** A member's name, or the address of a rendezvous that is no member. */
  name: string
  isMember: boolean
  /** Those that could not find each other again, in groups that still can; the largest group first. */
  groups: string[][]
}

interface Place {
  name: string
  isMember: boolean
  /** Gone with it: the member of that key, and the rendezvous of that address. */
  key?: PeerKey
  address?: string
}

/** The sentence for people. */
export function describeSinglePoint({ name, groups }: SinglePoint): string {
  const [largest = [], ...others] = groups
  const named = (group: string[]) =>
    group.length === 1 ? group[0]! : `${group.slice(0, -1).join(', ')} and ${group.at(-1)}`
  if (groups.every(({ length }) => length === 1))
    return `if ${name} dies, ${named(groups.flat())} cannot find each other again`
  return `if ${name} dies, ${others.map(named).join(', and ')} cannot find ${named(largest)} again`
}

/**
 * The single points of rendezvous: members and rendezvous without which some of the others, once they have lost sight of
 * each other (all restarted at once, or with new addresses), could not find each other again. Two find each other when one
 * of them is public or listens, when they share a rendezvous, the public DHT or a local network, or through others: who is
 * linked with both tells the one of the other, and relays.
 */
export function singlePoints(nodes: readonly Findable[]): SinglePoint[] {
  const whole = groupsWithout(nodes, undefined)
  const points: SinglePoint[] = []
  for (const place of placesOf(nodes)) {
    const groups = groupsWithout(nodes, place)
    // What is apart already is not the fault of this one.
    const wereTogether = whole.filter((group) => group.some(({ key }) => key !== place.key))
    if (groups.length <= wereTogether.length) continue
    const parts = groups.filter((group) => isPartOf(group, whole, groups))
    const named = parts.map((group) => group.map(({ name }) => name))
    points.push({ name: place.name, isMember: place.isMember, groups: named.sort((a, b) => b.length - a.length) })
  }
  return points
}

/** Whether the group was one with another of the groups before. */
function isPartOf(group: Findable[], whole: Findable[][], groups: Findable[][]): boolean {
  const before = whole.find((one) => one.includes(group[0]!))!
  return groups.some((other) => other !== group && before.includes(other[0]!))
}

function placesOf(nodes: readonly Findable[]): Place[] {
  const members: Place[] = nodes.map(({ name, key, publicAddress }) => ({
    name,
    isMember: true,
    key,
    address: publicAddress,
  }))
  const own = new Set(nodes.map(({ publicAddress }) => publicAddress))
  const foreign = new Set(nodes.flatMap(({ rendezvous }) => rendezvous).filter((address) => !own.has(address)))
  return [...members, ...[...foreign].map((address) => ({ name: address, isMember: false, address }))]
}

/** The nodes that find each other, directly or through others, when one place is gone. */
function groupsWithout(nodes: readonly Findable[], gone: Place | undefined): Findable[][] {
  const left = nodes.filter(({ key }) => key !== gone?.key)
  const groups: Findable[][] = []
  const seen = new Set<Findable>()
  for (const first of left) {
    if (seen.has(first)) continue
    const group = [first]
    seen.add(first)
    for (const node of group) {
      for (const other of left) {
        if (seen.has(other) || !findEachOther(node, other, gone?.address)) continue
        seen.add(other)
        group.push(other)
      }
    }
    groups.push(group)
  }
  return groups
}

function findEachOther(one: Findable, other: Findable, goneAddress: string | undefined): boolean {
  if (one.listens || other.listens) return true
  if (reaches(one, other) || reaches(other, one)) return true
  if (one.usesPublicDht && other.usesPublicDht) return true
  if (one.neighbours.includes(other.key) || other.neighbours.includes(one.key)) return true
  return one.rendezvous.some((address) => address !== goneAddress && other.rendezvous.includes(address))
}

/** A public member answers as a rendezvous those whose network lets UDP through. */
function reaches(one: Findable, { publicAddress }: Findable): boolean {
  return publicAddress !== undefined && one.rendezvous.includes(publicAddress)
}
