// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { UserInfo } from './authentication-v1.ts'
import type { GroupVersionKind, GroupVersionResource, Status } from './meta-v1.ts'

/** AdmissionRequest describes the admission.Attributes for the admission request. */
export interface AdmissionRequest {
  /** uid is an identifier for the individual request/response. */
  uid?: string
  /** kind is the fully-qualified type of object being submitted (for example, v1.Pod or autoscaling.v1.Scale) */
  kind?: GroupVersionKind
  /** resource is the fully-qualified resource being requested (for example, v1.pods) */
  resource?: GroupVersionResource
  /** subResource is the subresource being requested, if any (for example, "status" or "scale") */
  subResource?: string
  /** requestKind is the fully-qualified type of the original API request (for example, v1.Pod or autoscaling.v1.Scale). */
  requestKind?: GroupVersionKind
  /** requestResource is the fully-qualified resource of the original API request (for example, v1.pods). */
  requestResource?: GroupVersionResource
  /** requestSubResource is the name of the subresource of the original API request, if any (for example, "status" or "scale") If this is specified and differs from the value in "subResource", an equivalent match and conversion was performed. */
  requestSubResource?: string
  /** name is the name of the object as presented in the request. */
  name?: string
  /** namespace is the namespace associated with the request (if any). */
  namespace?: string
  /** operation is the operation being performed. */
  operation?: string
  /** userInfo is information about the requesting user */
  userInfo?: UserInfo
  /** object is the object from the incoming request. */
  object?: Record<string, unknown>
  /** oldObject is the existing object. */
  oldObject?: Record<string, unknown>
  /** dryRun indicates that modifications will definitely not be persisted for this request. */
  dryRun?: boolean
  /** options is the operation option structure of the operation being performed. */
  options?: Record<string, unknown>
}

/** AdmissionResponse describes an admission response. */
export interface AdmissionResponse {
  /** uid is an identifier for the individual request/response. */
  uid?: string
  /** allowed indicates whether or not the admission request was permitted. */
  allowed?: boolean
  /** status is the result contains extra details into why an admission request was denied. */
  status?: Status
  /** patch is the patch body. */
  patch?: string
  /** patchType is the type of Patch. */
  patchType?: string
  /** auditAnnotations is an unstructured key value map set by remote admission controller (e.g. */
  auditAnnotations?: Record<string, string>
  /** warnings is a list of warning messages to return to the requesting API client. */
  warnings?: string[]
}

/** AdmissionReview describes an admission review request/response. */
export interface AdmissionReview {
  apiVersion?: 'admission.k8s.io/v1'
  kind?: 'AdmissionReview'
  /** request describes the attributes for the admission request. */
  request?: AdmissionRequest
  /** response describes the attributes for the admission response. */
  response?: AdmissionResponse
}
