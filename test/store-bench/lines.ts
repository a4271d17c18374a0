/** Talking with a child process: one JSON value a line, each way. */

export type Message = Record<string, unknown>

/** In the child: answers each line; an error becomes an answer too. */
export function serveLines(handle: (message: Message) => Promise<Message | undefined>): void {
  let rest = ''
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const message = JSON.parse(line) as Message
      handle(message).then(
        (answer) => say({ ...answer, id: message.id }),
        (error: Error) => say({ error: error.message, id: message.id }),
      )
    }
  })
  process.stdin.on('end', () => process.exit(0))
}

export function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** In the parent: a child that was started with pipes. */
export class Child {
  readonly #command: string[]
  readonly #said: (message: Message) => void
  #process: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #waiting = new Map<number, { resolve: (answer: Message) => void; reject: (error: Error) => void }>()
  #nextId = 1

  constructor(command: string[], said: (message: Message) => void = () => {}) {
    this.#command = command
    this.#said = said
    this.#process = this.#start()
  }

  get pid(): number {
    return this.#process.pid
  }

  get exited(): Promise<number> {
    return this.#process.exited
  }

  ask<T extends Message>(message: Message): Promise<T> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: Message) => void, reject })
      this.#process.stdin.write(`${JSON.stringify({ ...message, id })}\n`)
      this.#process.stdin.flush()
    })
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#process.kill(signal)
  }

  /** The same command again, after it has exited. */
  restart(): void {
    this.#process = this.#start()
  }

  #start(): Bun.Subprocess<'pipe', 'pipe', 'inherit'> {
    const started = Bun.spawn(this.#command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    void this.#read(started)
    return started
  }

  async #read({ stdout, pid }: Bun.Subprocess<'pipe', 'pipe', 'inherit'>): Promise<void> {
    let rest = ''
    for await (const chunk of stdout) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        const message = JSON.parse(line) as Message
        const waiting = this.#waiting.get(message.id as number)
        if (waiting === undefined) this.#said(message)
        else if (typeof message.error === 'string') waiting.reject(new Error(message.error))
        else waiting.resolve(message)
        this.#waiting.delete(message.id as number)
      }
    }
    if (pid !== this.pid) return
    for (const { reject } of this.#waiting.values()) reject(new Error(`process ${pid} has ended`))
    this.#waiting.clear()
  }
}
