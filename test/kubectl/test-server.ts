import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBootstrapRoles } from '../../api/auth/bootstrap.ts'
import { ApiError, type Client } from '../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../api/client/local-api.ts'
import { namespaces } from '../../api/schema/generated/resources.ts'
import type { PodStreams } from '../../api/server/pod-streams.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../api/server/server.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { createAuthority, issueCertificate, type KeyedCertificate } from '../../mesh/identity/certificate.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import type { Store } from '../../mesh/store/store.ts'

const dayMs = 24 * 3600_000

/** Another kubectl than the one on PATH, to see that this version works too. */
export const kubectlPath = process.env.SKEIN_TEST_KUBECTL ?? 'kubectl'

const noNode = async (): Promise<never> => {
  throw new ApiError(404, 'NotFound', 'there is no node in this test')
}

/** Pod streams of a cluster without nodes. */
export const noPodStreams: PodStreams = {
  logs: noNode,
  exec: noNode,
  attach: noNode,
  portForward: noNode,
  nodePage: noNode,
}

export interface TestServer {
  api: LocalApi
  server: ApiServer
  store: Store
  client: Client
  authority: KeyedCertificate
  /** A kubeconfig for this user, its own cache beside it. */
  kubeconfig(user: string, groups: string[]): Promise<string>
  /** Runs kubectl as the admin; resolves with its output whatever the exit code. */
  kubectl(...args: string[]): Promise<Output>
  kubectlWith(
    options: { input?: string; env?: Record<string, string>; kubeconfig?: string },
    ...args: string[]
  ): Promise<Output>
  /** The admin's certificate and key, PEM. */
  adminTls: { cert: string; key: string }
  /** A request with the admin's certificate. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  directory: string
  stop(): Promise<void>
}

export interface Output {
  code: number
  stdout: string
  stderr: string
}

/** A real API server over the store, with certificates of its own and a kubeconfig for real clients. */
export async function startTestServer(
  options: Partial<ApiServerOptions> = {},
  store: Store = new MemoryStore({ clock: systemClock }),
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'skein-server-'))
  const api = await startLocalApi({ store, clock: systemClock, log: silentLogger, peer: 'test' })
  const client = api.client('system:test')
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    await client.resource(namespaces).create({ metadata: { name } })
  }
  await ensureBootstrapRoles(client)
  const nowMs = Date.now()
  const authority = await createAuthority('test', nowMs, dayMs)
  const issue = (
    request: Pick<Parameters<typeof issueCertificate>[1], 'commonName' | 'organizations' | 'uses' | 'addresses'>,
  ) => issueCertificate(authority, { ...request, nowMs, lifetimeMs: dayMs })
  const starting = startApiServer({
    api,
    clock: systemClock,
    log: silentLogger,
    listen: [{ host: '127.0.0.1', port: 0 }],
    serving: await issue({ commonName: 'kube-apiserver', uses: ['server'], addresses: ['127.0.0.1'] }),
    clientAuthorities: [authority.certificatePem],
    serviceAccountKeys: [await signingKey()],
    podStreams: noPodStreams,
    // No controller makes accounts here.
    serviceAccountAdmission: false,
    socketDirectory: join(directory, 'sockets'),
    ...options,
  })
  const server = await starting.catch(async (error) => {
    await api.stop()
    await store.close()
    rmSync(directory, { recursive: true, force: true })
    throw error
  })
  const kubeconfig = async (user: string, groups: string[]) => {
    const certificate = await issue({ commonName: user, organizations: groups, uses: ['client'] })
    const path = join(directory, `kubeconfig-${user.replaceAll(/[^a-z0-9]/gi, '-')}`)
    await Bun.write(path, kubeconfigText(server.ports[0]!, authority, certificate))
    return path
  }
  const admin = await kubeconfig('admin', ['system:masters'])
  const adminCertificate = await issue({ commonName: 'admin', organizations: ['system:masters'], uses: ['client'] })
  const adminTls = { cert: adminCertificate.certificatePem, key: adminCertificate.keyPem }
  const tls = { ca: authority.certificatePem, ...adminTls }
  const request: TestServer['fetch'] = (path, init = {}) =>
    fetch(`https://127.0.0.1:${server.ports[0]}${path}`, { ...init, tls, keepalive: false } as RequestInit)
  const kubectlWith: TestServer['kubectlWith'] = async ({ input, env, kubeconfig: path = admin }, ...args) => {
    const child = Bun.spawn([kubectlPath, '--kubeconfig', path, '--cache-dir', join(directory, 'cache'), ...args], {
      env: { PATH: Bun.env.PATH, HOME: directory, ...env },
      stdin: input === undefined ? 'ignore' : new Blob([input]),
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { code: await child.exited, stdout, stderr }
  }
  return {
    ...{ api, server, store, client, authority, kubeconfig, kubectlWith, directory, adminTls, fetch: request },
    kubectl: (...args) => kubectlWith({}, ...args),
    async stop() {
      await server.stop()
      await api.stop()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function signingKey() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    id: 'key-1',
    createdMs: 0,
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  }
}

function kubeconfigText(port: number, authority: KeyedCertificate, user: KeyedCertificate): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(authority.certificatePem),
        },
      },
    ],
    users: [
      {
        name: 'user',
        user: {
          'client-certificate-data': base64(user.certificatePem),
          'client-key-data': base64(user.keyPem),
        },
      },
    ],
  })
}
