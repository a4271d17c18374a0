import { type Cidr, contains, formatCidr, overlaps, parseCidr } from '../address/address.ts'
import { type Link, type Route, skeinRouteProtocol } from '../netlink/route.ts'

/** A range that the cluster uses. */
export interface NamedRange {
  /** As people know it: `the pod range --cluster-cidr`. */
  name: string
  cidr: string
}

export interface Overlaps {
  /** One line each: the node cannot work so. */
  errors: string[]
  /** One line each: it works, but something of the host's network is out of reach. */
  warnings: string[]
}

/**
 * Compares the cluster's ranges with each other and with the host's routes. A route of the host inside a range takes
 * addresses away from the cluster; a range inside a route hides those addresses of the host's network.
 */
export function findOverlaps(ranges: NamedRange[], routes: Route[], links: Link[]): Overlaps {
  const found: Overlaps = { errors: [], warnings: [] }
  const parsed = ranges.map(({ name, cidr }) => ({ name, cidr: parseCidr(cidr) }))
  for (const [index, one] of parsed.entries()) {
    for (const other of parsed.slice(index + 1))
      if (overlaps(one.cidr, other.cidr))
        found.errors.push(
          `${one.name} ${formatCidr(one.cidr)} and ${other.name} ${formatCidr(other.cidr)} overlap: choose others`,
        )
    for (const route of routes) {
      if (!isForeign(route, parsed[0]!.cidr) || !overlaps(one.cidr, route.destination)) continue
      const device = links.find((link) => link.index === route.link)?.name ?? 'unknown'
      const where = `the route ${formatCidr(route.destination)} of this host (device ${device})`
      const isInside = route.destination.prefixLength >= one.cidr.prefixLength
      if (isInside) found.errors.push(`${one.name} ${formatCidr(one.cidr)} overlaps ${where}: choose another range`)
      else
        found.warnings.push(
          `${one.name} ${formatCidr(one.cidr)} lies within ${where}: hosts there with such addresses are out of reach`,
        )
    }
  }
  return found
}

/** Not the default route, not Skein's own, and not that of a pod to its device (which the ptp plugin makes). */
function isForeign({ destination, protocol, gateway }: Route, podRange: Cidr): boolean {
  if (destination.prefixLength === 0 || protocol === skeinRouteProtocol) return false
  const isHost = destination.prefixLength === destination.address.length * 8
  return !(isHost && gateway === undefined && contains(podRange, destination.address))
}
