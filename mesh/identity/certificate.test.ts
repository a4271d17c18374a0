import { expect, test } from 'bun:test'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { connect, createServer } from 'node:tls'
import { createAuthority, issueCertificate, type KeyedCertificate } from './certificate.ts'

const yearMs = 365 * 24 * 3600_000
const nowMs = Date.now()

async function pair() {
  const authority = await createAuthority('skein-test', nowMs, 10 * yearMs)
  const server = await issueCertificate(authority, {
    commonName: 'node-1',
    dnsNames: ['kubernetes.default.svc'],
    addresses: ['127.0.0.1', 'fd00::1'],
    uses: ['server'],
    nowMs,
    lifetimeMs: yearMs,
  })
  const client = await issueCertificate(authority, {
    commonName: 'admin',
    organizations: ['system:masters', 'ops'],
    uses: ['client'],
    nowMs,
    lifetimeMs: yearMs,
  })
  return { authority, server, client }
}

test('certificates carry names, groups, uses, and are valid from a day before', async () => {
  const { authority, server, client } = await pair()
  const parsed = new NodeCertificate(server.certificatePem)
  expect(parsed.checkIssued(new NodeCertificate(authority.certificatePem))).toBe(true)
  expect(parsed.verify(new NodeCertificate(authority.certificatePem).publicKey)).toBe(true)
  expect(parsed.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(new Date(parsed.validFrom).getTime()).toBeLessThanOrEqual(nowMs - 24 * 3600_000)
  expect(new NodeCertificate(client.certificatePem).subject).toBe('O=system:masters\nO=ops\nCN=admin')
})

test('a certificate never outlives its authority', async () => {
  const authority = await createAuthority('short', nowMs, 1000_000)
  const issued = await issueCertificate(authority, { commonName: 'x', uses: ['client'], nowMs, lifetimeMs: yearMs })
  expect(new NodeCertificate(issued.certificatePem).validTo).toBe(new NodeCertificate(authority.certificatePem).validTo)
})

function handshake(authority: KeyedCertificate, server: KeyedCertificate, client: KeyedCertificate) {
  return new Promise<{ authorized: boolean }>((resolve, reject) => {
    const listener = createServer(
      { cert: server.certificatePem, key: server.keyPem, ca: authority.certificatePem, requestCert: true },
      (socket) => {
        resolve({ authorized: socket.authorized })
        socket.end()
        listener.close()
      },
    )
    listener.on('tlsClientError', reject)
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number }
      const options = { ca: authority.certificatePem, cert: client.certificatePem, key: client.keyPem }
      connect({ host: '127.0.0.1', port, servername: 'kubernetes.default.svc', ...options }).on('error', reject)
    })
  })
}

test('a TLS handshake verifies both sides', async () => {
  const { authority, server, client } = await pair()
  expect(await handshake(authority, server, client)).toEqual({ authorized: true })
})
