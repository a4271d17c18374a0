// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { Condition, LabelSelector, ListMeta, ObjectMeta, OwnerReference } from './meta-v1.ts'

/** Represents a Persistent Disk resource in AWS. */
export interface AWSElasticBlockStoreVolumeSource {
  /** volumeID is unique ID of the persistent disk resource in AWS (Amazon EBS volume). */
  volumeID: string
  /** fsType is the filesystem type of the volume that you want to mount. */
  fsType?: string
  /** partition is the partition in the volume that you want to mount. */
  partition?: number
  /** readOnly value true will force the readOnly setting in VolumeMounts. */
  readOnly?: boolean
}

/** Affinity is a group of affinity scheduling rules. */
export interface Affinity {
  /** Describes node affinity scheduling rules for the pod. */
  nodeAffinity?: NodeAffinity
  /** Describes pod affinity scheduling rules (e.g. */
  podAffinity?: PodAffinity
  /** Describes pod anti-affinity scheduling rules (e.g. */
  podAntiAffinity?: PodAntiAffinity
}

/** AppArmorProfile defines a pod or container's AppArmor settings. */
export interface AppArmorProfile {
  /** type indicates which kind of AppArmor profile will be applied. */
  type: string
  /** localhostProfile indicates a profile loaded on the node that should be used. */
  localhostProfile?: string
}

/** AttachedVolume describes a volume attached to a node */
export interface AttachedVolume {
  /** Name of the attached volume */
  name: string
  /** DevicePath represents the device path where the volume should be available */
  devicePath: string
}

/** AvoidPods describes pods that should avoid this node. */
export interface AvoidPods {
  /** Bounded-sized list of signatures of pods that should avoid this node, sorted in timestamp order from oldest to newest. */
  preferAvoidPods?: PreferAvoidPodsEntry[]
}

/** AzureDisk represents an Azure Data Disk mount on the host and bind mount to the pod. */
export interface AzureDiskVolumeSource {
  /** diskName is the Name of the data disk in the blob storage */
  diskName: string
  /** diskURI is the URI of data disk in the blob storage */
  diskURI: string
  /** cachingMode is the Host Caching mode: None, Read Only, Read Write. */
  cachingMode?: string
  /** fsType is Filesystem type to mount. */
  fsType?: string
  /** readOnly Defaults to false (read/write). */
  readOnly?: boolean
  /** kind expected values are Shared: multiple blob disks per storage account Dedicated: single blob disk per storage account Managed: azure managed data disk (only in managed availability set). */
  kind?: string
}

/** AzureFile represents an Azure File Service mount on the host and bind mount to the pod. */
export interface AzureFilePersistentVolumeSource {
  /** secretName is the name of secret that contains Azure Storage Account Name and Key */
  secretName: string
  /** shareName is the azure Share Name */
  shareName: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
  /** secretNamespace is the namespace of the secret that contains Azure Storage Account Name and Key default is the same as the Pod */
  secretNamespace?: string
}

/** AzureFile represents an Azure File Service mount on the host and bind mount to the pod. */
export interface AzureFileVolumeSource {
  /** secretName is the name of secret that contains Azure Storage Account Name and Key */
  secretName: string
  /** shareName is the azure share Name */
  shareName: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
}

/** Binding ties one object to another; for example, a pod is bound to a node by a scheduler. */
export interface Binding {
  apiVersion?: 'v1'
  kind?: 'Binding'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** The target object that you want to bind to the standard object. */
  target: ObjectReference
}

/** Represents storage that is managed by an external CSI volume driver */
export interface CSIPersistentVolumeSource {
  /** driver is the name of the driver to use for this volume. */
  driver: string
  /** volumeHandle is the unique volume name returned by the CSI volume plugin’s CreateVolume to refer to the volume on all subsequent calls. */
  volumeHandle: string
  /** readOnly value to pass to ControllerPublishVolumeRequest. */
  readOnly?: boolean
  /** fsType to mount. */
  fsType?: string
  /** volumeAttributes of the volume to publish. */
  volumeAttributes?: Record<string, string>
  /** controllerPublishSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI ControllerPublishVolume and ControllerUnpublishVolume calls. */
  controllerPublishSecretRef?: SecretReference
  /** nodeStageSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI NodeStageVolume and NodeStageVolume and NodeUnstageVolume calls. */
  nodeStageSecretRef?: SecretReference
  /** nodePublishSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI NodePublishVolume and NodeUnpublishVolume calls. */
  nodePublishSecretRef?: SecretReference
  /** controllerExpandSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI ControllerExpandVolume call. */
  controllerExpandSecretRef?: SecretReference
  /** nodeExpandSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI NodeExpandVolume call. */
  nodeExpandSecretRef?: SecretReference
}

/** Represents a source location of a volume to mount, managed by an external CSI driver */
export interface CSIVolumeSource {
  /** driver is the name of the CSI driver that handles this volume. */
  driver: string
  /** readOnly specifies a read-only configuration for the volume. */
  readOnly?: boolean
  /** fsType to mount. */
  fsType?: string
  /** volumeAttributes stores driver-specific properties that are passed to the CSI driver. */
  volumeAttributes?: Record<string, string>
  /** nodePublishSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI NodePublishVolume and NodeUnpublishVolume calls. */
  nodePublishSecretRef?: LocalObjectReference
}

/** Adds and removes POSIX capabilities from running containers. */
export interface Capabilities {
  /** Added capabilities */
  add?: string[]
  /** Removed capabilities */
  drop?: string[]
}

/** Represents a Ceph Filesystem mount that lasts the lifetime of a pod Cephfs volumes do not support ownership management or SELinux relabeling. */
export interface CephFSPersistentVolumeSource {
  /** monitors is Required: Monitors is a collection of Ceph monitors More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  monitors: string[]
  /** path is Optional: Used as the mounted root, rather than the full Ceph tree, default is / */
  path?: string
  /** user is Optional: User is the rados user name, default is admin More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  user?: string
  /** secretFile is Optional: SecretFile is the path to key ring for User, default is /etc/ceph/user.secret More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  secretFile?: string
  /** secretRef is Optional: SecretRef is reference to the authentication secret for User, default is empty. */
  secretRef?: SecretReference
  /** readOnly is Optional: Defaults to false (read/write). */
  readOnly?: boolean
}

/** Represents a Ceph Filesystem mount that lasts the lifetime of a pod Cephfs volumes do not support ownership management or SELinux relabeling. */
export interface CephFSVolumeSource {
  /** monitors is Required: Monitors is a collection of Ceph monitors More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  monitors: string[]
  /** path is Optional: Used as the mounted root, rather than the full Ceph tree, default is / */
  path?: string
  /** user is optional: User is the rados user name, default is admin More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  user?: string
  /** secretFile is Optional: SecretFile is the path to key ring for User, default is /etc/ceph/user.secret More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it */
  secretFile?: string
  /** secretRef is Optional: SecretRef is reference to the authentication secret for User, default is empty. */
  secretRef?: LocalObjectReference
  /** readOnly is Optional: Defaults to false (read/write). */
  readOnly?: boolean
}

/** Represents a cinder volume resource in Openstack. */
export interface CinderPersistentVolumeSource {
  /** volumeID used to identify the volume in cinder. */
  volumeID: string
  /** fsType Filesystem type to mount. */
  fsType?: string
  /** readOnly is Optional: Defaults to false (read/write). */
  readOnly?: boolean
  /** secretRef is Optional: points to a secret object containing parameters used to connect to OpenStack. */
  secretRef?: SecretReference
}

/** Represents a cinder volume resource in Openstack. */
export interface CinderVolumeSource {
  /** volumeID used to identify the volume in cinder. */
  volumeID: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
  /** secretRef is optional: points to a secret object containing parameters used to connect to OpenStack. */
  secretRef?: LocalObjectReference
}

/** ClientIPConfig represents the configurations of Client IP based session affinity. */
export interface ClientIPConfig {
  /** timeoutSeconds specifies the seconds of ClientIP type session sticky time. */
  timeoutSeconds?: number
}

/** ClusterTrustBundleProjection describes how to select a set of ClusterTrustBundle objects and project their contents into the pod filesystem. */
export interface ClusterTrustBundleProjection {
  /** Select a single ClusterTrustBundle by object name. */
  name?: string
  /** Select all ClusterTrustBundles that match this signer name. */
  signerName?: string
  /** Select all ClusterTrustBundles that match this label selector. */
  labelSelector?: LabelSelector
  /** If true, don't block pod startup if the referenced ClusterTrustBundle(s) aren't available. */
  optional?: boolean
  /** Relative path from the volume root to write the bundle. */
  path: string
}

/** Information about the condition of a component. */
export interface ComponentCondition {
  /** Type of condition for a component. */
  type: string
  /** Status of the condition for a component. */
  status: string
  /** Message about the condition for a component. */
  message?: string
  /** Condition error code for a component. */
  error?: string
}

/** ComponentStatus (and ComponentStatusList) holds the cluster validation info. */
export interface ComponentStatus {
  apiVersion?: 'v1'
  kind?: 'ComponentStatus'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** List of component conditions observed */
  conditions?: ComponentCondition[]
}

/** Status of all the conditions for the component as a list of ComponentStatus objects. */
export interface ComponentStatusList {
  apiVersion?: 'v1'
  kind?: 'ComponentStatusList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of ComponentStatus objects. */
  items: ComponentStatus[]
}

/** ConfigMap holds configuration data for pods to consume. */
export interface ConfigMap {
  apiVersion?: 'v1'
  kind?: 'ConfigMap'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Immutable, if set to true, ensures that data stored in the ConfigMap cannot be updated (only object metadata can be modified). */
  immutable?: boolean
  /** Data contains the configuration data. */
  data?: Record<string, string>
  /** BinaryData contains the binary data. */
  binaryData?: Record<string, string>
}

/** ConfigMapEnvSource selects a ConfigMap to populate the environment variables with. */
export interface ConfigMapEnvSource {
  /** Name of the referent. */
  name?: string
  /** Specify whether the ConfigMap must be defined */
  optional?: boolean
}

/** Selects a key from a ConfigMap. */
export interface ConfigMapKeySelector {
  /** Name of the referent. */
  name?: string
  /** The key to select. */
  key: string
  /** Specify whether the ConfigMap or its key must be defined */
  optional?: boolean
}

/** ConfigMapList is a resource containing a list of ConfigMap objects. */
export interface ConfigMapList {
  apiVersion?: 'v1'
  kind?: 'ConfigMapList'
  metadata?: ListMeta
  /** Items is the list of ConfigMaps. */
  items: ConfigMap[]
}

/** ConfigMapNodeConfigSource contains the information to reference a ConfigMap as a config source for the Node. */
export interface ConfigMapNodeConfigSource {
  /** Namespace is the metadata.namespace of the referenced ConfigMap. */
  namespace: string
  /** Name is the metadata.name of the referenced ConfigMap. */
  name: string
  /** UID is the metadata.UID of the referenced ConfigMap. */
  uid?: string
  /** ResourceVersion is the metadata.ResourceVersion of the referenced ConfigMap. */
  resourceVersion?: string
  /** KubeletConfigKey declares which key of the referenced ConfigMap corresponds to the KubeletConfiguration structure This field is required in all cases. */
  kubeletConfigKey: string
}

/** Adapts a ConfigMap into a projected volume. */
export interface ConfigMapProjection {
  /** Name of the referent. */
  name?: string
  /** items if unspecified, each key-value pair in the Data field of the referenced ConfigMap will be projected into the volume as a file whose name is the key and content is the value. */
  items?: KeyToPath[]
  /** optional specify whether the ConfigMap or its keys must be defined */
  optional?: boolean
}

/** Adapts a ConfigMap into a volume. */
export interface ConfigMapVolumeSource {
  /** Name of the referent. */
  name?: string
  /** items if unspecified, each key-value pair in the Data field of the referenced ConfigMap will be projected into the volume as a file whose name is the key and content is the value. */
  items?: KeyToPath[]
  /** defaultMode is optional: mode bits used to set permissions on created files by default. */
  defaultMode?: number
  /** optional specify whether the ConfigMap or its keys must be defined */
  optional?: boolean
}

/** A single application container that you want to run within a pod. */
export interface Container {
  /** Name of the container specified as a DNS_LABEL. */
  name: string
  /** Container image name. */
  image?: string
  /** Entrypoint array. */
  command?: string[]
  /** Arguments to the entrypoint. */
  args?: string[]
  /** Container's working directory. */
  workingDir?: string
  /** List of ports to expose from the container. */
  ports?: ContainerPort[]
  /** List of sources to populate environment variables in the container. */
  envFrom?: EnvFromSource[]
  /** List of environment variables to set in the container. */
  env?: EnvVar[]
  /** Compute Resources required by this container. */
  resources?: ResourceRequirements
  /** Resources resize policy for the container. */
  resizePolicy?: ContainerResizePolicy[]
  /** RestartPolicy defines the restart behavior of individual containers in a pod. */
  restartPolicy?: string
  /** Represents a list of rules to be checked to determine if the container should be restarted on exit. */
  restartPolicyRules?: ContainerRestartRule[]
  /** Pod volumes to mount into the container's filesystem. */
  volumeMounts?: VolumeMount[]
  /** volumeDevices is the list of block devices to be used by the container. */
  volumeDevices?: VolumeDevice[]
  /** Periodic probe of container liveness. */
  livenessProbe?: Probe
  /** Periodic probe of container service readiness. */
  readinessProbe?: Probe
  /** StartupProbe indicates that the Pod has successfully initialized. */
  startupProbe?: Probe
  /** Actions that the management system should take in response to container lifecycle events. */
  lifecycle?: Lifecycle
  /** Optional: Path at which the file to which the container's termination message will be written is mounted into the container's filesystem. */
  terminationMessagePath?: string
  /** Indicate how the termination message should be populated. */
  terminationMessagePolicy?: string
  /** Image pull policy. */
  imagePullPolicy?: string
  /** SecurityContext defines the security options the container should be run with. */
  securityContext?: SecurityContext
  /** Whether this container should allocate a buffer for stdin in the container runtime. */
  stdin?: boolean
  /** Whether the container runtime should close the stdin channel after it has been opened by a single attach. */
  stdinOnce?: boolean
  /** Whether this container should allocate a TTY for itself, also requires 'stdin' to be true. */
  tty?: boolean
}

/** ContainerExtendedResourceRequest has the mapping of container name, extended resource name to the device request name. */
export interface ContainerExtendedResourceRequest {
  /** The name of the container requesting resources. */
  containerName: string
  /** The name of the extended resource in that container which gets backed by DRA. */
  resourceName: string
  /** The name of the request in the special ResourceClaim which corresponds to the extended resource. */
  requestName: string
}

/** Describe a container image */
export interface ContainerImage {
  /** Names by which this image is known. */
  names?: string[]
  /** The size of the image in bytes. */
  sizeBytes?: number
}

/** ContainerPort represents a network port in a single container. */
export interface ContainerPort {
  /** If specified, this must be an IANA_SVC_NAME and unique within the pod. */
  name?: string
  /** Number of port to expose on the host. */
  hostPort?: number
  /** Number of port to expose on the pod's IP address. */
  containerPort: number
  /** Protocol for port. */
  protocol?: string
  /** What host IP to bind the external port to. */
  hostIP?: string
}

