import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeOptions } from './node-options.ts'
import { assertAgrees, firstPlace, readPlace, writePlace } from './node-place.ts'

test('the first node takes the defaults where nothing was asked for', () => {
  expect(firstPlace(nodeOptions({ name: 'node-1', clusterCidr: '10.50.0.0/16' }))).toEqual({
    format: 1,
    nodeName: 'node-1',
    nodeNumber: 0,
    isFounder: true,
    clusterName: 'skein',
    clusterDomain: 'cluster.local',
    clusterCidr: '10.50.0.0/16',
    serviceCidr: '10.43.0.0/16',
    nodeCidr: '10.44.0.0/16',
  })
})

test('a later start may repeat what is so, and not say otherwise', () => {
  const place = firstPlace(nodeOptions({ name: 'node-1' }))
  assertAgrees(nodeOptions({}), place)
  assertAgrees(nodeOptions({ name: 'node-1', clusterCidr: '10.42.0.0/16' }), place)
  expect(() => assertAgrees(nodeOptions({ clusterCidr: '10.50.0.0/16' }), place)).toThrow(
    '--cluster-cidr 10.50.0.0/16: this node is in a cluster where it is 10.42.0.0/16',
  )
  expect(() => assertAgrees(nodeOptions({ name: 'other' }), place)).toThrow('--name other')
})

test('it is read back as it was written; a newer format is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-place-'))
  try {
    const path = join(directory, 'place.json')
    expect(await readPlace(path)).toBeUndefined()
    const place = firstPlace(nodeOptions({ name: 'node-1' }))
    await writePlace(path, place)
    expect(await readPlace(path)).toEqual(place)
    await writePlace(path, { ...place, format: 2 as 1 })
    await expect(readPlace(path)).rejects.toThrow('upgrade this node')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
