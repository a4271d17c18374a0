import { dirname, join, normalize } from 'node:path'

/** One import as it stands in a source file. */
export interface Arrow {
  file: string
  /** From 1. */
  line: number
  /** A path from the repository's root for our own files, else the package (`node:fs`, `hypercore`). */
  target: string
}

/**
 * What names another module: `from '...'`, `import '...'`, `import('...')`, `require('...')`, and threads, which are
 * started by path. Bun's own import scanner leaves out `import type`, which counts here.
 */
const forms = [
  /(?:^|\n)[ \t]*(?:import|export)\b[^'"`;()]*?\bfrom\s*(['"])(?<target>[^'"\n]+)\1/g,
  /(?:^|\n)[ \t]*import\s*(['"])(?<target>[^'"\n]+)\1/g,
  /\b(?:import|require)\s*\(\s*(['"])(?<target>[^'"\n]+)\1\s*\)/g,
  /\bstartThread\(\s*(['"])(?<thread>[^'"\n]+)\1/g,
]

/** The imports of one file; `file` is its path from the root. */
export function readArrows(file: string, source: string): Arrow[] {
  const arrows: Arrow[] = []
  for (const form of forms) {
    for (const match of source.matchAll(form)) {
      const { target, thread } = match.groups!
      const end = match.index + match[0].length
      const line = source.slice(0, end).split('\n').length
      const named = thread ?? (target!.startsWith('.') ? normalize(join(dirname(file), target!)) : target!)
      arrows.push({ file, line, target: named })
    }
  }
  return arrows.sort((a, b) => a.line - b.line)
}

/** What files below `from` may import of this repository, beside their own area. */
export interface ImportRule {
  /** Path prefix of the importing files; of several that fit, the longest counts. */
  from: string
  /** Path prefixes that may be imported. `from` itself is always allowed. */
  to: readonly string[]
  /** Packages that may be imported; all when undefined. */
  packages?: readonly string[]
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

/** One line for each forbidden arrow: `FILE:LINE imports TARGET; WHAT MAY BE`. */
export function forbiddenArrows(arrows: readonly Arrow[], rules: readonly ImportRule[], areas: readonly string[]) {
  const found: string[] = []
  for (const { file, line, target } of arrows) {
    const rule = rules
      .filter(({ from }) => isBelow(file, from))
      .sort((a, b) => b.from.length - a.from.length)
      .at(0)
    if (!rule) continue
    const isOurs = areas.some((area) => isBelow(target, area))
    const isAllowed = isOurs
      ? [rule.from, ...rule.to].some((prefix) => isBelow(target, prefix))
      : !rule.packages || rule.packages.includes(target)
    if (isAllowed) continue
    const allowed = [...rule.to, ...(isOurs ? [] : (rule.packages ?? []))].join(', ') || 'nothing else'
    found.push(`${file}:${line} imports ${target}; ${rule.from} may import ${allowed}`)
  }
  return found
}
