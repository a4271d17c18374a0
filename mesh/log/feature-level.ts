/**
 * What this build understands. Raised by one whenever an entry can mean something that the build before would get
 * wrong. Members announce theirs; the leader writes entries of a level only once every member knows it.
 */
export const knownFeatureLevel = 1

/** Something from a newer build: applying must stop here, at once and for good, rather than guess. */
export class UpgradeNeeded extends Error {
  override readonly name = 'UpgradeNeeded'
  constructor(what: string, level: number, knownLevel = knownFeatureLevel) {
    super(`${what} needs feature level ${level}, this build knows ${knownLevel}: upgrade this node`)
  }
}

export function assertKnownLevel(what: string, level: number, knownLevel = knownFeatureLevel): void {
  if (level > knownLevel) throw new UpgradeNeeded(what, level, knownLevel)
}

/** The level that all of these members know; 0 when one has not announced any. */
export function commonFeatureLevel(announced: readonly (number | undefined)[]): number {
  return announced.length === 0 ? 0 : Math.min(...announced.map((level) => level ?? 0))
}
