/** A test's program elsewhere (in a host of the lab) that takes commands as lines of JSON and answers each. */
export class LineProcess {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #nextId = 1

  constructor(command: string[]) {
    this.#child = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    this.#read().catch((error: Error) => {
      for (const { reject } of this.#waiting.values()) reject(error)
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: each command has an answer of its own, checked by the tests
  call(command: string, options: object = {}): Promise<any> {
    const id = this.#nextId++
    this.#child.stdin.write(`${JSON.stringify({ id, command, ...options })}\n`)
    this.#child.stdin.flush()
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }

  async #read(): Promise<void> {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const bytes of this.#child.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.#answer(JSON.parse(line))
    }
    throw new Error('the process ended')
  }

  #answer({ id, error, ...result }: { id: number; error?: string }): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }
}
