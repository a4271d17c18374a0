import { Command, CommanderError, Option } from 'commander'
import type { Logger } from '../../mesh/logger/logger.ts'
import { type LogLevel, logLevels, openLogger } from '../logging/logging.ts'
import { type CommandContext, CommandError, type CommandModule, usageStatus } from './command.ts'
import { type CommandEntry, commandTable } from './table.ts'

/** What the command line touches of the process; tests give their own. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  isOutTerminal: boolean
  isErrTerminal: boolean
  env: Record<string, string | undefined>
}

interface GlobalFlags {
  output: 'text' | 'json'
  logLevel: LogLevel
  logFormat: 'auto' | 'text' | 'json'
}

function mayColor(isTerminal: boolean, env: Terminal['env']): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
}

function contextFor(flags: GlobalFlags, terminal: Terminal): CommandContext {
  let log: Logger | undefined
  return {
    print: (text) => terminal.out(`${text}\n`),
    output: flags.output,
    isTerminal: terminal.isOutTerminal,
    color: mayColor(terminal.isOutTerminal, terminal.env),
    get log() {
      const format = flags.logFormat === 'auto' ? (terminal.isErrTerminal ? 'text' : 'json') : flags.logFormat
      log ??= openLogger({ level: flags.logLevel, format, color: mayColor(terminal.isErrTerminal, terminal.env) })
      return log
    },
  }
}

/** Flags that every command has; they may stand before or after its name. */
function declareGlobalFlags(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'format of the answer').choices(['text', 'json']).default('text'))
    .addOption(new Option('--log-level <level>', 'least level to log').choices(logLevels).default('info'))
    .addOption(
      new Option('--log-format <format>', 'auto: text on a terminal, else json')
        .choices(['auto', 'text', 'json'])
        .default('auto'),
    )
}

function makeProgram(terminal: Terminal): Command {
  const program = new Command('skein')
    .description('Kubernetes as a flock: every server is worker and control-plane peer at once.')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: () => {}, outputError: () => {} })
    .showSuggestionAfterError(true)
  return declareGlobalFlags(program)
}

/** commander writes its suggestion on a second line, and begins with "error:". */
function usageLine(error: CommanderError): string {
  const [first = '', ...rest] = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .split('\n')
  const suggestion = rest.join(' ').trim()
  return suggestion === '' ? first : `${first} ${suggestion}`
}

/** The entry that the arguments name, so that only its module is loaded. */
async function addCommands(
  program: Command,
  table: readonly CommandEntry[],
  argv: readonly string[],
  run: (module: CommandModule, command: Command) => Promise<void>,
): Promise<void> {
  for (const entry of table) {
    const command = program.command(entry.name).description(entry.summary)
    command.action(() => {})
    // A flag's value may equal a command's name; loading one module too many costs nothing else.
    if (!argv.includes(entry.name)) continue
    const module = (await entry.load()).command
    module.declare(command)
    command.action(() => run(module, command))
  }
}

/**
 * `--version` as `version`, and `help X` as `X --help`: for an unknown X commander 15 prints the general help and no
 * word of the mistake.
 */
function withoutAliases(argv: readonly string[], table: readonly CommandEntry[]): readonly string[] {
  const [first, name] = argv
  if (first === '--version') return ['version', ...argv.slice(1)]
  if (first !== 'help' || name === undefined || name.startsWith('-')) return argv
  return table.some((entry) => entry.name === name) ? [name, '--help'] : [name]
}

/**
 * Runs `skein ARGV...` and resolves to the exit status: 0, 1 for a failure (one line on standard error), 2 for a
 * command line that makes no sense (one line, with the nearest name).
 */
export async function runCommandLine(
  commandLine: readonly string[],
  terminal: Terminal,
  table: readonly CommandEntry[] = commandTable,
): Promise<number> {
  const argv = withoutAliases(commandLine, table)
  const program = makeProgram(terminal)
  let status = 0
  try {
    await addCommands(program, table, argv, async (module, command) => {
      const context = contextFor(program.opts<GlobalFlags>(), terminal)
      status = (await module.run(command.opts(), command.args, context)) ?? 0
    })
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      terminal.err(`skein: ${usageLine(error)}; see skein help\n`)
      return usageStatus
    }
    const { message, stack } = error as Error
    terminal.err(program.opts<GlobalFlags>().logLevel === 'debug' ? `skein: ${stack}\n` : `skein: ${message}\n`)
    return error instanceof CommandError ? error.exitStatus : 1
  }
}
