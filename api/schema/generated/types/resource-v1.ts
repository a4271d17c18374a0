// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { NodeSelector } from './core-v1.ts'
import type { Condition, ListMeta, ObjectMeta } from './meta-v1.ts'

/** AllocatedDeviceStatus contains the status of an allocated device, if the driver chooses to report it. */
export interface AllocatedDeviceStatus {
  /** Driver specifies the name of the DRA driver whose kubelet plugin should be invoked to process the allocation once the claim is needed on a node. */
  driver: string
  /** This name together with the driver name and the device name field identify which device was allocated (`<driver name>/<pool name>/<device name>`). */
  pool: string
  /** Device references one device instance via its name in the driver's resource pool. */
  device: string
  /** ShareID uniquely identifies an individual allocation share of the device. */
  shareID?: string
  /** Conditions contains the latest observation of the device's state. */
  conditions?: Condition[]
  /** Data contains arbitrary driver-specific data. */
  data?: Record<string, unknown>
  /** NetworkData contains network-related information specific to the device. */
  networkData?: NetworkDeviceData
}

/** AllocationResult contains attributes of an allocated resource. */
export interface AllocationResult {
  /** Devices is the result of allocating devices. */
  devices?: DeviceAllocationResult
  /** NodeSelector defines where the allocated resources are available. */
  nodeSelector?: NodeSelector
  /** AllocationTimestamp stores the time when the resources were allocated. */
  allocationTimestamp?: string
}

/** CELDeviceSelector contains a CEL expression for selecting a device. */
export interface CELDeviceSelector {
  /** Expression is a CEL expression which evaluates a single device. */
  expression: string
}

/** CapacityRequestPolicy defines how requests consume device capacity. */
export interface CapacityRequestPolicy {
  /** Default specifies how much of this capacity is consumed by a request that does not contain an entry for it in DeviceRequest's Capacity. */
  default?: string
  /** ValidValues defines a set of acceptable quantity values in consuming requests. */
  validValues?: string[]
  /** ValidRange defines an acceptable quantity value range in consuming requests. */
  validRange?: CapacityRequestPolicyRange
}

/** CapacityRequestPolicyRange defines a valid range for consumable capacity values. */
export interface CapacityRequestPolicyRange {
  /** Min specifies the minimum capacity allowed for a consumption request. */
  min?: string
  /** Max defines the upper limit for capacity that can be requested. */
  max?: string
  /** Step defines the step size between valid capacity amounts within the range. */
  step?: string
}

/** CapacityRequirements defines the capacity requirements for a specific device request. */
export interface CapacityRequirements {
  /** Requests represent individual device resource requests for distinct resources, all of which must be provided by the device. */
  requests?: Record<string, string>
}

/** Counter describes a quantity associated with a device. */
export interface Counter {
  /** Value defines how much of a certain device counter is available. */
  value: string
}

/** CounterSet defines a named set of counters that are available to be used by devices defined in the ResourcePool. */
export interface CounterSet {
  /** Name defines the name of the counter set. */
  name: string
  /** Counters defines the set of counters for this CounterSet The name of each counter must be unique in that set and must be a DNS label. */
  counters?: Record<string, Counter>
}

/** Device represents one individual hardware instance that can be selected based on its attributes. */
export interface Device {
  /** Name is unique identifier among all devices managed by the driver in the pool. */
  name: string
  /** Attributes defines the set of attributes for this device. */
  attributes?: Record<string, DeviceAttribute>
  /** Capacity defines the set of capacities for this device. */
  capacity?: Record<string, DeviceCapacity>
  /** ConsumesCounters defines a list of references to sharedCounters and the set of counters that the device will consume from those counter sets. */
  consumesCounters?: DeviceCounterConsumption[]
  /** NodeName identifies the node where the device is available. */
  nodeName?: string
  /** NodeSelector defines the nodes where the device is available. */
  nodeSelector?: NodeSelector
  /** AllNodes indicates that all nodes have access to the device. */
  allNodes?: boolean
  /** If specified, these are the driver-defined taints. */
  taints?: DeviceTaint[]
  /** BindsToNode indicates if the usage of an allocation involving this device has to be limited to exactly the node that was chosen when allocating the claim. */
  bindsToNode?: boolean
  /** BindingConditions defines the conditions for proceeding with binding. */
  bindingConditions?: string[]
  /** BindingFailureConditions defines the conditions for binding failure. */
  bindingFailureConditions?: string[]
  /** AllowMultipleAllocations marks whether the device is allowed to be allocated to multiple DeviceRequests. */
  allowMultipleAllocations?: boolean
  /** NodeAllocatableResourceMappings defines the mapping of node resources that are managed by the DRA driver exposing this device. */
  nodeAllocatableResourceMappings?: Record<string, NodeAllocatableResourceMapping>
}