/** ContainerResizePolicy represents resource resize policy for the container. */
export interface ContainerResizePolicy {
  /** Name of the resource to which this resource resize policy applies. */
  resourceName: string
  /** Restart policy to apply when specified resource is resized. */
  restartPolicy: string
}

/** ContainerRestartRule describes how a container exit is handled. */
export interface ContainerRestartRule {
  /** Specifies the action taken on a container exit if the requirements are satisfied. */
  action?: string
  /** Represents the exit codes to check on container exits. */
  exitCodes?: ContainerRestartRuleOnExitCodes
}

/** ContainerRestartRuleOnExitCodes describes the condition for handling an exited container based on its exit codes. */
export interface ContainerRestartRuleOnExitCodes {
  /** Represents the relationship between the container exit code(s) and the specified values. */
  operator?: string
  /** Specifies the set of values to check for container exit codes. */
  values?: number[]
}

/** ContainerState holds a possible state of container. */
export interface ContainerState {
  /** Details about a waiting container */
  waiting?: ContainerStateWaiting
  /** Details about a running container */
  running?: ContainerStateRunning
  /** Details about a terminated container */
  terminated?: ContainerStateTerminated
}

/** ContainerStateRunning is a running state of a container. */
export interface ContainerStateRunning {
  /** Time at which the container was last (re-)started */
  startedAt?: string
}

/** ContainerStateTerminated is a terminated state of a container. */
export interface ContainerStateTerminated {
  /** Exit status from the last termination of the container */
  exitCode: number
  /** Signal from the last termination of the container */
  signal?: number
  /** (brief) reason from the last termination of the container */
  reason?: string
  /** Message regarding the last termination of the container */
  message?: string
  /** Time at which previous execution of the container started */
  startedAt?: string
  /** Time at which the container last terminated */
  finishedAt?: string
  /** Container's ID in the format '<type>://<container_id>' */
  containerID?: string
}

/** ContainerStateWaiting is a waiting state of a container. */
export interface ContainerStateWaiting {
  /** (brief) reason the container is not yet running. */
  reason?: string
  /** Message regarding why the container is not yet running. */
  message?: string
}

/** ContainerStatus contains details for the current status of this container. */
export interface ContainerStatus {
  /** Name is a DNS_LABEL representing the unique name of the container. */
  name: string
  /** State holds details about the container's current condition. */
  state?: ContainerState
  /** LastTerminationState holds the last termination state of the container to help debug container crashes and restarts. */
  lastState?: ContainerState
  /** Ready specifies whether the container is currently passing its readiness check. */
  ready: boolean
  /** RestartCount holds the number of times the container has been restarted. */
  restartCount: number
  /** Image is the name of container image that the container is running. */
  image: string
  /** ImageID is the image ID of the container's image. */
  imageID: string
  /** ContainerID is the ID of the container in the format '<type>://<container_id>'. */
  containerID?: string
  /** Started indicates whether the container has finished its postStart lifecycle hook and passed its startup probe. */
  started?: boolean
  /** AllocatedResources represents the compute resources allocated for this container by the node. */
  allocatedResources?: Record<string, string>
  /** Resources represents the compute resource requests and limits that have been successfully enacted on the running container after it has been started or has been successfully resized. */
  resources?: ResourceRequirements
  /** Status of volume mounts. */
  volumeMounts?: VolumeMountStatus[]
  /** User represents user identity information initially attached to the first process of the container */
  user?: ContainerUser
  /** AllocatedResourcesStatus represents the status of various resources allocated for this Pod. */
  allocatedResourcesStatus?: ResourceStatus[]
  /** StopSignal reports the effective stop signal for this container */
  stopSignal?: string
}

/** ContainerUser represents user identity information */
export interface ContainerUser {
  /** Linux holds user identity information initially attached to the first process of the containers in Linux. */
  linux?: LinuxContainerUser
}

/** DaemonEndpoint contains information about a single Daemon endpoint. */
export interface DaemonEndpoint {
  /** Port number of the given endpoint. */
  Port: number
}

/** Represents downward API info for projecting into a projected volume. */
export interface DownwardAPIProjection {
  /** Items is a list of DownwardAPIVolume file */
  items?: DownwardAPIVolumeFile[]
}

/** DownwardAPIVolumeFile represents information to create the file containing the pod field */
export interface DownwardAPIVolumeFile {
  /** Required: Path is the relative path name of the file to be created. */
  path: string
  /** Required: Selects a field of the pod: only annotations, labels, name, namespace and uid are supported. */
  fieldRef?: ObjectFieldSelector
  /** Selects a resource of the container: only resources limits and requests (limits.cpu, limits.memory, requests.cpu and requests.memory) are currently supported. */
  resourceFieldRef?: ResourceFieldSelector
  /** Optional: mode bits used to set permissions on this file, must be an octal value between 0000 and 0777 or a decimal value between 0 and 511. */
  mode?: number
}

/** DownwardAPIVolumeSource represents a volume containing downward API info. */
export interface DownwardAPIVolumeSource {
  /** Items is a list of downward API volume file */
  items?: DownwardAPIVolumeFile[]
  /** Optional: mode bits to use on created files by default. */
  defaultMode?: number
}

/** Represents an empty directory for a pod. */
export interface EmptyDirVolumeSource {
  /** medium represents what type of storage medium should back this directory. */
  medium?: string
  /** sizeLimit is the total amount of local storage required for this EmptyDir volume. */
  sizeLimit?: string
}

/** EndpointAddress is a tuple that describes single IP address. */
export interface EndpointAddress {
  /** The IP of this endpoint. */
  ip: string
  /** The Hostname of this endpoint */
  hostname?: string
  /** Optional: Node hosting this endpoint. */
  nodeName?: string
  /** Reference to object providing the endpoint. */
  targetRef?: ObjectReference
}

/** EndpointPort is a tuple that describes a single port. */
export interface EndpointPort {
  /** The name of this port. */
  name?: string
  /** The port number of the endpoint. */
  port: number
  /** The IP protocol for this port. */
  protocol?: string
  /** The application protocol for this port. */
  appProtocol?: string
}

/** EndpointSubset is a group of addresses with a common set of ports. */
export interface EndpointSubset {
  /** IP addresses which offer the related ports that are marked as ready. */
  addresses?: EndpointAddress[]
  /** IP addresses which offer the related ports but are not currently marked as ready because they have not yet finished starting, have recently failed a readiness check, or have recently failed a liveness check. */
  notReadyAddresses?: EndpointAddress[]
  /** Port numbers available on the related IP addresses. */
  ports?: EndpointPort[]
}

/** Endpoints is a collection of endpoints that implement the actual service. */
export interface Endpoints {
  apiVersion?: 'v1'
  kind?: 'Endpoints'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** The set of all endpoints is the union of all subsets. */
  subsets?: EndpointSubset[]
}

/** EndpointsList is a list of endpoints. */
export interface EndpointsList {
  apiVersion?: 'v1'
  kind?: 'EndpointsList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of endpoints. */
  items: Endpoints[]
}

/** EnvFromSource represents the source of a set of ConfigMaps or Secrets */
export interface EnvFromSource {
  /** Optional text to prepend to the name of each environment variable. */
  prefix?: string
  /** The ConfigMap to select from */
  configMapRef?: ConfigMapEnvSource
  /** The Secret to select from */
  secretRef?: SecretEnvSource
}

/** EnvVar represents an environment variable present in a Container. */
export interface EnvVar {
  /** Name of the environment variable. */
  name: string
  /** Variable references $(VAR_NAME) are expanded using the previously defined environment variables in the container and any service environment variables. */
  value?: string
  /** Source for the environment variable's value. */
  valueFrom?: EnvVarSource
}

/** EnvVarSource represents a source for the value of an EnvVar. */
export interface EnvVarSource {
  /** Selects a field of the pod: supports metadata.name, metadata.namespace, `metadata.labels['<KEY>']`, `metadata.annotations['<KEY>']`, spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP, status.podIPs. */
  fieldRef?: ObjectFieldSelector
  /** Selects a resource of the container: only resources limits and requests (limits.cpu, limits.memory, limits.ephemeral-storage, requests.cpu, requests.memory and requests.ephemeral-storage) are currently supported. */
  resourceFieldRef?: ResourceFieldSelector
  /** Selects a key of a ConfigMap. */
  configMapKeyRef?: ConfigMapKeySelector
  /** Selects a key of a secret in the pod's namespace */
  secretKeyRef?: SecretKeySelector
  /** FileKeyRef selects a key of the env file. */
  fileKeyRef?: FileKeySelector
}

/** An EphemeralContainer is a temporary container that you may add to an existing Pod for user-initiated activities such as debugging. */
export interface EphemeralContainer {
  /** Name of the ephemeral container specified as a DNS_LABEL. */
  name: string
  /** Container image name. */
  image?: string
  /** Entrypoint array. */
  command?: string[]
  /** Arguments to the entrypoint. */
  args?: string[]
  /** Container's working directory. */
  workingDir?: string
  /** Ports are not allowed for ephemeral containers. */
  ports?: ContainerPort[]
  /** List of sources to populate environment variables in the container. */
  envFrom?: EnvFromSource[]
  /** List of environment variables to set in the container. */
  env?: EnvVar[]
  /** Resources are not allowed for ephemeral containers. */
  resources?: ResourceRequirements
  /** Resources resize policy for the container. */
  resizePolicy?: ContainerResizePolicy[]
  /** Restart policy for the container to manage the restart behavior of each container within a pod. */
  restartPolicy?: string
  /** Represents a list of rules to be checked to determine if the container should be restarted on exit. */
  restartPolicyRules?: ContainerRestartRule[]
  /** Pod volumes to mount into the container's filesystem. */
  volumeMounts?: VolumeMount[]
  /** volumeDevices is the list of block devices to be used by the container. */
  volumeDevices?: VolumeDevice[]
  /** Probes are not allowed for ephemeral containers. */
  livenessProbe?: Probe
  /** Probes are not allowed for ephemeral containers. */
  readinessProbe?: Probe
  /** Probes are not allowed for ephemeral containers. */
  startupProbe?: Probe
  /** Lifecycle is not allowed for ephemeral containers. */
  lifecycle?: Lifecycle
  /** Optional: Path at which the file to which the container's termination message will be written is mounted into the container's filesystem. */
  terminationMessagePath?: string
  /** Indicate how the termination message should be populated. */
  terminationMessagePolicy?: string
  /** Image pull policy. */
  imagePullPolicy?: string
  /** Optional: SecurityContext defines the security options the ephemeral container should be run with. */
  securityContext?: SecurityContext
  /** Whether this container should allocate a buffer for stdin in the container runtime. */
  stdin?: boolean
  /** Whether the container runtime should close the stdin channel after it has been opened by a single attach. */
  stdinOnce?: boolean
  /** Whether this container should allocate a TTY for itself, also requires 'stdin' to be true. */
  tty?: boolean
  /** If set, the name of the container from PodSpec that this ephemeral container targets. */
  targetContainerName?: string
}

/** EphemeralContainerCommon is a copy of all fields in Container to be inlined in EphemeralContainer. */
export interface EphemeralContainerCommon {
  /** Name of the ephemeral container specified as a DNS_LABEL. */
  name: string
  /** Container image name. */
  image?: string
  /** Entrypoint array. */
  command?: string[]
  /** Arguments to the entrypoint. */
  args?: string[]
  /** Container's working directory. */
  workingDir?: string
  /** Ports are not allowed for ephemeral containers. */
  ports?: ContainerPort[]
  /** List of sources to populate environment variables in the container. */
  envFrom?: EnvFromSource[]
  /** List of environment variables to set in the container. */
  env?: EnvVar[]
  /** Resources are not allowed for ephemeral containers. */
  resources?: ResourceRequirements
  /** Resources resize policy for the container. */
  resizePolicy?: ContainerResizePolicy[]
  /** Restart policy for the container to manage the restart behavior of each container within a pod. */
  restartPolicy?: string
  /** Represents a list of rules to be checked to determine if the container should be restarted on exit. */
  restartPolicyRules?: ContainerRestartRule[]
  /** Pod volumes to mount into the container's filesystem. */
  volumeMounts?: VolumeMount[]
  /** volumeDevices is the list of block devices to be used by the container. */
  volumeDevices?: VolumeDevice[]
  /** Probes are not allowed for ephemeral containers. */
  livenessProbe?: Probe
  /** Probes are not allowed for ephemeral containers. */
  readinessProbe?: Probe
  /** Probes are not allowed for ephemeral containers. */
  startupProbe?: Probe
  /** Lifecycle is not allowed for ephemeral containers. */
  lifecycle?: Lifecycle
  /** Optional: Path at which the file to which the container's termination message will be written is mounted into the container's filesystem. */
  terminationMessagePath?: string
  /** Indicate how the termination message should be populated. */
  terminationMessagePolicy?: string
  /** Image pull policy. */
  imagePullPolicy?: string
  /** Optional: SecurityContext defines the security options the ephemeral container should be run with. */
  securityContext?: SecurityContext
  /** Whether this container should allocate a buffer for stdin in the container runtime. */
  stdin?: boolean
  /** Whether the container runtime should close the stdin channel after it has been opened by a single attach. */
  stdinOnce?: boolean
  /** Whether this container should allocate a TTY for itself, also requires 'stdin' to be true. */
  tty?: boolean
}

/** Represents an ephemeral volume that is handled by a normal storage driver. */
export interface EphemeralVolumeSource {
  /** Will be used to create a stand-alone PVC to provision the volume. */
  volumeClaimTemplate?: PersistentVolumeClaimTemplate
}

/** Event is a report of an event somewhere in the cluster. */
export interface Event {
  apiVersion?: 'v1'
  kind?: 'Event'
  /** Standard object's metadata. */
  metadata: ObjectMeta
  /** The object that this event is about. */
  involvedObject: ObjectReference
  /** This should be a short, machine understandable string that gives the reason for the transition into the object's current status. */
  reason?: string
  /** A human-readable description of the status of this operation. */
  message?: string
  /** The component reporting this event. */
  source?: EventSource
  /** The time at which the event was first recorded. */
  firstTimestamp?: string
  /** The time at which the most recent occurrence of this event was recorded. */
  lastTimestamp?: string
  /** The number of times this event has occurred. */
  count?: number
  /** Type of this event (Normal, Warning), new types could be added in the future */
  type?: string
  /** Time when this Event was first observed. */
  eventTime?: string
  /** Data about the Event series this event represents or nil if it's a singleton Event. */
  series?: EventSeries
  /** What action was taken/failed regarding to the Regarding object. */
  action?: string
  /** Optional secondary object for more complex actions. */
  related?: ObjectReference
  /** Name of the controller that emitted this Event, e.g. */
  reportingComponent?: string
  /** ID of the controller instance, e.g. */
  reportingInstance?: string
}

/** EventList is a list of events. */
export interface EventList {
  apiVersion?: 'v1'
  kind?: 'EventList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of events */
  items: Event[]
}

/** EventSeries contain information on series of events, i.e. */
export interface EventSeries {
  /** Number of occurrences in this series up to the last heartbeat time */
  count?: number
  /** Time of the last occurrence observed */
  lastObservedTime?: string
}

/** EventSource contains information for an event. */
export interface EventSource {
  /** Component from which the event is generated. */
  component?: string
  /** Node name on which the event is generated. */
  host?: string
}

/** ExecAction describes a "run in container" action. */
export interface ExecAction {
  /** Command is the command line to execute inside the container, the working directory for the command is root ('/') in the container's filesystem. */
  command?: string[]
}

