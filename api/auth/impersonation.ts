import { ApiError } from '../client/client.ts'
import type { UserInfo } from '../resource/definition.ts'
import { badRequest } from '../resource/status.ts'
import { type Authorizer, forbiddenText } from './authorizer.ts'

/**
 * The user that a request is made as: its caller, or another that the caller may impersonate.
 * Upstream: k8s.io/apiserver/pkg/endpoints/filters/impersonation. Throws ApiError 403, 400.
 */
export function impersonated(caller: UserInfo, headers: Headers, authorizer: Authorizer): UserInfo {
  const name = headers.get('impersonate-user')
  const groups = listOf(headers.get('impersonate-group'))
  const uid = headers.get('impersonate-uid')
  const extra = extraOf(headers)
  if (!name) {
    if (groups.length > 0 || uid || Object.keys(extra).length > 0) {
      throw badRequest('requested impersonation of groups, uid or extra without impersonating a user')
    }
    return caller
  }
  const check = (group: string, resource: string, subresource: string, value: string, namespace = '') => {
    const attributes = {
      ...{ user: caller, verb: 'impersonate', isResource: true, version: 'v1', path: '' },
      ...{ group, resource, subresource, name: value, namespace },
    }
    if (authorizer.authorize(attributes).allowed) return
    const text = `${resource} "${value}" is forbidden: ${forbiddenText(attributes, '')}`
    throw new ApiError(403, 'Forbidden', text, { name: value, kind: resource })
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  if (account) check('', 'serviceaccounts', '', account[2]!, account[1]!)
  else check('', 'users', '', name)
  for (const group of groups) check('', 'groups', '', group)
  if (uid) check('authentication.k8s.io', 'uids', '', uid)
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) check('authentication.k8s.io', 'userextras', key, value)
  }
  const own =
    groups.length > 0 || !account ? groups : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
  const isAnonymous = name === 'system:anonymous'
  const last = isAnonymous ? 'system:unauthenticated' : 'system:authenticated'
  return { name, uid: uid ?? undefined, groups: [...new Set([...own, last])], extra }
}

function listOf(header: string | null): string[] {
  return header
    ? header
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : []
}

function extraOf(headers: Headers): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  headers.forEach((value, header) => {
    if (!header.startsWith('impersonate-extra-')) return
    extra[decodeURIComponent(header.slice('impersonate-extra-'.length))] = listOf(value)
  })
  return extra
}
