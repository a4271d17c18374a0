import { expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import type { Clock } from '../../mesh/clock/clock.ts'
import { createAuthority, issueCertificate, type KeyedCertificate } from '../../mesh/identity/certificate.ts'
import { ClientCertificates } from './client-certificate.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 0, 10)
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => 0 }
const ours = await createAuthority('kubernetes', nowMs, 3650 * dayMs)
const theirs = await createAuthority('kubernetes', nowMs, 3650 * dayMs)
const certificates = new ClientCertificates([ours.certificatePem], clock)

async function peer(authority: KeyedCertificate, madeMs: number, uses: ('client' | 'server')[] = ['client']) {
  const subject = { commonName: 'alice', organizations: ['cooks'] }
  const issued = await issueCertificate(authority, { ...subject, uses, nowMs: madeMs, lifetimeMs: 10 * dayMs })
  return new X509Certificate(issued.certificatePem).toLegacyObject()
}

const alice = { name: 'alice', groups: ['cooks', 'system:authenticated'] }
const trusted = { isTrusted: true }
const expired = { isTrusted: false, code: 'CERT_HAS_EXPIRED' }
const early = { isTrusted: false, code: 'CERT_NOT_YET_VALID' }

test('valid by cluster time, whatever the clock of this machine says', async () => {
  const valid = await peer(ours, nowMs - 5 * dayMs)
  for (const verdict of [trusted, expired, early]) expect(certificates.userOf(valid, verdict)).toEqual(alice)
})

test('not valid by cluster time, whatever the clock of this machine says', async () => {
  for (const madeMs of [nowMs - 20 * dayMs, nowMs + 20 * dayMs]) {
    for (const verdict of [trusted, expired, early]) {
      expect(certificates.userOf(await peer(ours, madeMs), verdict)).toBeUndefined()
    }
  }
})

test("another's signature and another use are no better for wrong dates", async () => {
  expect(certificates.userOf(await peer(theirs, nowMs), expired)).toBeUndefined()
  expect(certificates.userOf(await peer(ours, nowMs, ['server']), expired)).toBeUndefined()
  const verdict = { isTrusted: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }
  expect(certificates.userOf(await peer(ours, nowMs), verdict)).toBeUndefined()
  expect(certificates.userOf(undefined, trusted)).toBeUndefined()
})
