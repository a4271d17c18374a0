import { reviewAccess, reviewRules } from '../auth/access-review.ts'
import type { ApiObject } from '../resource/object.ts'
import { methodNotAllowed, notFound } from '../resource/status.ts'
import { apiVersionOf, type Resource, resourceFor } from '../schema/resource.ts'
import { readObject } from './body.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import { objectResponse } from './respond.ts'

type Answer = (serving: Serving, call: Call, body: ApiObject) => ApiObject | Promise<ApiObject>

/** Kinds that are answered and never stored, by `<group>/<resource>`. */
const answers: Record<string, Answer> = {
  'authorization.k8s.io/selfsubjectaccessreviews': ({ authorizer }, { user }, body) =>
    reviewAccess(authorizer, body, user),
  'authorization.k8s.io/subjectaccessreviews': ({ authorizer }, _, body) => reviewAccess(authorizer, body, undefined),
  'authorization.k8s.io/localsubjectaccessreviews': ({ authorizer }, _, body) =>
    reviewAccess(authorizer, body, undefined),
  'authorization.k8s.io/selfsubjectrulesreviews': ({ authorizer }, { user }, body) =>
    reviewRules(authorizer, body, user),
  'authentication.k8s.io/selfsubjectreviews': (_, { user }, body) => {
    const { name, uid, groups, extra } = user
    return { ...body, status: { userInfo: { username: name, uid, groups, extra } } }
  },
  'authentication.k8s.io/tokenreviews': async ({ authenticator }, _, body) => {
    const headers = new Headers({ authorization: `Bearer ${String(body.spec?.token ?? '')}` })
    try {
      const { name, uid, groups, extra } = await authenticator.authenticate(headers, undefined)
      if (name === 'system:anonymous') throw new Error('no token was given')
      return { ...body, status: { authenticated: true, user: { username: name, uid, groups, extra } } }
    } catch {
      return { ...body, status: { authenticated: false, error: 'the token is not valid' } }
    }
  },
}

/** Undefined for a resource that this build does not serve. */
export async function virtualResource(serving: Serving, call: Call): Promise<Response | undefined> {
  const { group, version, resource, verb } = call.info
  const facts = resourceFor(group, version, resource)
  if (!facts) return undefined
  if (resource === 'bindings') return await bindingByCollection(serving, call, facts)
  if (resource === 'componentstatuses') return componentStatuses(call, facts)
  const answer = answers[`${group}/${resource}`]
  if (!answer || verb !== 'create') throw methodNotAllowed(facts, verb)
  const make = await readObject(call, facts)
  const body = make()
  body.metadata ??= {}
  return objectResponse(call, await answer(serving, call, body), 201)
}

/** POST /api/v1/namespaces/x/bindings: the older way to bind a pod. */
async function bindingByCollection({ api }: Serving, call: Call, facts: Resource): Promise<Response> {
  if (call.info.verb !== 'create') throw methodNotAllowed(facts, call.info.verb)
  const body = (await readObject(call, facts))()
  const definition = api.registry.find('', 'v1', 'pods')!
  const name = body.metadata?.name ?? ''
  const target = { definition, namespace: call.info.namespace, name, context: call.writeContext() }
  return objectResponse(call, await api.actions.run(api.registry, target, 'binding', body), 201)
}

/** Deprecated since 1.19; there are no components to tell of. */
function componentStatuses(call: Call, facts: Resource): Response {
  call.warn('v1 ComponentStatus is deprecated in v1.19+')
  if (call.info.name !== '') throw notFound(facts, call.info.name)
  const apiVersion = apiVersionOf(facts.group, facts.version)
  return objectResponse(call, { kind: 'ComponentStatusList', apiVersion, metadata: {}, items: [] })
}
