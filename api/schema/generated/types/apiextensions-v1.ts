// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ListMeta, ObjectMeta, Status } from './meta-v1.ts'

/** ConversionRequest describes the conversion request parameters. */
export interface ConversionRequest {
  /** uid is an identifier for the individual request/response. */
  uid: string
  /** desiredAPIVersion is the version to convert given objects to. */
  desiredAPIVersion: string
  /** objects is the list of custom resource objects to be converted. */
  objects: Record<string, unknown>[]
}

/** ConversionResponse describes a conversion response. */
export interface ConversionResponse {
  /** uid is an identifier for the individual request/response. */
  uid: string
  /** convertedObjects is the list of converted version of `request.objects` if the `result` is successful, otherwise empty. */
  convertedObjects: Record<string, unknown>[]
  /** result contains the result of conversion with extra details if the conversion failed. */
  result: Status
}

/** ConversionReview describes a conversion request/response. */
export interface ConversionReview {
  apiVersion?: 'apiextensions.k8s.io/v1'
  kind?: 'ConversionReview'
  /** request describes the attributes for the conversion request. */
  request?: ConversionRequest
  /** response describes the attributes for the conversion response. */
  response?: ConversionResponse
}

/** CustomResourceColumnDefinition specifies a column for server side printing. */
export interface CustomResourceColumnDefinition {
  /** name is a human readable name for the column. */
  name: string
  /** type is an OpenAPI type definition for this column. */
  type: string
  /** format is an optional OpenAPI type definition for this column. */
  format?: string
  /** description is a human readable description of this column. */
  description?: string
  /** priority is an integer defining the relative importance of this column compared to others. */
  priority?: number
  /** jsonPath is a simple JSON path (i.e. */
  jsonPath: string
}

/** CustomResourceConversion describes how to convert different versions of a CR. */
export interface CustomResourceConversion {
  /** strategy specifies how custom resources are converted between versions. */
  strategy: string
  /** webhook describes how to call the conversion webhook. */
  webhook?: WebhookConversion
}

/** CustomResourceDefinition represents a resource that should be exposed on the API server. */
export interface CustomResourceDefinition {
  apiVersion?: 'apiextensions.k8s.io/v1'
  kind?: 'CustomResourceDefinition'
  /** Standard object's metadata More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata */
  metadata?: ObjectMeta
  /** spec describes how the user wants the resources to appear */
  spec: CustomResourceDefinitionSpec
  /** status indicates the actual state of the CustomResourceDefinition */
  status?: CustomResourceDefinitionStatus
}

/** CustomResourceDefinitionCondition contains details for the current condition of this pod. */
export interface CustomResourceDefinitionCondition {
  /** type is the type of the condition. */
  type: string
  /** status is the status of the condition. */
  status: string
  /** lastTransitionTime last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** reason is a unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string
  /** message is a human-readable message indicating details about last transition. */
  message?: string
  /** observedGeneration represents the .metadata.generation that the condition was set based upon. */
  observedGeneration?: number
}

/** CustomResourceDefinitionList is a list of CustomResourceDefinition objects. */
export interface CustomResourceDefinitionList {
  apiVersion?: 'apiextensions.k8s.io/v1'
  kind?: 'CustomResourceDefinitionList'
  /** Standard object's metadata More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata */
  metadata?: ListMeta
  /** items list individual CustomResourceDefinition objects */
  items: CustomResourceDefinition[]
}

/** CustomResourceDefinitionNames indicates the names to serve this CustomResourceDefinition */
export interface CustomResourceDefinitionNames {
  /** plural is the plural name of the resource to serve. */
  plural: string
  /** singular is the singular name of the resource. */
  singular?: string
  /** shortNames are short names for the resource, exposed in API discovery documents, and used by clients to support invocations like `kubectl get <shortname>`. */
  shortNames?: string[]
  /** kind is the serialized kind of the resource. */
  kind: string
  /** listKind is the serialized kind of the list for this resource. */
  listKind?: string
  /** categories is a list of grouped resources this custom resource belongs to (e.g. */
  categories?: string[]
}

