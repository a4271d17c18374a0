import { release } from '../release.ts'
import type { CommandModule } from './command.ts'

export const command: CommandModule = {
  declare() {},
  run(_flags, _args, context) {
    if (context.output === 'json') context.print(JSON.stringify(release))
    else context.print(`skein ${release.version} (commit ${release.commit}, bun ${release.bun}, ${release.target})`)
    return 0
  },
}
