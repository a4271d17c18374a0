// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ListMeta, ObjectMeta } from './meta-v1.ts'

/** CertificateSigningRequest objects provide a mechanism to obtain x509 certificates by submitting a certificate signing request, and having it asynchronously approved and issued. */
export interface CertificateSigningRequest {
  apiVersion?: 'certificates.k8s.io/v1'
  kind?: 'CertificateSigningRequest'
  metadata?: ObjectMeta
  /** spec contains the certificate request, and is immutable after creation. */
  spec: CertificateSigningRequestSpec
  /** status contains information about whether the request is approved or denied, and the certificate issued by the signer, or the failure condition indicating signer failure. */
  status?: CertificateSigningRequestStatus
}

/** CertificateSigningRequestCondition describes a condition of a CertificateSigningRequest object */
export interface CertificateSigningRequestCondition {
  /** type of the condition. */
  type: string
  /** status of the condition, one of True, False, Unknown. */
  status: string
  /** reason indicates a brief reason for the request state */
  reason?: string
  /** message contains a human readable message with details about the request state */
  message?: string
  /** lastUpdateTime is the time of the last update to this condition */
  lastUpdateTime?: string
  /** lastTransitionTime is the time the condition last transitioned from one status to another. */
  lastTransitionTime?: string
}

/** CertificateSigningRequestList is a collection of CertificateSigningRequest objects */
export interface CertificateSigningRequestList {
  apiVersion?: 'certificates.k8s.io/v1'
  kind?: 'CertificateSigningRequestList'
  metadata?: ListMeta
  /** items is a collection of CertificateSigningRequest objects */
  items: CertificateSigningRequest[]
}

/** CertificateSigningRequestSpec contains the certificate request. */
export interface CertificateSigningRequestSpec {
  /** request contains an x509 certificate signing request encoded in a "CERTIFICATE REQUEST" PEM block. */
  request: string
  /** signerName indicates the requested signer, and is a qualified name. */
  signerName: string
  /** expirationSeconds is the requested duration of validity of the issued certificate. */
  expirationSeconds?: number
  /** usages specifies a set of key usages requested in the issued certificate. */
  usages?: string[]
  /** username contains the name of the user that created the CertificateSigningRequest. */
  username?: string
  /** uid contains the uid of the user that created the CertificateSigningRequest. */
  uid?: string
  /** groups contains group membership of the user that created the CertificateSigningRequest. */
  groups?: string[]
  /** extra contains extra attributes of the user that created the CertificateSigningRequest. */
  extra?: Record<string, string[]>
}

/** CertificateSigningRequestStatus contains conditions used to indicate approved/denied/failed status of the request, and the issued certificate. */
export interface CertificateSigningRequestStatus {
  /** conditions applied to the request. */
  conditions?: CertificateSigningRequestCondition[]
  /** certificate is populated with an issued certificate by the signer after an Approved condition is present. */
  certificate?: string
}
