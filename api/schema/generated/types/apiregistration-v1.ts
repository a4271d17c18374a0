// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ListMeta, ObjectMeta } from './meta-v1.ts'

/** An API group-version and the server that serves it. */
export interface APIService {
  apiVersion?: 'apiregistration.k8s.io/v1'
  kind?: 'APIService'
  metadata?: ObjectMeta
  /** Where the group-version is served. */
  spec?: APIServiceSpec
  /** Whether it can be reached. */
  status?: APIServiceStatus
}

/** A condition of an APIService. */
export interface APIServiceCondition {
  /** Type of the condition. */
  type: string
  /** True, False or Unknown. */
  status: string
  /** When the status last changed. */
  lastTransitionTime?: string
  /** One word why. */
  reason?: string
  /** Details for people. */
  message?: string
}

/** A list of APIServices. */
export interface APIServiceList {
  apiVersion?: 'apiregistration.k8s.io/v1'
  kind?: 'APIServiceList'
  metadata?: ListMeta
  /** The APIServices. */
  items: APIService[]
}

/** Where and how a group-version is served. */
export interface APIServiceSpec {
  /** The Service that serves it; absent when this API server does so itself. */
  service?: ServiceReference
  /** Name of the API group. */
  group?: string
  /** Name of the version. */
  version?: string
  /** Do not verify the server's certificate. */
  insecureSkipTLSVerify?: boolean
  /** PEM certificates that the server's certificate must be signed by. */
  caBundle?: string
  /** Priority of the group: higher ones are listed first. */
  groupPriorityMinimum: number
  /** Priority of the version within its group. */
  versionPriority: number
}

/** What is known of the server. */
export interface APIServiceStatus {
  /** Conditions of the APIService. */
  conditions?: APIServiceCondition[]
}

/** Names a Service. */
export interface ServiceReference {
  /** Namespace of the service. */
  namespace?: string
  /** Name of the service. */
  name?: string
  /** Port of the service. */
  port?: number
}
