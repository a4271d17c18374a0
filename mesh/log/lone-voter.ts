import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import { noTransport } from './transport.ts'
import { VoterLog, type VoterLogOptions } from './voter-log.ts'

export interface LoneVoterOptions
  extends Pick<
    VoterLogOptions,
    'directory' | 'seed' | 'generation' | 'secret' | 'cluster' | 'id' | 'leadershipChanged'
  > {
  clock: Clock
  logger: Logger
}

/** The log of a cluster of one voter: what is on its disk is committed. It may grow by `changeMembers` of a later start. */
export function openLoneVoter(options: LoneVoterOptions): Promise<VoterLog> {
  return VoterLog.open({
    ...options,
    voters: [options.id],
    transport: noTransport,
    random: Math.random,
    openReplication: () => Promise.reject(new Error('this cluster has no other node to fetch operations from')),
  })
}

/** Who a lone voter is in tests. */
export const testVoter = {
  seed: new Uint8Array(32).fill(7),
  generation: 1,
  secret: new Uint8Array(32).fill(3),
  cluster: 'test',
  id: '1',
}
