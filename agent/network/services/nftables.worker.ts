import { formatAddress } from '../address/address.ts'
import { ConntrackNetlink, ipProtocols } from '../netlink/conntrack.ts'
import { RouteNetlink } from '../netlink/route.ts'
import { RulesetWatch } from '../netlink/ruleset.ts'
import type { Frontend } from './frontend.ts'
import { type NftRunner, openLibnftables, openNftProgram } from './libnftables.ts'
import { staleUdpFlows } from './stale-flows.ts'

export interface NftablesOptions {
  table: string
  /** The payload's libnftables, after the libraries it needs; empty to use the host's. */
  libraries: string[]
}

/** Calls are answered in order, one after the other. */
export type NftablesCall = 'open' | 'run' | 'wasChanged' | 'forgetStaleFlows' | 'close'

declare const self: Worker

interface Opened {
  runner: NftRunner
  watch: RulesetWatch
  conntrack: ConntrackNetlink
  route: RouteNetlink
}

let opened: Opened | undefined
let last: Promise<void> = Promise.resolve()

self.onmessage = ({ data }: MessageEvent<{ id: number; call: NftablesCall; args: unknown[] }>) => {
  last = last.then(async () => {
    try {
      self.postMessage({ id: data.id, result: await answer(data.call, data.args) })
    } catch (error) {
      self.postMessage({ id: data.id, error: (error as Error).message })
    }
  })
}

async function answer(call: NftablesCall, args: unknown[]): Promise<unknown> {
  if (call === 'open') return open(args[0] as NftablesOptions)
  if (opened === undefined) throw new Error('nftables is not open')
  const { runner, watch, conntrack, route } = opened
  switch (call) {
    case 'run':
      return watch.own(() => runner.run(args[0] as string))
    case 'wasChanged':
      return watch.wasChanged()
    case 'forgetStaleFlows':
      return forgetStaleFlows(opened, args[0] as Frontend[])
    case 'close':
      runner.close()
      watch.close()
      conntrack.close()
      route.close()
      opened = undefined
  }
}

/** Returns by what the rules are applied. */
function open(options: NftablesOptions): 'libnftables' | 'nft' {
  const library = openLibnftables(options.libraries)
  const runner = library ?? openNftProgram()
  if (runner === undefined)
    throw new Error(
      'neither libnftables nor the program nft is here: install the package nftables, or unpack the payload',
    )
  opened = {
    runner,
    watch: new RulesetWatch(options.table),
    conntrack: new ConntrackNetlink(),
    route: new RouteNetlink(),
  }
  return library === undefined ? 'nft' : 'libnftables'
}

/** How many flows were forgotten. */
function forgetStaleFlows({ conntrack, route }: Opened, frontends: Frontend[]): number {
  const ownAddresses = new Set(route.addresses().map(({ address }) => formatAddress(address)))
  const isStale = staleUdpFlows(frontends, ownAddresses)
  let count = 0
  for (const family of [2, 10])
    for (const flow of conntrack.flows(family, ipProtocols.udp))
      if (isStale(flow)) {
        conntrack.remove(flow)
        count++
      }
  return count
}
