import type { Command } from 'commander'
import type { Logger } from '../../mesh/logger/logger.ts'

/** What a command gets from the process. */
export interface CommandContext {
  /** Where the answer goes. */
  print(text: string): void
  /** Text for people, or JSON (`--output json`) for scripts. */
  output: 'text' | 'json'
  /** A person reads the answer as it comes. */
  isTerminal: boolean
  /** Whether colours may be used on standard output. */
  color: boolean
  /** Goes to standard error; made at its first use. */
  readonly log: Logger
}

/**
 * One command: a file of its own in this folder, listed in table.ts.
 * `Flags` is what its flags come to, in commander's spelling (`--data-dir` is `dataDir`).
 */
export interface CommandModule<Flags = Record<string, unknown>> {
  /** Declares arguments and flags. */
  declare(command: Command): void
  /**
   * Does the work; resolves to the exit status, 0 when undefined. An error that it throws is printed as one line
   * and ends the process with status 1, or that of a CommandError.
   */
  run(flags: Flags, args: string[], context: CommandContext): Promise<number | undefined> | number | undefined
}

/** A failure whose message is all that a person needs. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitStatus = 1,
  ) {
    super(message)
    this.name = 'CommandError'
  }
}

/** Exit status of a command line that makes no sense. */
export const usageStatus = 2
