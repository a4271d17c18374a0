/** Emits the ResourceRef constants of all built-in resources. */
import { servedGroupVersions } from './groups.ts'
import { type ResourceFact, resourceFacts } from './resource-facts.ts'
import { banner } from './types.ts'

export function emitReferences(): string {
  const types = new Map<string, Set<string>>()
  const taken = new Set<string>()
  const constants = inServedOrder().map((fact) => {
    const file = servedGroupVersions.find((gv) => gv.group === fact.group && gv.version === fact.version)!.file
    types.set(file, (types.get(file) ?? new Set()).add(fact.kind))
    const name = constantName(fact, file, taken)
    taken.add(name)
    return `export const ${name}: ResourceRef<${alias(file)}.${fact.kind}> = {
  group: '${fact.group}',
  version: '${fact.version}',
  resource: '${fact.resource}',
  kind: '${fact.kind}',
  namespaced: ${fact.namespaced},
}
`
  })
  const imports = [...types.keys()].sort().map((file) => `import type * as ${alias(file)} from './types/${file}.ts'\n`)
  const clientImport = "import type { ResourceRef } from '../../client/client.ts'\n"
  return `${banner}${clientImport}${imports.join('')}\n${constants.join('\n')}`
}

function inServedOrder(): ResourceFact[] {
  const place = (fact: ResourceFact) =>
    servedGroupVersions.findIndex((gv) => gv.group === fact.group && gv.version === fact.version)
  return resourceFacts.toSorted((a, b) => place(a) - place(b))
}

/** The plural; where two groups share it, the later one gets its file's name in front: `eventsV1Events`. */
function constantName(fact: ResourceFact, file: string, taken: Set<string>): string {
  if (!taken.has(fact.resource)) return fact.resource
  return alias(file) + fact.resource[0]!.toUpperCase() + fact.resource.slice(1)
}

function alias(file: string): string {
  return file.replace(/-v/, 'V')
}
