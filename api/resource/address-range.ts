/** An IPv4 range such as `10.43.0.0/16`; addresses are offsets into it. */
export class AddressRange {
  readonly base: number
  readonly size: number

  /** Throws RangeError for what is not an IPv4 CIDR of 8 to 30 bits. */
  constructor(readonly cidr: string) {
    const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr)
    const address = match && parseAddress(match[1]!)
    const bits = Number(match?.[2])
    if (address === undefined || address === null || bits < 8 || bits > 30) {
      throw new RangeError(`${cidr} is not an IPv4 range of 8 to 30 bits, e.g. 10.43.0.0/16`)
    }
    this.size = 2 ** (32 - bits)
    this.base = address - (address % this.size)
  }

  /** Network and broadcast addresses are not in it. */
  contains(text: string): boolean {
    const address = parseAddress(text)
    return address !== undefined && address > this.base && address < this.base + this.size - 1
  }

  at(offset: number): string {
    const address = this.base + offset
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
  }

  /**
   * A free address: random in the upper part first, so that the lower part stays for addresses chosen by hand
   * (upstream: KEP-3070, min(max(16, size/16), 256)). `random` gives [0, 1).
   */
  pick(isUsed: (address: string) => boolean, random: () => number): string | undefined {
    const reserved = Math.min(Math.max(16, Math.floor(this.size / 16)), 256, this.size - 2)
    return this.#pickIn(reserved, this.size - 1, isUsed, random) ?? this.#pickIn(1, reserved, isUsed, random)
  }

  #pickIn(from: number, to: number, isUsed: (address: string) => boolean, random: () => number): string | undefined {
    const count = to - from
    if (count <= 0) return undefined
    const start = Math.floor(random() * count)
    for (let step = 0; step < count; step++) {
      const address = this.at(from + ((start + step) % count))
      if (!isUsed(address)) return address
    }
    return undefined
  }
}

function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}