/** CustomResourceDefinitionSpec describes how a user wants their resource to appear */
export interface CustomResourceDefinitionSpec {
  /** group is the API group of the defined custom resource. */
  group: string
  /** names specify the resource and kind names for the custom resource. */
  names: CustomResourceDefinitionNames
  /** scope indicates whether the defined custom resource is cluster- or namespace-scoped. */
  scope: string
  /** versions is the list of all API versions of the defined custom resource. */
  versions: CustomResourceDefinitionVersion[]
  /** conversion defines conversion settings for the CRD. */
  conversion?: CustomResourceConversion
  /** preserveUnknownFields indicates that object fields which are not specified in the OpenAPI schema should be preserved when persisting to storage. */
  preserveUnknownFields?: boolean
}

/** CustomResourceDefinitionStatus indicates the state of the CustomResourceDefinition */
export interface CustomResourceDefinitionStatus {
  /** conditions indicate state for particular aspects of a CustomResourceDefinition */
  conditions?: CustomResourceDefinitionCondition[]
  /** acceptedNames are the names that are actually being used to serve discovery. */
  acceptedNames?: CustomResourceDefinitionNames
  /** storedVersions lists all versions of CustomResources that were ever persisted. */
  storedVersions?: string[]
  /** The generation observed by the CRD controller. */
  observedGeneration?: number
}

/** CustomResourceDefinitionVersion describes a version for CRD. */
export interface CustomResourceDefinitionVersion {
  /** name is the version name, e.g. */
  name: string
  /** served is a flag enabling/disabling this version from being served via REST APIs */
  served: boolean
  /** storage indicates this version should be used when persisting custom resources to storage. */
  storage: boolean
  /** deprecated indicates this version of the custom resource API is deprecated. */
  deprecated?: boolean
  /** deprecationWarning overrides the default warning returned to API clients. */
  deprecationWarning?: string
  /** schema describes the schema used for validation, pruning, and defaulting of this version of the custom resource. */
  schema?: CustomResourceValidation
  /** subresources specify what subresources this version of the defined custom resource have. */
  subresources?: CustomResourceSubresources
  /** additionalPrinterColumns specifies additional columns returned in Table output. */
  additionalPrinterColumns?: CustomResourceColumnDefinition[]
  /** selectableFields specifies paths to fields that may be used as field selectors. */
  selectableFields?: SelectableField[]
}

/** CustomResourceSubresourceScale defines how to serve the scale subresource for CustomResources. */
export interface CustomResourceSubresourceScale {
  /** specReplicasPath defines the JSON path inside of a custom resource that corresponds to Scale `spec.replicas`. */
  specReplicasPath: string
  /** statusReplicasPath defines the JSON path inside of a custom resource that corresponds to Scale `status.replicas`. */
  statusReplicasPath: string
  /** labelSelectorPath defines the JSON path inside of a custom resource that corresponds to Scale `status.selector`. */
  labelSelectorPath?: string
}

export interface CustomResourceSubresourceStatus {
}

/** CustomResourceSubresources defines the status and scale subresources for CustomResources. */
export interface CustomResourceSubresources {
  /** status indicates the custom resource should serve a `/status` subresource. */
  status?: CustomResourceSubresourceStatus
  /** scale indicates the custom resource should serve a `/scale` subresource that returns an `autoscaling/v1` Scale object. */
  scale?: CustomResourceSubresourceScale
}

/** CustomResourceValidation is a list of validation methods for CustomResources. */
export interface CustomResourceValidation {
  /** openAPIV3Schema is the OpenAPI v3 schema to use for validation and pruning. */
  openAPIV3Schema?: JSONSchemaProps
}

/** ExternalDocumentation allows referencing an external resource for extended documentation. */
export interface ExternalDocumentation {
  description?: string
  url?: string
}

