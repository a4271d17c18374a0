import { afterEach, beforeEach, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { systemClock } from '../mesh/clock/clock.ts'
import { silentLogger } from '../mesh/logger/logger.ts'
import { startTestServer, type TestServer } from '../test/kubectl/test-server.ts'
import { CertificateRenewal } from './certificate-renewal.ts'
import { openServingCertificate } from './serving-certificate.ts'

const minuteMs = 60_000
/** So that all renewals fit into the day that certificates are valid before they were made. */
const lifetimeMs = 30 * minuteMs
const renewals = 50
const names = { dnsNames: ['kubernetes'], addresses: ['127.0.0.1'] }

let directory: string
let t: TestServer
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-renewal-'))
  t = await startTestServer()
})
afterEach(async () => {
  await t.stop()
  await rm(directory, { recursive: true, force: true })
})

/** One request over a connection of its own: the certificate's fingerprint, or what went wrong. */
function ask(request = 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
  return new Promise<string>((resolve) => {
    const options = { host: '127.0.0.1', port: t.server.ports[0], ca: t.authority.certificatePem }
    const socket: TLSSocket = connect({ ...options, ALPNProtocols: ['http/1.1'] }, () => socket.write(request))
    let text = ''
    socket.on('data', (data) => {
      text += data
      if (!text.includes('\r\n\r\nok')) return
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.on('error', (error) => resolve(`failed: ${error.message}`))
    socket.on('close', () => resolve('failed: closed'))
  })
}

test('50 renewals under load: no connection is refused, open ones go on, new ones see the new certificate', async () => {
  let aheadMs = 0
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs }
  const { authority } = t
  const options = { path: join(directory, 'serving.json'), authority, names, clock, log: silentLogger, lifetimeMs }
  const first = await openServingCertificate(options.path, authority, names, clock.nowMs(), lifetimeMs)
  t.server.serve(first)
  const long = connect({ host: '127.0.0.1', port: t.server.ports[0], ca: authority.certificatePem })
  await new Promise<void>((resolve) => long.once('secureConnect', resolve))
  const seen = new Set<string>()
  const failures: string[] = []
  const enough = Promise.withResolvers<void>()
  let made = 0
  let last = first
  aheadMs = 21 * minuteMs
  const renewal = new CertificateRenewal(options, first, (certificate) => {
    t.server.serve(certificate)
    // The next one is due at once.
    aheadMs += 21 * minuteMs
    last = certificate
    if (++made === renewals) enough.resolve()
  })
  let isOver = false
  const load = async () => {
    while (!isOver) {
      const answer = await ask()
      if (answer.startsWith('failed')) failures.push(answer)
      else seen.add(answer)
    }
  }
  const loads = [load(), load(), load(), load()]
  await enough.promise
  await renewal.stop()
  isOver = true
  await Promise.all(loads)
  expect(failures).toEqual([])
  expect(seen.size).toBeGreaterThan(3)
  expect(await ask()).toBe(new X509Certificate(last.certificatePem).fingerprint256)
  // A connection from before the first renewal.
  const answer = new Promise<string>((resolve) => long.once('data', (data) => resolve(String(data))))
  long.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await answer).toStartWith('HTTP/1.1 200')
  long.destroy()
}, 120_000)

test('a damaged certificate is refused and the present one goes on', async () => {
  const before = await ask()
  expect(() => t.server.serve({ certificatePem: 'nonsense', keyPem: 'nonsense' })).toThrow()
  expect(await ask()).toBe(before)
})
