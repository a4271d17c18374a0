import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Namespace } from '../testing/namespace.ts'
import { type NftRunner, openLibnftables, openNftProgram } from './libnftables.ts'

let namespace: Namespace
beforeAll(() => {
  namespace = new Namespace('nft')
})
afterAll(() => namespace.remove())

test.each<[string, () => NftRunner | undefined]>([
  ['libnftables', () => openLibnftables([])],
  ['libnftables where the payload has none', () => openLibnftables(['/nowhere/libnftables.so.1'])],
  ['the program nft', () => openNftProgram()],
])('%s runs a transaction, all or nothing, and says what is wrong', async (_, open) => {
  const leave = namespace.stay()
  try {
    const runner = open()!
    await runner.run('add table ip skein-x\nadd chain ip skein-x c')
    expect(namespace.sh('nft list ruleset')).toContain('chain c')
    const failing = runner.run('delete table ip skein-x\nadd rule ip skein-y c accept')
    await expect(failing).rejects.toThrow(/No such file or directory/)
    expect(namespace.sh('nft list ruleset')).toContain('chain c')
    await runner.run('delete table ip skein-x')
    runner.close()
  } finally {
    leave()
  }
})
