import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')

/** A group of test files that runs in a process of its own, so that a crash costs only that group. */
export interface Part {
  name: string
  files: string[]
  /** The group is ended after this, and counts as one failure more. */
  limitMinutes: number
}

function find(pattern: string): string[] {
  const found = [...new Bun.Glob(pattern).scanSync({ cwd: root, onlyFiles: true })]
  return found.filter((file) => !file.includes('node_modules')).sort()
}

/** One process a file: these start whole servers, and what one leaves behind must not disturb the next. */
function fileByFile(folder: string, limitMinutes: number): Part[] {
  return find(`test/${folder}/**/*.test.ts`).map((file) => ({
    name: file.replace(/^test\/|\.test\.ts$/g, ''),
    files: [file],
    limitMinutes,
  }))
}

/** Every part of a full run, the quick ones first. */
export function allParts(): Part[] {
  const areas = ['mesh', 'api', 'agent/control', 'agent/worker', 'agent/network', 'agent']
  const taken = new Set<string>()
  const units = [...areas, 'scripts', 'test/lab', 'test/fixtures'].map((name) => {
    const files = find(`${name}/**/*.test.ts`).filter((file) => !taken.has(file))
    for (const file of files) taken.add(file)
    return { name, files, limitMinutes: 12 }
  })
  const parts = [
    { name: 'checks', files: find('test/checks/**/*.test.ts'), limitMinutes: 5 },
    ...units,
    { name: 'executable', files: find('test/executable/**/*.test.ts'), limitMinutes: 8 },
    ...fileByFile('kubectl', 8),
    ...fileByFile('cluster', 8),
    ...fileByFile('fault', 8),
  ]
  return parts.filter(({ files }) => files.length > 0)
}

/** The long runs (`*.long.ts`, in no full run) whose path has `name` in it. */
export function longParts(name: string): Part[] {
  return find('{mesh,api,agent,test}/**/*.long.ts')
    .filter((file) => file.includes(name))
    .map((file) => ({ name: file.replace(/\.long\.ts$/, ''), files: [file], limitMinutes: 24 * 60 }))
}

/** The parts that `names` ask for: names of parts, or paths of files or folders. Throws on one that fits nothing. */
export function chosenParts(names: readonly string[]): Part[] {
  const parts = allParts()
  if (names.length === 0) return parts
  return names.flatMap((name) => {
    const path = name.replace(/^\.\//, '').replace(/\/$/, '')
    const named = parts.filter((part) => part.name === path || part.name.startsWith(`${path}/`))
    if (named.length > 0) return named
    const files = parts.flatMap((part) => part.files).filter((file) => file === path || file.startsWith(`${path}/`))
    if (files.length === 0) throw new Error(`no tests at ${name}; parts are ${parts.map((p) => p.name).join(', ')}`)
    return [{ name: path, files, limitMinutes: 10 }]
  })
}
