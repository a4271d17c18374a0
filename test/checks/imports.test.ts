import { expect, test } from 'bun:test'
import { forbiddenArrows, readArrows } from './import-graph.ts'
import { areas, importRules, testRules } from './import-rules.ts'
import { readSource, sourceFiles } from './source-files.ts'

function check(file: string, source: string): string[] {
  const rules = /\.(test|long|bench)\.ts$|\/test-[^/]*\.ts$|\/simulat(ion|or)\//.test(file) ? testRules : importRules
  return forbiddenArrows(readArrows(file, source), rules, areas)
}

test('imports go one way: agent -> api -> mesh/store, agent -> mesh', () => {
  const files = sourceFiles().filter((file) => /\.(ts|cts)$/.test(file) && !file.endsWith('.d.ts'))
  expect(files.length).toBeGreaterThan(50)
  expect(files.flatMap((file) => check(file, readSource(file)))).toEqual([])
})

test('a forbidden arrow names file and line', () => {
  const source =
    "import { readFileSync } from 'node:fs'\n\nimport type {\n  Store,\n} from '../../../mesh/store/store.ts'\n"
  expect(check('agent/control/scheduler/scheduler.ts', source)).toEqual([
    'agent/control/scheduler/scheduler.ts:5 imports mesh/store/store.ts; agent/control may import mesh/logger, ' +
      'mesh/clock, mesh/thread, mesh/memory, api/client, api/schema',
  ])
})

test('every way of naming a module counts', () => {
  const forms = [
    "export { a } from '../../api/codec/table.ts'",
    "export * from '../../api/codec/table.ts'",
    "import '../../api/codec/table.ts'",
    "const a = await import('../../api/codec/table.ts')",
    "import a = require('../../api/codec/table.ts')",
    "startThread('api/codec/table.worker.ts')",
  ]
  for (const form of forms) expect(check('mesh/log/log.ts', form)).toHaveLength(1)
})

test('consensus may not even import a package', () => {
  expect(check('mesh/raft/raft.ts', "import { b } from './log.ts'\n")).toEqual([])
  expect(check('mesh/raft/raft.ts', "import b4a from 'b4a'\n")).toHaveLength(1)
  expect(check('mesh/raft/raft.ts', "import { c } from '../clock/clock.ts'\n")).toHaveLength(1)
})

test('api sees the Store interface only, its tests also the one in memory', () => {
  const source = "import { MemoryStore } from '../../mesh/store/memory.ts'\n"
  expect(check('api/resource/registry.ts', source)).toHaveLength(1)
  expect(check('api/resource/registry.test.ts', source)).toEqual([])
  expect(check('api/resource/registry.ts', "import type { Store } from '../../../mesh/store/store.ts'\n")).toEqual([])
})