/** Represents a Fibre Channel volume. */
export interface FCVolumeSource {
  /** targetWWNs is Optional: FC target worldwide names (WWNs) */
  targetWWNs?: string[]
  /** lun is Optional: FC target lun number */
  lun?: number
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly is Optional: Defaults to false (read/write). */
  readOnly?: boolean
  /** wwids Optional: FC volume world wide identifiers (wwids) Either wwids or combination of targetWWNs and lun must be set, but not both simultaneously. */
  wwids?: string[]
}

/** FileKeySelector selects a key of the env file. */
export interface FileKeySelector {
  /** The name of the volume mount containing the env file. */
  volumeName: string
  /** The path within the volume from which to select the file. */
  path: string
  /** The key within the env file. */
  key: string
  /** Specify whether the file or its key must be defined. */
  optional?: boolean
}

/** FlexPersistentVolumeSource represents a generic persistent volume resource that is provisioned/attached using an exec based plugin. */
export interface FlexPersistentVolumeSource {
  /** driver is the name of the driver to use for this volume. */
  driver: string
  /** fsType is the Filesystem type to mount. */
  fsType?: string
  /** secretRef is Optional: SecretRef is reference to the secret object containing sensitive information to pass to the plugin scripts. */
  secretRef?: SecretReference
  /** readOnly is Optional: defaults to false (read/write). */
  readOnly?: boolean
  /** options is Optional: this field holds extra command options if any. */
  options?: Record<string, string>
}

/** FlexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin. */
export interface FlexVolumeSource {
  /** driver is the name of the driver to use for this volume. */
  driver: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** secretRef is Optional: secretRef is reference to the secret object containing sensitive information to pass to the plugin scripts. */
  secretRef?: LocalObjectReference
  /** readOnly is Optional: defaults to false (read/write). */
  readOnly?: boolean
  /** options is Optional: this field holds extra command options if any. */
  options?: Record<string, string>
}

/** Represents a Flocker volume mounted by the Flocker agent. */
export interface FlockerVolumeSource {
  /** datasetName is Name of the dataset stored as metadata -> name on the dataset for Flocker should be considered as deprecated */
  datasetName?: string
  /** datasetUUID is the UUID of the dataset. */
  datasetUUID?: string
}

