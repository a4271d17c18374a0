import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../mesh/identity/certificate.ts'
import { writePrivateFile } from '../mesh/identity/private-file.ts'
import { apiServingNames, openServingCertificate } from './serving-certificate.ts'

const dayMs = 24 * 3600_000
const nowMs = Date.now()
const names = apiServingNames('cluster.local', ['10.43.0.1'], 'node-1')
let path: string
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-serving-'))
  path = join(directory, 'serving.json')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('it is kept while it serves, and made anew at two thirds of its life, for new names, for a new authority', async () => {
  const authority = await createAuthority('one', nowMs, 3650 * dayMs)
  const first = await openServingCertificate(path, authority, names, nowMs)
  expect(await openServingCertificate(path, authority, names, nowMs + 100 * dayMs)).toEqual(first)
  const renewed = await openServingCertificate(path, authority, names, nowMs + 250 * dayMs)
  expect(renewed).not.toEqual(first)
  const more = apiServingNames('cluster.local', ['10.43.0.1', '192.0.2.7'], 'node-1')
  const wider = await openServingCertificate(path, authority, more, nowMs + 251 * dayMs)
  expect(wider).not.toEqual(renewed)
  const other = await createAuthority('two', nowMs, 3650 * dayMs)
  expect(await openServingCertificate(path, other, more, nowMs + 252 * dayMs)).not.toEqual(wider)
})

test('a shorter life that is wanted since is heeded at once', async () => {
  const authority = await createAuthority('one', nowMs, 3650 * dayMs)
  const year = await openServingCertificate(path, authority, names, nowMs)
  const day = await openServingCertificate(path, authority, names, nowMs, dayMs)
  expect(day).not.toEqual(year)
  expect(await openServingCertificate(path, authority, names, nowMs + dayMs / 2, dayMs)).toEqual(day)
  expect(await openServingCertificate(path, authority, names, nowMs + dayMs * 0.7, dayMs)).not.toEqual(day)
})

test('a damaged file is replaced', async () => {
  const authority = await createAuthority('one', nowMs, 3650 * dayMs)
  await writePrivateFile(path, '{"certificatePem":"nonsense"')
  const made = await openServingCertificate(path, authority, names, nowMs)
  expect(await openServingCertificate(path, authority, names, nowMs)).toEqual(made)
})
