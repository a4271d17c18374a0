import type { Server } from './server.ts'

/** The server that leads. Throws when none says so. */
export async function leaderOf(servers: readonly Server[]): Promise<Server> {
  for (const server of servers) {
    if ((await server.status())?.quorum?.role === 'leader') return server
  }
  throw new Error('none of the servers leads')
}