/** DeviceAllocationConfiguration gets embedded in an AllocationResult. */
export interface DeviceAllocationConfiguration {
  /** Source records whether the configuration comes from a class and thus is not something that a normal user would have been able to set or from a claim. */
  source: string
  /** Requests lists the names of requests where the configuration applies. */
  requests?: string[]
  /** Opaque provides driver-specific configuration parameters. */
  opaque?: OpaqueDeviceConfiguration
}

/** DeviceAllocationResult is the result of allocating devices. */
export interface DeviceAllocationResult {
  /** Results lists all allocated devices. */
  results?: DeviceRequestAllocationResult[]
  /** This field is a combination of all the claim and class configuration parameters. */
  config?: DeviceAllocationConfiguration[]
}

/** DeviceAttribute must have exactly one field set. */
export interface DeviceAttribute {
  /** IntValue is a number. */
  int?: number
  /** BoolValue is a true/false value. */
  bool?: boolean
  /** StringValue is a string. */
  string?: string
  /** VersionValue is a semantic version according to semver.org spec 2.0.0. */
  version?: string
  /** IntValues is a non-empty list of numbers. */
  ints?: number[]
  /** BoolValues is a non-empty list of true/false values. */
  bools?: boolean[]
  /** StringValues is a non-empty list of strings. */
  strings?: string[]
  /** VersionValues is a non-empty list of semantic versions according to semver.org spec 2.0.0. */
  versions?: string[]
}

/** DeviceCapacity describes a quantity associated with a device. */
export interface DeviceCapacity {
  /** Value defines how much of a certain capacity that device has. */
  value: string
  /** RequestPolicy defines how this DeviceCapacity must be consumed when the device is allowed to be shared by multiple allocations. */
  requestPolicy?: CapacityRequestPolicy
}

/** DeviceClaim defines how to request devices with a ResourceClaim. */
export interface DeviceClaim {
  /** Requests represent individual requests for distinct devices which must all be satisfied. */
  requests?: DeviceRequest[]
  /** These constraints must be satisfied by the set of devices that get allocated for the claim. */
  constraints?: DeviceConstraint[]
  /** This field holds configuration for multiple potential drivers which could satisfy requests in this claim. */
  config?: DeviceClaimConfiguration[]
}

/** DeviceClaimConfiguration is used for configuration parameters in DeviceClaim. */
export interface DeviceClaimConfiguration {
  /** Requests lists the names of requests where the configuration applies. */
  requests?: string[]
  /** Opaque provides driver-specific configuration parameters. */
  opaque?: OpaqueDeviceConfiguration
}

/** DeviceClass is a vendor- or admin-provided resource that contains device configuration and selectors. */
export interface DeviceClass {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'DeviceClass'
  /** Standard object metadata */
  metadata?: ObjectMeta
  /** Spec defines what can be allocated and how to configure it. */
  spec: DeviceClassSpec
}

/** DeviceClassConfiguration is used in DeviceClass. */
export interface DeviceClassConfiguration {
  /** Opaque provides driver-specific configuration parameters. */
  opaque?: OpaqueDeviceConfiguration
}

/** DeviceClassList is a collection of classes. */
export interface DeviceClassList {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'DeviceClassList'
  /** Standard list metadata */
  metadata?: ListMeta
  /** Items is the list of resource classes. */
  items: DeviceClass[]
}

