/** `scripts/generate`: makes everything under api/schema/generated from the Kubernetes API types. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emitDescriptors } from './descriptors.ts'
import { emitDocs } from './docs.ts'
import { readModel } from './model.ts'
import { fetchSources } from './packages.ts'
import { emitReferences } from './references.ts'
import { emitResourceTable, emitTables } from './tables.ts'
import { emitTypes } from './types.ts'

export function generate(target: string): void {
  const sources = fetchSources()
  const model = readModel(sources)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(join(target, 'types'), { recursive: true })
  for (const [file, text] of emitTypes(model)) writeFileSync(join(target, 'types', `${file}.ts`), text)
  writeFileSync(join(target, 'resources.ts'), emitReferences())
  writeFileSync(join(target, 'tables.ts'), emitTables(model))
  writeFileSync(join(target, 'docs.bin'), emitDocs(model))
  writeFileSync(join(target, 'protobufjs.json'), emitDescriptors(sources))
  writeFileSync(join(target, 'resource-table.ts'), emitResourceTable())
}

if (import.meta.main) generate(process.argv[2] ?? join(import.meta.dir, '../../api/schema/generated'))
