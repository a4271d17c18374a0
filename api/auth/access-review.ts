import type { UserInfo } from '../resource/definition.ts'
import type { ApiObject } from '../resource/object.ts'
import { badRequest } from '../resource/status.ts'
import type { Attributes, Authorizer } from './authorizer.ts'

interface ReviewSpec {
  resourceAttributes?: {
    namespace?: string
    verb?: string
    group?: string
    version?: string
    resource?: string
    subresource?: string
    name?: string
  }
  nonResourceAttributes?: { path?: string; verb?: string }
  user?: string
  groups?: string[]
  uid?: string
}

/** SelfSubjectAccessReview (`self` given), SubjectAccessReview and LocalSubjectAccessReview. */
export function reviewAccess(authorizer: Authorizer, review: ApiObject, self: UserInfo | undefined): ApiObject {
  const spec = (review.spec ?? {}) as ReviewSpec
  const user = self ?? { name: spec.user ?? '', uid: spec.uid, groups: spec.groups ?? [] }
  if (!self && user.name === '' && user.groups.length === 0) {
    throw badRequest('spec.user: Invalid value: "": at least one of user or group must be specified')
  }
  const { allowed, reason } = authorizer.authorize(attributesOf(spec, user))
  return { ...review, status: reason === '' ? { allowed } : { allowed, reason } }
}

function attributesOf(
  { resourceAttributes: resource, nonResourceAttributes: path }: ReviewSpec,
  user: UserInfo,
): Attributes {
  if ((resource === undefined) === (path === undefined)) {
    throw badRequest(
      'spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    )
  }
  return {
    user,
    verb: resource?.verb ?? path?.verb ?? '',
    isResource: resource !== undefined,
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
    path: path?.path ?? '',
  }
}

/** SelfSubjectRulesReview. */
export function reviewRules(authorizer: Authorizer, review: ApiObject, self: UserInfo): ApiObject {
  const namespace = (review.spec as { namespace?: string } | undefined)?.namespace ?? ''
  if (namespace === '') throw badRequest('no namespace on request')
  const rules = authorizer.rulesFor(self, namespace)
  const resourceRules = rules
    .filter((rule) => rule.resources?.length)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames }))
  const nonResourceRules = rules
    .filter((rule) => rule.nonResourceURLs?.length)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }))
  return { ...review, status: { resourceRules, nonResourceRules, incomplete: false } }
}
