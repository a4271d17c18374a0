/** A program's end. */
export interface Finished {
  exitCode: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string>
  stdin?: string
  /** Killed after this. Default 60 s. */
  timeoutMs?: number
}

/** Runs a program to its end, whatever its exit code. */
export async function run(command: string[], options: RunOptions = {}): Promise<Finished> {
  const child = Bun.spawn(command, {
    env: { ...process.env, ...options.env },
    stdin: options.stdin === undefined ? 'ignore' : Buffer.from(options.stdin),
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { exitCode, stdout, stderr }
}

/** Runs a program and gives what it printed; throws with all of its output when it fails. */
export async function output(command: string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, options)
  if (exitCode === 0) return stdout
  throw new Error(`${command.join(' ')}\nexit code ${exitCode}\n${stdout}${stderr}`)
}
