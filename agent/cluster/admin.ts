import { voterCounts } from '../../mesh/consensus/members.ts'
import { voterRules } from '../../mesh/consensus/voter-choice.ts'
import { expel } from '../../mesh/identity/admission.ts'
import { clusterKeyPair } from '../../mesh/identity/cluster-key.ts'
import type { Keyring } from '../../mesh/identity/keyring.ts'
import { encodeRecord, stateKeys, type TokenRecord, tokenFault } from '../../mesh/identity/member.ts'
import type { TokenWays } from '../../mesh/identity/token.ts'
import { createToken, revokeToken, type TokenWishes } from '../../mesh/identity/token-service.ts'
import { votersOf } from '../../mesh/raft/configuration.ts'
import { type AdminHandlers, AdminRefusal } from '../admin-socket.ts'
import type { NodeOptions } from '../node-options.ts'
import type { OpenCluster } from './cluster.ts'
import type { Mesh } from './mesh.ts'
import { hostAddresses, reachableAt } from './own-addresses.ts'

export interface AdminSources {
  options: NodeOptions
  keyring: Keyring
  mesh: Mesh
  cluster: OpenCluster
}

/** A member as people are shown it. */
export interface ListedNode {
  name: string
  number: number
  key: string
  joined: string
  /** `this node`, `linked`, or `away`. */
  state: string
  addresses: string[]
}

export interface ListedToken {
  id: string
  expires: string
  uses: number
  maxUses: number
  /** Why it lets nobody in, '' when it does. */
  fault: string
}

export interface VotersView {
  wanted: number
  /** Of the cluster; where they are fewer, fewer vote. */
  members: number
  /** By name, as of now. */
  voters: string[]
}

const maxTtlMs = 366 * 24 * 3600_000
const maxUses = 1000
const idLength = 12

/** What root of this machine may ask of the running node about members and tokens. */
export function adminHandlers(sources: AdminSources): AdminHandlers {
  const { membership } = sources.cluster
  return {
    'token-create': (request) => create(sources, request),
    'token-list': async () => membership.tokens.map((token) => listedToken(sources, token)),
    'token-revoke': async (request) => {
      const { id = '' } = Object(request) as { id?: string }
      const token = id.length < 4 ? undefined : await revokeToken(membership, id)
      if (token === undefined) throw new AdminRefusal(`no token ${id}: skein token list shows them`)
      return listedToken(sources, token)
    },
    'node-list': async () => listNodes(sources),
    'node-remove': (request) => remove(sources, request),
    'node-voters': (request) => voters(sources, request),
  }
}

/** The voters by name, and whether there is a link to each now: a link that is lost is known within seconds. */
export async function whoAnswers({
  mesh: { links, consensus },
  cluster: { membership },
}: Pick<AdminSources, 'mesh' | 'cluster'>) {
  const linked = new Set(links.status().flatMap(({ peer, state }) => (state === 'connected' ? [peer] : [])))
  return votersOf(consensus.status.configuration).map((key) => ({
    name: membership.member(key)?.name ?? key,
    answers: key === links.self || linked.has(key),
  }))
}

async function create(sources: AdminSources, request: unknown) {
  const { ttlMs, uses } = Object(request) as { ttlMs?: number; uses?: number }
  if (!(ttlMs! > 0 && ttlMs! <= maxTtlMs)) throw new AdminRefusal('a token lives from a moment to 366 days')
  if (!(Number.isInteger(uses) && uses! > 0 && uses! <= maxUses))
    throw new AdminRefusal(`a token has 1 to ${maxUses} uses`)
  return { token: await createJoinToken(sources, { ttlMs: ttlMs!, uses: uses! }) }
}

/** The text of a new token: a secret, stored nowhere. */
export async function createJoinToken(
  { options, keyring, mesh, cluster }: AdminSources,
  wishes: TokenWishes,
): Promise<string> {
  const clusterKey = clusterKeyPair(keyring).publicKey.toString('hex')
  const ways = waysToJoin(options, cluster, mesh)
  const nowMs = mesh.consensus.clock.nowMs()
  const { text } = await createToken(cluster.membership, clusterKey, ways, wishes, nowMs)
  return text
}

/** This node first: it is there. A token has no room for all. */
function waysToJoin({ mesh }: NodeOptions, { membership }: OpenCluster, { links, swarm }: Mesh): TokenWays {
  const own = reachableAt(mesh, hostAddresses()).udp
  const others = membership.members.filter(({ key }) => key !== links.self)
  const members = [...own, ...others.flatMap(({ key }) => membership.addresses(key).udp)]
  return { members: [...new Set(members)], rendezvous: [...new Set([...mesh.rendezvous, ...swarm.rendezvous])] }
}

function listedToken({ mesh }: AdminSources, token: TokenRecord): ListedToken {
  return {
    id: token.key.slice(0, idLength),
    expires: new Date(token.expiresMs).toISOString(),
    uses: token.uses,
    maxUses: token.maxUses,
    fault: tokenFault(token, mesh.consensus.clock.nowMs()) ?? '',
  }
}

function listNodes({ mesh: { links }, cluster: { membership } }: AdminSources): ListedNode[] {
  const linked = new Set(links.status().flatMap(({ peer, state }) => (state === 'connected' ? [peer] : [])))
  return membership.members.map(({ key, name, number, joinedMs }) => ({
    name,
    number,
    key,
    joined: new Date(joinedMs).toISOString(),
    state: key === links.self ? 'this node' : linked.has(key) ? 'linked' : 'away',
    addresses: membership.addresses(key).udp,
  }))
}

/** How many voters are wanted, after it was changed if a number is asked for. The leader sees to it. */
async function voters({ mesh, cluster: { membership } }: AdminSources, request: unknown): Promise<VotersView> {
  const { wanted } = Object(request) as { wanted?: number }
  if (wanted !== undefined) {
    if (!voterCounts.some((count) => count === wanted)) {
      throw new AdminRefusal(`${wanted} voters: 1, 3 or 5 are possible, since an even number survives no more deaths`)
    }
    await membership.change(`${wanted} voters are wanted`, () => {
      const key = stateKeys.voters
      const changes = [{ key, value: encodeRecord({ format: 1, wanted }) }]
      return { changes, preconditions: [{ key, revision: membership.revisionOf(key) }], value: undefined }
    })
  }
  const names = votersOf(mesh.consensus.status.configuration).map((key) => membership.member(key)?.name ?? key)
  return {
    wanted: membership.wantedVoters ?? voterRules.wantedVoters,
    members: membership.members.length,
    voters: names.sort(),
  }
}

async function remove({ mesh, cluster: { membership } }: AdminSources, request: unknown) {
  const { name = '' } = Object(request) as { name?: string }
  const own = membership.member(mesh.links.self)
  if (own?.name === name) {
    throw new AdminRefusal(`${name} is this node: run skein node remove on another one, then skein uninstall here`)
  }
  const member = await membership.change(`node ${name} is removed`, () => expel(membership, name))
  if (member === undefined) throw new AdminRefusal(`no node is named ${name}: skein node list shows them`)
  return { name }
}