/** Represents a Persistent Disk resource in Google Compute Engine. */
export interface GCEPersistentDiskVolumeSource {
  /** pdName is unique name of the PD resource in GCE. */
  pdName: string
  /** fsType is filesystem type of the volume that you want to mount. */
  fsType?: string
  /** partition is the partition in the volume that you want to mount. */
  partition?: number
  /** readOnly here will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
}

/** GRPCAction specifies an action involving a GRPC service. */
export interface GRPCAction {
  /** Port number of the gRPC service. */
  port: number
  /** Service is the name of the service to place in the gRPC HealthCheckRequest (see https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
  service?: string
}

/** Represents a volume that is populated with the contents of a git repository. */
export interface GitRepoVolumeSource {
  /** repository is the URL */
  repository: string
  /** revision is the commit hash for the specified revision. */
  revision?: string
  /** directory is the target directory name. */
  directory?: string
}

/** Represents a Glusterfs mount that lasts the lifetime of a pod. */
export interface GlusterfsPersistentVolumeSource {
  /** endpoints is the endpoint name that details Glusterfs topology. */
  endpoints: string
  /** path is the Glusterfs volume path. */
  path: string
  /** readOnly here will force the Glusterfs volume to be mounted with read-only permissions. */
  readOnly?: boolean
  /** endpointsNamespace is the namespace that contains Glusterfs endpoint. */
  endpointsNamespace?: string
}

/** Represents a Glusterfs mount that lasts the lifetime of a pod. */
export interface GlusterfsVolumeSource {
  /** endpoints is the endpoint name that details Glusterfs topology. */
  endpoints: string
  /** path is the Glusterfs volume path. */
  path: string
  /** readOnly here will force the Glusterfs volume to be mounted with read-only permissions. */
  readOnly?: boolean
}

/** HTTPGetAction describes an action based on HTTP Get requests. */
export interface HTTPGetAction {
  /** Path to access on the HTTP server. */
  path?: string
  /** Name or number of the port to access on the container. */
  port: number | string
  /** Host name to connect to, defaults to the pod IP. */
  host?: string
  /** Scheme to use for connecting to the host. */
  scheme?: string
  /** Custom headers to set in the request. */
  httpHeaders?: HTTPHeader[]
}

/** HTTPHeader describes a custom header to be used in HTTP probes */
export interface HTTPHeader {
  /** The header field name. */
  name: string
  /** The header field value */
  value: string
}

/** HostAlias holds the mapping between IP and hostnames that will be injected as an entry in the pod's hosts file. */
export interface HostAlias {
  /** IP address of the host file entry. */
  ip: string
  /** Hostnames for the above IP address. */
  hostnames?: string[]
}

/** HostIP represents a single IP address allocated to the host. */
export interface HostIP {
  /** IP is the IP address assigned to the host */
  ip: string
}

/** Represents a host path mapped into a pod. */
export interface HostPathVolumeSource {
  /** path of the directory on the host. */
  path: string
  /** type for HostPath Volume Defaults to "" More info: https://kubernetes.io/docs/concepts/storage/volumes#hostpath */
  type?: string
}

/** ISCSIPersistentVolumeSource represents an ISCSI disk. */
export interface ISCSIPersistentVolumeSource {
  /** targetPortal is iSCSI Target Portal. */
  targetPortal: string
  /** iqn is Target iSCSI Qualified Name. */
  iqn: string
  /** lun is iSCSI Target Lun number. */
  lun: number
  /** iscsiInterface is the interface Name that uses an iSCSI transport. */
  iscsiInterface?: string
  /** fsType is the filesystem type of the volume that you want to mount. */
  fsType?: string
  /** readOnly here will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
  /** portals is the iSCSI Target Portal List. */
  portals?: string[]
  /** chapAuthDiscovery defines whether support iSCSI Discovery CHAP authentication */
  chapAuthDiscovery?: boolean
  /** chapAuthSession defines whether support iSCSI Session CHAP authentication */
  chapAuthSession?: boolean
  /** secretRef is the CHAP Secret for iSCSI target and initiator authentication */
  secretRef?: SecretReference
  /** initiatorName is the custom iSCSI Initiator Name. */
  initiatorName?: string
}

/** Represents an ISCSI disk. */
export interface ISCSIVolumeSource {
  /** targetPortal is iSCSI Target Portal. */
  targetPortal: string
  /** iqn is the target iSCSI Qualified Name. */
  iqn: string
  /** lun represents iSCSI Target Lun number. */
  lun: number
  /** iscsiInterface is the interface Name that uses an iSCSI transport. */
  iscsiInterface?: string
  /** fsType is the filesystem type of the volume that you want to mount. */
  fsType?: string
  /** readOnly here will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
  /** portals is the iSCSI Target Portal List. */
  portals?: string[]
  /** chapAuthDiscovery defines whether support iSCSI Discovery CHAP authentication */
  chapAuthDiscovery?: boolean
  /** chapAuthSession defines whether support iSCSI Session CHAP authentication */
  chapAuthSession?: boolean
  /** secretRef is the CHAP Secret for iSCSI target and initiator authentication */
  secretRef?: LocalObjectReference
  /** initiatorName is the custom iSCSI Initiator Name. */
  initiatorName?: string
}

/** ImageVolumeSource represents a image volume resource. */
export interface ImageVolumeSource {
  /** Required: Image or artifact reference to be used. */
  reference?: string
  /** Policy for pulling OCI objects. */
  pullPolicy?: string
}

/** ImageVolumeStatus represents the image-based volume status. */
export interface ImageVolumeStatus {
  /** ImageRef is the digest of the image used for this volume. */
  imageRef?: string
}

/** Maps a string key to a path within a volume. */
export interface KeyToPath {
  /** key is the key to project. */
  key: string
  /** path is the relative path of the file to map the key to. */
  path: string
  /** mode is Optional: mode bits used to set permissions on this file. */
  mode?: number
}

/** Lifecycle describes actions that the management system should take in response to container lifecycle events. */
export interface Lifecycle {
  /** PostStart is called immediately after a container is created. */
  postStart?: LifecycleHandler
  /** PreStop is called immediately before a container is terminated due to an API request or management event such as liveness/startup probe failure, preemption, resource contention, etc. */
  preStop?: LifecycleHandler
  /** StopSignal defines which signal will be sent to a container when it is being stopped. */
  stopSignal?: string
}

/** LifecycleHandler defines a specific action that should be taken in a lifecycle hook. */
export interface LifecycleHandler {
  /** Exec specifies a command to execute in the container. */
  exec?: ExecAction
  /** HTTPGet specifies an HTTP GET request to perform. */
  httpGet?: HTTPGetAction
  /** Deprecated. */
  tcpSocket?: TCPSocketAction
  /** Sleep represents a duration that the container should sleep. */
  sleep?: SleepAction
}

/** LimitRange sets resource usage limits for each kind of resource in a Namespace. */
export interface LimitRange {
  apiVersion?: 'v1'
  kind?: 'LimitRange'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the limits enforced. */
  spec?: LimitRangeSpec
}

/** LimitRangeItem defines a min/max usage limit for any resource that matches on kind. */
export interface LimitRangeItem {
  /** Type of resource that this limit applies to. */
  type: string
  /** Max usage constraints on this kind by resource name. */
  max?: Record<string, string>
  /** Min usage constraints on this kind by resource name. */
  min?: Record<string, string>
  /** Default resource requirement limit value by resource name if resource limit is omitted. */
  default?: Record<string, string>
  /** DefaultRequest is the default resource requirement request value by resource name if resource request is omitted. */
  defaultRequest?: Record<string, string>
  /** MaxLimitRequestRatio if specified, the named resource must have a request and limit that are both non-zero where limit divided by request is less than or equal to the enumerated value; this represents the max burst for the named resource. */
  maxLimitRequestRatio?: Record<string, string>
}

/** LimitRangeList is a list of LimitRange items. */
export interface LimitRangeList {
  apiVersion?: 'v1'
  kind?: 'LimitRangeList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Items is a list of LimitRange objects. */
  items: LimitRange[]
}

/** LimitRangeSpec defines a min/max usage limit for resources that match on kind. */
export interface LimitRangeSpec {
  /** Limits is the list of LimitRangeItem objects that are enforced. */
  limits: LimitRangeItem[]
}

/** LinuxContainerUser represents user identity information in Linux containers */
export interface LinuxContainerUser {
  /** UID is the primary uid initially attached to the first process in the container */
  uid: number
  /** GID is the primary gid initially attached to the first process in the container */
  gid: number
  /** SupplementalGroups are the supplemental groups initially attached to the first process in the container */
  supplementalGroups?: number[]
}

export interface List {
  apiVersion?: 'v1'
  kind?: 'List'
  metadata?: ListMeta
  items: Record<string, unknown>[]
}

/** LoadBalancerIngress represents the status of a load-balancer ingress point: traffic intended for the service should be sent to an ingress point. */
export interface LoadBalancerIngress {
  /** IP is set for load-balancer ingress points that are IP based (typically GCE or OpenStack load-balancers) */
  ip?: string
  /** Hostname is set for load-balancer ingress points that are DNS based (typically AWS load-balancers) */
  hostname?: string
  /** IPMode specifies how the load-balancer IP behaves, and may only be specified when the ip field is specified. */
  ipMode?: string
  /** Ports is a list of records of service ports If used, every port defined in the service should have an entry in it */
  ports?: PortStatus[]
}

/** LoadBalancerStatus represents the status of a load-balancer. */
export interface LoadBalancerStatus {
  /** Ingress is a list containing ingress points for the load-balancer. */
  ingress?: LoadBalancerIngress[]
}

/** LocalObjectReference contains enough information to let you locate the referenced object inside the same namespace. */
export interface LocalObjectReference {
  /** Name of the referent. */
  name?: string
}

/** Local represents directly-attached storage with node affinity */
export interface LocalVolumeSource {
  /** path of the full path to the volume on the node. */
  path: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
}

/** ModifyVolumeStatus represents the status object of ControllerModifyVolume operation */
export interface ModifyVolumeStatus {
  /** targetVolumeAttributesClassName is the name of the VolumeAttributesClass the PVC currently being reconciled */
  targetVolumeAttributesClassName?: string
  /** status is the status of the ControllerModifyVolume operation. */
  status: string
}

/** Represents an NFS mount that lasts the lifetime of a pod. */
export interface NFSVolumeSource {
  /** server is the hostname or IP address of the NFS server. */
  server: string
  /** path that is exported by the NFS server. */
  path: string
  /** readOnly here will force the NFS export to be mounted with read-only permissions. */
  readOnly?: boolean
}

/** Namespace provides a scope for Names. */
export interface Namespace {
  apiVersion?: 'v1'
  kind?: 'Namespace'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the behavior of the Namespace. */
  spec?: NamespaceSpec
  /** Status describes the current status of a Namespace. */
  status?: NamespaceStatus
}

/** NamespaceCondition contains details about state of namespace. */
export interface NamespaceCondition {
  /** Type of namespace controller condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** Unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string
  /** Human-readable message indicating details about last transition. */
  message?: string
}

/** NamespaceList is a list of Namespaces. */
export interface NamespaceList {
  apiVersion?: 'v1'
  kind?: 'NamespaceList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Items is the list of Namespace objects in the list. */
  items: Namespace[]
}

/** NamespaceSpec describes the attributes on a Namespace. */
export interface NamespaceSpec {
  /** Finalizers is an opaque list of values that must be empty to permanently remove object from storage. */
  finalizers?: string[]
}

/** NamespaceStatus is information about the current status of a Namespace. */
export interface NamespaceStatus {
  /** Phase is the current lifecycle phase of the namespace. */
  phase?: string
  /** Represents the latest available observations of a namespace's current state. */
  conditions?: NamespaceCondition[]
}

/** Node is a worker node in Kubernetes. */
export interface Node {
  apiVersion?: 'v1'
  kind?: 'Node'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the behavior of a node. */
  spec?: NodeSpec
  /** Most recently observed status of the node. */
  status?: NodeStatus
}

/** NodeAddress contains information for the node's address. */
export interface NodeAddress {
  /** Node address type, one of Hostname, ExternalIP or InternalIP. */
  type: string
  /** The node address. */
  address: string
}

/** Node affinity is a group of node affinity scheduling rules. */
export interface NodeAffinity {
  /** If the affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node. */
  requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector
  /** The scheduler will prefer to schedule pods to nodes that satisfy the affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions. */
  preferredDuringSchedulingIgnoredDuringExecution?: PreferredSchedulingTerm[]
}

/** NodeAllocatableResourceClaimStatus describes the status of node allocatable resources allocated via DRA. */
export interface NodeAllocatableResourceClaimStatus {
  /** ResourceClaimName is the resource claim referenced by the pod that resulted in this node allocatable resource allocation. */
  resourceClaimName: string
  /** Containers lists the names of all containers in this pod that reference the claim. */
  containers?: string[]
  /** Resources is a map of the node-allocatable resource name to the aggregate quantity allocated to the claim. */
  resources: Record<string, string>
}

/** NodeCondition contains condition information for a node. */
export interface NodeCondition {
  /** Type of node condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** Last time we got an update on a given condition. */
  lastHeartbeatTime?: string
  /** Last time the condition transit from one status to another. */
  lastTransitionTime?: string
  /** (brief) reason for the condition's last transition. */
  reason?: string
  /** Human readable message indicating details about last transition. */
  message?: string
}

/** NodeConfigSource specifies a source of node configuration. */
export interface NodeConfigSource {
  /** ConfigMap is a reference to a Node's ConfigMap */
  configMap?: ConfigMapNodeConfigSource
}

/** NodeConfigStatus describes the status of the config assigned by Node.Spec.ConfigSource. */
export interface NodeConfigStatus {
  /** Assigned reports the checkpointed config the node will try to use. */
  assigned?: NodeConfigSource
  /** Active reports the checkpointed config the node is actively using. */
  active?: NodeConfigSource
  /** LastKnownGood reports the checkpointed config the node will fall back to when it encounters an error attempting to use the Assigned config. */
  lastKnownGood?: NodeConfigSource
  /** Error describes any problems reconciling the Spec.ConfigSource to the Active config. */
  error?: string
}

/** NodeDaemonEndpoints lists ports opened by daemons running on the Node. */
export interface NodeDaemonEndpoints {
  /** Endpoint on which Kubelet is listening. */
  kubeletEndpoint?: DaemonEndpoint
}

/** NodeFeatures describes the set of features implemented by the CRI implementation. */
export interface NodeFeatures {
  /** SupplementalGroupsPolicy is set to true if the runtime supports SupplementalGroupsPolicy and ContainerUser. */
  supplementalGroupsPolicy?: boolean
}

/** NodeList is the whole list of all Nodes which have been registered with master. */
export interface NodeList {
  apiVersion?: 'v1'
  kind?: 'NodeList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of nodes */
  items: Node[]
}

/** NodeProxyOptions is the query options to a Node's proxy call. */
export interface NodeProxyOptions {
  apiVersion?: 'v1'
  kind?: 'NodeProxyOptions'
  /** Path is the URL path to use for the current proxy request to node. */
  path?: string
}

/** NodeRuntimeHandler is a set of runtime handler information. */
export interface NodeRuntimeHandler {
  /** Runtime handler name. */
  name?: string
  /** Supported features. */
  features?: NodeRuntimeHandlerFeatures
}

/** NodeRuntimeHandlerFeatures is a set of features implemented by the runtime handler. */
export interface NodeRuntimeHandlerFeatures {
  /** RecursiveReadOnlyMounts is set to true if the runtime handler supports RecursiveReadOnlyMounts. */
  recursiveReadOnlyMounts?: boolean
  /** UserNamespaces is set to true if the runtime handler supports UserNamespaces, including for volumes. */
  userNamespaces?: boolean
}

/** A node selector represents the union of the results of one or more label queries over a set of nodes; that is, it represents the OR of the selectors represented by the node selector terms. */
export interface NodeSelector {
  /** Required. */
  nodeSelectorTerms: NodeSelectorTerm[]
}

/** A node selector requirement is a selector that contains values, a key, and an operator that relates the key and values. */
export interface NodeSelectorRequirement {
  /** The label key that the selector applies to. */
  key: string
  /** Represents a key's relationship to a set of values. */
  operator: string
  /** An array of string values. */
  values?: string[]
}

/** A null or empty node selector term matches no objects. */
export interface NodeSelectorTerm {
  /** A list of node selector requirements by node's labels. */
  matchExpressions?: NodeSelectorRequirement[]
  /** A list of node selector requirements by node's fields. */
  matchFields?: NodeSelectorRequirement[]
}

/** NodeSpec describes the attributes that a node is created with. */
export interface NodeSpec {
  /** PodCIDR represents the pod IP range assigned to the node. */
  podCIDR?: string
  /** podCIDRs represents the IP ranges assigned to the node for usage by Pods on that node. */
  podCIDRs?: string[]
  /** ID of the node assigned by the cloud provider in the format: <ProviderName>://<ProviderSpecificNodeID> */
  providerID?: string
  /** Unschedulable controls node schedulability of new pods. */
  unschedulable?: boolean
  /** If specified, the node's taints. */
  taints?: Taint[]
  /** Deprecated: Previously used to specify the source of the node's configuration for the DynamicKubeletConfig feature. */
  configSource?: NodeConfigSource
  /** Deprecated. */
  externalID?: string
}

/** NodeStatus is information about the current status of a node. */
export interface NodeStatus {
  /** Capacity represents the total resources of a node. */
  capacity?: Record<string, string>
  /** Allocatable represents the resources of a node that are available for scheduling. */
  allocatable?: Record<string, string>
  /** NodePhase is the recently observed lifecycle phase of the node. */
  phase?: string
  /** Conditions is an array of current observed node conditions. */
  conditions?: NodeCondition[]
  /** List of addresses reachable to the node. */
  addresses?: NodeAddress[]
  /** Endpoints of daemons running on the Node. */
  daemonEndpoints?: NodeDaemonEndpoints
  /** Set of ids/uuids to uniquely identify the node. */
  nodeInfo?: NodeSystemInfo
  /** List of container images on this node */
  images?: ContainerImage[]
  /** List of attachable volumes in use (mounted) by the node. */
  volumesInUse?: string[]
  /** List of volumes that are attached to the node. */
  volumesAttached?: AttachedVolume[]
  /** Status of the config assigned to the node via the dynamic Kubelet config feature. */
  config?: NodeConfigStatus
  /** The available runtime handlers. */
  runtimeHandlers?: NodeRuntimeHandler[]
  /** Features describes the set of features implemented by the CRI implementation. */
  features?: NodeFeatures
  /** DeclaredFeatures represents the features related to feature gates that are declared by the node. */
  declaredFeatures?: string[]
}

/** NodeSwapStatus represents swap memory information. */
export interface NodeSwapStatus {
  /** Total amount of swap memory in bytes. */
  capacity?: number
}

/** NodeSystemInfo is a set of ids/uuids to uniquely identify the node. */
export interface NodeSystemInfo {
  /** MachineID reported by the node. */
  machineID: string
  /** SystemUUID reported by the node. */
  systemUUID: string
  /** Boot ID reported by the node. */
  bootID: string
  /** Kernel Version reported by the node from 'uname -r' (e.g. */
  kernelVersion: string
  /** OS Image reported by the node from /etc/os-release (e.g. */
  osImage: string
  /** ContainerRuntime Version reported by the node through runtime remote API (e.g. */
  containerRuntimeVersion: string
  /** Kubelet Version reported by the node. */
  kubeletVersion: string
  /** Deprecated: KubeProxy Version reported by the node. */
  kubeProxyVersion: string
  /** The Operating System reported by the node */
  operatingSystem: string
  /** The Architecture reported by the node */
  architecture: string
  /** Swap Info reported by the node. */
  swap?: NodeSwapStatus
}

/** ObjectFieldSelector selects an APIVersioned field of an object. */
export interface ObjectFieldSelector {
  /** Version of the schema the FieldPath is written in terms of, defaults to "v1". */
  apiVersion?: string
  /** Path of the field to select in the specified API version. */
  fieldPath: string
}

/** ObjectReference contains enough information to let you inspect or modify the referred object. */
export interface ObjectReference {
  /** Kind of the referent. */
  kind?: string
  /** Namespace of the referent. */
  namespace?: string
  /** Name of the referent. */
  name?: string
  /** UID of the referent. */
  uid?: string
  /** API version of the referent. */
  apiVersion?: string
  /** Specific resourceVersion to which this reference is made, if any. */
  resourceVersion?: string
  /** If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. */
  fieldPath?: string
}

/** PersistentVolume (PV) is a storage resource provisioned by an administrator. */
export interface PersistentVolume {
  apiVersion?: 'v1'
  kind?: 'PersistentVolume'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** spec defines a specification of a persistent volume owned by the cluster. */
  spec?: PersistentVolumeSpec
  /** status represents the current information/status for the persistent volume. */
  status?: PersistentVolumeStatus
}

/** PersistentVolumeClaim is a user's request for and claim to a persistent volume */
export interface PersistentVolumeClaim {
  apiVersion?: 'v1'
  kind?: 'PersistentVolumeClaim'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** spec defines the desired characteristics of a volume requested by a pod author. */
  spec?: PersistentVolumeClaimSpec
  /** status represents the current information/status of a persistent volume claim. */
  status?: PersistentVolumeClaimStatus
}

/** PersistentVolumeClaimCondition contains details about state of pvc */
export interface PersistentVolumeClaimCondition {
  /** Type is the type of the condition. */
  type: string
  /** Status is the status of the condition. */
  status: string
  /** lastProbeTime is the time we probed the condition. */
  lastProbeTime?: string
  /** lastTransitionTime is the time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** reason is a unique, this should be a short, machine understandable string that gives the reason for condition's last transition. */
  reason?: string
  /** message is the human-readable message indicating details about last transition. */
  message?: string
}

/** PersistentVolumeClaimList is a list of PersistentVolumeClaim items. */
export interface PersistentVolumeClaimList {
  apiVersion?: 'v1'
  kind?: 'PersistentVolumeClaimList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** items is a list of persistent volume claims. */
  items: PersistentVolumeClaim[]
}

/** PersistentVolumeClaimSpec describes the common attributes of storage devices and allows a Source for provider-specific attributes */
export interface PersistentVolumeClaimSpec {
  /** accessModes contains the desired access modes the volume should have. */
  accessModes?: string[]
  /** selector is a label query over volumes to consider for binding. */
  selector?: LabelSelector
  /** resources represents the minimum resources the volume should have. */
  resources?: VolumeResourceRequirements
  /** volumeName is the binding reference to the PersistentVolume backing this claim. */
  volumeName?: string
  /** storageClassName is the name of the StorageClass required by the claim. */
  storageClassName?: string
  /** volumeMode defines what type of volume is required by the claim. */
  volumeMode?: string
  /** dataSource field can be used to specify either: * An existing VolumeSnapshot object (snapshot.storage.k8s.io/VolumeSnapshot) * An existing PVC (PersistentVolumeClaim) If the provisioner or an external controller can support the specified data source, it will create a new volume based on the contents of the specified data source. */
  dataSource?: TypedLocalObjectReference
  /** dataSourceRef specifies the object from which to populate the volume with data, if a non-empty volume is desired. */
  dataSourceRef?: TypedObjectReference
  /** volumeAttributesClassName may be used to set the VolumeAttributesClass used by this claim. */
  volumeAttributesClassName?: string
}

/** PersistentVolumeClaimStatus is the current status of a persistent volume claim. */
export interface PersistentVolumeClaimStatus {
  /** phase represents the current phase of PersistentVolumeClaim. */
  phase?: string
  /** accessModes contains the actual access modes the volume backing the PVC has. */
  accessModes?: string[]
  /** capacity represents the actual resources of the underlying volume. */
  capacity?: Record<string, string>
  /** conditions is the current Condition of persistent volume claim. */
  conditions?: PersistentVolumeClaimCondition[]
  /** allocatedResources tracks the resources allocated to a PVC including its capacity. */
  allocatedResources?: Record<string, string>
  /** allocatedResourceStatuses stores status of resource being resized for the given PVC. */
  allocatedResourceStatuses?: Record<string, string>
  /** currentVolumeAttributesClassName is the current name of the VolumeAttributesClass the PVC is using. */
  currentVolumeAttributesClassName?: string
  /** ModifyVolumeStatus represents the status object of ControllerModifyVolume operation. */
  modifyVolumeStatus?: ModifyVolumeStatus
}

/** PersistentVolumeClaimTemplate is used to produce PersistentVolumeClaim objects as part of an EphemeralVolumeSource. */
export interface PersistentVolumeClaimTemplate {
  /** May contain labels and annotations that will be copied into the PVC when creating it. */
  metadata?: ObjectMeta
  /** The specification for the PersistentVolumeClaim. */
  spec: PersistentVolumeClaimSpec
}

/** PersistentVolumeClaimVolumeSource references the user's PVC in the same namespace. */
export interface PersistentVolumeClaimVolumeSource {
  /** claimName is the name of a PersistentVolumeClaim in the same namespace as the pod using this volume. */
  claimName: string
  /** readOnly Will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
}

/** PersistentVolumeList is a list of PersistentVolume items. */
export interface PersistentVolumeList {
  apiVersion?: 'v1'
  kind?: 'PersistentVolumeList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** items is a list of persistent volumes. */
  items: PersistentVolume[]
}

/** PersistentVolumeSource is similar to VolumeSource but meant for the administrator who creates PVs. */
export interface PersistentVolumeSource {
  /** gcePersistentDisk represents a GCE Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  /** awsElasticBlockStore represents an AWS Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  /** hostPath represents a directory on the host. */
  hostPath?: HostPathVolumeSource
  /** glusterfs represents a Glusterfs volume that is attached to a host and exposed to the pod. */
  glusterfs?: GlusterfsPersistentVolumeSource
  /** nfs represents an NFS mount on the host. */
  nfs?: NFSVolumeSource
  /** rbd represents a Rados Block Device mount on the host that shares a pod's lifetime. */
  rbd?: RBDPersistentVolumeSource
  /** iscsi represents an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  iscsi?: ISCSIPersistentVolumeSource
  /** cinder represents a cinder volume attached and mounted on kubelets host machine. */
  cinder?: CinderPersistentVolumeSource
  /** cephFS represents a Ceph FS mount on the host that shares a pod's lifetime. */
  cephfs?: CephFSPersistentVolumeSource
  /** fc represents a Fibre Channel resource that is attached to a kubelet's host machine and then exposed to the pod. */
  fc?: FCVolumeSource
  /** flocker represents a Flocker volume attached to a kubelet's host machine and exposed to the pod for its usage. */
  flocker?: FlockerVolumeSource
  /** flexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin. */
  flexVolume?: FlexPersistentVolumeSource
  /** azureFile represents an Azure File Service mount on the host and bind mount to the pod. */
  azureFile?: AzureFilePersistentVolumeSource
  /** vsphereVolume represents a vSphere volume attached and mounted on kubelets host machine. */
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  /** quobyte represents a Quobyte mount on the host that shares a pod's lifetime. */
  quobyte?: QuobyteVolumeSource
  /** azureDisk represents an Azure Data Disk mount on the host and bind mount to the pod. */
  azureDisk?: AzureDiskVolumeSource
  /** photonPersistentDisk represents a PhotonController persistent disk attached and mounted on kubelets host machine. */
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  /** portworxVolume represents a portworx volume attached and mounted on kubelets host machine. */
  portworxVolume?: PortworxVolumeSource
  /** scaleIO represents a ScaleIO persistent volume attached and mounted on Kubernetes nodes. */
  scaleIO?: ScaleIOPersistentVolumeSource
  /** local represents directly-attached storage with node affinity */
  local?: LocalVolumeSource
  /** storageOS represents a StorageOS volume that is attached to the kubelet's host machine and mounted into the pod. */
  storageos?: StorageOSPersistentVolumeSource
  /** csi represents storage that is handled by an external CSI driver. */
  csi?: CSIPersistentVolumeSource
}

/** PersistentVolumeSpec is the specification of a persistent volume. */
export interface PersistentVolumeSpec {
  /** capacity is the description of the persistent volume's resources and capacity. */
  capacity?: Record<string, string>
  /** gcePersistentDisk represents a GCE Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  /** awsElasticBlockStore represents an AWS Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  /** hostPath represents a directory on the host. */
  hostPath?: HostPathVolumeSource
  /** glusterfs represents a Glusterfs volume that is attached to a host and exposed to the pod. */
  glusterfs?: GlusterfsPersistentVolumeSource
  /** nfs represents an NFS mount on the host. */
  nfs?: NFSVolumeSource
  /** rbd represents a Rados Block Device mount on the host that shares a pod's lifetime. */
  rbd?: RBDPersistentVolumeSource
  /** iscsi represents an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  iscsi?: ISCSIPersistentVolumeSource
  /** cinder represents a cinder volume attached and mounted on kubelets host machine. */
  cinder?: CinderPersistentVolumeSource
  /** cephFS represents a Ceph FS mount on the host that shares a pod's lifetime. */
  cephfs?: CephFSPersistentVolumeSource
  /** fc represents a Fibre Channel resource that is attached to a kubelet's host machine and then exposed to the pod. */
  fc?: FCVolumeSource
  /** flocker represents a Flocker volume attached to a kubelet's host machine and exposed to the pod for its usage. */
  flocker?: FlockerVolumeSource
  /** flexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin. */
  flexVolume?: FlexPersistentVolumeSource
  /** azureFile represents an Azure File Service mount on the host and bind mount to the pod. */
  azureFile?: AzureFilePersistentVolumeSource
  /** vsphereVolume represents a vSphere volume attached and mounted on kubelets host machine. */
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  /** quobyte represents a Quobyte mount on the host that shares a pod's lifetime. */
  quobyte?: QuobyteVolumeSource
  /** azureDisk represents an Azure Data Disk mount on the host and bind mount to the pod. */
  azureDisk?: AzureDiskVolumeSource
  /** photonPersistentDisk represents a PhotonController persistent disk attached and mounted on kubelets host machine. */
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  /** portworxVolume represents a portworx volume attached and mounted on kubelets host machine. */
  portworxVolume?: PortworxVolumeSource
  /** scaleIO represents a ScaleIO persistent volume attached and mounted on Kubernetes nodes. */
  scaleIO?: ScaleIOPersistentVolumeSource
  /** local represents directly-attached storage with node affinity */
  local?: LocalVolumeSource
  /** storageOS represents a StorageOS volume that is attached to the kubelet's host machine and mounted into the pod. */
  storageos?: StorageOSPersistentVolumeSource
  /** csi represents storage that is handled by an external CSI driver. */
  csi?: CSIPersistentVolumeSource
  /** accessModes contains all ways the volume can be mounted. */
  accessModes?: string[]
  /** claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. */
  claimRef?: ObjectReference
  /** persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. */
  persistentVolumeReclaimPolicy?: string
  /** storageClassName is the name of StorageClass to which this persistent volume belongs. */
  storageClassName?: string
  /** mountOptions is the list of mount options, e.g. */
  mountOptions?: string[]
  /** volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. */
  volumeMode?: string
  /** nodeAffinity defines constraints that limit what nodes this volume can be accessed from. */
  nodeAffinity?: VolumeNodeAffinity
  /** Name of VolumeAttributesClass to which this persistent volume belongs. */
  volumeAttributesClassName?: string
}

/** PersistentVolumeStatus is the current status of a persistent volume. */
export interface PersistentVolumeStatus {
  /** phase indicates if a volume is available, bound to a claim, or released by a claim. */
  phase?: string
  /** message is a human-readable message indicating details about why the volume is in this state. */
  message?: string
  /** reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI. */
  reason?: string
  /** lastPhaseTransitionTime is the time the phase transitioned from one to another and automatically resets to current time everytime a volume phase transitions. */
  lastPhaseTransitionTime?: string
}

/** Represents a Photon Controller persistent disk resource. */
export interface PhotonPersistentDiskVolumeSource {
  /** pdID is the ID that identifies Photon Controller persistent disk */
  pdID: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
}

/** Pod is a collection of containers that can run on a host. */
export interface Pod {
  apiVersion?: 'v1'
  kind?: 'Pod'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Specification of the desired behavior of the pod. */
  spec?: PodSpec
  /** Most recently observed status of the pod. */
  status?: PodStatus
}

/** Pod affinity is a group of inter pod affinity scheduling rules. */
export interface PodAffinity {
  /** If the affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node. */
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  /** The scheduler will prefer to schedule pods to nodes that satisfy the affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions. */
  preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]
}

/** Defines a set of pods (namely those matching the labelSelector relative to the given namespace(s)) that this pod should be co-located (affinity) or not co-located (anti-affinity) with, where co-located is defined as running on a node whose value of the label with key <topologyKey> matches that of any node on which a pod of the set of pods is running */
export interface PodAffinityTerm {
  /** A label query over a set of resources, in this case pods. */
  labelSelector?: LabelSelector
  /** namespaces specifies a static list of namespace names that the term applies to. */
  namespaces?: string[]
  /** This pod should be co-located (affinity) or not co-located (anti-affinity) with the pods matching the labelSelector in the specified namespaces, where co-located is defined as running on a node whose value of the label with key topologyKey matches that of any node on which any of the selected pods is running. */
  topologyKey: string
  /** A label query over the set of namespaces that the term applies to. */
  namespaceSelector?: LabelSelector
  /** MatchLabelKeys is a set of pod label keys to select which pods will be taken into consideration. */
  matchLabelKeys?: string[]
  /** MismatchLabelKeys is a set of pod label keys to select which pods will be taken into consideration. */
  mismatchLabelKeys?: string[]
}

/** Pod anti affinity is a group of inter pod anti affinity scheduling rules. */
export interface PodAntiAffinity {
  /** If the anti-affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node. */
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  /** The scheduler will prefer to schedule pods to nodes that satisfy the anti-affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions. */
  preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]
}

/** PodAttachOptions is the query options to a Pod's remote attach call. */
export interface PodAttachOptions {
  apiVersion?: 'v1'
  kind?: 'PodAttachOptions'
  /** Stdin if true, redirects the standard input stream of the pod for this call. */
  stdin?: boolean
  /** Stdout if true indicates that stdout is to be redirected for the attach call. */
  stdout?: boolean
  /** Stderr if true indicates that stderr is to be redirected for the attach call. */
  stderr?: boolean
  /** TTY if true indicates that a tty will be allocated for the attach call. */
  tty?: boolean
  /** The container in which to execute the command. */
  container?: string
}

/** PodCertificateProjection provides a private key and X.509 certificate in the pod filesystem. */
export interface PodCertificateProjection {
  /** Kubelet's generated CSRs will be addressed to this signer. */
  signerName?: string
  /** The type of keypair Kubelet will generate for the pod. */
  keyType?: string
  /** maxExpirationSeconds is the maximum lifetime permitted for the certificate. */
  maxExpirationSeconds?: number
  /** Write the credential bundle at this path in the projected volume. */
  credentialBundlePath?: string
  /** Write the key at this path in the projected volume. */
  keyPath?: string
  /** Write the certificate chain at this path in the projected volume. */
  certificateChainPath?: string
  /** userAnnotations allow pod authors to pass additional information to the signer implementation. */
  userAnnotations?: Record<string, string>
}

/** PodCondition contains details for the current condition of this pod. */
export interface PodCondition {
  /** Type is the type of the condition. */
  type: string
  /** If set, this represents the .metadata.generation that the pod condition was set based upon. */
  observedGeneration?: number
  /** Status is the status of the condition. */
  status: string
  /** Last time we probed the condition. */
  lastProbeTime?: string
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** Unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string
  /** Human-readable message indicating details about last transition. */
  message?: string
}

/** PodDNSConfig defines the DNS parameters of a pod in addition to those generated from DNSPolicy. */
export interface PodDNSConfig {
  /** A list of DNS name server IP addresses. */
  nameservers?: string[]
  /** A list of DNS search domains for host-name lookup. */
  searches?: string[]
  /** A list of DNS resolver options. */
  options?: PodDNSConfigOption[]
}

/** PodDNSConfigOption defines DNS resolver options of a pod. */
export interface PodDNSConfigOption {
  /** Name is this DNS resolver option's name. */
  name?: string
  /** Value is this DNS resolver option's value. */
  value?: string
}

/** PodExecOptions is the query options to a Pod's remote exec call. */
export interface PodExecOptions {
  apiVersion?: 'v1'
  kind?: 'PodExecOptions'
  /** Redirect the standard input stream of the pod for this call. */
  stdin?: boolean
  /** Redirect the standard output stream of the pod for this call. */
  stdout?: boolean
  /** Redirect the standard error stream of the pod for this call. */
  stderr?: boolean
  /** TTY if true indicates that a tty will be allocated for the exec call. */
  tty?: boolean
  /** Container in which to execute the command. */
  container?: string
  /** Command is the remote command to execute. */
  command: string[]
}

/** PodExtendedResourceClaimStatus is stored in the PodStatus for the extended resource requests backed by DRA. */
export interface PodExtendedResourceClaimStatus {
  /** RequestMappings identifies the mapping of <container, extended resource backed by DRA> to device request in the generated ResourceClaim. */
  requestMappings: ContainerExtendedResourceRequest[]
  /** ResourceClaimName is the name of the ResourceClaim that was generated for the Pod in the namespace of the Pod. */
  resourceClaimName: string
}

/** PodIP represents a single IP address allocated to the pod. */
export interface PodIP {
  /** IP is the IP address assigned to the pod */
  ip: string
}

/** PodList is a list of Pods. */
export interface PodList {
  apiVersion?: 'v1'
  kind?: 'PodList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of pods. */
  items: Pod[]
}

/** PodLogOptions is the query options for a Pod's logs REST call. */
export interface PodLogOptions {
  apiVersion?: 'v1'
  kind?: 'PodLogOptions'
  /** The container for which to stream logs. */
  container?: string
  /** Follow the log stream of the pod. */
  follow?: boolean
  /** Return previous terminated container logs. */
  previous?: boolean
  /** A relative time in seconds before the current time from which to show logs. */
  sinceSeconds?: number
  /** An RFC3339 timestamp from which to show logs. */
  sinceTime?: string
  /** If true, add an RFC3339 or RFC3339Nano timestamp at the beginning of every line of log output. */
  timestamps?: boolean
  /** If set, the number of lines from the end of the logs to show. */
  tailLines?: number
  /** If set, the number of bytes to read from the server before terminating the log output. */
  limitBytes?: number
  /** insecureSkipTLSVerifyBackend indicates that the apiserver should not confirm the validity of the serving certificate of the backend it is connecting to. */
  insecureSkipTLSVerifyBackend?: boolean
  /** Specify which container log stream to return to the client. */
  stream?: string
}

/** PodOS defines the OS parameters of a pod. */
export interface PodOS {
  /** Name is the name of the operating system. */
  name: string
}

/** PodPortForwardOptions is the query options to a Pod's port forward call when using WebSockets. */
export interface PodPortForwardOptions {
  apiVersion?: 'v1'
  kind?: 'PodPortForwardOptions'
  /** List of ports to forward Required when using WebSockets */
  ports?: number[]
}

/** PodProxyOptions is the query options to a Pod's proxy call. */
export interface PodProxyOptions {
  apiVersion?: 'v1'
  kind?: 'PodProxyOptions'
  /** Path is the URL path to use for the current proxy request to pod. */
  path?: string
}

/** PodReadinessGate contains the reference to a pod condition */
export interface PodReadinessGate {
  /** ConditionType refers to a condition in the pod's condition list with matching type. */
  conditionType: string
}

/** PodResourceClaim references exactly one ResourceClaim, either directly or by naming a ResourceClaimTemplate which is then turned into a ResourceClaim for the pod. */
export interface PodResourceClaim {
  /** Name uniquely identifies this resource claim inside the pod. */
  name: string
  /** ResourceClaimName is the name of a ResourceClaim object in the same namespace as this pod. */
  resourceClaimName?: string
  /** ResourceClaimTemplateName is the name of a ResourceClaimTemplate object in the same namespace as this pod. */
  resourceClaimTemplateName?: string
}

/** PodResourceClaimStatus is stored in the PodStatus for each PodResourceClaim which references a ResourceClaimTemplate. */
export interface PodResourceClaimStatus {
  /** Name uniquely identifies this resource claim inside the pod. */
  name: string
  /** ResourceClaimName is the name of the ResourceClaim that was generated for the Pod in the namespace of the Pod. */
  resourceClaimName?: string
}

/** PodSchedulingGate is associated to a Pod to guard its scheduling. */
export interface PodSchedulingGate {
  /** Name of the scheduling gate. */
  name: string
}

/** PodSchedulingGroup identifies the runtime scheduling group instance that a Pod belongs to. */
export interface PodSchedulingGroup {
  /** PodGroupName specifies the name of the standalone PodGroup object that represents the runtime instance of this group. */
  podGroupName?: string
}

/** PodSecurityContext holds pod-level security attributes and common container settings. */
export interface PodSecurityContext {
  /** The SELinux context to be applied to all containers. */
  seLinuxOptions?: SELinuxOptions
  /** The Windows specific settings applied to all containers. */
  windowsOptions?: WindowsSecurityContextOptions
  /** The UID to run the entrypoint of the container process. */
  runAsUser?: number
  /** The GID to run the entrypoint of the container process. */
  runAsGroup?: number
  /** Indicates that the container must run as a non-root user. */
  runAsNonRoot?: boolean
  /** A list of groups applied to the first process run in each container, in addition to the container's primary GID and fsGroup (if specified). */
  supplementalGroups?: number[]
  /** Defines how supplemental groups of the first container processes are calculated. */
  supplementalGroupsPolicy?: string
  /** A special supplemental group that applies to all containers in a pod. */
  fsGroup?: number
  /** Sysctls hold a list of namespaced sysctls used for the pod. */
  sysctls?: Sysctl[]
  /** fsGroupChangePolicy defines behavior of changing ownership and permission of the volume before being exposed inside Pod. */
  fsGroupChangePolicy?: string
  /** The seccomp options to use by the containers in this pod. */
  seccompProfile?: SeccompProfile
  /** appArmorProfile is the AppArmor options to use by the containers in this pod. */
  appArmorProfile?: AppArmorProfile
  /** seLinuxChangePolicy defines how the container's SELinux label is applied to all volumes used by the Pod. */
  seLinuxChangePolicy?: string
}

/** Describes the class of pods that should avoid this node. */
export interface PodSignature {
  /** Reference to controller whose pods should avoid this node. */
  podController?: OwnerReference
}

/** PodSpec is a description of a pod. */
export interface PodSpec {
  /** List of volumes that can be mounted by containers belonging to the pod. */
  volumes?: Volume[]
  /** List of initialization containers belonging to the pod. */
  initContainers?: Container[]
  /** List of containers belonging to the pod. */
  containers: Container[]
  /** List of ephemeral containers run in this pod. */
  ephemeralContainers?: EphemeralContainer[]
  /** Restart policy for all containers within the pod. */
  restartPolicy?: string
  /** Optional duration in seconds the pod needs to terminate gracefully. */
  terminationGracePeriodSeconds?: number
  /** Optional duration in seconds the pod may be active on the node relative to StartTime before the system will actively try to mark it failed and kill associated containers. */
  activeDeadlineSeconds?: number
  /** Set DNS policy for the pod. */
  dnsPolicy?: string
  /** NodeSelector is a selector which must be true for the pod to fit on a node. */
  nodeSelector?: Record<string, string>
  /** ServiceAccountName is the name of the ServiceAccount to use to run this pod. */
  serviceAccountName?: string
  /** DeprecatedServiceAccount is a deprecated alias for ServiceAccountName. */
  serviceAccount?: string
  /** AutomountServiceAccountToken indicates whether a service account token should be automatically mounted. */
  automountServiceAccountToken?: boolean
  /** NodeName indicates in which node this pod is scheduled. */
  nodeName?: string
  /** Host networking requested for this pod. */
  hostNetwork?: boolean
  /** Use the host's pid namespace. */
  hostPID?: boolean
  /** Use the host's ipc namespace. */
  hostIPC?: boolean
  /** Share a single process namespace between all of the containers in a pod. */
  shareProcessNamespace?: boolean
  /** SecurityContext holds pod-level security attributes and common container settings. */
  securityContext?: PodSecurityContext
  /** ImagePullSecrets is an optional list of references to secrets in the same namespace to use for pulling any of the images used by this PodSpec. */
  imagePullSecrets?: LocalObjectReference[]
  /** Specifies the hostname of the Pod If not specified, the pod's hostname will be set to a system-defined value. */
  hostname?: string
  /** If specified, the fully qualified Pod hostname will be "<hostname>.<subdomain>.<pod namespace>.svc.<cluster domain>". */
  subdomain?: string
  /** If specified, the pod's scheduling constraints */
  affinity?: Affinity
  /** If specified, the pod will be dispatched by specified scheduler. */
  schedulerName?: string
  /** If specified, the pod's tolerations. */
  tolerations?: Toleration[]
  /** HostAliases is an optional list of hosts and IPs that will be injected into the pod's hosts file if specified. */
  hostAliases?: HostAlias[]
  /** If specified, indicates the pod's priority. */
  priorityClassName?: string
  /** The priority value. */
  priority?: number
  /** Specifies the DNS parameters of a pod. */
  dnsConfig?: PodDNSConfig
  /** If specified, all readiness gates will be evaluated for pod readiness. */
  readinessGates?: PodReadinessGate[]
  /** RuntimeClassName refers to a RuntimeClass object in the node.k8s.io group, which should be used to run this pod. */
  runtimeClassName?: string
  /** EnableServiceLinks indicates whether information about services should be injected into pod's environment variables, matching the syntax of Docker links. */
  enableServiceLinks?: boolean
  /** PreemptionPolicy is the Policy for preempting pods with lower priority. */
  preemptionPolicy?: string
  /** Overhead represents the resource overhead associated with running a pod for a given RuntimeClass. */
  overhead?: Record<string, string>
  /** TopologySpreadConstraints describes how a group of pods ought to spread across topology domains. */
  topologySpreadConstraints?: TopologySpreadConstraint[]
  /** If true the pod's hostname will be configured as the pod's FQDN, rather than the leaf name (the default). */
  setHostnameAsFQDN?: boolean
  /** Specifies the OS of the containers in the pod. */
  os?: PodOS
  /** Use the host's user namespace. */
  hostUsers?: boolean
  /** SchedulingGates is an opaque list of values that if specified will block scheduling the pod. */
  schedulingGates?: PodSchedulingGate[]
  /** ResourceClaims defines which ResourceClaims must be allocated and reserved before the Pod is allowed to start. */
  resourceClaims?: PodResourceClaim[]
  /** Resources is the total amount of CPU and Memory resources required by all containers in the pod. */
  resources?: ResourceRequirements
  /** HostnameOverride specifies an explicit override for the pod's hostname as perceived by the pod. */
  hostnameOverride?: string
  /** SchedulingGroup provides a reference to the immediate scheduling runtime grouping object that this Pod belongs to. */
  schedulingGroup?: PodSchedulingGroup
}

/** PodStatus represents information about the status of a pod. */
export interface PodStatus {
  /** If set, this represents the .metadata.generation that the pod status was set based upon. */
  observedGeneration?: number
  /** The phase of a Pod is a simple, high-level summary of where the Pod is in its lifecycle. */
  phase?: string
  /** Current service state of pod. */
  conditions?: PodCondition[]
  /** A human readable message indicating details about why the pod is in this condition. */
  message?: string
  /** A brief CamelCase message indicating details about why the pod is in this state. */
  reason?: string
  /** nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. */
  nominatedNodeName?: string
  /** hostIP holds the IP address of the host to which the pod is assigned. */
  hostIP?: string
  /** hostIPs holds the IP addresses allocated to the host. */
  hostIPs?: HostIP[]
  /** podIP address allocated to the pod. */
  podIP?: string
  /** podIPs holds the IP addresses allocated to the pod. */
  podIPs?: PodIP[]
  /** RFC 3339 date and time at which the object was acknowledged by the Kubelet. */
  startTime?: string
  /** Statuses of init containers in this pod. */
  initContainerStatuses?: ContainerStatus[]
  /** Statuses of containers in this pod. */
  containerStatuses?: ContainerStatus[]
  /** The Quality of Service (QOS) classification assigned to the pod based on resource requirements See PodQOSClass type for available QOS classes More info: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/#quality-of-service-classes */
  qosClass?: string
  /** Statuses for any ephemeral containers that have run in this pod. */
  ephemeralContainerStatuses?: ContainerStatus[]
  /** Status of resources resize desired for pod's containers. */
  resize?: string
  /** Status of resource claims. */
  resourceClaimStatuses?: PodResourceClaimStatus[]
  /** Status of extended resource claim backed by DRA. */
  extendedResourceClaimStatus?: PodExtendedResourceClaimStatus
  /** AllocatedResources is the total requests allocated for this pod by the node. */
  allocatedResources?: Record<string, string>
  /** Resources represents the compute resource requests and limits that have been applied at the pod level if pod-level requests or limits are set in PodSpec.Resources */
  resources?: ResourceRequirements
  /** NodeAllocatableResourceClaimStatuses contains the status of node-allocatable resources that were allocated for this pod through DRA claims. */
  nodeAllocatableResourceClaimStatuses?: NodeAllocatableResourceClaimStatus[]
}

/** PodStatusResult is a wrapper for PodStatus returned by kubelet that can be encode/decoded */
export interface PodStatusResult {
  apiVersion?: 'v1'
  kind?: 'PodStatusResult'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Most recently observed status of the pod. */
  status?: PodStatus
}

/** PodTemplate describes a template for creating copies of a predefined pod. */
export interface PodTemplate {
  apiVersion?: 'v1'
  kind?: 'PodTemplate'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Template defines the pods that will be created from this pod template. */
  template?: PodTemplateSpec
}

/** PodTemplateList is a list of PodTemplates. */
export interface PodTemplateList {
  apiVersion?: 'v1'
  kind?: 'PodTemplateList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of pod templates */
  items: PodTemplate[]
}

/** PodTemplateSpec describes the data a pod should have when created from a template */
export interface PodTemplateSpec {
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Specification of the desired behavior of the pod. */
  spec?: PodSpec
}

/** PortStatus represents the error condition of a service port */
export interface PortStatus {
  /** Port is the port number of the service port of which status is recorded here */
  port: number
  /** Protocol is the protocol of the service port of which status is recorded here The supported values are: "TCP", "UDP", "SCTP" */
  protocol: string
  /** Error is to record the problem with the service port The format of the error shall comply with the following rules: - built-in error values shall be specified in this file and those shall use CamelCase names - cloud provider specific error values must have names that comply with the format foo.example.com/CamelCase. */
  error?: string
}

/** PortworxVolumeSource represents a Portworx volume resource. */
export interface PortworxVolumeSource {
  /** volumeID uniquely identifies a Portworx volume */
  volumeID: string
  /** fSType represents the filesystem type to mount Must be a filesystem type supported by the host operating system. */
  fsType?: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
}

/** Preconditions must be fulfilled before an operation (update, delete, etc.) is carried out. */
export interface Preconditions {
  /** Specifies the target UID. */
  uid?: string
}

/** Describes a class of pods that should avoid this node. */
export interface PreferAvoidPodsEntry {
  /** The class of pods. */
  podSignature: PodSignature
  /** Time at which this entry was added to the list. */
  evictionTime?: string
  /** (brief) reason why this entry was added to the list. */
  reason?: string
  /** Human readable message indicating why this entry was added to the list. */
  message?: string
}

/** An empty preferred scheduling term matches all objects with implicit weight 0 (i.e. */
export interface PreferredSchedulingTerm {
  /** Weight associated with matching the corresponding nodeSelectorTerm, in the range 1-100. */
  weight: number
  /** A node selector term, associated with the corresponding weight. */
  preference: NodeSelectorTerm
}

/** Probe describes a health check to be performed against a container to determine whether it is alive or ready to receive traffic. */
export interface Probe {
  /** Exec specifies a command to execute in the container. */
  exec?: ExecAction
  /** HTTPGet specifies an HTTP GET request to perform. */
  httpGet?: HTTPGetAction
  /** TCPSocket specifies a connection to a TCP port. */
  tcpSocket?: TCPSocketAction
  /** GRPC specifies a GRPC HealthCheckRequest. */
  grpc?: GRPCAction
  /** Number of seconds after the container has started before liveness probes are initiated. */
  initialDelaySeconds?: number
  /** Number of seconds after which the probe times out. */
  timeoutSeconds?: number
  /** How often (in seconds) to perform the probe. */
  periodSeconds?: number
  /** Minimum consecutive successes for the probe to be considered successful after having failed. */
  successThreshold?: number
  /** Minimum consecutive failures for the probe to be considered failed after having succeeded. */
  failureThreshold?: number
  /** Optional duration in seconds the pod needs to terminate gracefully upon probe failure. */
  terminationGracePeriodSeconds?: number
}

/** ProbeHandler defines a specific action that should be taken in a probe. */
export interface ProbeHandler {
  /** Exec specifies a command to execute in the container. */
  exec?: ExecAction
  /** HTTPGet specifies an HTTP GET request to perform. */
  httpGet?: HTTPGetAction
  /** TCPSocket specifies a connection to a TCP port. */
  tcpSocket?: TCPSocketAction
  /** GRPC specifies a GRPC HealthCheckRequest. */
  grpc?: GRPCAction
}

/** Represents a projected volume source */
export interface ProjectedVolumeSource {
  /** sources is the list of volume projections. */
  sources?: VolumeProjection[]
  /** defaultMode are the mode bits used to set permissions on created files by default. */
  defaultMode?: number
}

/** Represents a Quobyte mount that lasts the lifetime of a pod. */
export interface QuobyteVolumeSource {
  /** registry represents a single or multiple Quobyte Registry services specified as a string as host:port pair (multiple entries are separated with commas) which acts as the central registry for volumes */
  registry: string
  /** volume is a string that references an already created Quobyte volume by name. */
  volume: string
  /** readOnly here will force the Quobyte volume to be mounted with read-only permissions. */
  readOnly?: boolean
  /** user to map volume access to Defaults to serivceaccount user */
  user?: string
  /** group to map volume access to Default is no group */
  group?: string
  /** tenant owning the given Quobyte volume in the Backend Used with dynamically provisioned Quobyte volumes, value is set by the plugin */
  tenant?: string
}

/** Represents a Rados Block Device mount that lasts the lifetime of a pod. */
export interface RBDPersistentVolumeSource {
  /** monitors is a collection of Ceph monitors. */
  monitors: string[]
  /** image is the rados image name. */
  image: string
  /** fsType is the filesystem type of the volume that you want to mount. */
  fsType?: string
  /** pool is the rados pool name. */
  pool?: string
  /** user is the rados user name. */
  user?: string
  /** keyring is the path to key ring for RBDUser. */
  keyring?: string
  /** secretRef is name of the authentication secret for RBDUser. */
  secretRef?: SecretReference
  /** readOnly here will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
}

/** Represents a Rados Block Device mount that lasts the lifetime of a pod. */
export interface RBDVolumeSource {
  /** monitors is a collection of Ceph monitors. */
  monitors: string[]
  /** image is the rados image name. */
  image: string
  /** fsType is the filesystem type of the volume that you want to mount. */
  fsType?: string
  /** pool is the rados pool name. */
  pool?: string
  /** user is the rados user name. */
  user?: string
  /** keyring is the path to key ring for RBDUser. */
  keyring?: string
  /** secretRef is name of the authentication secret for RBDUser. */
  secretRef?: LocalObjectReference
  /** readOnly here will force the ReadOnly setting in VolumeMounts. */
  readOnly?: boolean
}

/** RangeAllocation is not a public type. */
export interface RangeAllocation {
  apiVersion?: 'v1'
  kind?: 'RangeAllocation'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Range is string that identifies the range represented by 'data'. */
  range: string
  /** Data is a bit array containing all allocated addresses in the previous segment. */
  data: string
}

/** ReplicationController represents the configuration of a replication controller. */
export interface ReplicationController {
  apiVersion?: 'v1'
  kind?: 'ReplicationController'
  /** If the Labels of a ReplicationController are empty, they are defaulted to be the same as the Pod(s) that the replication controller manages. */
  metadata?: ObjectMeta
  /** Spec defines the specification of the desired behavior of the replication controller. */
  spec?: ReplicationControllerSpec
  /** Status is the most recently observed status of the replication controller. */
  status?: ReplicationControllerStatus
}

/** ReplicationControllerCondition describes the state of a replication controller at a certain point. */
export interface ReplicationControllerCondition {
  /** Type of replication controller condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** The last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** The reason for the condition's last transition. */
  reason?: string
  /** A human readable message indicating details about the transition. */
  message?: string
}

/** ReplicationControllerList is a collection of replication controllers. */
export interface ReplicationControllerList {
  apiVersion?: 'v1'
  kind?: 'ReplicationControllerList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of replication controllers. */
  items: ReplicationController[]
}

/** ReplicationControllerSpec is the specification of a replication controller. */
export interface ReplicationControllerSpec {
  /** Replicas is the number of desired replicas. */
  replicas?: number
  /** Minimum number of seconds for which a newly created pod should be ready without any of its container crashing, for it to be considered available. */
  minReadySeconds?: number
  /** Selector is a label query over pods that should match the Replicas count. */
  selector?: Record<string, string>
  /** Template is the object that describes the pod that will be created if insufficient replicas are detected. */
  template?: PodTemplateSpec
}

/** ReplicationControllerStatus represents the current status of a replication controller. */
export interface ReplicationControllerStatus {
  /** Replicas is the most recently observed number of replicas. */
  replicas: number
  /** The number of pods that have labels matching the labels of the pod template of the replication controller. */
  fullyLabeledReplicas?: number
  /** The number of ready replicas for this replication controller. */
  readyReplicas?: number
  /** The number of available replicas (ready for at least minReadySeconds) for this replication controller. */
  availableReplicas?: number
  /** ObservedGeneration reflects the generation of the most recently observed replication controller. */
  observedGeneration?: number
  /** Represents the latest available observations of a replication controller's current state. */
  conditions?: ReplicationControllerCondition[]
}

/** ResourceClaim references one entry in PodSpec.ResourceClaims. */
export interface ResourceClaim {
  /** Name must match the name of one entry in pod.spec.resourceClaims of the Pod where this field is used. */
  name: string
  /** Request is the name chosen for a request in the referenced claim. */
  request?: string
}

/** ResourceFieldSelector represents container resources (cpu, memory) and their output format */
export interface ResourceFieldSelector {
  /** Container name: required for volumes, optional for env vars */
  containerName?: string
  /** Required: resource to select */
  resource: string
  /** Specifies the output format of the exposed resources, defaults to "1" */
  divisor?: string
}

/** ResourceHealth represents the health of a resource. */
export interface ResourceHealth {
  /** ResourceID is the unique identifier of the resource. */
  resourceID: string
  /** Health of the resource. */
  health?: string
  /** Message provides human-readable context for Health (e.g. */
  message?: string
}

/** ResourceQuota sets aggregate quota restrictions enforced per namespace */
export interface ResourceQuota {
  apiVersion?: 'v1'
  kind?: 'ResourceQuota'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the desired quota. */
  spec?: ResourceQuotaSpec
  /** Status defines the actual enforced quota and its current usage. */
  status?: ResourceQuotaStatus
}

/** ResourceQuotaList is a list of ResourceQuota items. */
export interface ResourceQuotaList {
  apiVersion?: 'v1'
  kind?: 'ResourceQuotaList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Items is a list of ResourceQuota objects. */
  items: ResourceQuota[]
}

/** ResourceQuotaSpec defines the desired hard limits to enforce for Quota. */
export interface ResourceQuotaSpec {
  /** hard is the set of desired hard limits for each named resource. */
  hard?: Record<string, string>
  /** A collection of filters that must match each object tracked by a quota. */
  scopes?: string[]
  /** scopeSelector is also a collection of filters like scopes that must match each object tracked by a quota but expressed using ScopeSelectorOperator in combination with possible values. */
  scopeSelector?: ScopeSelector
}

/** ResourceQuotaStatus defines the enforced hard limits and observed use. */
export interface ResourceQuotaStatus {
  /** Hard is the set of enforced hard limits for each named resource. */
  hard?: Record<string, string>
  /** Used is the current observed total usage of the resource in the namespace. */
  used?: Record<string, string>
}

/** ResourceRequirements describes the compute resource requirements. */
export interface ResourceRequirements {
  /** Limits describes the maximum amount of compute resources allowed. */
  limits?: Record<string, string>
  /** Requests describes the minimum amount of compute resources required. */
  requests?: Record<string, string>
  /** Claims lists the names of resources, defined in spec.resourceClaims, that are used by this container. */
  claims?: ResourceClaim[]
}

/** ResourceStatus represents the status of a single resource allocated to a Pod. */
export interface ResourceStatus {
  /** Name of the resource. */
  name: string
  /** List of unique resources health. */
  resources?: ResourceHealth[]
}

/** SELinuxOptions are the labels to be applied to the container */
export interface SELinuxOptions {
  /** User is a SELinux user label that applies to the container. */
  user?: string
  /** Role is a SELinux role label that applies to the container. */
  role?: string
  /** Type is a SELinux type label that applies to the container. */
  type?: string
  /** Level is SELinux level label that applies to the container. */
  level?: string
}

/** ScaleIOPersistentVolumeSource represents a persistent ScaleIO volume */
export interface ScaleIOPersistentVolumeSource {
  /** gateway is the host address of the ScaleIO API Gateway. */
  gateway: string
  /** system is the name of the storage system as configured in ScaleIO. */
  system: string
  /** secretRef references to the secret for ScaleIO user and other sensitive information. */
  secretRef: SecretReference
  /** sslEnabled is the flag to enable/disable SSL communication with Gateway, default false */
  sslEnabled?: boolean
  /** protectionDomain is the name of the ScaleIO Protection Domain for the configured storage. */
  protectionDomain?: string
  /** storagePool is the ScaleIO Storage Pool associated with the protection domain. */
  storagePool?: string
  /** storageMode indicates whether the storage for a volume should be ThickProvisioned or ThinProvisioned. */
  storageMode?: string
  /** volumeName is the name of a volume already created in the ScaleIO system that is associated with this volume source. */
  volumeName?: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
}

/** ScaleIOVolumeSource represents a persistent ScaleIO volume */
export interface ScaleIOVolumeSource {
  /** gateway is the host address of the ScaleIO API Gateway. */
  gateway: string
  /** system is the name of the storage system as configured in ScaleIO. */
  system: string
  /** secretRef references to the secret for ScaleIO user and other sensitive information. */
  secretRef: LocalObjectReference
  /** sslEnabled Flag enable/disable SSL communication with Gateway, default false */
  sslEnabled?: boolean
  /** protectionDomain is the name of the ScaleIO Protection Domain for the configured storage. */
  protectionDomain?: string
  /** storagePool is the ScaleIO Storage Pool associated with the protection domain. */
  storagePool?: string
  /** storageMode indicates whether the storage for a volume should be ThickProvisioned or ThinProvisioned. */
  storageMode?: string
  /** volumeName is the name of a volume already created in the ScaleIO system that is associated with this volume source. */
  volumeName?: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly Defaults to false (read/write). */
  readOnly?: boolean
}

/** A scope selector represents the AND of the selectors represented by the scoped-resource selector requirements. */
export interface ScopeSelector {
  /** A list of scope selector requirements by scope of the resources. */
  matchExpressions?: ScopedResourceSelectorRequirement[]
}

/** A scoped-resource selector requirement is a selector that contains values, a scope name, and an operator that relates the scope name and values. */
export interface ScopedResourceSelectorRequirement {
  /** The name of the scope that the selector applies to. */
  scopeName: string
  /** Represents a scope's relationship to a set of values. */
  operator: string
  /** An array of string values. */
  values?: string[]
}

/** SeccompProfile defines a pod/container's seccomp profile settings. */
export interface SeccompProfile {
  /** type indicates which kind of seccomp profile will be applied. */
  type: string
  /** localhostProfile indicates a profile defined in a file on the node should be used. */
  localhostProfile?: string
}

/** Secret holds secret data of a certain type. */
export interface Secret {
  apiVersion?: 'v1'
  kind?: 'Secret'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Immutable, if set to true, ensures that data stored in the Secret cannot be updated (only object metadata can be modified). */
  immutable?: boolean
  /** Data contains the secret data. */
  data?: Record<string, string>
  /** stringData allows specifying non-binary secret data in string form. */
  stringData?: Record<string, string>
  /** Used to facilitate programmatic handling of secret data. */
  type?: string
}

/** SecretEnvSource selects a Secret to populate the environment variables with. */
export interface SecretEnvSource {
  /** Name of the referent. */
  name?: string
  /** Specify whether the Secret must be defined */
  optional?: boolean
}

/** SecretKeySelector selects a key of a Secret. */
export interface SecretKeySelector {
  /** Name of the referent. */
  name?: string
  /** The key of the secret to select from. */
  key: string
  /** Specify whether the Secret or its key must be defined */
  optional?: boolean
}

/** SecretList is a list of Secret. */
export interface SecretList {
  apiVersion?: 'v1'
  kind?: 'SecretList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Items is a list of secret objects. */
  items: Secret[]
}

/** Adapts a secret into a projected volume. */
export interface SecretProjection {
  /** Name of the referent. */
  name?: string
  /** items if unspecified, each key-value pair in the Data field of the referenced Secret will be projected into the volume as a file whose name is the key and content is the value. */
  items?: KeyToPath[]
  /** optional field specify whether the Secret or its key must be defined */
  optional?: boolean
}

/** SecretReference represents a Secret Reference. */
export interface SecretReference {
  /** name is unique within a namespace to reference a secret resource. */
  name?: string
  /** namespace defines the space within which the secret name must be unique. */
  namespace?: string
}

/** Adapts a Secret into a volume. */
export interface SecretVolumeSource {
  /** secretName is the name of the secret in the pod's namespace to use. */
  secretName?: string
  /** items If unspecified, each key-value pair in the Data field of the referenced Secret will be projected into the volume as a file whose name is the key and content is the value. */
  items?: KeyToPath[]
  /** defaultMode is Optional: mode bits used to set permissions on created files by default. */
  defaultMode?: number
  /** optional field specify whether the Secret or its keys must be defined */
  optional?: boolean
}

/** SecurityContext holds security configuration that will be applied to a container. */
export interface SecurityContext {
  /** The capabilities to add/drop when running containers. */
  capabilities?: Capabilities
  /** Run container in privileged mode. */
  privileged?: boolean
  /** The SELinux context to be applied to the container. */
  seLinuxOptions?: SELinuxOptions
  /** The Windows specific settings applied to all containers. */
  windowsOptions?: WindowsSecurityContextOptions
  /** The UID to run the entrypoint of the container process. */
  runAsUser?: number
  /** The GID to run the entrypoint of the container process. */
  runAsGroup?: number
  /** Indicates that the container must run as a non-root user. */
  runAsNonRoot?: boolean
  /** Whether this container has a read-only root filesystem. */
  readOnlyRootFilesystem?: boolean
  /** AllowPrivilegeEscalation controls whether a process can gain more privileges than its parent process. */
  allowPrivilegeEscalation?: boolean
  /** procMount denotes the type of proc mount to use for the containers. */
  procMount?: string
  /** The seccomp options to use by this container. */
  seccompProfile?: SeccompProfile
  /** appArmorProfile is the AppArmor options to use by this container. */
  appArmorProfile?: AppArmorProfile
}

/** SerializedReference is a reference to serialized object. */
export interface SerializedReference {
  apiVersion?: 'v1'
  kind?: 'SerializedReference'
  /** The reference to an object in the system. */
  reference?: ObjectReference
}

/** Service is a named abstraction of software service (for example, mysql) consisting of local port (for example 3306) that the proxy listens on, and the selector that determines which pods will answer requests sent through the proxy. */
export interface Service {
  apiVersion?: 'v1'
  kind?: 'Service'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the behavior of a service. */
  spec?: ServiceSpec
  /** Most recently observed status of the service. */
  status?: ServiceStatus
}

/** ServiceAccount binds together: * a name, understood by users, and perhaps by peripheral systems, for an identity * a principal that can be authenticated and authorized * a set of secrets */
export interface ServiceAccount {
  apiVersion?: 'v1'
  kind?: 'ServiceAccount'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Secrets is a list of the secrets in the same namespace that pods running using this ServiceAccount are allowed to use. */
  secrets?: ObjectReference[]
  /** ImagePullSecrets is a list of references to secrets in the same namespace to use for pulling any images in pods that reference this ServiceAccount. */
  imagePullSecrets?: LocalObjectReference[]
  /** AutomountServiceAccountToken indicates whether pods running as this service account should have an API token automatically mounted. */
  automountServiceAccountToken?: boolean
}

/** ServiceAccountList is a list of ServiceAccount objects */
export interface ServiceAccountList {
  apiVersion?: 'v1'
  kind?: 'ServiceAccountList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of ServiceAccounts. */
  items: ServiceAccount[]
}

/** ServiceAccountTokenProjection represents a projected service account token volume. */
export interface ServiceAccountTokenProjection {
  /** audience is the intended audience of the token. */
  audience?: string
  /** expirationSeconds is the requested duration of validity of the service account token. */
  expirationSeconds?: number
  /** path is the path relative to the mount point of the file to project the token into. */
  path: string
}

/** ServiceList holds a list of services. */
export interface ServiceList {
  apiVersion?: 'v1'
  kind?: 'ServiceList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of services */
  items: Service[]
}

/** ServicePort contains information on service's port. */
export interface ServicePort {
  /** The name of this port within the service. */
  name?: string
  /** The IP protocol for this port. */
  protocol?: string
  /** The application protocol for this port. */
  appProtocol?: string
  /** The port that will be exposed by this service. */
  port: number
  /** Number or name of the port to access on the pods targeted by the service. */
  targetPort?: number | string
  /** The port on each node on which this service is exposed when type is NodePort or LoadBalancer. */
  nodePort?: number
}

/** ServiceProxyOptions is the query options to a Service's proxy call. */
export interface ServiceProxyOptions {
  apiVersion?: 'v1'
  kind?: 'ServiceProxyOptions'
  /** Path is the part of URLs that include service endpoints, suffixes, and parameters to use for the current proxy request to service. */
  path?: string
}

/** ServiceSpec describes the attributes that a user creates on a service. */
export interface ServiceSpec {
  /** The list of ports that are exposed by this service. */
  ports?: ServicePort[]
  /** Route service traffic to pods with label keys and values matching this selector. */
  selector?: Record<string, string>
  /** clusterIP is the IP address of the service and is usually assigned randomly. */
  clusterIP?: string
  /** ClusterIPs is a list of IP addresses assigned to this service, and are usually assigned randomly. */
  clusterIPs?: string[]
  /** type determines how the Service is exposed. */
  type?: string
  /** externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service. */
  externalIPs?: string[]
  /** Supports "ClientIP" and "None". */
  sessionAffinity?: string
  /** Only applies to Service Type: LoadBalancer. */
  loadBalancerIP?: string
  /** If specified and supported by the platform, this will restrict traffic through the cloud-provider load-balancer will be restricted to the specified client IPs. */
  loadBalancerSourceRanges?: string[]
  /** externalName is the external reference that discovery mechanisms will return as an alias for this service (e.g. */
  externalName?: string
  /** externalTrafficPolicy describes how nodes distribute service traffic they receive on one of the Service's "externally-facing" addresses (NodePorts, ExternalIPs, and LoadBalancer IPs). */
  externalTrafficPolicy?: string
  /** healthCheckNodePort specifies the healthcheck nodePort for the service. */
  healthCheckNodePort?: number
  /** publishNotReadyAddresses indicates that any agent which deals with endpoints for this Service should disregard any indications of ready/not-ready. */
  publishNotReadyAddresses?: boolean
  /** sessionAffinityConfig contains the configurations of session affinity. */
  sessionAffinityConfig?: SessionAffinityConfig
  /** IPFamilies is a list of IP families (e.g. */
  ipFamilies?: string[]
  /** IPFamilyPolicy represents the dual-stack-ness requested or required by this Service. */
  ipFamilyPolicy?: string
  /** allocateLoadBalancerNodePorts defines if NodePorts will be automatically allocated for services with type LoadBalancer. */
  allocateLoadBalancerNodePorts?: boolean
  /** loadBalancerClass is the class of the load balancer implementation this Service belongs to. */
  loadBalancerClass?: string
  /** InternalTrafficPolicy describes how nodes distribute service traffic they receive on the ClusterIP. */
  internalTrafficPolicy?: string
  /** TrafficDistribution offers a way to express preferences for how traffic is distributed to Service endpoints. */
  trafficDistribution?: string
}

/** ServiceStatus represents the current status of a service. */
export interface ServiceStatus {
  /** LoadBalancer contains the current status of the load-balancer, if one is present. */
  loadBalancer?: LoadBalancerStatus
  /** Current service state */
  conditions?: Condition[]
}

/** SessionAffinityConfig represents the configurations of session affinity. */
export interface SessionAffinityConfig {
  /** clientIP contains the configurations of Client IP based session affinity. */
  clientIP?: ClientIPConfig
}

/** SleepAction describes a "sleep" action. */
export interface SleepAction {
  /** Seconds is the number of seconds to sleep. */
  seconds: number
}

/** Represents a StorageOS persistent volume resource. */
export interface StorageOSPersistentVolumeSource {
  /** volumeName is the human-readable name of the StorageOS volume. */
  volumeName?: string
  /** volumeNamespace specifies the scope of the volume within StorageOS. */
  volumeNamespace?: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
  /** secretRef specifies the secret to use for obtaining the StorageOS API credentials. */
  secretRef?: ObjectReference
}

/** Represents a StorageOS persistent volume resource. */
export interface StorageOSVolumeSource {
  /** volumeName is the human-readable name of the StorageOS volume. */
  volumeName?: string
  /** volumeNamespace specifies the scope of the volume within StorageOS. */
  volumeNamespace?: string
  /** fsType is the filesystem type to mount. */
  fsType?: string
  /** readOnly defaults to false (read/write). */
  readOnly?: boolean
  /** secretRef specifies the secret to use for obtaining the StorageOS API credentials. */
  secretRef?: LocalObjectReference
}

/** Sysctl defines a kernel parameter to be set */
export interface Sysctl {
  /** Name of a property to set */
  name: string
  /** Value of a property to set */
  value: string
}

/** TCPSocketAction describes an action based on opening a socket */
export interface TCPSocketAction {
  /** Number or name of the port to access on the container. */
  port: number | string
  /** Optional: Host name to connect to, defaults to the pod IP. */
  host?: string
}

/** The node this Taint is attached to has the "effect" on any pod that does not tolerate the Taint. */
export interface Taint {
  /** Required. */
  key: string
  /** The taint value corresponding to the taint key. */
  value?: string
  /** Required. */
  effect: string
  /** TimeAdded represents the time at which the taint was added. */
  timeAdded?: string
}

/** The pod this Toleration is attached to tolerates any taint that matches the triple <key,value,effect> using the matching operator <operator>. */
export interface Toleration {
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

/** A topology selector requirement is a selector that matches given label. */
export interface TopologySelectorLabelRequirement {
  /** The label key that the selector applies to. */
  key: string
  /** An array of string values. */
  values: string[]
}

/** A topology selector term represents the result of label queries. */
export interface TopologySelectorTerm {
  /** A list of topology selector requirements by labels. */
  matchLabelExpressions?: TopologySelectorLabelRequirement[]
}

/** TopologySpreadConstraint specifies how to spread matching pods among the given topology. */
export interface TopologySpreadConstraint {
  /** MaxSkew describes the degree to which pods may be unevenly distributed. */
  maxSkew: number
  /** TopologyKey is the key of node labels. */
  topologyKey: string
  /** WhenUnsatisfiable indicates how to deal with a pod if it doesn't satisfy the spread constraint. */
  whenUnsatisfiable: string
  /** LabelSelector is used to find matching pods. */
  labelSelector?: LabelSelector
  /** MinDomains indicates a minimum number of eligible domains. */
  minDomains?: number
  /** NodeAffinityPolicy indicates how we will treat Pod's nodeAffinity/nodeSelector when calculating pod topology spread skew. */
  nodeAffinityPolicy?: string
  /** NodeTaintsPolicy indicates how we will treat node taints when calculating pod topology spread skew. */
  nodeTaintsPolicy?: string
  /** MatchLabelKeys is a set of pod label keys to select the pods over which spreading will be calculated. */
  matchLabelKeys?: string[]
}

/** TypedLocalObjectReference contains enough information to let you locate the typed referenced object inside the same namespace. */
export interface TypedLocalObjectReference {
  /** APIGroup is the group for the resource being referenced. */
  apiGroup?: string
  /** Kind is the type of resource being referenced */
  kind: string
  /** Name is the name of resource being referenced */
  name: string
}

/** TypedObjectReference contains enough information to let you locate the typed referenced object */
export interface TypedObjectReference {
  /** APIGroup is the group for the resource being referenced. */
  apiGroup?: string
  /** Kind is the type of resource being referenced */
  kind: string
  /** Name is the name of resource being referenced */
  name: string
  /** Namespace is the namespace of resource being referenced Note that when a namespace is specified, a gateway.networking.k8s.io/ReferenceGrant object is required in the referent namespace to allow that namespace's owner to accept the reference. */
  namespace?: string
}

/** Volume represents a named volume in a pod that may be accessed by any container in the pod. */
export interface Volume {
  /** name of the volume. */
  name: string
  /** hostPath represents a pre-existing file or directory on the host machine that is directly exposed to the container. */
  hostPath?: HostPathVolumeSource
  /** emptyDir represents a temporary directory that shares a pod's lifetime. */
  emptyDir?: EmptyDirVolumeSource
  /** gcePersistentDisk represents a GCE Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  /** awsElasticBlockStore represents an AWS Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  /** gitRepo represents a git repository at a particular revision. */
  gitRepo?: GitRepoVolumeSource
  /** secret represents a secret that should populate this volume. */
  secret?: SecretVolumeSource
  /** nfs represents an NFS mount on the host that shares a pod's lifetime More info: https://kubernetes.io/docs/concepts/storage/volumes#nfs */
  nfs?: NFSVolumeSource
  /** iscsi represents an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  iscsi?: ISCSIVolumeSource
  /** glusterfs represents a Glusterfs mount on the host that shares a pod's lifetime. */
  glusterfs?: GlusterfsVolumeSource
  /** persistentVolumeClaimVolumeSource represents a reference to a PersistentVolumeClaim in the same namespace. */
  persistentVolumeClaim?: PersistentVolumeClaimVolumeSource
  /** rbd represents a Rados Block Device mount on the host that shares a pod's lifetime. */
  rbd?: RBDVolumeSource
  /** flexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin. */
  flexVolume?: FlexVolumeSource
  /** cinder represents a cinder volume attached and mounted on kubelets host machine. */
  cinder?: CinderVolumeSource
  /** cephFS represents a Ceph FS mount on the host that shares a pod's lifetime. */
  cephfs?: CephFSVolumeSource
  /** flocker represents a Flocker volume attached to a kubelet's host machine. */
  flocker?: FlockerVolumeSource
  /** downwardAPI represents downward API about the pod that should populate this volume */
  downwardAPI?: DownwardAPIVolumeSource
  /** fc represents a Fibre Channel resource that is attached to a kubelet's host machine and then exposed to the pod. */
  fc?: FCVolumeSource
  /** azureFile represents an Azure File Service mount on the host and bind mount to the pod. */
  azureFile?: AzureFileVolumeSource
  /** configMap represents a configMap that should populate this volume */
  configMap?: ConfigMapVolumeSource
  /** vsphereVolume represents a vSphere volume attached and mounted on kubelets host machine. */
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  /** quobyte represents a Quobyte mount on the host that shares a pod's lifetime. */
  quobyte?: QuobyteVolumeSource
  /** azureDisk represents an Azure Data Disk mount on the host and bind mount to the pod. */
  azureDisk?: AzureDiskVolumeSource
  /** photonPersistentDisk represents a PhotonController persistent disk attached and mounted on kubelets host machine. */
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  /** projected items for all in one resources secrets, configmaps, and downward API */
  projected?: ProjectedVolumeSource
  /** portworxVolume represents a portworx volume attached and mounted on kubelets host machine. */
  portworxVolume?: PortworxVolumeSource
  /** scaleIO represents a ScaleIO persistent volume attached and mounted on Kubernetes nodes. */
  scaleIO?: ScaleIOVolumeSource
  /** storageOS represents a StorageOS volume attached and mounted on Kubernetes nodes. */
  storageos?: StorageOSVolumeSource
  /** csi (Container Storage Interface) represents ephemeral storage that is handled by certain external CSI drivers. */
  csi?: CSIVolumeSource
  /** ephemeral represents a volume that is handled by a cluster storage driver. */
  ephemeral?: EphemeralVolumeSource
  /** image represents an OCI object (a container image or artifact) pulled and mounted on the kubelet's host machine. */
  image?: ImageVolumeSource
}

/** volumeDevice describes a mapping of a raw block device within a container. */
export interface VolumeDevice {
  /** name must match the name of a persistentVolumeClaim in the pod */
  name: string
  /** devicePath is the path inside of the container that the device will be mapped to. */
  devicePath: string
}

/** VolumeMount describes a mounting of a Volume within a container. */
export interface VolumeMount {
  /** This must match the Name of a Volume. */
  name: string
  /** Mounted read-only if true, read-write otherwise (false or unspecified). */
  readOnly?: boolean
  /** RecursiveReadOnly specifies whether read-only mounts should be handled recursively. */
  recursiveReadOnly?: string
  /** Path within the container at which the volume should be mounted. */
  mountPath: string
  /** Path within the volume from which the container's volume should be mounted. */
  subPath?: string
  /** mountPropagation determines how mounts are propagated from the host to container and the other way around. */
  mountPropagation?: string
  /** Expanded path within the volume from which the container's volume should be mounted. */
  subPathExpr?: string
}

/** VolumeMountStatus shows status of volume mounts. */
export interface VolumeMountStatus {
  /** Name corresponds to the name of the original VolumeMount. */
  name: string
  /** MountPath corresponds to the original VolumeMount. */
  mountPath: string
  /** ReadOnly corresponds to the original VolumeMount. */
  readOnly?: boolean
  /** RecursiveReadOnly must be set to Disabled, Enabled, or unspecified (for non-readonly mounts). */
  recursiveReadOnly?: string
  /** volumeStatus represents volume-type-specific status about the mounted volume. */
  volumeStatus?: VolumeStatus
}

/** VolumeNodeAffinity defines constraints that limit what nodes this volume can be accessed from. */
export interface VolumeNodeAffinity {
  /** required specifies hard node constraints that must be met. */
  required?: NodeSelector
}

/** Projection that may be projected along with other supported volume types. */
export interface VolumeProjection {
  /** secret information about the secret data to project */
  secret?: SecretProjection
  /** downwardAPI information about the downwardAPI data to project */
  downwardAPI?: DownwardAPIProjection
  /** configMap information about the configMap data to project */
  configMap?: ConfigMapProjection
  /** serviceAccountToken is information about the serviceAccountToken data to project */
  serviceAccountToken?: ServiceAccountTokenProjection
  /** ClusterTrustBundle allows a pod to access the `.spec.trustBundle` field of ClusterTrustBundle objects in an auto-updating file. */
  clusterTrustBundle?: ClusterTrustBundleProjection
  /** Projects an auto-rotating credential bundle (private key and certificate chain) that the pod can use either as a TLS client or server. */
  podCertificate?: PodCertificateProjection
}

/** VolumeResourceRequirements describes the storage resource requirements for a volume. */
export interface VolumeResourceRequirements {
  /** Limits describes the maximum amount of compute resources allowed. */
  limits?: Record<string, string>
  /** Requests describes the minimum amount of compute resources required. */
  requests?: Record<string, string>
}

/** Represents the source of a volume to mount. */
export interface VolumeSource {
  /** hostPath represents a pre-existing file or directory on the host machine that is directly exposed to the container. */
  hostPath?: HostPathVolumeSource
  /** emptyDir represents a temporary directory that shares a pod's lifetime. */
  emptyDir?: EmptyDirVolumeSource
  /** gcePersistentDisk represents a GCE Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  /** awsElasticBlockStore represents an AWS Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  /** gitRepo represents a git repository at a particular revision. */
  gitRepo?: GitRepoVolumeSource
  /** secret represents a secret that should populate this volume. */
  secret?: SecretVolumeSource
  /** nfs represents an NFS mount on the host that shares a pod's lifetime More info: https://kubernetes.io/docs/concepts/storage/volumes#nfs */
  nfs?: NFSVolumeSource
  /** iscsi represents an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod. */
  iscsi?: ISCSIVolumeSource
  /** glusterfs represents a Glusterfs mount on the host that shares a pod's lifetime. */
  glusterfs?: GlusterfsVolumeSource
  /** persistentVolumeClaimVolumeSource represents a reference to a PersistentVolumeClaim in the same namespace. */
  persistentVolumeClaim?: PersistentVolumeClaimVolumeSource
  /** rbd represents a Rados Block Device mount on the host that shares a pod's lifetime. */
  rbd?: RBDVolumeSource
  /** flexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin. */
  flexVolume?: FlexVolumeSource
  /** cinder represents a cinder volume attached and mounted on kubelets host machine. */
  cinder?: CinderVolumeSource
  /** cephFS represents a Ceph FS mount on the host that shares a pod's lifetime. */
  cephfs?: CephFSVolumeSource
  /** flocker represents a Flocker volume attached to a kubelet's host machine. */
  flocker?: FlockerVolumeSource
  /** downwardAPI represents downward API about the pod that should populate this volume */
  downwardAPI?: DownwardAPIVolumeSource
  /** fc represents a Fibre Channel resource that is attached to a kubelet's host machine and then exposed to the pod. */
  fc?: FCVolumeSource
  /** azureFile represents an Azure File Service mount on the host and bind mount to the pod. */
  azureFile?: AzureFileVolumeSource
  /** configMap represents a configMap that should populate this volume */
  configMap?: ConfigMapVolumeSource
  /** vsphereVolume represents a vSphere volume attached and mounted on kubelets host machine. */
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  /** quobyte represents a Quobyte mount on the host that shares a pod's lifetime. */
  quobyte?: QuobyteVolumeSource
  /** azureDisk represents an Azure Data Disk mount on the host and bind mount to the pod. */
  azureDisk?: AzureDiskVolumeSource
  /** photonPersistentDisk represents a PhotonController persistent disk attached and mounted on kubelets host machine. */
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  /** projected items for all in one resources secrets, configmaps, and downward API */
  projected?: ProjectedVolumeSource
  /** portworxVolume represents a portworx volume attached and mounted on kubelets host machine. */
  portworxVolume?: PortworxVolumeSource
  /** scaleIO represents a ScaleIO persistent volume attached and mounted on Kubernetes nodes. */
  scaleIO?: ScaleIOVolumeSource
  /** storageOS represents a StorageOS volume attached and mounted on Kubernetes nodes. */
  storageos?: StorageOSVolumeSource
  /** csi (Container Storage Interface) represents ephemeral storage that is handled by certain external CSI drivers. */
  csi?: CSIVolumeSource
  /** ephemeral represents a volume that is handled by a cluster storage driver. */
  ephemeral?: EphemeralVolumeSource
  /** image represents an OCI object (a container image or artifact) pulled and mounted on the kubelet's host machine. */
  image?: ImageVolumeSource
}

/** VolumeStatus represents the status of a mounted volume. */
export interface VolumeStatus {
  /** image represents an OCI object (a container image or artifact) pulled and mounted on the kubelet's host machine. */
  image?: ImageVolumeStatus
}

/** Represents a vSphere volume resource. */
export interface VsphereVirtualDiskVolumeSource {
  /** volumePath is the path that identifies vSphere volume vmdk */
  volumePath: string
  /** fsType is filesystem type to mount. */
  fsType?: string
  /** storagePolicyName is the storage Policy Based Management (SPBM) profile name. */
  storagePolicyName?: string
  /** storagePolicyID is the storage Policy Based Management (SPBM) profile ID associated with the StoragePolicyName. */
  storagePolicyID?: string
}

/** The weights of all of the matched WeightedPodAffinityTerm fields are added per-node to find the most preferred node(s) */
export interface WeightedPodAffinityTerm {
  /** weight associated with matching the corresponding podAffinityTerm, in the range 1-100. */
  weight: number
  /** Required. */
  podAffinityTerm: PodAffinityTerm
}

/** WindowsSecurityContextOptions contain Windows-specific options and credentials. */
export interface WindowsSecurityContextOptions {
  /** GMSACredentialSpecName is the name of the GMSA credential spec to use. */
  gmsaCredentialSpecName?: string
  /** GMSACredentialSpec is where the GMSA admission webhook (https://github.com/kubernetes-sigs/windows-gmsa) inlines the contents of the GMSA credential spec named by the GMSACredentialSpecName field. */
  gmsaCredentialSpec?: string
  /** The UserName in Windows to run the entrypoint of the container process. */
  runAsUserName?: string
  /** HostProcess determines if a container should be run as a 'Host Process' container. */
  hostProcess?: boolean
}
