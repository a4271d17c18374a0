// Bun 1.4.5 moves @peculiar/x509's own dependencies before the polyfill that mesh/identity imports for them, when it
// compiles: it has to come first of all.
import 'reflect-metadata'
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { packedToken } from './cluster/token-source.ts'
import { runCommandLine } from './command/command-line.ts'

/** Whole and in order before the process ends; a reader that has gone (`skein help | head -1`) is no failure. */
function write(fd: number, text: string): void {
  let left: Uint8Array = Buffer.from(text)
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(fd, left))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      Bun.sleepSync(1)
    }
  }
}

/** A copy of the executable that has a token packed in needs no argument to join. */
function commandLine(): string[] {
  const words = process.argv.slice(2)
  return words.length === 0 && packedToken(process.execPath) !== undefined ? ['start'] : words
}

const status = await runCommandLine(commandLine(), {
  out: (text) => write(1, text),
  err: (text) => write(2, text),
  isOutTerminal: isatty(1),
  isErrTerminal: isatty(2),
  env: process.env,
})
process.exit(status)
