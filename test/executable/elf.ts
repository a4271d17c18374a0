/** Reads from 64-bit little-endian ELF files which versions of the C library they need. */

interface Section {
  type: number
  offset: number
  sizeBytes: number
  link: number
}

const sectionVersionNeed = 0x6ffffffe

function readSections(file: Buffer): Section[] {
  const tableOffset = Number(file.readBigUInt64LE(0x28))
  const entryBytes = file.readUInt16LE(0x3a)
  const count = file.readUInt16LE(0x3c)
  return Array.from({ length: count }, (_, index) => {
    const at = tableOffset + index * entryBytes
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      sizeBytes: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    }
  })
}

function readString(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at))
}

/** Whether the bytes begin like an ELF file. */
export function isElf(file: Buffer): boolean {
  return file.length > 64 && file.readUInt32BE(0) === 0x7f454c46
}

/**
 * The symbol versions that a program or library asks of others, e.g. `GLIBC_2.34` (section .gnu.version_r, as the
 * Linux Standard Base describes it). Empty for a static program.
 */
export function neededVersions(file: Buffer): string[] {
  const sections = readSections(file)
  const versions = new Set<string>()
  for (const section of sections.filter(({ type }) => type === sectionVersionNeed)) {
    const strings = sections[section.link]!.offset
    let at = section.offset
    for (;;) {
      const count = file.readUInt16LE(at + 2)
      let auxiliary = at + file.readUInt32LE(at + 8)
      for (let index = 0; index < count; index++) {
        versions.add(readString(file, strings + file.readUInt32LE(auxiliary + 8)))
        auxiliary += file.readUInt32LE(auxiliary + 12)
      }
      const next = file.readUInt32LE(at + 12)
      if (next === 0) break
      at += next
    }
  }
  return [...versions].sort()
}

/** A number that is higher for a higher version: 2.4 comes before 2.34. */
export function glibcOrder(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 1000 + minor
}

/** The highest glibc that the file asks for, e.g. `2.34`; undefined when none. */
export function neededGlibc(file: Buffer): string | undefined {
  return neededVersions(file)
    .flatMap((name) => /^GLIBC_(\d+\.\d+)$/.exec(name)?.[1] ?? [])
    .sort((a, b) => glibcOrder(a) - glibcOrder(b))
    .at(-1)
}