/** DeviceClassSpec is used in a [DeviceClass] to define what can be allocated and how to configure it. */
export interface DeviceClassSpec {
  /** Each selector must be satisfied by a device which is claimed via this class. */
  selectors?: DeviceSelector[]
  /** Config defines configuration parameters that apply to each device that is claimed via this class. */
  config?: DeviceClassConfiguration[]
  /** ExtendedResourceName is the extended resource name for the devices of this class. */
  extendedResourceName?: string
}

/** DeviceConfiguration must have exactly one field set. */
export interface DeviceConfiguration {
  /** Opaque provides driver-specific configuration parameters. */
  opaque?: OpaqueDeviceConfiguration
}

/** DeviceConstraint must have exactly one field set besides Requests. */
export interface DeviceConstraint {
  /** Requests is a list of the one or more requests in this claim which must co-satisfy this constraint. */
  requests?: string[]
  /** MatchAttribute requires that all devices in question have this attribute and that its type and value are the same across those devices. */
  matchAttribute?: string
  /** DistinctAttribute requires that all devices in question have this attribute and that its type and value are unique across those devices. */
  distinctAttribute?: string
}

/** DeviceCounterConsumption defines a set of counters that a device will consume from a CounterSet. */
export interface DeviceCounterConsumption {
  /** CounterSet is the name of the set from which the counters defined will be consumed. */
  counterSet: string
  /** Counters defines the counters that will be consumed by the device. */
  counters?: Record<string, Counter>
}

/** DeviceRequest is a request for devices required for a claim. */
export interface DeviceRequest {
  /** Name can be used to reference this request in a pod.spec.containers[].resources.claims entry and in a constraint of the claim. */
  name: string
  /** Exactly specifies the details for a single request that must be met exactly for the request to be satisfied. */
  exactly?: ExactDeviceRequest
  /** FirstAvailable contains subrequests, of which exactly one will be selected by the scheduler. */
  firstAvailable?: DeviceSubRequest[]
}

/** DeviceRequestAllocationResult contains the allocation result for one request. */
export interface DeviceRequestAllocationResult {
  /** Request is the name of the request in the claim which caused this device to be allocated. */
  request: string
  /** Driver specifies the name of the DRA driver whose kubelet plugin should be invoked to process the allocation once the claim is needed on a node. */
  driver: string
  /** This name together with the driver name and the device name field identify which device was allocated (`<driver name>/<pool name>/<device name>`). */
  pool: string
  /** Device references one device instance via its name in the driver's resource pool. */
  device: string
  /** AdminAccess indicates that this device was allocated for administrative access. */
  adminAccess?: boolean
  /** A copy of all tolerations specified in the request at the time when the device got allocated. */
  tolerations?: DeviceToleration[]
  /** BindingConditions contains a copy of the BindingConditions from the corresponding ResourceSlice at the time of allocation. */
  bindingConditions?: string[]
  /** BindingFailureConditions contains a copy of the BindingFailureConditions from the corresponding ResourceSlice at the time of allocation. */
  bindingFailureConditions?: string[]
  /** ShareID uniquely identifies an individual allocation share of the device, used when the device supports multiple simultaneous allocations. */
  shareID?: string
  /** ConsumedCapacity tracks the amount of capacity consumed per device as part of the claim request. */
  consumedCapacity?: Record<string, string>
}

/** DeviceSelector must have exactly one field set. */
export interface DeviceSelector {
  /** CEL contains a CEL expression for selecting a device. */
  cel?: CELDeviceSelector
}

/** DeviceSubRequest describes a request for device provided in the claim.spec.devices.requests[].firstAvailable array. */
export interface DeviceSubRequest {
  /** Name can be used to reference this subrequest in the list of constraints or the list of configurations for the claim. */
  name: string
  /** DeviceClassName references a specific DeviceClass, which can define additional configuration and selectors to be inherited by this subrequest. */
  deviceClassName: string
  /** Selectors define criteria which must be satisfied by a specific device in order for that device to be considered for this subrequest. */
  selectors?: DeviceSelector[]
  /** AllocationMode and its related fields define how devices are allocated to satisfy this subrequest. */
  allocationMode?: string
  /** Count is used only when the count mode is "ExactCount". */
  count?: number
  /** If specified, the request's tolerations. */
  tolerations?: DeviceToleration[]
  /** Capacity define resource requirements against each capacity. */
  capacity?: CapacityRequirements
}