/** JSONSchemaProps is a JSON-Schema following Specification Draft 4 (http://json-schema.org/). */
export interface JSONSchemaProps {
  id?: string
  '$schema'?: string
  '$ref'?: string
  description?: string
  type?: string
  /** format is an OpenAPI v3 format string. */
  format?: string
  title?: string
  /** default is a default value for undefined object fields. */
  default?: unknown
  maximum?: number
  exclusiveMaximum?: boolean
  minimum?: number
  exclusiveMinimum?: boolean
  maxLength?: number
  minLength?: number
  pattern?: string
  maxItems?: number
  minItems?: number
  uniqueItems?: boolean
  multipleOf?: number
  enum?: unknown[]
  maxProperties?: number
  minProperties?: number
  required?: string[]
  items?: JSONSchemaProps | JSONSchemaProps[]
  allOf?: JSONSchemaProps[]
  oneOf?: JSONSchemaProps[]
  anyOf?: JSONSchemaProps[]
  not?: JSONSchemaProps
  properties?: Record<string, JSONSchemaProps>
  additionalProperties?: JSONSchemaProps | boolean
  patternProperties?: Record<string, JSONSchemaProps>
  dependencies?: Record<string, JSONSchemaProps | string[]>
  additionalItems?: JSONSchemaProps | boolean
  definitions?: Record<string, JSONSchemaProps>
  externalDocs?: ExternalDocumentation
  example?: unknown
  nullable?: boolean
  /** x-kubernetes-preserve-unknown-fields stops the API server decoding step from pruning fields which are not specified in the validation schema. */
  'x-kubernetes-preserve-unknown-fields'?: boolean
  /** x-kubernetes-embedded-resource defines that the value is an embedded Kubernetes runtime.Object, with TypeMeta and ObjectMeta. */
  'x-kubernetes-embedded-resource'?: boolean
  /** x-kubernetes-int-or-string specifies that this value is either an integer or a string. */
  'x-kubernetes-int-or-string'?: boolean
  /** x-kubernetes-list-map-keys annotates an array with the x-kubernetes-list-type `map` by specifying the keys used as the index of the map. */
  'x-kubernetes-list-map-keys'?: string[]
  /** x-kubernetes-list-type annotates an array to further describe its topology. */
  'x-kubernetes-list-type'?: string
  /** x-kubernetes-map-type annotates an object to further describe its topology. */
  'x-kubernetes-map-type'?: string
  /** x-kubernetes-validations describes a list of validation rules written in the CEL expression language. */
  'x-kubernetes-validations'?: ValidationRule[]
}

/** SelectableField specifies the JSON path of a field that may be used with field selectors. */
export interface SelectableField {
  /** jsonPath is a simple JSON path which is evaluated against each custom resource to produce a field selector value. */
  jsonPath: string
}

/** ServiceReference holds a reference to Service.legacy.k8s.io */
export interface ServiceReference {
  /** namespace is the namespace of the service. */
  namespace: string
  /** name is the name of the service. */
  name: string
  /** path is an optional URL path at which the webhook will be contacted. */
  path?: string
  /** port is an optional service port at which the webhook will be contacted. */
  port?: number
}

/** ValidationRule describes a validation rule written in the CEL expression language. */
export interface ValidationRule {
  /** Rule represents the expression which will be evaluated by CEL. */
  rule: string
  /** Message represents the message displayed when validation fails. */
  message?: string
  /** MessageExpression declares a CEL expression that evaluates to the validation failure message that is returned when this rule fails. */
  messageExpression?: string
  /** reason provides a machine-readable validation failure reason that is returned to the caller when a request fails this validation rule. */
  reason?: string
  /** fieldPath represents the field path returned when the validation fails. */
  fieldPath?: string
  /** optionalOldSelf is used to opt a transition rule into evaluation even when the object is first created, or if the old object is missing the value. */
  optionalOldSelf?: boolean
}

/** WebhookClientConfig contains the information to make a TLS connection with the webhook. */
export interface WebhookClientConfig {
  /** url gives the location of the webhook, in standard URL form (`scheme://host:port/path`). */
  url?: string
  /** service is a reference to the service for this webhook. */
  service?: ServiceReference
  /** caBundle is a PEM encoded CA bundle which will be used to validate the webhook's server certificate. */
  caBundle?: string
}

/** WebhookConversion describes how to call a conversion webhook */
export interface WebhookConversion {
  /** clientConfig is the instructions for how to call the webhook if strategy is `Webhook`. */
  clientConfig?: WebhookClientConfig
  /** conversionReviewVersions is an ordered list of preferred `ConversionReview` versions the Webhook expects. */
  conversionReviewVersions: string[]
}
