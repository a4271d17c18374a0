import type { UserInfo } from '../resource/definition.ts'

/** What somebody wants to do. */
export interface Attributes {
  user: UserInfo
  verb: string
  isResource: boolean
  group: string
  version: string
  resource: string
  subresource: string
  namespace: string
  name: string
  /** Of a request that is not about a resource. */
  path: string
}

export interface Decision {
  allowed: boolean
  /** Why, for reviews and messages. */
  reason: string
}

export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision
  /** What this user may do in a namespace, for SelfSubjectRulesReview. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[]
}

/** Members of system:masters may do everything, whatever the roles say (upstream: the privileged group authorizer). */
export const privilegedGroup = 'system:masters'

/** Text of a 403, as upstream's responsewriters.ForbiddenStatusError. */
export function forbiddenText(attributes: Attributes, reason: string): string {
  const { user, verb, isResource, path, group, resource, subresource, namespace } = attributes
  const tail = reason === '' ? '' : `: ${reason}`
  if (!isResource) return `User "${user.name}" cannot ${verb} path "${path}"${tail}`
  const what = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${tail}`
}
