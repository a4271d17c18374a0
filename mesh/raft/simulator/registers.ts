/** A command of the simulated state machine. */
export interface Command {
  id: number
  kind: 'put' | 'swap'
  key: string
  value: string
  expected?: string | null
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodeCommand(command: Command): Uint8Array {
  return encoder.encode(JSON.stringify(command))
}

export function decodeCommand(bytes: Uint8Array): Command {
  return JSON.parse(decoder.decode(bytes)) as Command
}

/** The simulated state machine: a few registers. */
export class Registers {
  #values = new Map<string, string>()

  get(key: string): string | null {
    return this.#values.get(key) ?? null
  }

  /** Returns what was there before. */
  apply({ kind, key, value, expected }: Command): string | null {
    const found = this.get(key)
    if (kind === 'put' || found === expected) this.#values.set(key, value)
    return found
  }

  encode(): Uint8Array {
    return encoder.encode(JSON.stringify([...this.#values].sort()))
  }

  static decode(bytes: Uint8Array): Registers {
    const registers = new Registers()
    registers.#values = new Map(JSON.parse(decoder.decode(bytes)) as [string, string][])
    return registers
  }
}
