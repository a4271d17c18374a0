import { StoreError } from '../../mesh/store/store.ts'
import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import { type ApiObject, timestamp } from '../resource/object.ts'
import type { Registry } from '../resource/registry.ts'
import { badRequest, conflict, type FieldCause, invalid, notFound } from '../resource/status.ts'
import type { SubresourceAction } from '../resource/subresource.ts'
import type { Target } from '../resource/write.ts'
import type { TokenRequest } from '../schema/generated/types/authentication-v1.ts'
import type { BoundObject, ServiceAccountTokens } from './service-account-tokens.ts'

const request = { group: 'authentication.k8s.io', resource: 'tokenrequests', kind: 'TokenRequest' }
const minSeconds = 600
const maxSeconds = 2 ** 32
const defaultSeconds = 3600

const boundResources: Record<BoundObject['kind'], string> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

/** POST serviceaccounts/x/token. Upstream: pkg/registry/core/serviceaccount/storage/token.go. */
export function requestToken(tokens: ServiceAccountTokens): SubresourceAction {
  return async (registry, target, body) => {
    const { spec = {} } = body as unknown as TokenRequest & { spec?: Partial<TokenRequest['spec']> }
    const expirationSeconds = Number(spec?.expirationSeconds ?? defaultSeconds)
    refuseDuration(target.name, expirationSeconds)
    const { object: account } = await newestHere(registry, target.definition, target.namespace, target.name)
    const binding = await boundObject(registry, target, spec?.boundObjectRef as Partial<BoundObject> | undefined)
    const { token, expiresMs } = await tokens.issue({
      namespace: target.namespace,
      name: target.name,
      uid: account.metadata.uid ?? '',
      audiences: (spec?.audiences as string[] | undefined) ?? [],
      expirationSeconds,
      ...binding,
    })
    const audiences = spec?.audiences?.length ? spec.audiences : [tokens.issuer]
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: target.name,
        namespace: target.namespace,
        creationTimestamp: timestamp(registry.clock.nowMs()),
      },
      spec: { ...spec, audiences, expirationSeconds },
      status: { token, expirationTimestamp: timestamp(expiresMs) },
    } as ApiObject
  }
}

/** The newest that there is; without a quorum what this node has: pods of a node that is cut off need tokens too. */
async function newestHere(registry: Registry, definition: ResourceDefinition, namespace: string, name: string) {
  try {
    return await getObject(registry, definition, namespace, name)
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'NoQuorum') throw error
    return getObject(registry, definition, namespace, name, '0')
  }
}

function refuseDuration(name: string, seconds: number): void {
  const causes: FieldCause[] = []
  const add = (why: string) =>
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${seconds}: ${why}`,
      field: 'spec.expirationSeconds',
    })
  if (seconds < minSeconds) add('may not specify a duration less than 10 minutes')
  if (seconds > maxSeconds) add('may not specify a duration larger than 2^32 seconds')
  if (causes.length > 0) throw invalid(request, name, causes)
}

async function boundObject(registry: Registry, target: Target, ref: Partial<BoundObject> | undefined) {
  if (!ref) return {}
  const { kind, name = '', uid } = ref
  const resource = kind && boundResources[kind]
  if (!resource)
    throw badRequest(`cannot bind token for serviceaccount to object of kind ${kind ?? ''}: use Pod, Secret or Node`)
  const definition = registry.find('', 'v1', resource)
  if (!definition) throw notFound(request, name)
  const { object } = await newestHere(registry, definition, kind === 'Node' ? '' : target.namespace, name)
  if (uid && object.metadata.uid !== uid) {
    throw conflict(
      definition,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  if (kind === 'Pod') {
    const account = object.spec?.serviceAccountName || 'default'
    if (account !== target.name)
      throw badRequest(
        `cannot bind token for serviceaccount "${target.name}" to pod running with different serviceaccount name.`,
      )
  }
  const bound: BoundObject = { kind, name, uid: object.metadata.uid ?? '' }
  const nodeName = object.spec?.nodeName
  const node = kind === 'Pod' && typeof nodeName === 'string' && nodeName !== '' ? { name: nodeName } : undefined
  return { bound, node }
}