/** The device this taint is attached to has the "effect" on any claim which does not tolerate the taint and, through the claim, to pods using the claim. */
export interface DeviceTaint {
  /** The taint key to be applied to a device. */
  key: string
  /** The taint value corresponding to the taint key. */
  value?: string
  /** The effect of the taint on claims that do not tolerate the taint and through such claims on the pods using them. */
  effect: string
  /** TimeAdded represents the time at which the taint was added or (only in a DeviceTaintRule) the effect was modified. */
  timeAdded?: string
}

/** The ResourceClaim this DeviceToleration is attached to tolerates any taint that matches the triple <key,value,effect> using the matching operator <operator>. */
export interface DeviceToleration {
  /** Key is the taint key that the toleration applies to. */
  key?: string
  /** Operator represents a key's relationship to the value. */
  operator?: string
  /** Value is the taint value the toleration matches to. */
  value?: string
  /** Effect indicates the taint effect to match. */
  effect?: string
  /** TolerationSeconds represents the period of time the toleration (which must be of effect NoExecute, otherwise this field is ignored) tolerates the taint. */
  tolerationSeconds?: number
}

/** ExactDeviceRequest is a request for one or more identical devices. */
export interface ExactDeviceRequest {
  /** DeviceClassName references a specific DeviceClass, which can define additional configuration and selectors to be inherited by this request. */
  deviceClassName: string
  /** Selectors define criteria which must be satisfied by a specific device in order for that device to be considered for this request. */
  selectors?: DeviceSelector[]
  /** AllocationMode and its related fields define how devices are allocated to satisfy this request. */
  allocationMode?: string
  /** Count is used only when the count mode is "ExactCount". */
  count?: number
  /** AdminAccess indicates that this is a claim for administrative access to the device(s). */
  adminAccess?: boolean
  /** If specified, the request's tolerations. */
  tolerations?: DeviceToleration[]
  /** Capacity define resource requirements against each capacity. */
  capacity?: CapacityRequirements
}

/** NetworkDeviceData provides network-related details for the allocated device. */
export interface NetworkDeviceData {
  /** InterfaceName specifies the name of the network interface associated with the allocated device. */
  interfaceName?: string
  /** IPs lists the network addresses assigned to the device's network interface. */
  ips?: string[]
  /** HardwareAddress represents the hardware address (e.g. */
  hardwareAddress?: string
}

/** NodeAllocatableResourceMapping defines the translation between the DRA device/capacity units requested to the corresponding quantity of the node allocatable resource. */
export interface NodeAllocatableResourceMapping {
  /** CapacityKey references a capacity name defined as a key in the `spec.devices[*].capacity` map. */
  capacityKey?: string
  /** AllocationMultiplier is used as a multiplier for the allocated device count or the allocated capacity in the claim. */
  allocationMultiplier?: string
}

/** OpaqueDeviceConfiguration contains configuration parameters for a driver in a format defined by the driver vendor. */
export interface OpaqueDeviceConfiguration {
  /** Driver is used to determine which kubelet plugin needs to be passed these configuration parameters. */
  driver: string
  /** Parameters can contain arbitrary data. */
  parameters: Record<string, unknown>
}

/** ResourceClaim describes a request for access to resources in the cluster, for use by workloads. */
export interface ResourceClaim {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceClaim'
  /** Standard object metadata */
  metadata?: ObjectMeta
  /** Spec describes what is being requested and how to configure it. */
  spec: ResourceClaimSpec
  /** Status describes whether the claim is ready to use and what has been allocated. */
  status?: ResourceClaimStatus
}

/** ResourceClaimConsumerReference contains enough information to let you locate the consumer of a ResourceClaim. */
export interface ResourceClaimConsumerReference {
  /** APIGroup is the group for the resource being referenced. */
  apiGroup?: string
  /** Resource is the type of resource being referenced, for example "pods". */
  resource: string
  /** Name is the name of resource being referenced. */
  name: string
  /** UID identifies exactly one incarnation of the resource. */
  uid: string
}

/** ResourceClaimList is a collection of claims. */
export interface ResourceClaimList {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceClaimList'
  /** Standard list metadata */
  metadata?: ListMeta
  /** Items is the list of resource claims. */
  items: ResourceClaim[]
}

/** ResourceClaimSpec defines what is being requested in a ResourceClaim and how to configure it. */
export interface ResourceClaimSpec {
  /** Devices defines how to request devices. */
  devices?: DeviceClaim
}

/** ResourceClaimStatus tracks whether the resource has been allocated and what the result of that was. */
export interface ResourceClaimStatus {
  /** Allocation is set once the claim has been allocated successfully. */
  allocation?: AllocationResult
  /** ReservedFor indicates which entities are currently allowed to use the claim. */
  reservedFor?: ResourceClaimConsumerReference[]
  /** Devices contains the status of each device allocated for this claim, as reported by the driver. */
  devices?: AllocatedDeviceStatus[]
}

/** ResourceClaimTemplate is used to produce ResourceClaim objects. */
export interface ResourceClaimTemplate {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceClaimTemplate'
  /** Standard object metadata */
  metadata?: ObjectMeta
  /** Describes the ResourceClaim that is to be generated. */
  spec: ResourceClaimTemplateSpec
}

/** ResourceClaimTemplateList is a collection of claim templates. */
export interface ResourceClaimTemplateList {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceClaimTemplateList'
  /** Standard list metadata */
  metadata?: ListMeta
  /** Items is the list of resource claim templates. */
  items: ResourceClaimTemplate[]
}

/** ResourceClaimTemplateSpec contains the metadata and fields for a ResourceClaim. */
export interface ResourceClaimTemplateSpec {
  /** ObjectMeta may contain labels and annotations that will be copied into the ResourceClaim when creating it. */
  metadata?: ObjectMeta
  /** Spec for the ResourceClaim. */
  spec: ResourceClaimSpec
}

/** ResourcePool describes the pool that ResourceSlices belong to. */
export interface ResourcePool {
  /** Name is used to identify the pool. */
  name: string
  /** Generation tracks the change in a pool over time. */
  generation: number
  /** ResourceSliceCount is the total number of ResourceSlices in the pool at this generation number. */
  resourceSliceCount: number
}

/** ResourceSlice represents one or more resources in a pool of similar resources, managed by a common driver. */
export interface ResourceSlice {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceSlice'
  /** Standard object metadata */
  metadata?: ObjectMeta
  /** Contains the information published by the driver. */
  spec: ResourceSliceSpec
}

/** ResourceSliceList is a collection of ResourceSlices. */
export interface ResourceSliceList {
  apiVersion?: 'resource.k8s.io/v1'
  kind?: 'ResourceSliceList'
  /** Standard list metadata */
  metadata?: ListMeta
  /** Items is the list of resource ResourceSlices. */
  items: ResourceSlice[]
}

/** ResourceSliceSpec contains the information published by the driver in one ResourceSlice. */
export interface ResourceSliceSpec {
  /** Driver identifies the DRA driver providing the capacity information. */
  driver: string
  /** Pool describes the pool that this ResourceSlice belongs to. */
  pool: ResourcePool
  /** NodeName identifies the node which provides the resources in this pool. */
  nodeName?: string
  /** NodeSelector defines which nodes have access to the resources in the pool, when that pool is not limited to a single node. */
  nodeSelector?: NodeSelector
  /** AllNodes indicates that all nodes have access to the resources in the pool. */
  allNodes?: boolean
  /** Devices lists some or all of the devices in this pool. */
  devices?: Device[]
  /** PerDeviceNodeSelection defines whether the access from nodes to resources in the pool is set on the ResourceSlice level or on each device. */
  perDeviceNodeSelection?: boolean
  /** SharedCounters defines a list of counter sets, each of which has a name and a list of counters available. */
  sharedCounters?: CounterSet[]
}
