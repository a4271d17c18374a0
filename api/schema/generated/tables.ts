// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
export const tables: Record<string, string> = {
'meta-v1': `
APIGroup kind
 name 1 string r
 versions 2 [].GroupVersionForDiscovery r list=atomic
 preferredVersion 3 .GroupVersionForDiscovery e
 serverAddressByClientCIDRs 4 [].ServerAddressByClientCIDR e list=atomic
APIGroupList kind
 groups 1 [].APIGroup r list=atomic
APIResource
 name 1 string r
 singularName 6 string r
 namespaced 2 bool r
 group 8 string e
 version 9 string e
 kind 3 string r
 verbs 4 .Verbs r
 shortNames 5 []string e list=atomic
 categories 7 []string e list=atomic
 storageVersionHash 10 string e
APIResourceList kind
 groupVersion 1 string r
 resources 2 [].APIResource r list=atomic
APIVersions kind
 versions 1 []string r list=atomic
 serverAddressByClientCIDRs 2 [].ServerAddressByClientCIDR r list=atomic
ApplyOptions kind
 dryRun 1 []string e list=atomic
 force 2 bool r
 fieldManager 3 string r
Condition
 type 1 string r
 status 2 string r go=ConditionStatus
 observedGeneration 3 int64 e
 lastTransitionTime 4 .Time r
 reason 5 string r
 message 6 string r
CreateOptions kind
 dryRun 1 []string e list=atomic
 fieldManager 3 string e
 fieldValidation 4 string e
DeleteOptions kind
 gracePeriodSeconds 1 int64 pe
 preconditions 2 .Preconditions pe
 orphanDependents 3 bool pe
 propagationPolicy 4 string pe go=DeletionPropagation
 dryRun 5 []string e list=atomic
 ignoreStoreReadErrorWithClusterBreakingPotential 6 bool pe
Duration form=duration
 duration 1 int64 e
FieldSelectorRequirement
 key 1 string r
 operator 2 string r go=FieldSelectorOperator
 values 3 []string e list=atomic
FieldsV1 form=rawJson
 Raw 1 bytes e
GetOptions kind
 resourceVersion 1 string e
GroupKind
 group 1 string r
 kind 2 string r
GroupResource
 group 1 string r
 resource 2 string r
GroupVersion
 group 1 string r
 version 2 string r
GroupVersionForDiscovery
 groupVersion 1 string r
 version 2 string r
GroupVersionKind
 group 1 string r
 version 2 string r
 kind 3 string r
GroupVersionResource
 group 1 string r
 version 2 string r
 resource 3 string r
LabelSelector struct=atomic
 matchLabels 1 {}string e
 matchExpressions 2 [].LabelSelectorRequirement e list=atomic
LabelSelectorRequirement
 key 1 string r
 operator 2 string r go=LabelSelectorOperator
 values 3 []string e list=atomic
List kind
 metadata 1 .ListMeta e
 items 2 []plain.RawExtension r
ListMeta
 selfLink 1 string e
 resourceVersion 2 string e
 continue 3 string e
 remainingItemCount 4 int64 pe
 shardInfo 5 .ShardInfo pe
ListOptions kind
 labelSelector 1 string e
 fieldSelector 2 string e
 watch 3 bool e
 allowWatchBookmarks 9 bool e
 resourceVersion 4 string e
 resourceVersionMatch 10 string e go=ResourceVersionMatch
 timeoutSeconds 5 int64 pe
 limit 7 int64 e
 continue 8 string e
 sendInitialEvents 11 bool pe
 shardSelector 15 string e
ManagedFieldsEntry
 manager 1 string e
 operation 2 string e go=ManagedFieldsOperationType
 apiVersion 3 string e
 time 4 .Time pe
 fieldsType 6 string e
 fieldsV1 7 .FieldsV1 pe
 subresource 8 string e
MicroTime form=microTime
 seconds 1 int64 e
 nanos 2 int32 e
ObjectMeta
 name 1 string e
 generateName 2 string e
 namespace 3 string e
 selfLink 4 string e
 uid 5 string e go=types.UID
 resourceVersion 6 string e
 generation 7 int64 e
 creationTimestamp 8 .Time e
 deletionTimestamp 9 .Time pe
 deletionGracePeriodSeconds 10 int64 pe
 labels 11 {}string e
 annotations 12 {}string e
 ownerReferences 13 [].OwnerReference e list=map keys=uid patch=merge key=uid
 finalizers 14 []string e list=set patch=merge
 managedFields 17 [].ManagedFieldsEntry e list=atomic
OwnerReference struct=atomic
 apiVersion 5 string r
 kind 1 string r
 name 3 string r
 uid 4 string r go=types.UID
 controller 6 bool pe
 blockOwnerDeletion 7 bool pe
PartialObjectMetadata kind
 metadata 1 .ObjectMeta e
PartialObjectMetadataList kind
 metadata 1 .ListMeta e
 items 2 [].PartialObjectMetadata r
Patch
PatchOptions kind
 dryRun 1 []string e list=atomic
 force 2 bool pe
 fieldManager 3 string e
 fieldValidation 4 string e
Preconditions
 uid 1 string pe go=types.UID
 resourceVersion 2 string pe
RootPaths
 paths 1 []string r list=atomic
ServerAddressByClientCIDR
 clientCIDR 1 string r
 serverAddress 2 string r
ShardInfo
 selector 1 string r
Status kind
 metadata 1 .ListMeta e
 status 2 string e
 message 3 string e
 reason 4 string e go=StatusReason
 details 5 .StatusDetails pe
 code 6 int32 e
StatusCause
 reason 1 string e go=CauseType
 message 2 string e
 field 3 string e
StatusDetails
 name 1 string e
 group 2 string e
 kind 3 string e
 uid 6 string e go=types.UID
 causes 4 [].StatusCause e list=atomic
 retryAfterSeconds 5 int32 e
TableOptions kind
 includeObject 1 string e go=IncludeObjectPolicy
Time form=time
 seconds 1 int64 e
 nanos 2 int32 e
Timestamp form=time
 seconds 1 int64 r
 nanos 2 int32 r
TypeMeta
 kind 1 string e
 apiVersion 2 string e
UpdateOptions kind
 dryRun 1 []string e list=atomic
 fieldManager 2 string e
 fieldValidation 3 string e
Verbs form=stringList
 items 1 []string e
WatchEvent
 type 1 string r
 object 2 plain.RawExtension r
`,
'admission-v1': `
AdmissionRequest
 uid 1 string - go=types.UID
 kind 2 meta-v1.GroupVersionKind -
 resource 3 meta-v1.GroupVersionResource -
 subResource 4 string e
 requestKind 13 meta-v1.GroupVersionKind pe
 requestResource 14 meta-v1.GroupVersionResource pe
 requestSubResource 15 string e
 name 5 string e
 namespace 6 string e
 operation 7 string - go=Operation
 userInfo 8 authentication-v1.UserInfo -
 object 9 plain.RawExtension e
 oldObject 10 plain.RawExtension e
 dryRun 11 bool pe
 options 12 plain.RawExtension e
AdmissionResponse
 uid 1 string - go=types.UID
 allowed 2 bool -
 status 3 meta-v1.Status pe
 patch 4 bytes e
 patchType 5 string pe go=PatchType
 auditAnnotations 6 {}string e
 warnings 7 []string e list=atomic
AdmissionReview kind
 request 1 .AdmissionRequest pe
 response 2 .AdmissionResponse pe
`,
'core-v1': `
AWSElasticBlockStoreVolumeSource
 volumeID 1 string r
 fsType 2 string e
 partition 3 int32 e
 readOnly 4 bool e
Affinity
 nodeAffinity 1 .NodeAffinity pe
 podAffinity 2 .PodAffinity pe
 podAntiAffinity 3 .PodAntiAffinity pe
AppArmorProfile
 type 1 string r go=AppArmorProfileType
 localhostProfile 2 string pe
AttachedVolume
 name 1 string r go=UniqueVolumeName
 devicePath 2 string r
AvoidPods
 preferAvoidPods 1 [].PreferAvoidPodsEntry e list=atomic
AzureDiskVolumeSource
 diskName 1 string r
 diskURI 2 string r
 cachingMode 3 string pe go=AzureDataDiskCachingMode default="ReadWrite"
 fsType 4 string pe default="ext4"
 readOnly 5 bool pe default=false
 kind 6 string pe go=AzureDataDiskKind default="Shared"
AzureFilePersistentVolumeSource
 secretName 1 string r
 shareName 2 string r
 readOnly 3 bool e
 secretNamespace 4 string p
AzureFileVolumeSource
 secretName 1 string r
 shareName 2 string r
 readOnly 3 bool e
Binding kind
 metadata 1 meta-v1.ObjectMeta e
 target 2 .ObjectReference r
CSIPersistentVolumeSource
 driver 1 string r
 volumeHandle 2 string r
 readOnly 3 bool e
 fsType 4 string e
 volumeAttributes 5 {}string e
 controllerPublishSecretRef 6 .SecretReference pe
 nodeStageSecretRef 7 .SecretReference pe
 nodePublishSecretRef 8 .SecretReference pe
 controllerExpandSecretRef 9 .SecretReference pe
 nodeExpandSecretRef 10 .SecretReference pe
CSIVolumeSource
 driver 1 string r
 readOnly 2 bool pe
 fsType 3 string pe
 volumeAttributes 4 {}string e
 nodePublishSecretRef 5 .LocalObjectReference pe
Capabilities
 add 1 []string e go=Capability list=atomic
 drop 2 []string e go=Capability list=atomic
CephFSPersistentVolumeSource
 monitors 1 []string r list=atomic
 path 2 string e
 user 3 string e
 secretFile 4 string e
 secretRef 5 .SecretReference pe
 readOnly 6 bool e
CephFSVolumeSource
 monitors 1 []string r list=atomic
 path 2 string e
 user 3 string e
 secretFile 4 string e
 secretRef 5 .LocalObjectReference pe
 readOnly 6 bool e
CinderPersistentVolumeSource
 volumeID 1 string r
 fsType 2 string e
 readOnly 3 bool e
 secretRef 4 .SecretReference pe
CinderVolumeSource
 volumeID 1 string r
 fsType 2 string e
 readOnly 3 bool e
 secretRef 4 .LocalObjectReference pe
ClientIPConfig
 timeoutSeconds 1 int32 pe
ClusterTrustBundleProjection
 name 1 string pe
 signerName 2 string pe
 labelSelector 3 meta-v1.LabelSelector pe
 optional 5 bool pe
 path 4 string r
ComponentCondition
 type 1 string r go=ComponentConditionType
 status 2 string r go=ConditionStatus
 message 3 string e
 error 4 string e
ComponentStatus kind
 metadata 1 meta-v1.ObjectMeta e
 conditions 2 [].ComponentCondition e list=map keys=type patch=merge key=type
ComponentStatusList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ComponentStatus r
ConfigMap kind
 metadata 1 meta-v1.ObjectMeta e
 immutable 4 bool pe
 data 2 {}string e
 binaryData 3 {}bytes e
ConfigMapEnvSource
 - 1 .LocalObjectReference rn proto=localObjectReference
 optional 2 bool pe
ConfigMapKeySelector struct=atomic
 - 1 .LocalObjectReference rn proto=localObjectReference
 key 2 string r
 optional 3 bool pe
ConfigMapList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ConfigMap r
ConfigMapNodeConfigSource
 namespace 1 string r
 name 2 string r
 uid 3 string e go=types.UID
 resourceVersion 4 string e
 kubeletConfigKey 5 string r
ConfigMapProjection
 - 1 .LocalObjectReference rn proto=localObjectReference
 items 2 [].KeyToPath e list=atomic
 optional 4 bool pe
ConfigMapVolumeSource
 - 1 .LocalObjectReference rn proto=localObjectReference
 items 2 [].KeyToPath e list=atomic
 defaultMode 3 int32 pe
 optional 4 bool pe
Container
 name 1 string r
 image 2 string e
 command 3 []string e list=atomic
 args 4 []string e list=atomic
 workingDir 5 string e
 ports 6 [].ContainerPort e list=map keys=containerPort,protocol patch=merge key=containerPort
 envFrom 19 [].EnvFromSource e list=atomic
 env 7 [].EnvVar e list=map keys=name patch=merge key=name
 resources 8 .ResourceRequirements e
 resizePolicy 23 [].ContainerResizePolicy e list=atomic
 restartPolicy 24 string pe go=ContainerRestartPolicy
 restartPolicyRules 25 [].ContainerRestartRule e list=atomic
 volumeMounts 9 [].VolumeMount e list=map keys=mountPath patch=merge key=mountPath
 volumeDevices 21 [].VolumeDevice e list=map keys=devicePath patch=merge key=devicePath
 livenessProbe 10 .Probe pe
 readinessProbe 11 .Probe pe
 startupProbe 22 .Probe pe
 lifecycle 12 .Lifecycle pe
 terminationMessagePath 13 string e
 terminationMessagePolicy 20 string e go=TerminationMessagePolicy
 imagePullPolicy 14 string e go=PullPolicy
 securityContext 15 .SecurityContext pe
 stdin 16 bool e
 stdinOnce 17 bool e
 tty 18 bool e
ContainerExtendedResourceRequest
 containerName 1 string r
 resourceName 2 string r
 requestName 3 string r
ContainerImage
 names 1 []string - list=atomic
 sizeBytes 2 int64 e
ContainerPort
 name 1 string e
 hostPort 2 int32 e
 containerPort 3 int32 r
 protocol 4 string e go=Protocol default="TCP"
 hostIP 5 string e
ContainerResizePolicy
 resourceName 1 string r go=ResourceName
 restartPolicy 2 string r go=ResourceResizeRestartPolicy
ContainerRestartRule
 action 1 string e go=ContainerRestartRuleAction
 exitCodes 2 .ContainerRestartRuleOnExitCodes pe
ContainerRestartRuleOnExitCodes
 operator 1 string e go=ContainerRestartRuleOnExitCodesOperator
 values 2 []int32 e list=set
ContainerState
 waiting 1 .ContainerStateWaiting pe
 running 2 .ContainerStateRunning pe
 terminated 3 .ContainerStateTerminated pe
ContainerStateRunning
 startedAt 1 meta-v1.Time e
ContainerStateTerminated
 exitCode 1 int32 r
 signal 2 int32 e
 reason 3 string e
 message 4 string e
 startedAt 5 meta-v1.Time e
 finishedAt 6 meta-v1.Time e
 containerID 7 string e
ContainerStateWaiting
 reason 1 string e
 message 2 string e
ContainerStatus
 name 1 string r
 state 2 .ContainerState e
 lastState 3 .ContainerState e
 ready 4 bool r
 restartCount 5 int32 r
 image 6 string r
 imageID 7 string r
 containerID 8 string e
 started 9 bool pe
 allocatedResources 10 {}plain.Quantity e
 resources 11 .ResourceRequirements pe
 volumeMounts 12 [].VolumeMountStatus e list=map keys=mountPath patch=merge key=mountPath
 user 13 .ContainerUser pe
 allocatedResourcesStatus 14 [].ResourceStatus e list=map keys=name patch=merge key=name
 stopSignal 15 string pe go=Signal
ContainerUser
 linux 1 .LinuxContainerUser pe
DaemonEndpoint
 Port 1 int32 r
DownwardAPIProjection
 items 1 [].DownwardAPIVolumeFile e list=atomic
DownwardAPIVolumeFile
 path 1 string r
 fieldRef 2 .ObjectFieldSelector pe
 resourceFieldRef 3 .ResourceFieldSelector pe
 mode 4 int32 pe
DownwardAPIVolumeSource
 items 1 [].DownwardAPIVolumeFile e list=atomic
 defaultMode 2 int32 pe
EmptyDirVolumeSource
 medium 1 string e go=StorageMedium
 sizeLimit 2 plain.Quantity pe
EndpointAddress struct=atomic
 ip 1 string r
 hostname 3 string e
 nodeName 4 string pe
 targetRef 2 .ObjectReference pe
EndpointPort struct=atomic
 name 1 string e
 port 2 int32 r
 protocol 3 string e go=Protocol
 appProtocol 4 string pe
EndpointSubset
 addresses 1 [].EndpointAddress e list=atomic
 notReadyAddresses 2 [].EndpointAddress e list=atomic
 ports 3 [].EndpointPort e list=atomic
Endpoints kind
 metadata 1 meta-v1.ObjectMeta e
 subsets 2 [].EndpointSubset e list=atomic
EndpointsList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Endpoints r
EnvFromSource
 prefix 1 string e
 configMapRef 2 .ConfigMapEnvSource pe
 secretRef 3 .SecretEnvSource pe
EnvVar
 name 1 string r
 value 2 string e
 valueFrom 3 .EnvVarSource pe
EnvVarSource
 fieldRef 1 .ObjectFieldSelector pe
 resourceFieldRef 2 .ResourceFieldSelector pe
 configMapKeyRef 3 .ConfigMapKeySelector pe
 secretKeyRef 4 .SecretKeySelector pe
 fileKeyRef 5 .FileKeySelector pe
EphemeralContainer
 - 1 .EphemeralContainerCommon rn proto=ephemeralContainerCommon
 targetContainerName 2 string e
EphemeralContainerCommon
 name 1 string r
 image 2 string e
 command 3 []string e list=atomic
 args 4 []string e list=atomic
 workingDir 5 string e
 ports 6 [].ContainerPort e list=map keys=containerPort,protocol patch=merge key=containerPort
 envFrom 19 [].EnvFromSource e list=atomic
 env 7 [].EnvVar e list=map keys=name patch=merge key=name
 resources 8 .ResourceRequirements e
 resizePolicy 23 [].ContainerResizePolicy e list=atomic
 restartPolicy 24 string pe go=ContainerRestartPolicy
 restartPolicyRules 25 [].ContainerRestartRule e list=atomic
 volumeMounts 9 [].VolumeMount e list=map keys=mountPath patch=merge key=mountPath
 volumeDevices 21 [].VolumeDevice e list=map keys=devicePath patch=merge key=devicePath
 livenessProbe 10 .Probe pe
 readinessProbe 11 .Probe pe
 startupProbe 22 .Probe pe
 lifecycle 12 .Lifecycle pe
 terminationMessagePath 13 string e
 terminationMessagePolicy 20 string e go=TerminationMessagePolicy
 imagePullPolicy 14 string e go=PullPolicy
 securityContext 15 .SecurityContext pe
 stdin 16 bool e
 stdinOnce 17 bool e
 tty 18 bool e
EphemeralVolumeSource
 volumeClaimTemplate 1 .PersistentVolumeClaimTemplate pe
Event kind
 metadata 1 meta-v1.ObjectMeta r
 involvedObject 2 .ObjectReference r
 reason 3 string e
 message 4 string e
 source 5 .EventSource e
 firstTimestamp 6 meta-v1.Time e
 lastTimestamp 7 meta-v1.Time e
 count 8 int32 e
 type 9 string e
 eventTime 10 meta-v1.MicroTime e
 series 11 .EventSeries pe
 action 12 string e
 related 13 .ObjectReference pe
 reportingComponent 14 string -
 reportingInstance 15 string -
EventList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Event r
EventSeries
 count 1 int32 e
 lastObservedTime 2 meta-v1.MicroTime e
EventSource
 component 1 string e
 host 2 string e
ExecAction
 command 1 []string e list=atomic
FCVolumeSource
 targetWWNs 1 []string e list=atomic
 lun 2 int32 pe
 fsType 3 string e
 readOnly 4 bool e
 wwids 5 []string e list=atomic
FileKeySelector struct=atomic
 volumeName 1 string r
 path 2 string r
 key 3 string r
 optional 4 bool pe default=false
FlexPersistentVolumeSource
 driver 1 string r
 fsType 2 string e
 secretRef 3 .SecretReference pe
 readOnly 4 bool e
 options 5 {}string e
FlexVolumeSource
 driver 1 string r
 fsType 2 string e
 secretRef 3 .LocalObjectReference pe
 readOnly 4 bool e
 options 5 {}string e
FlockerVolumeSource
 datasetName 1 string e
 datasetUUID 2 string e
GCEPersistentDiskVolumeSource
 pdName 1 string r
 fsType 2 string e
 partition 3 int32 e
 readOnly 4 bool e
GRPCAction
 port 1 int32 r
 service 2 string p default=""
GitRepoVolumeSource
 repository 1 string r
 revision 2 string e
 directory 3 string e
GlusterfsPersistentVolumeSource
 endpoints 1 string r
 path 2 string r
 readOnly 3 bool e
 endpointsNamespace 4 string pe
GlusterfsVolumeSource
 endpoints 1 string r
 path 2 string r
 readOnly 3 bool e
HTTPGetAction
 path 1 string e
 port 2 plain.IntOrString r
 host 3 string e
 scheme 4 string e go=URIScheme
 httpHeaders 5 [].HTTPHeader e list=atomic
HTTPHeader
 name 1 string r
 value 2 string r
HostAlias
 ip 1 string r
 hostnames 2 []string e list=atomic
HostIP
 ip 1 string r
HostPathVolumeSource
 path 1 string r
 type 2 string pe go=HostPathType
ISCSIPersistentVolumeSource
 targetPortal 1 string r
 iqn 2 string r
 lun 3 int32 r
 iscsiInterface 4 string e default="default"
 fsType 5 string e
 readOnly 6 bool e
 portals 7 []string e list=atomic
 chapAuthDiscovery 8 bool e
 chapAuthSession 11 bool e
 secretRef 10 .SecretReference pe
 initiatorName 12 string pe
ISCSIVolumeSource
 targetPortal 1 string r
 iqn 2 string r
 lun 3 int32 r
 iscsiInterface 4 string e default="default"
 fsType 5 string e
 readOnly 6 bool e
 portals 7 []string e list=atomic
 chapAuthDiscovery 8 bool e
 chapAuthSession 11 bool e
 secretRef 10 .LocalObjectReference pe
 initiatorName 12 string pe
ImageVolumeSource
 reference 1 string e
 pullPolicy 2 string e go=PullPolicy
ImageVolumeStatus
 imageRef 1 string e
KeyToPath
 key 1 string r
 path 2 string r
 mode 3 int32 pe
Lifecycle
 postStart 1 .LifecycleHandler pe
 preStop 2 .LifecycleHandler pe
 stopSignal 3 string pe go=Signal
LifecycleHandler
 exec 1 .ExecAction pe
 httpGet 2 .HTTPGetAction pe
 tcpSocket 3 .TCPSocketAction pe
 sleep 4 .SleepAction pe
LimitRange kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .LimitRangeSpec e
LimitRangeItem
 type 1 string r go=LimitType
 max 2 {}plain.Quantity e
 min 3 {}plain.Quantity e
 default 4 {}plain.Quantity e
 defaultRequest 5 {}plain.Quantity e
 maxLimitRequestRatio 6 {}plain.Quantity e
LimitRangeList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].LimitRange r
LimitRangeSpec
 limits 1 [].LimitRangeItem r list=atomic
LinuxContainerUser
 uid 1 int64 r
 gid 2 int64 r
 supplementalGroups 3 []int64 e list=atomic
List kind
 metadata 1 meta-v1.ListMeta e
 items 2 []plain.RawExtension r
LoadBalancerIngress
 ip 1 string e
 hostname 2 string e
 ipMode 3 string pe go=LoadBalancerIPMode
 ports 4 [].PortStatus e list=atomic
LoadBalancerStatus
 ingress 1 [].LoadBalancerIngress e list=atomic
LocalObjectReference struct=atomic
 name 1 string e default=""
LocalVolumeSource
 path 1 string r
 fsType 2 string pe
ModifyVolumeStatus
 targetVolumeAttributesClassName 1 string e
 status 2 string r go=PersistentVolumeClaimModifyVolumeStatus
NFSVolumeSource
 server 1 string r
 path 2 string r
 readOnly 3 bool e
Namespace kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .NamespaceSpec e
 status 3 .NamespaceStatus e
NamespaceCondition
 type 1 string r go=NamespaceConditionType
 status 2 string r go=ConditionStatus
 lastTransitionTime 4 meta-v1.Time e
 reason 5 string e
 message 6 string e
NamespaceList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Namespace r
NamespaceSpec
 finalizers 1 []string e go=FinalizerName list=atomic
NamespaceStatus
 phase 1 string e go=NamespacePhase
 conditions 2 [].NamespaceCondition e list=map keys=type patch=merge key=type
Node kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .NodeSpec e
 status 3 .NodeStatus e
NodeAddress
 type 1 string r go=NodeAddressType
 address 2 string r
NodeAffinity
 requiredDuringSchedulingIgnoredDuringExecution 1 .NodeSelector pe
 preferredDuringSchedulingIgnoredDuringExecution 2 [].PreferredSchedulingTerm e list=atomic
NodeAllocatableResourceClaimStatus
 resourceClaimName 1 string r
 containers 2 []string e list=set
 resources 3 {}plain.Quantity r
NodeCondition
 type 1 string r go=NodeConditionType
 status 2 string r go=ConditionStatus
 lastHeartbeatTime 3 meta-v1.Time e
 lastTransitionTime 4 meta-v1.Time e
 reason 5 string e
 message 6 string e
NodeConfigSource
 configMap 2 .ConfigMapNodeConfigSource pe
NodeConfigStatus
 assigned 1 .NodeConfigSource pe
 active 2 .NodeConfigSource pe
 lastKnownGood 3 .NodeConfigSource pe
 error 4 string e
NodeDaemonEndpoints
 kubeletEndpoint 1 .DaemonEndpoint e
NodeFeatures
 supplementalGroupsPolicy 1 bool pe
NodeList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Node r
NodeProxyOptions kind
 path 1 string e
NodeRuntimeHandler
 name 1 string -
 features 2 .NodeRuntimeHandlerFeatures pe
NodeRuntimeHandlerFeatures
 recursiveReadOnlyMounts 1 bool pe
 userNamespaces 2 bool pe
NodeSelector struct=atomic
 nodeSelectorTerms 1 [].NodeSelectorTerm r list=atomic
NodeSelectorRequirement
 key 1 string r
 operator 2 string r go=NodeSelectorOperator
 values 3 []string e list=atomic
NodeSelectorTerm struct=atomic
 matchExpressions 1 [].NodeSelectorRequirement e list=atomic
 matchFields 2 [].NodeSelectorRequirement e list=atomic
NodeSpec
 podCIDR 1 string e
 podCIDRs 7 []string e list=set patch=merge
 providerID 3 string e
 unschedulable 4 bool e
 taints 5 [].Taint e list=atomic
 configSource 6 .NodeConfigSource pe
 externalID 2 string e
NodeStatus
 capacity 1 {}plain.Quantity e
 allocatable 2 {}plain.Quantity e
 phase 3 string e go=NodePhase
 conditions 4 [].NodeCondition e list=map keys=type patch=merge key=type
 addresses 5 [].NodeAddress e list=map keys=type patch=merge key=type
 daemonEndpoints 6 .NodeDaemonEndpoints e
 nodeInfo 7 .NodeSystemInfo e
 images 8 [].ContainerImage e list=atomic
 volumesInUse 9 []string e go=UniqueVolumeName list=atomic
 volumesAttached 10 [].AttachedVolume e list=atomic
 config 11 .NodeConfigStatus pe
 runtimeHandlers 12 [].NodeRuntimeHandler e list=atomic
 features 13 .NodeFeatures pe
 declaredFeatures 14 []string e list=atomic
NodeSwapStatus
 capacity 1 int64 pe
NodeSystemInfo
 machineID 1 string r
 systemUUID 2 string r
 bootID 3 string r
 kernelVersion 4 string r
 osImage 5 string r
 containerRuntimeVersion 6 string r
 kubeletVersion 7 string r
 kubeProxyVersion 8 string r
 operatingSystem 9 string r
 architecture 10 string r
 swap 11 .NodeSwapStatus pe
ObjectFieldSelector struct=atomic
 apiVersion 1 string e
 fieldPath 2 string r
ObjectReference struct=atomic
 kind 1 string e
 namespace 2 string e
 name 3 string e
 uid 4 string e go=types.UID
 apiVersion 5 string e
 resourceVersion 6 string e
 fieldPath 7 string e
PersistentVolume kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PersistentVolumeSpec e
 status 3 .PersistentVolumeStatus e
PersistentVolumeClaim kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PersistentVolumeClaimSpec e
 status 3 .PersistentVolumeClaimStatus e
PersistentVolumeClaimCondition
 type 1 string r go=PersistentVolumeClaimConditionType
 status 2 string r go=ConditionStatus
 lastProbeTime 3 meta-v1.Time e
 lastTransitionTime 4 meta-v1.Time e
 reason 5 string e
 message 6 string e
PersistentVolumeClaimList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PersistentVolumeClaim r
PersistentVolumeClaimSpec
 accessModes 1 []string e go=PersistentVolumeAccessMode list=atomic
 selector 4 meta-v1.LabelSelector pe
 resources 2 .VolumeResourceRequirements e
 volumeName 3 string e
 storageClassName 5 string pe
 volumeMode 6 string pe go=PersistentVolumeMode
 dataSource 7 .TypedLocalObjectReference pe
 dataSourceRef 8 .TypedObjectReference pe
 volumeAttributesClassName 9 string pe
PersistentVolumeClaimStatus
 phase 1 string e go=PersistentVolumeClaimPhase
 accessModes 2 []string e go=PersistentVolumeAccessMode list=atomic
 capacity 3 {}plain.Quantity e
 conditions 4 [].PersistentVolumeClaimCondition e list=map keys=type patch=merge key=type
 allocatedResources 5 {}plain.Quantity e
 allocatedResourceStatuses 7 {}string e go=ClaimResourceStatus map=granular
 currentVolumeAttributesClassName 8 string pe
 modifyVolumeStatus 9 .ModifyVolumeStatus pe
PersistentVolumeClaimTemplate
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PersistentVolumeClaimSpec r
PersistentVolumeClaimVolumeSource
 claimName 1 string r
 readOnly 2 bool e
PersistentVolumeList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PersistentVolume r
PersistentVolumeSource
 gcePersistentDisk 1 .GCEPersistentDiskVolumeSource pe
 awsElasticBlockStore 2 .AWSElasticBlockStoreVolumeSource pe
 hostPath 3 .HostPathVolumeSource pe
 glusterfs 4 .GlusterfsPersistentVolumeSource pe
 nfs 5 .NFSVolumeSource pe
 rbd 6 .RBDPersistentVolumeSource pe
 iscsi 7 .ISCSIPersistentVolumeSource pe
 cinder 8 .CinderPersistentVolumeSource pe
 cephfs 9 .CephFSPersistentVolumeSource pe
 fc 10 .FCVolumeSource pe
 flocker 11 .FlockerVolumeSource pe
 flexVolume 12 .FlexPersistentVolumeSource pe
 azureFile 13 .AzureFilePersistentVolumeSource pe
 vsphereVolume 14 .VsphereVirtualDiskVolumeSource pe
 quobyte 15 .QuobyteVolumeSource pe
 azureDisk 16 .AzureDiskVolumeSource pe
 photonPersistentDisk 17 .PhotonPersistentDiskVolumeSource pe
 portworxVolume 18 .PortworxVolumeSource pe
 scaleIO 19 .ScaleIOPersistentVolumeSource pe
 local 20 .LocalVolumeSource pe
 storageos 21 .StorageOSPersistentVolumeSource pe
 csi 22 .CSIPersistentVolumeSource pe
PersistentVolumeSpec
 capacity 1 {}plain.Quantity e
 - 2 .PersistentVolumeSource rn proto=persistentVolumeSource
 accessModes 3 []string e go=PersistentVolumeAccessMode list=atomic
 claimRef 4 .ObjectReference pe struct=granular
 persistentVolumeReclaimPolicy 5 string e go=PersistentVolumeReclaimPolicy
 storageClassName 6 string e
 mountOptions 7 []string e list=atomic
 volumeMode 8 string pe go=PersistentVolumeMode
 nodeAffinity 9 .VolumeNodeAffinity pe
 volumeAttributesClassName 10 string pe
PersistentVolumeStatus
 phase 1 string e go=PersistentVolumePhase
 message 2 string e
 reason 3 string e
 lastPhaseTransitionTime 4 meta-v1.Time pe
PhotonPersistentDiskVolumeSource
 pdID 1 string r
 fsType 2 string e
Pod kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PodSpec e
 status 3 .PodStatus e
PodAffinity
 requiredDuringSchedulingIgnoredDuringExecution 1 [].PodAffinityTerm e list=atomic
 preferredDuringSchedulingIgnoredDuringExecution 2 [].WeightedPodAffinityTerm e list=atomic
PodAffinityTerm
 labelSelector 1 meta-v1.LabelSelector pe
 namespaces 2 []string e list=atomic
 topologyKey 3 string r
 namespaceSelector 4 meta-v1.LabelSelector pe
 matchLabelKeys 5 []string e list=atomic
 mismatchLabelKeys 6 []string e list=atomic
PodAntiAffinity
 requiredDuringSchedulingIgnoredDuringExecution 1 [].PodAffinityTerm e list=atomic
 preferredDuringSchedulingIgnoredDuringExecution 2 [].WeightedPodAffinityTerm e list=atomic
PodAttachOptions kind
 stdin 1 bool e
 stdout 2 bool e
 stderr 3 bool e
 tty 4 bool e
 container 5 string e
PodCertificateProjection
 signerName 1 string e
 keyType 2 string e
 maxExpirationSeconds 3 int32 pe
 credentialBundlePath 4 string e
 keyPath 5 string e
 certificateChainPath 6 string e
 userAnnotations 7 {}string e
PodCondition
 type 1 string r go=PodConditionType
 observedGeneration 7 int64 e
 status 2 string r go=ConditionStatus
 lastProbeTime 3 meta-v1.Time e
 lastTransitionTime 4 meta-v1.Time e
 reason 5 string e
 message 6 string e
PodDNSConfig
 nameservers 1 []string e list=atomic
 searches 2 []string e list=atomic
 options 3 [].PodDNSConfigOption e list=atomic
PodDNSConfigOption
 name 1 string e
 value 2 string pe
PodExecOptions kind
 stdin 1 bool e
 stdout 2 bool e
 stderr 3 bool e
 tty 4 bool e
 container 5 string e
 command 6 []string r list=atomic
PodExtendedResourceClaimStatus
 requestMappings 1 [].ContainerExtendedResourceRequest r list=atomic
 resourceClaimName 2 string r
PodIP
 ip 1 string r
PodList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Pod r
PodLogOptions kind
 container 1 string e
 follow 2 bool e
 previous 3 bool e
 sinceSeconds 4 int64 pe
 sinceTime 5 meta-v1.Time pe
 timestamps 6 bool e
 tailLines 7 int64 pe
 limitBytes 8 int64 pe
 insecureSkipTLSVerifyBackend 9 bool e
 stream 10 string pe
PodOS
 name 1 string r go=OSName
PodPortForwardOptions kind
 ports 1 []int32 e list=atomic
PodProxyOptions kind
 path 1 string e
PodReadinessGate
 conditionType 1 string r go=PodConditionType
PodResourceClaim
 name 1 string r
 resourceClaimName 3 string pe
 resourceClaimTemplateName 4 string pe
PodResourceClaimStatus
 name 1 string r
 resourceClaimName 2 string pe
PodSchedulingGate
 name 1 string r
PodSchedulingGroup
 podGroupName 1 string pe
PodSecurityContext
 seLinuxOptions 1 .SELinuxOptions pe
 windowsOptions 8 .WindowsSecurityContextOptions pe
 runAsUser 2 int64 pe
 runAsGroup 6 int64 pe
 runAsNonRoot 3 bool pe
 supplementalGroups 4 []int64 e list=atomic
 supplementalGroupsPolicy 12 string pe go=SupplementalGroupsPolicy
 fsGroup 5 int64 pe
 sysctls 7 [].Sysctl e list=atomic
 fsGroupChangePolicy 9 string pe go=PodFSGroupChangePolicy
 seccompProfile 10 .SeccompProfile pe
 appArmorProfile 11 .AppArmorProfile pe
 seLinuxChangePolicy 13 string pe go=PodSELinuxChangePolicy
PodSignature
 podController 1 meta-v1.OwnerReference pe
PodSpec
 volumes 1 [].Volume e list=map keys=name patch=merge,retainKeys key=name
 initContainers 20 [].Container e list=map keys=name patch=merge key=name
 containers 2 [].Container r list=map keys=name patch=merge key=name
 ephemeralContainers 34 [].EphemeralContainer e list=map keys=name patch=merge key=name
 restartPolicy 3 string e go=RestartPolicy
 terminationGracePeriodSeconds 4 int64 pe
 activeDeadlineSeconds 5 int64 pe
 dnsPolicy 6 string e go=DNSPolicy
 nodeSelector 7 {}string e map=atomic
 serviceAccountName 8 string e
 serviceAccount 9 string e
 automountServiceAccountToken 21 bool pe
 nodeName 10 string e
 hostNetwork 11 bool e
 hostPID 12 bool e
 hostIPC 13 bool e
 shareProcessNamespace 27 bool pe
 securityContext 14 .PodSecurityContext pe
 imagePullSecrets 15 [].LocalObjectReference e list=map keys=name patch=merge key=name
 hostname 16 string e
 subdomain 17 string e
 affinity 18 .Affinity pe
 schedulerName 19 string e
 tolerations 22 [].Toleration e list=atomic
 hostAliases 23 [].HostAlias e list=map keys=ip patch=merge key=ip
 priorityClassName 24 string e
 priority 25 int32 pe
 dnsConfig 26 .PodDNSConfig pe
 readinessGates 28 [].PodReadinessGate e list=atomic
 runtimeClassName 29 string pe
 enableServiceLinks 30 bool pe
 preemptionPolicy 31 string pe go=PreemptionPolicy
 overhead 32 {}plain.Quantity e
 topologySpreadConstraints 33 [].TopologySpreadConstraint e list=map keys=topologyKey,whenUnsatisfiable patch=merge key=topologyKey
 setHostnameAsFQDN 35 bool pe
 os 36 .PodOS pe
 hostUsers 37 bool pe
 schedulingGates 38 [].PodSchedulingGate e list=map keys=name patch=merge key=name
 resourceClaims 39 [].PodResourceClaim e list=map keys=name patch=merge,retainKeys key=name
 resources 40 .ResourceRequirements pe
 hostnameOverride 41 string pe
 schedulingGroup 43 .PodSchedulingGroup pe
PodStatus
 observedGeneration 17 int64 e
 phase 1 string e go=PodPhase
 conditions 2 [].PodCondition e list=map keys=type patch=merge key=type
 message 3 string e
 reason 4 string e
 nominatedNodeName 11 string e
 hostIP 5 string e
 hostIPs 16 [].HostIP e list=atomic patch=merge key=ip
 podIP 6 string e
 podIPs 12 [].PodIP e list=map keys=ip patch=merge key=ip
 startTime 7 meta-v1.Time pe
 initContainerStatuses 10 [].ContainerStatus e list=atomic
 containerStatuses 8 [].ContainerStatus e list=atomic
 qosClass 9 string e go=PodQOSClass
 ephemeralContainerStatuses 13 [].ContainerStatus e list=atomic
 resize 14 string e go=PodResizeStatus
 resourceClaimStatuses 15 [].PodResourceClaimStatus e list=map keys=name patch=merge,retainKeys key=name
 extendedResourceClaimStatus 18 .PodExtendedResourceClaimStatus pe
 allocatedResources 19 {}plain.Quantity e
 resources 20 .ResourceRequirements pe
 nodeAllocatableResourceClaimStatuses 21 [].NodeAllocatableResourceClaimStatus e list=atomic
PodStatusResult kind
 metadata 1 meta-v1.ObjectMeta e
 status 2 .PodStatus e
PodTemplate kind
 metadata 1 meta-v1.ObjectMeta e
 template 2 .PodTemplateSpec e
PodTemplateList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PodTemplate r
PodTemplateSpec
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PodSpec e
PortStatus
 port 1 int32 r
 protocol 2 string r go=Protocol
 error 3 string pe
PortworxVolumeSource
 volumeID 1 string r
 fsType 2 string e
 readOnly 3 bool e
Preconditions
 uid 1 string pe go=types.UID
PreferAvoidPodsEntry
 podSignature 1 .PodSignature r
 evictionTime 2 meta-v1.Time e
 reason 3 string e
 message 4 string e
PreferredSchedulingTerm
 weight 1 int32 r
 preference 2 .NodeSelectorTerm r
Probe
 - 1 .ProbeHandler rn proto=handler
 initialDelaySeconds 2 int32 e
 timeoutSeconds 3 int32 e
 periodSeconds 4 int32 e
 successThreshold 5 int32 e
 failureThreshold 6 int32 e
 terminationGracePeriodSeconds 7 int64 pe
ProbeHandler
 exec 1 .ExecAction pe
 httpGet 2 .HTTPGetAction pe
 tcpSocket 3 .TCPSocketAction pe
 grpc 4 .GRPCAction pe
ProjectedVolumeSource
 sources 1 [].VolumeProjection - list=atomic
 defaultMode 2 int32 pe
QuobyteVolumeSource
 registry 1 string r
 volume 2 string r
 readOnly 3 bool e
 user 4 string e
 group 5 string e
 tenant 6 string e
RBDPersistentVolumeSource
 monitors 1 []string r list=atomic
 image 2 string r
 fsType 3 string e
 pool 4 string e default="rbd"
 user 5 string e default="admin"
 keyring 6 string e default="/etc/ceph/keyring"
 secretRef 7 .SecretReference pe
 readOnly 8 bool e
RBDVolumeSource
 monitors 1 []string r list=atomic
 image 2 string r
 fsType 3 string e
 pool 4 string e default="rbd"
 user 5 string e default="admin"
 keyring 6 string e default="/etc/ceph/keyring"
 secretRef 7 .LocalObjectReference pe
 readOnly 8 bool e
RangeAllocation kind
 metadata 1 meta-v1.ObjectMeta e
 range 2 string r
 data 3 bytes r
ReplicationController kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ReplicationControllerSpec e
 status 3 .ReplicationControllerStatus e
ReplicationControllerCondition
 type 1 string r go=ReplicationControllerConditionType
 status 2 string r go=ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
ReplicationControllerList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ReplicationController r
ReplicationControllerSpec
 replicas 1 int32 pe default=1
 minReadySeconds 4 int32 e default=0
 selector 2 {}string e map=atomic
 template 3 .PodTemplateSpec pe
ReplicationControllerStatus
 replicas 1 int32 r
 fullyLabeledReplicas 2 int32 e
 readyReplicas 4 int32 e
 availableReplicas 5 int32 e
 observedGeneration 3 int64 e
 conditions 6 [].ReplicationControllerCondition e list=map keys=type patch=merge key=type
ResourceClaim
 name 1 string r
 request 2 string e
ResourceFieldSelector struct=atomic
 containerName 1 string e
 resource 2 string r
 divisor 3 plain.Quantity e
ResourceHealth
 resourceID 1 string r go=ResourceID
 health 2 string e go=ResourceHealthStatus
 message 6 string pe
ResourceQuota kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ResourceQuotaSpec e
 status 3 .ResourceQuotaStatus e
ResourceQuotaList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ResourceQuota r
ResourceQuotaSpec
 hard 1 {}plain.Quantity e
 scopes 2 []string e go=ResourceQuotaScope list=atomic
 scopeSelector 3 .ScopeSelector pe
ResourceQuotaStatus
 hard 1 {}plain.Quantity e
 used 2 {}plain.Quantity e
ResourceRequirements
 limits 1 {}plain.Quantity e
 requests 2 {}plain.Quantity e
 claims 3 [].ResourceClaim e list=map keys=name
ResourceStatus
 name 1 string r go=ResourceName
 resources 2 [].ResourceHealth e list=map keys=resourceID
SELinuxOptions
 user 1 string e
 role 2 string e
 type 3 string e
 level 4 string e
ScaleIOPersistentVolumeSource
 gateway 1 string r
 system 2 string r
 secretRef 3 .SecretReference pr
 sslEnabled 4 bool e
 protectionDomain 5 string e
 storagePool 6 string e
 storageMode 7 string e default="ThinProvisioned"
 volumeName 8 string e
 fsType 9 string e default="xfs"
 readOnly 10 bool e
ScaleIOVolumeSource
 gateway 1 string r
 system 2 string r
 secretRef 3 .LocalObjectReference pr
 sslEnabled 4 bool e
 protectionDomain 5 string e
 storagePool 6 string e
 storageMode 7 string e default="ThinProvisioned"
 volumeName 8 string e
 fsType 9 string e default="xfs"
 readOnly 10 bool e
ScopeSelector struct=atomic
 matchExpressions 1 [].ScopedResourceSelectorRequirement e list=atomic
ScopedResourceSelectorRequirement
 scopeName 1 string r go=ResourceQuotaScope
 operator 2 string r go=ScopeSelectorOperator
 values 3 []string e list=atomic
SeccompProfile
 type 1 string r go=SeccompProfileType
 localhostProfile 2 string pe
Secret kind
 metadata 1 meta-v1.ObjectMeta e
 immutable 5 bool pe
 data 2 {}bytes e
 stringData 4 {}string e
 type 3 string e go=SecretType
SecretEnvSource
 - 1 .LocalObjectReference rn proto=localObjectReference
 optional 2 bool pe
SecretKeySelector struct=atomic
 - 1 .LocalObjectReference rn proto=localObjectReference
 key 2 string r
 optional 3 bool pe
SecretList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Secret r
SecretProjection
 - 1 .LocalObjectReference rn proto=localObjectReference
 items 2 [].KeyToPath e list=atomic
 optional 4 bool pe
SecretReference struct=atomic
 name 1 string e
 namespace 2 string e
SecretVolumeSource
 secretName 1 string e
 items 2 [].KeyToPath e list=atomic
 defaultMode 3 int32 pe
 optional 4 bool pe
SecurityContext
 capabilities 1 .Capabilities pe
 privileged 2 bool pe
 seLinuxOptions 3 .SELinuxOptions pe
 windowsOptions 10 .WindowsSecurityContextOptions pe
 runAsUser 4 int64 pe
 runAsGroup 8 int64 pe
 runAsNonRoot 5 bool pe
 readOnlyRootFilesystem 6 bool pe
 allowPrivilegeEscalation 7 bool pe
 procMount 9 string pe go=ProcMountType
 seccompProfile 11 .SeccompProfile pe
 appArmorProfile 12 .AppArmorProfile pe
SerializedReference kind
 reference 1 .ObjectReference e
Service kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ServiceSpec e
 status 3 .ServiceStatus e
ServiceAccount kind
 metadata 1 meta-v1.ObjectMeta e
 secrets 2 [].ObjectReference e list=map keys=name patch=merge key=name
 imagePullSecrets 3 [].LocalObjectReference e list=atomic
 automountServiceAccountToken 4 bool pe
ServiceAccountList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ServiceAccount r
ServiceAccountTokenProjection
 audience 1 string e
 expirationSeconds 2 int64 pe
 path 3 string r
ServiceList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Service r
ServicePort
 name 1 string e
 protocol 2 string e go=Protocol default="TCP"
 appProtocol 6 string pe
 port 3 int32 r
 targetPort 4 plain.IntOrString e
 nodePort 5 int32 e
ServiceProxyOptions kind
 path 1 string e
ServiceSpec
 ports 1 [].ServicePort e list=map keys=port,protocol patch=merge key=port
 selector 2 {}string e map=atomic
 clusterIP 3 string e
 clusterIPs 18 []string e list=atomic
 type 4 string e go=ServiceType
 externalIPs 5 []string e list=atomic
 sessionAffinity 7 string e go=ServiceAffinity
 loadBalancerIP 8 string e
 loadBalancerSourceRanges 9 []string e list=atomic
 externalName 10 string e
 externalTrafficPolicy 11 string e go=ServiceExternalTrafficPolicy
 healthCheckNodePort 12 int32 e
 publishNotReadyAddresses 13 bool e
 sessionAffinityConfig 14 .SessionAffinityConfig pe
 ipFamilies 19 []string e go=IPFamily list=atomic
 ipFamilyPolicy 17 string pe go=IPFamilyPolicy
 allocateLoadBalancerNodePorts 20 bool pe
 loadBalancerClass 21 string pe
 internalTrafficPolicy 22 string pe go=ServiceInternalTrafficPolicy
 trafficDistribution 23 string pe
ServiceStatus
 loadBalancer 1 .LoadBalancerStatus e
 conditions 2 []meta-v1.Condition e list=map keys=type patch=merge key=type
SessionAffinityConfig
 clientIP 1 .ClientIPConfig pe
SleepAction
 seconds 1 int64 r
StorageOSPersistentVolumeSource
 volumeName 1 string e
 volumeNamespace 2 string e
 fsType 3 string e
 readOnly 4 bool e
 secretRef 5 .ObjectReference pe
StorageOSVolumeSource
 volumeName 1 string e
 volumeNamespace 2 string e
 fsType 3 string e
 readOnly 4 bool e
 secretRef 5 .LocalObjectReference pe
Sysctl
 name 1 string r
 value 2 string r
TCPSocketAction
 port 1 plain.IntOrString r
 host 2 string e
Taint
 key 1 string r
 value 2 string e
 effect 3 string r go=TaintEffect
 timeAdded 4 meta-v1.Time pe
Toleration
 key 1 string e
 operator 2 string e go=TolerationOperator
 value 3 string e
 effect 4 string e go=TaintEffect
 tolerationSeconds 5 int64 pe
TopologySelectorLabelRequirement
 key 1 string r
 values 2 []string r list=atomic
TopologySelectorTerm struct=atomic
 matchLabelExpressions 1 [].TopologySelectorLabelRequirement e list=atomic
TopologySpreadConstraint
 maxSkew 1 int32 r
 topologyKey 2 string r
 whenUnsatisfiable 3 string r go=UnsatisfiableConstraintAction
 labelSelector 4 meta-v1.LabelSelector pe
 minDomains 5 int32 pe
 nodeAffinityPolicy 6 string pe go=NodeInclusionPolicy
 nodeTaintsPolicy 7 string pe go=NodeInclusionPolicy
 matchLabelKeys 8 []string e list=atomic
TypedLocalObjectReference struct=atomic
 apiGroup 1 string p
 kind 2 string r
 name 3 string r
TypedObjectReference
 apiGroup 1 string p
 kind 2 string r
 name 3 string r
 namespace 4 string pe
Volume
 name 1 string r
 - 2 .VolumeSource rn proto=volumeSource
VolumeDevice
 name 1 string r
 devicePath 2 string r
VolumeMount
 name 1 string r
 readOnly 2 bool e
 recursiveReadOnly 7 string pe go=RecursiveReadOnlyMode
 mountPath 3 string r
 subPath 4 string e
 mountPropagation 5 string pe go=MountPropagationMode
 subPathExpr 6 string e
VolumeMountStatus
 name 1 string r
 mountPath 2 string r
 readOnly 3 bool e
 recursiveReadOnly 4 string pe go=RecursiveReadOnlyMode
 volumeStatus 5 .VolumeStatus pe
VolumeNodeAffinity
 required 1 .NodeSelector pe
VolumeProjection
 secret 1 .SecretProjection pe
 downwardAPI 2 .DownwardAPIProjection pe
 configMap 3 .ConfigMapProjection pe
 serviceAccountToken 4 .ServiceAccountTokenProjection pe
 clusterTrustBundle 5 .ClusterTrustBundleProjection pe
 podCertificate 6 .PodCertificateProjection pe
VolumeResourceRequirements
 limits 1 {}plain.Quantity e
 requests 2 {}plain.Quantity e
VolumeSource
 hostPath 1 .HostPathVolumeSource pe
 emptyDir 2 .EmptyDirVolumeSource pe
 gcePersistentDisk 3 .GCEPersistentDiskVolumeSource pe
 awsElasticBlockStore 4 .AWSElasticBlockStoreVolumeSource pe
 gitRepo 5 .GitRepoVolumeSource pe
 secret 6 .SecretVolumeSource pe
 nfs 7 .NFSVolumeSource pe
 iscsi 8 .ISCSIVolumeSource pe
 glusterfs 9 .GlusterfsVolumeSource pe
 persistentVolumeClaim 10 .PersistentVolumeClaimVolumeSource pe
 rbd 11 .RBDVolumeSource pe
 flexVolume 12 .FlexVolumeSource pe
 cinder 13 .CinderVolumeSource pe
 cephfs 14 .CephFSVolumeSource pe
 flocker 15 .FlockerVolumeSource pe
 downwardAPI 16 .DownwardAPIVolumeSource pe
 fc 17 .FCVolumeSource pe
 azureFile 18 .AzureFileVolumeSource pe
 configMap 19 .ConfigMapVolumeSource pe
 vsphereVolume 20 .VsphereVirtualDiskVolumeSource pe
 quobyte 21 .QuobyteVolumeSource pe
 azureDisk 22 .AzureDiskVolumeSource pe
 photonPersistentDisk 23 .PhotonPersistentDiskVolumeSource pe
 projected 26 .ProjectedVolumeSource pe
 portworxVolume 24 .PortworxVolumeSource pe
 scaleIO 25 .ScaleIOVolumeSource pe
 storageos 27 .StorageOSVolumeSource pe
 csi 28 .CSIVolumeSource pe
 ephemeral 29 .EphemeralVolumeSource pe
 image 30 .ImageVolumeSource pe
VolumeStatus
 image 1 .ImageVolumeStatus pe
VsphereVirtualDiskVolumeSource
 volumePath 1 string r
 fsType 2 string e
 storagePolicyName 3 string e
 storagePolicyID 4 string e
WeightedPodAffinityTerm
 weight 1 int32 r
 podAffinityTerm 2 .PodAffinityTerm r
WindowsSecurityContextOptions
 gmsaCredentialSpecName 1 string pe
 gmsaCredentialSpec 2 string pe
 runAsUserName 3 string pe
 hostProcess 4 bool pe
`,
'apiregistration-v1': `
APIService kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .APIServiceSpec e
 status 3 .APIServiceStatus e
APIServiceCondition
 type 1 string r go=APIServiceConditionType
 status 2 string r go=ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
APIServiceList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].APIService r
APIServiceSpec
 service 1 .ServiceReference pe
 group 2 string e
 version 3 string e
 insecureSkipTLSVerify 4 bool e
 caBundle 5 bytes e list=atomic
 groupPriorityMinimum 7 int32 r
 versionPriority 8 int32 r
APIServiceStatus
 conditions 1 [].APIServiceCondition e list=map keys=type patch=merge key=type
ServiceReference
 namespace 1 string e
 name 2 string e
 port 3 int32 pe
`,
'apps-v1': `
ControllerRevision kind
 metadata 1 meta-v1.ObjectMeta e
 data 2 plain.RawExtension e
 revision 3 int64 r
ControllerRevisionList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ControllerRevision r
DaemonSet kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .DaemonSetSpec e
 status 3 .DaemonSetStatus e
DaemonSetCondition
 type 1 string r go=DaemonSetConditionType
 status 2 string r go=v1.ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
DaemonSetList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].DaemonSet r
DaemonSetSpec
 selector 1 meta-v1.LabelSelector pr
 template 2 core-v1.PodTemplateSpec r
 updateStrategy 3 .DaemonSetUpdateStrategy e
 minReadySeconds 4 int32 e
 revisionHistoryLimit 6 int32 pe
DaemonSetStatus
 currentNumberScheduled 1 int32 r
 numberMisscheduled 2 int32 r
 desiredNumberScheduled 3 int32 r
 numberReady 4 int32 r
 observedGeneration 5 int64 e
 updatedNumberScheduled 6 int32 e
 numberAvailable 7 int32 e
 numberUnavailable 8 int32 e
 collisionCount 9 int32 pe
 conditions 10 [].DaemonSetCondition e list=map keys=type patch=merge key=type
DaemonSetUpdateStrategy
 type 1 string e go=DaemonSetUpdateStrategyType
 rollingUpdate 2 .RollingUpdateDaemonSet pe
Deployment kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .DeploymentSpec e
 status 3 .DeploymentStatus e
DeploymentCondition
 type 1 string r go=DeploymentConditionType
 status 2 string r go=v1.ConditionStatus
 lastUpdateTime 6 meta-v1.Time e
 lastTransitionTime 7 meta-v1.Time e
 reason 4 string e
 message 5 string e
DeploymentList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Deployment r
DeploymentSpec
 replicas 1 int32 pe
 selector 2 meta-v1.LabelSelector pr
 template 3 core-v1.PodTemplateSpec r
 strategy 4 .DeploymentStrategy e patch=retainKeys
 minReadySeconds 5 int32 e
 revisionHistoryLimit 6 int32 pe
 paused 7 bool e
 progressDeadlineSeconds 9 int32 pe
DeploymentStatus
 observedGeneration 1 int64 e
 replicas 2 int32 e
 updatedReplicas 3 int32 e
 readyReplicas 7 int32 e
 availableReplicas 4 int32 e
 unavailableReplicas 5 int32 e
 terminatingReplicas 9 int32 pe
 conditions 6 [].DeploymentCondition e list=map keys=type patch=merge key=type
 collisionCount 8 int32 pe
DeploymentStrategy
 type 1 string e go=DeploymentStrategyType
 rollingUpdate 2 .RollingUpdateDeployment pe
ReplicaSet kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ReplicaSetSpec e
 status 3 .ReplicaSetStatus e
ReplicaSetCondition
 type 1 string r go=ReplicaSetConditionType
 status 2 string r go=v1.ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
ReplicaSetList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ReplicaSet r
ReplicaSetSpec
 replicas 1 int32 pe
 minReadySeconds 4 int32 e
 selector 2 meta-v1.LabelSelector pr
 template 3 core-v1.PodTemplateSpec e
ReplicaSetStatus
 replicas 1 int32 r
 fullyLabeledReplicas 2 int32 e
 readyReplicas 4 int32 e
 availableReplicas 5 int32 e
 terminatingReplicas 7 int32 pe
 observedGeneration 3 int64 e
 conditions 6 [].ReplicaSetCondition e list=map keys=type patch=merge key=type
RollingUpdateDaemonSet
 maxUnavailable 1 plain.IntOrString pe
 maxSurge 2 plain.IntOrString pe
RollingUpdateDeployment
 maxUnavailable 1 plain.IntOrString pe
 maxSurge 2 plain.IntOrString pe
RollingUpdateStatefulSetStrategy
 partition 1 int32 pe
 maxUnavailable 2 plain.IntOrString pe
StatefulSet kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .StatefulSetSpec e
 status 3 .StatefulSetStatus e
StatefulSetCondition
 type 1 string r go=StatefulSetConditionType
 status 2 string r go=v1.ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
StatefulSetList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].StatefulSet r
StatefulSetOrdinals
 start 1 int32 -
StatefulSetPersistentVolumeClaimRetentionPolicy
 whenDeleted 1 string e go=PersistentVolumeClaimRetentionPolicyType
 whenScaled 2 string e go=PersistentVolumeClaimRetentionPolicyType
StatefulSetSpec
 replicas 1 int32 pe
 selector 2 meta-v1.LabelSelector pr
 template 3 core-v1.PodTemplateSpec r
 volumeClaimTemplates 4 []core-v1.PersistentVolumeClaim e list=atomic
 serviceName 5 string -
 podManagementPolicy 6 string e go=PodManagementPolicyType
 updateStrategy 7 .StatefulSetUpdateStrategy e
 revisionHistoryLimit 8 int32 pe
 minReadySeconds 9 int32 e
 persistentVolumeClaimRetentionPolicy 10 .StatefulSetPersistentVolumeClaimRetentionPolicy pe
 ordinals 11 .StatefulSetOrdinals pe
StatefulSetStatus
 observedGeneration 1 int64 e
 replicas 2 int32 r
 readyReplicas 3 int32 e
 currentReplicas 4 int32 e
 updatedReplicas 5 int32 e
 currentRevision 6 string e
 updateRevision 7 string e
 collisionCount 9 int32 pe
 conditions 10 [].StatefulSetCondition e list=map keys=type patch=merge key=type
 availableReplicas 11 int32 -
StatefulSetUpdateStrategy
 type 1 string e go=StatefulSetUpdateStrategyType
 rollingUpdate 2 .RollingUpdateStatefulSetStrategy pe
`,
'events-v1': `
Event kind
 metadata 1 meta-v1.ObjectMeta -
 eventTime 2 meta-v1.MicroTime r
 series 3 .EventSeries pe
 reportingController 4 string e
 reportingInstance 5 string e
 action 6 string e
 reason 7 string e
 regarding 8 core-v1.ObjectReference e
 related 9 core-v1.ObjectReference pe
 note 10 string e
 type 11 string e
 deprecatedSource 12 core-v1.EventSource e
 deprecatedFirstTimestamp 13 meta-v1.Time e
 deprecatedLastTimestamp 14 meta-v1.Time e
 deprecatedCount 15 int32 e
EventList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Event r
EventSeries
 count 1 int32 r
 lastObservedTime 2 meta-v1.MicroTime r
`,
'authentication-v1': `
BoundObjectReference
 kind 1 string e
 apiVersion 2 string e
 name 3 string e
 uid 4 string e proto=uID go=types.UID
ExtraValue form=stringList
 items 1 []string e
SelfSubjectReview kind
 metadata 1 meta-v1.ObjectMeta e
 status 2 .SelfSubjectReviewStatus e
SelfSubjectReviewStatus
 userInfo 1 .UserInfo e
TokenRequest kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .TokenRequestSpec -
 status 3 .TokenRequestStatus e
TokenRequestSpec
 audiences 1 []string - list=atomic
 expirationSeconds 4 int64 p
 boundObjectRef 3 .BoundObjectReference p
TokenRequestStatus
 token 1 string -
 expirationTimestamp 2 meta-v1.Time -
TokenReview kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .TokenReviewSpec r
 status 3 .TokenReviewStatus e
TokenReviewSpec
 token 1 string e
 audiences 2 []string e list=atomic
TokenReviewStatus
 authenticated 1 bool e
 user 2 .UserInfo e
 audiences 4 []string e list=atomic
 error 3 string e
UserInfo
 username 1 string e
 uid 2 string e
 groups 3 []string e list=atomic
 extra 4 {}.ExtraValue e
`,
'authorization-v1': `
ExtraValue form=stringList
 items 1 []string e
FieldSelectorAttributes
 rawSelector 1 string e
 requirements 2 []meta-v1.FieldSelectorRequirement e list=atomic
LabelSelectorAttributes
 rawSelector 1 string e
 requirements 2 []meta-v1.LabelSelectorRequirement e list=atomic
LocalSubjectAccessReview kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .SubjectAccessReviewSpec r
 status 3 .SubjectAccessReviewStatus e
NonResourceAttributes
 path 1 string e
 verb 2 string e
NonResourceRule
 verbs 1 []string r list=atomic
 nonResourceURLs 2 []string e list=atomic
ResourceAttributes
 namespace 1 string e
 verb 2 string e
 group 3 string e
 version 4 string e
 resource 5 string e
 subresource 6 string e
 name 7 string e
 fieldSelector 8 .FieldSelectorAttributes pe
 labelSelector 9 .LabelSelectorAttributes pe
ResourceRule
 verbs 1 []string r list=atomic
 apiGroups 2 []string e list=atomic
 resources 3 []string e list=atomic
 resourceNames 4 []string e list=atomic
SelfSubjectAccessReview kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .SelfSubjectAccessReviewSpec r
 status 3 .SubjectAccessReviewStatus e
SelfSubjectAccessReviewSpec
 resourceAttributes 1 .ResourceAttributes pe
 nonResourceAttributes 2 .NonResourceAttributes pe
SelfSubjectRulesReview kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .SelfSubjectRulesReviewSpec r
 status 3 .SubjectRulesReviewStatus e
SelfSubjectRulesReviewSpec
 namespace 1 string e
SubjectAccessReview kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .SubjectAccessReviewSpec r
 status 3 .SubjectAccessReviewStatus e
SubjectAccessReviewSpec
 resourceAttributes 1 .ResourceAttributes pe
 nonResourceAttributes 2 .NonResourceAttributes pe
 user 3 string e
 groups 4 []string e list=atomic
 extra 5 {}.ExtraValue e
 uid 6 string e
SubjectAccessReviewStatus
 allowed 1 bool r
 denied 4 bool e
 reason 2 string e
 evaluationError 3 string e
SubjectRulesReviewStatus
 resourceRules 1 [].ResourceRule r list=atomic
 nonResourceRules 2 [].NonResourceRule r list=atomic
 incomplete 3 bool r
 evaluationError 4 string e
`,
'autoscaling-v2': `
ContainerResourceMetricSource
 name 1 string r go=v1.ResourceName
 target 2 .MetricTarget r
 container 3 string r
ContainerResourceMetricStatus
 name 1 string r go=v1.ResourceName
 current 2 .MetricValueStatus r
 container 3 string r
CrossVersionObjectReference
 kind 1 string r
 name 2 string r
 apiVersion 3 string e
ExternalMetricSource
 metric 1 .MetricIdentifier r
 target 2 .MetricTarget r
ExternalMetricStatus
 metric 1 .MetricIdentifier r
 current 2 .MetricValueStatus r
HPAScalingPolicy
 type 1 string r go=HPAScalingPolicyType
 value 2 int32 r
 periodSeconds 3 int32 r
HPAScalingRules
 stabilizationWindowSeconds 3 int32 pe
 selectPolicy 1 string pe go=ScalingPolicySelect
 policies 2 [].HPAScalingPolicy e list=atomic
 tolerance 4 plain.Quantity pe
HorizontalPodAutoscaler kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .HorizontalPodAutoscalerSpec e
 status 3 .HorizontalPodAutoscalerStatus e
HorizontalPodAutoscalerBehavior
 scaleUp 1 .HPAScalingRules pe
 scaleDown 2 .HPAScalingRules pe
HorizontalPodAutoscalerCondition
 type 1 string r go=HorizontalPodAutoscalerConditionType
 status 2 string r go=v1.ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
HorizontalPodAutoscalerList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].HorizontalPodAutoscaler r
HorizontalPodAutoscalerSpec
 scaleTargetRef 1 .CrossVersionObjectReference r
 minReplicas 2 int32 pe
 maxReplicas 3 int32 r
 metrics 4 [].MetricSpec e list=atomic
 behavior 5 .HorizontalPodAutoscalerBehavior pe
HorizontalPodAutoscalerStatus
 observedGeneration 1 int64 pe
 lastScaleTime 2 meta-v1.Time pe
 currentReplicas 3 int32 e
 desiredReplicas 4 int32 r
 currentMetrics 5 [].MetricStatus - list=atomic
 conditions 6 [].HorizontalPodAutoscalerCondition e list=map keys=type patch=merge key=type
MetricIdentifier
 name 1 string r
 selector 2 meta-v1.LabelSelector pe
MetricSpec
 type 1 string r go=MetricSourceType
 object 2 .ObjectMetricSource pe
 pods 3 .PodsMetricSource pe
 resource 4 .ResourceMetricSource pe
 containerResource 7 .ContainerResourceMetricSource pe
 external 5 .ExternalMetricSource pe
MetricStatus
 type 1 string r go=MetricSourceType
 object 2 .ObjectMetricStatus pe
 pods 3 .PodsMetricStatus pe
 resource 4 .ResourceMetricStatus pe
 containerResource 7 .ContainerResourceMetricStatus pe
 external 5 .ExternalMetricStatus pe
MetricTarget
 type 1 string r go=MetricTargetType
 value 2 plain.Quantity pe
 averageValue 3 plain.Quantity pe
 averageUtilization 4 int32 pe
MetricValueStatus
 value 1 plain.Quantity pe
 averageValue 2 plain.Quantity pe
 averageUtilization 3 int32 pe
ObjectMetricSource
 describedObject 1 .CrossVersionObjectReference r
 target 2 .MetricTarget r
 metric 3 .MetricIdentifier r
ObjectMetricStatus
 metric 1 .MetricIdentifier r
 current 2 .MetricValueStatus r
 describedObject 3 .CrossVersionObjectReference r
PodsMetricSource
 metric 1 .MetricIdentifier r
 target 2 .MetricTarget r
PodsMetricStatus
 metric 1 .MetricIdentifier r
 current 2 .MetricValueStatus r
ResourceMetricSource
 name 1 string r go=v1.ResourceName
 target 2 .MetricTarget r
ResourceMetricStatus
 name 1 string r go=v1.ResourceName
 current 2 .MetricValueStatus r
`,
'autoscaling-v1': `
ContainerResourceMetricSource
 name 1 string r go=v1.ResourceName
 targetAverageUtilization 2 int32 pe
 targetAverageValue 3 plain.Quantity pe
 container 5 string r
ContainerResourceMetricStatus
 name 1 string r go=v1.ResourceName
 currentAverageUtilization 2 int32 pe
 currentAverageValue 3 plain.Quantity r
 container 4 string r
CrossVersionObjectReference struct=atomic
 kind 1 string r
 name 2 string r
 apiVersion 3 string e
ExternalMetricSource
 metricName 1 string r
 metricSelector 2 meta-v1.LabelSelector pe
 targetValue 3 plain.Quantity pe
 targetAverageValue 4 plain.Quantity pe
ExternalMetricStatus
 metricName 1 string r
 metricSelector 2 meta-v1.LabelSelector pe
 currentValue 3 plain.Quantity r
 currentAverageValue 4 plain.Quantity pe
HorizontalPodAutoscaler kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .HorizontalPodAutoscalerSpec e
 status 3 .HorizontalPodAutoscalerStatus e
HorizontalPodAutoscalerCondition
 type 1 string r go=HorizontalPodAutoscalerConditionType
 status 2 string r go=v1.ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
HorizontalPodAutoscalerList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].HorizontalPodAutoscaler r
HorizontalPodAutoscalerSpec
 scaleTargetRef 1 .CrossVersionObjectReference r
 minReplicas 2 int32 pe
 maxReplicas 3 int32 r
 targetCPUUtilizationPercentage 4 int32 pe
HorizontalPodAutoscalerStatus
 observedGeneration 1 int64 pe
 lastScaleTime 2 meta-v1.Time pe
 currentReplicas 3 int32 r
 desiredReplicas 4 int32 r
 currentCPUUtilizationPercentage 5 int32 pe
MetricSpec
 type 1 string r go=MetricSourceType
 object 2 .ObjectMetricSource pe
 pods 3 .PodsMetricSource pe
 resource 4 .ResourceMetricSource pe
 containerResource 7 .ContainerResourceMetricSource pe
 external 5 .ExternalMetricSource pe
MetricStatus
 type 1 string r go=MetricSourceType
 object 2 .ObjectMetricStatus pe
 pods 3 .PodsMetricStatus pe
 resource 4 .ResourceMetricStatus pe
 containerResource 7 .ContainerResourceMetricStatus pe
 external 5 .ExternalMetricStatus pe
ObjectMetricSource
 target 1 .CrossVersionObjectReference r
 metricName 2 string r
 targetValue 3 plain.Quantity r
 selector 4 meta-v1.LabelSelector pe
 averageValue 5 plain.Quantity pe
ObjectMetricStatus
 target 1 .CrossVersionObjectReference r
 metricName 2 string r
 currentValue 3 plain.Quantity r
 selector 4 meta-v1.LabelSelector pe
 averageValue 5 plain.Quantity pe
PodsMetricSource
 metricName 1 string r
 targetAverageValue 2 plain.Quantity r
 selector 3 meta-v1.LabelSelector pe
PodsMetricStatus
 metricName 1 string r
 currentAverageValue 2 plain.Quantity r
 selector 3 meta-v1.LabelSelector pe
ResourceMetricSource
 name 1 string r go=v1.ResourceName
 targetAverageUtilization 2 int32 pe
 targetAverageValue 3 plain.Quantity pe
ResourceMetricStatus
 name 1 string r go=v1.ResourceName
 currentAverageUtilization 2 int32 pe
 currentAverageValue 3 plain.Quantity r
Scale kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ScaleSpec e
 status 3 .ScaleStatus e
ScaleSpec
 replicas 1 int32 e default=0
ScaleStatus
 replicas 1 int32 r
 selector 2 string e
`,
'batch-v1': `
CronJob kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .CronJobSpec e
 status 3 .CronJobStatus e
CronJobList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CronJob r
CronJobSpec
 schedule 1 string r
 timeZone 8 string pe
 startingDeadlineSeconds 2 int64 pe
 concurrencyPolicy 3 string e go=ConcurrencyPolicy
 suspend 4 bool pe
 jobTemplate 5 .JobTemplateSpec r
 successfulJobsHistoryLimit 6 int32 pe
 failedJobsHistoryLimit 7 int32 pe
CronJobStatus
 active 1 []core-v1.ObjectReference e list=atomic
 lastScheduleTime 4 meta-v1.Time pe
 lastSuccessfulTime 5 meta-v1.Time pe
Job kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .JobSpec e
 status 3 .JobStatus e
JobCondition
 type 1 string r go=JobConditionType
 status 2 string r go=corev1.ConditionStatus
 lastProbeTime 3 meta-v1.Time e
 lastTransitionTime 4 meta-v1.Time e
 reason 5 string e
 message 6 string e
JobList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Job r
JobSpec
 parallelism 1 int32 pe
 completions 2 int32 pe
 activeDeadlineSeconds 3 int64 pe
 podFailurePolicy 11 .PodFailurePolicy pe
 successPolicy 16 .SuccessPolicy pe
 backoffLimit 7 int32 pe
 backoffLimitPerIndex 12 int32 pe
 maxFailedIndexes 13 int32 pe
 selector 4 meta-v1.LabelSelector pe
 manualSelector 5 bool pe
 template 6 core-v1.PodTemplateSpec r
 ttlSecondsAfterFinished 8 int32 pe
 completionMode 9 string pe go=CompletionMode
 suspend 10 bool pe
 podReplacementPolicy 14 string pe go=PodReplacementPolicy
 managedBy 15 string pe
JobStatus
 conditions 1 [].JobCondition e list=atomic patch=merge key=type
 startTime 2 meta-v1.Time pe
 completionTime 3 meta-v1.Time pe
 active 4 int32 e
 succeeded 5 int32 e
 failed 6 int32 e
 terminating 11 int32 pe
 completedIndexes 7 string e
 failedIndexes 10 string pe
 uncountedTerminatedPods 8 .UncountedTerminatedPods pe
 ready 9 int32 pe
JobTemplateSpec
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .JobSpec e
PodFailurePolicy
 rules 1 [].PodFailurePolicyRule r list=atomic
PodFailurePolicyOnExitCodesRequirement
 containerName 1 string pe
 operator 2 string r go=PodFailurePolicyOnExitCodesOperator
 values 3 []int32 r list=set
PodFailurePolicyOnPodConditionsPattern
 type 1 string r go=corev1.PodConditionType
 status 2 string - go=corev1.ConditionStatus
PodFailurePolicyRule
 action 1 string r go=PodFailurePolicyAction
 onExitCodes 2 .PodFailurePolicyOnExitCodesRequirement pe
 onPodConditions 3 [].PodFailurePolicyOnPodConditionsPattern e list=atomic
SuccessPolicy
 rules 1 [].SuccessPolicyRule r list=atomic
SuccessPolicyRule
 succeededIndexes 1 string pe
 succeededCount 2 int32 pe
UncountedTerminatedPods
 succeeded 1 []string e go=types.UID list=set
 failed 2 []string e go=types.UID list=set
`,
'certificates-v1': `
CertificateSigningRequest kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .CertificateSigningRequestSpec r
 status 3 .CertificateSigningRequestStatus e
CertificateSigningRequestCondition
 type 1 string r go=RequestConditionType
 status 6 string r go=v1.ConditionStatus
 reason 2 string e
 message 3 string e
 lastUpdateTime 4 meta-v1.Time e
 lastTransitionTime 5 meta-v1.Time e
CertificateSigningRequestList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CertificateSigningRequest r
CertificateSigningRequestSpec
 request 1 bytes r
 signerName 7 string r
 expirationSeconds 8 int32 pe
 usages 5 []string e go=KeyUsage list=atomic
 username 2 string e
 uid 3 string e
 groups 4 []string e list=atomic
 extra 6 {}.ExtraValue e
CertificateSigningRequestStatus
 conditions 1 [].CertificateSigningRequestCondition e list=map keys=type
 certificate 2 bytes e
ExtraValue form=stringList
 items 1 []string e
`,
'networking-v1': `
HTTPIngressPath
 path 1 string e
 pathType 3 string pr go=PathType
 backend 2 .IngressBackend r
HTTPIngressRuleValue
 paths 1 [].HTTPIngressPath r list=atomic
IPAddress kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .IPAddressSpec e
IPAddressList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].IPAddress r
IPAddressSpec
 parentRef 1 .ParentReference pe
IPBlock
 cidr 1 string r
 except 2 []string e list=atomic
Ingress kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .IngressSpec e
 status 3 .IngressStatus e
IngressBackend
 service 4 .IngressServiceBackend pe
 resource 3 core-v1.TypedLocalObjectReference pe
IngressClass kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .IngressClassSpec e
IngressClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].IngressClass r
IngressClassParametersReference
 apiGroup 1 string pe proto=aPIGroup
 kind 2 string r
 name 3 string r
 scope 4 string p
 namespace 5 string pe
IngressClassSpec
 controller 1 string e
 parameters 2 .IngressClassParametersReference pe
IngressList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Ingress r
IngressLoadBalancerIngress
 ip 1 string e
 hostname 2 string e
 ports 4 [].IngressPortStatus e list=atomic
IngressLoadBalancerStatus
 ingress 1 [].IngressLoadBalancerIngress e list=atomic
IngressPortStatus
 port 1 int32 r
 protocol 2 string r go=v1.Protocol
 error 3 string pe
IngressRule
 host 1 string e
 - 2 .IngressRuleValue n proto=ingressRuleValue
IngressRuleValue
 http 1 .HTTPIngressRuleValue pe
IngressServiceBackend
 name 1 string r
 port 2 .ServiceBackendPort e
IngressSpec
 ingressClassName 4 string pe
 defaultBackend 1 .IngressBackend pe
 tls 2 [].IngressTLS e list=atomic
 rules 3 [].IngressRule e list=atomic
IngressStatus
 loadBalancer 1 .IngressLoadBalancerStatus e
IngressTLS
 hosts 1 []string e list=atomic
 secretName 2 string e
NetworkPolicy kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .NetworkPolicySpec e
NetworkPolicyEgressRule
 ports 1 [].NetworkPolicyPort e list=atomic
 to 2 [].NetworkPolicyPeer e list=atomic
NetworkPolicyIngressRule
 ports 1 [].NetworkPolicyPort e list=atomic
 from 2 [].NetworkPolicyPeer e list=atomic
NetworkPolicyList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].NetworkPolicy r
NetworkPolicyPeer
 podSelector 1 meta-v1.LabelSelector pe
 namespaceSelector 2 meta-v1.LabelSelector pe
 ipBlock 3 .IPBlock pe
NetworkPolicyPort
 protocol 1 string pe go=v1.Protocol
 port 2 plain.IntOrString pe
 endPort 3 int32 pe
NetworkPolicySpec
 podSelector 1 meta-v1.LabelSelector -
 ingress 2 [].NetworkPolicyIngressRule e list=atomic
 egress 3 [].NetworkPolicyEgressRule e list=atomic
 policyTypes 4 []string e go=PolicyType list=atomic
ParentReference
 group 1 string e
 resource 2 string e
 namespace 3 string e
 name 4 string e
ServiceBackendPort struct=atomic
 name 1 string e
 number 2 int32 e
ServiceCIDR kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ServiceCIDRSpec e
 status 3 .ServiceCIDRStatus e
ServiceCIDRList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ServiceCIDR r
ServiceCIDRSpec
 cidrs 1 []string e list=atomic
ServiceCIDRStatus
 conditions 1 []meta-v1.Condition e list=map keys=type patch=merge key=type
`,
'policy-v1': `
Eviction kind
 metadata 1 meta-v1.ObjectMeta e
 deleteOptions 2 meta-v1.DeleteOptions pe
PodDisruptionBudget kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PodDisruptionBudgetSpec e
 status 3 .PodDisruptionBudgetStatus e
PodDisruptionBudgetList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PodDisruptionBudget r
PodDisruptionBudgetSpec
 minAvailable 1 plain.IntOrString pe
 selector 2 meta-v1.LabelSelector pe patch=replace
 maxUnavailable 3 plain.IntOrString pe
 unhealthyPodEvictionPolicy 4 string pe go=UnhealthyPodEvictionPolicyType
PodDisruptionBudgetStatus
 observedGeneration 1 int64 e
 disruptedPods 2 {}meta-v1.Time e
 disruptionsAllowed 3 int32 -
 currentHealthy 4 int32 -
 desiredHealthy 5 int32 -
 expectedPods 6 int32 -
 conditions 7 []meta-v1.Condition e list=map keys=type patch=merge key=type
`,
'rbac-v1': `
AggregationRule
 clusterRoleSelectors 1 []meta-v1.LabelSelector e list=atomic
ClusterRole kind
 metadata 1 meta-v1.ObjectMeta e
 rules 2 [].PolicyRule - list=atomic
 aggregationRule 3 .AggregationRule pe
ClusterRoleBinding kind
 metadata 1 meta-v1.ObjectMeta e
 subjects 2 [].Subject e list=atomic
 roleRef 3 .RoleRef r
ClusterRoleBindingList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ClusterRoleBinding r
ClusterRoleList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ClusterRole r
PolicyRule
 verbs 1 []string r list=atomic
 apiGroups 2 []string e list=atomic
 resources 3 []string e list=atomic
 resourceNames 4 []string e list=atomic
 nonResourceURLs 5 []string e list=atomic
Role kind
 metadata 1 meta-v1.ObjectMeta e
 rules 2 [].PolicyRule - list=atomic
RoleBinding kind
 metadata 1 meta-v1.ObjectMeta e
 subjects 2 [].Subject e list=atomic
 roleRef 3 .RoleRef r
RoleBindingList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].RoleBinding r
RoleList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Role r
RoleRef struct=atomic
 apiGroup 1 string -
 kind 2 string r
 name 3 string r
Subject struct=atomic
 kind 1 string r
 apiGroup 2 string e
 name 3 string r
 namespace 4 string e
`,
'storage-v1': `
CSIDriver kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .CSIDriverSpec r
CSIDriverList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CSIDriver r
CSIDriverSpec
 attachRequired 1 bool pe
 podInfoOnMount 2 bool pe
 volumeLifecycleModes 3 []string e go=VolumeLifecycleMode list=set
 storageCapacity 4 bool pe
 fsGroupPolicy 5 string pe go=FSGroupPolicy
 tokenRequests 6 [].TokenRequest e list=atomic
 requiresRepublish 7 bool pe
 seLinuxMount 8 bool pe
 nodeAllocatableUpdatePeriodSeconds 9 int64 pe
 serviceAccountTokenInSecrets 10 bool pe
 preventPodSchedulingIfMissing 11 bool pe
CSINode kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .CSINodeSpec r
CSINodeDriver
 name 1 string r
 nodeID 2 string r
 topologyKeys 3 []string - list=atomic
 allocatable 4 .VolumeNodeResources pe
CSINodeList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CSINode r
CSINodeSpec
 drivers 1 [].CSINodeDriver r list=map keys=name patch=merge key=name
CSIStorageCapacity kind
 metadata 1 meta-v1.ObjectMeta e
 nodeTopology 2 meta-v1.LabelSelector pe
 storageClassName 3 string r
 capacity 4 plain.Quantity pe
 maximumVolumeSize 5 plain.Quantity pe
CSIStorageCapacityList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CSIStorageCapacity r
StorageClass kind
 metadata 1 meta-v1.ObjectMeta e
 provisioner 2 string r
 parameters 3 {}string e
 reclaimPolicy 4 string pe go=v1.PersistentVolumeReclaimPolicy
 mountOptions 5 []string e list=atomic
 allowVolumeExpansion 6 bool pe
 volumeBindingMode 7 string pe go=VolumeBindingMode
 allowedTopologies 8 []core-v1.TopologySelectorTerm e list=atomic
StorageClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].StorageClass r
TokenRequest
 audience 1 string r
 expirationSeconds 2 int64 pe
VolumeAttachment kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .VolumeAttachmentSpec r
 status 3 .VolumeAttachmentStatus e
VolumeAttachmentList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].VolumeAttachment r
VolumeAttachmentSource
 persistentVolumeName 1 string pe
 inlineVolumeSpec 2 core-v1.PersistentVolumeSpec pe
VolumeAttachmentSpec
 attacher 1 string r
 source 2 .VolumeAttachmentSource r
 nodeName 3 string r
VolumeAttachmentStatus
 attached 1 bool r
 attachmentMetadata 2 {}string e
 attachError 3 .VolumeError pe
 detachError 4 .VolumeError pe
VolumeAttributesClass kind
 metadata 1 meta-v1.ObjectMeta e
 driverName 2 string r
 parameters 3 {}string e
VolumeAttributesClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].VolumeAttributesClass r
VolumeError
 time 1 meta-v1.Time e
 message 2 string e
 errorCode 3 int32 pe
VolumeNodeResources
 count 1 int32 pe
`,
'admissionregistration-v1': `
ApplyConfiguration
 expression 1 string e
AuditAnnotation
 key 1 string r
 valueExpression 2 string r
ExpressionWarning
 fieldRef 2 string r
 warning 3 string r
JSONPatch
 expression 1 string e
MatchCondition
 name 1 string r
 expression 2 string r
MatchResources struct=atomic
 namespaceSelector 1 meta-v1.LabelSelector pe
 objectSelector 2 meta-v1.LabelSelector pe
 resourceRules 3 [].NamedRuleWithOperations e list=atomic
 excludeResourceRules 4 [].NamedRuleWithOperations e list=atomic
 matchPolicy 7 string pe go=MatchPolicyType
MutatingAdmissionPolicy kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .MutatingAdmissionPolicySpec e
MutatingAdmissionPolicyBinding kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .MutatingAdmissionPolicyBindingSpec e
MutatingAdmissionPolicyBindingList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].MutatingAdmissionPolicyBinding r
MutatingAdmissionPolicyBindingSpec
 policyName 1 string e
 paramRef 2 .ParamRef pe
 matchResources 3 .MatchResources pe
MutatingAdmissionPolicyList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].MutatingAdmissionPolicy r
MutatingAdmissionPolicySpec
 paramKind 1 .ParamKind pe
 matchConstraints 2 .MatchResources pe
 variables 3 [].Variable e list=atomic
 mutations 4 [].Mutation e list=atomic
 failurePolicy 5 string pe go=FailurePolicyType
 matchConditions 6 [].MatchCondition e list=map keys=name patch=merge key=name
 reinvocationPolicy 7 string e go=ReinvocationPolicyType
MutatingWebhook
 name 1 string r
 clientConfig 2 .WebhookClientConfig r
 rules 3 [].RuleWithOperations e list=atomic
 failurePolicy 4 string pe go=FailurePolicyType
 matchPolicy 9 string pe go=MatchPolicyType
 namespaceSelector 5 meta-v1.LabelSelector pe
 objectSelector 11 meta-v1.LabelSelector pe
 sideEffects 6 string pr go=SideEffectClass
 timeoutSeconds 7 int32 pe
 admissionReviewVersions 8 []string r list=atomic
 reinvocationPolicy 10 string pe go=ReinvocationPolicyType
 matchConditions 12 [].MatchCondition e list=map keys=name patch=merge key=name
MutatingWebhookConfiguration kind
 metadata 1 meta-v1.ObjectMeta e
 webhooks 2 [].MutatingWebhook e proto=Webhooks list=map keys=name patch=merge key=name
MutatingWebhookConfigurationList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].MutatingWebhookConfiguration r
Mutation
 patchType 2 string r go=PatchType
 applyConfiguration 3 .ApplyConfiguration pe
 jsonPatch 4 .JSONPatch pe
NamedRuleWithOperations struct=atomic
 resourceNames 1 []string e list=atomic
 - 2 .RuleWithOperations rn proto=ruleWithOperations
ParamKind struct=atomic
 apiVersion 1 string e
 kind 2 string e
ParamRef struct=atomic
 name 1 string e
 namespace 2 string e
 selector 3 meta-v1.LabelSelector pe
 parameterNotFoundAction 4 string pe go=ParameterNotFoundActionType
Rule
 apiGroups 1 []string e list=atomic
 apiVersions 2 []string e list=atomic
 resources 3 []string e list=atomic
 scope 4 string pe go=ScopeType
RuleWithOperations
 operations 1 []string e go=OperationType list=atomic
 - 2 .Rule rn proto=rule
ServiceReference
 namespace 1 string r
 name 2 string r
 path 3 string pe
 port 4 int32 pe
TypeChecking
 expressionWarnings 1 [].ExpressionWarning e list=atomic
ValidatingAdmissionPolicy kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ValidatingAdmissionPolicySpec e
 status 3 .ValidatingAdmissionPolicyStatus e
ValidatingAdmissionPolicyBinding kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ValidatingAdmissionPolicyBindingSpec e
ValidatingAdmissionPolicyBindingList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ValidatingAdmissionPolicyBinding r
ValidatingAdmissionPolicyBindingSpec
 policyName 1 string e
 paramRef 2 .ParamRef pe
 matchResources 3 .MatchResources pe
 validationActions 4 []string e go=ValidationAction list=set
ValidatingAdmissionPolicyList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ValidatingAdmissionPolicy r
ValidatingAdmissionPolicySpec
 paramKind 1 .ParamKind pe
 matchConstraints 2 .MatchResources pe
 validations 3 [].Validation e list=atomic
 failurePolicy 4 string pe go=FailurePolicyType
 auditAnnotations 5 [].AuditAnnotation e list=atomic
 matchConditions 6 [].MatchCondition e list=map keys=name patch=merge key=name
 variables 7 [].Variable e list=map keys=name patch=merge key=name
ValidatingAdmissionPolicyStatus
 observedGeneration 1 int64 e
 typeChecking 2 .TypeChecking pe
 conditions 3 []meta-v1.Condition e list=map keys=type
ValidatingWebhook
 name 1 string r
 clientConfig 2 .WebhookClientConfig r
 rules 3 [].RuleWithOperations e list=atomic
 failurePolicy 4 string pe go=FailurePolicyType
 matchPolicy 9 string pe go=MatchPolicyType
 namespaceSelector 5 meta-v1.LabelSelector pe
 objectSelector 10 meta-v1.LabelSelector pe
 sideEffects 6 string pr go=SideEffectClass
 timeoutSeconds 7 int32 pe
 admissionReviewVersions 8 []string r list=atomic
 matchConditions 11 [].MatchCondition e list=map keys=name patch=merge key=name
ValidatingWebhookConfiguration kind
 metadata 1 meta-v1.ObjectMeta e
 webhooks 2 [].ValidatingWebhook e proto=Webhooks list=map keys=name patch=merge key=name
ValidatingWebhookConfigurationList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ValidatingWebhookConfiguration r
Validation
 expression 1 string r proto=Expression
 message 2 string e
 reason 3 string pe go=metav1.StatusReason
 messageExpression 4 string e
Variable struct=atomic
 name 1 string r proto=Name
 expression 2 string r proto=Expression
WebhookClientConfig
 url 3 string pe
 service 1 .ServiceReference pe
 caBundle 2 bytes e
`,
'apiextensions-v1': `
ConversionRequest
 uid 1 string r go=types.UID
 desiredAPIVersion 2 string r
 objects 3 []plain.RawExtension r list=atomic
ConversionResponse
 uid 1 string r go=types.UID
 convertedObjects 2 []plain.RawExtension r list=atomic
 result 3 meta-v1.Status r
ConversionReview kind
 request 1 .ConversionRequest pe
 response 2 .ConversionResponse pe
CustomResourceColumnDefinition
 name 1 string r
 type 2 string r
 format 3 string e
 description 4 string e
 priority 5 int32 e
 jsonPath 6 string r
CustomResourceConversion
 strategy 1 string r go=ConversionStrategyType
 webhook 2 .WebhookConversion pe
CustomResourceDefinition kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .CustomResourceDefinitionSpec r
 status 3 .CustomResourceDefinitionStatus e
CustomResourceDefinitionCondition
 type 1 string r go=CustomResourceDefinitionConditionType
 status 2 string r go=ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
 observedGeneration 6 int64 e
CustomResourceDefinitionList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].CustomResourceDefinition r
CustomResourceDefinitionNames
 plural 1 string r
 singular 2 string e
 shortNames 3 []string e list=atomic
 kind 4 string r
 listKind 5 string e
 categories 6 []string e list=atomic
CustomResourceDefinitionSpec
 group 1 string r
 names 3 .CustomResourceDefinitionNames r
 scope 4 string r go=ResourceScope
 versions 7 [].CustomResourceDefinitionVersion r list=atomic
 conversion 9 .CustomResourceConversion pe
 preserveUnknownFields 10 bool e
CustomResourceDefinitionStatus
 conditions 1 [].CustomResourceDefinitionCondition - list=map keys=type
 acceptedNames 2 .CustomResourceDefinitionNames -
 storedVersions 3 []string - list=atomic
 observedGeneration 4 int64 e
CustomResourceDefinitionVersion
 name 1 string r
 served 2 bool r
 storage 3 bool r
 deprecated 7 bool e
 deprecationWarning 8 string pe
 schema 4 .CustomResourceValidation pe
 subresources 5 .CustomResourceSubresources pe
 additionalPrinterColumns 6 [].CustomResourceColumnDefinition e list=atomic
 selectableFields 9 [].SelectableField e list=atomic
CustomResourceSubresourceScale
 specReplicasPath 1 string r
 statusReplicasPath 2 string r
 labelSelectorPath 3 string pe
CustomResourceSubresourceStatus
CustomResourceSubresources
 status 1 .CustomResourceSubresourceStatus pe
 scale 2 .CustomResourceSubresourceScale pe
CustomResourceValidation
 openAPIV3Schema 1 .JSONSchemaProps pe
ExternalDocumentation
 description 1 string e
 url 2 string e
JSON form=rawJson
 raw 1 bytes e
JSONSchemaProps
 id 1 string e
 $schema 2 string e proto=schema go=JSONSchemaURL
 $ref 3 string pe proto=ref
 description 4 string e
 type 5 string e
 format 6 string e
 title 7 string e
 default 8 .JSON pe
 maximum 9 double pe
 exclusiveMaximum 10 bool e
 minimum 11 double pe
 exclusiveMinimum 12 bool e
 maxLength 13 int64 pe
 minLength 14 int64 pe
 pattern 15 string e
 maxItems 16 int64 pe
 minItems 17 int64 pe
 uniqueItems 18 bool e
 multipleOf 19 double pe
 enum 20 [].JSON e list=atomic
 maxProperties 21 int64 pe
 minProperties 22 int64 pe
 required 23 []string e list=atomic
 items 24 .JSONSchemaPropsOrArray pe
 allOf 25 [].JSONSchemaProps e list=atomic
 oneOf 26 [].JSONSchemaProps e list=atomic
 anyOf 27 [].JSONSchemaProps e list=atomic
 not 28 .JSONSchemaProps pe
 properties 29 {}.JSONSchemaProps e
 additionalProperties 30 .JSONSchemaPropsOrBool pe
 patternProperties 31 {}.JSONSchemaProps e
 dependencies 32 {}.JSONSchemaPropsOrStringArray e
 additionalItems 33 .JSONSchemaPropsOrBool pe
 definitions 34 {}.JSONSchemaProps e
 externalDocs 35 .ExternalDocumentation pe
 example 36 .JSON pe
 nullable 37 bool e
 x-kubernetes-preserve-unknown-fields 38 bool pe proto=xKubernetesPreserveUnknownFields
 x-kubernetes-embedded-resource 39 bool e proto=xKubernetesEmbeddedResource
 x-kubernetes-int-or-string 40 bool e proto=xKubernetesIntOrString
 x-kubernetes-list-map-keys 41 []string e proto=xKubernetesListMapKeys list=atomic
 x-kubernetes-list-type 42 string pe proto=xKubernetesListType
 x-kubernetes-map-type 43 string pe proto=xKubernetesMapType
 x-kubernetes-validations 44 [].ValidationRule e proto=xKubernetesValidations list=map keys=rule patch=merge key=rule
JSONSchemaPropsOrArray form=schemaOrArray
 schema 1 .JSONSchemaProps e
 jSONSchemas 2 [].JSONSchemaProps e
JSONSchemaPropsOrBool form=schemaOrBool
 allows 1 bool e
 schema 2 .JSONSchemaProps e
JSONSchemaPropsOrStringArray form=schemaOrStringArray
 schema 1 .JSONSchemaProps e
 property 2 []string e
SelectableField
 jsonPath 1 string r
ServiceReference
 namespace 1 string r
 name 2 string r
 path 3 string pe
 port 4 int32 pe
ValidationRule
 rule 1 string r
 message 2 string e
 messageExpression 3 string e
 reason 4 string pe go=FieldValueErrorReason
 fieldPath 5 string e
 optionalOldSelf 6 bool pe
WebhookClientConfig
 url 3 string pe
 service 1 .ServiceReference pe
 caBundle 2 bytes e
WebhookConversion
 clientConfig 2 .WebhookClientConfig pe
 conversionReviewVersions 3 []string r list=atomic
`,
'scheduling-v1': `
PriorityClass kind
 metadata 1 meta-v1.ObjectMeta e
 value 2 int32 -
 globalDefault 3 bool e
 description 4 string e
 preemptionPolicy 5 string pe go=apiv1.PreemptionPolicy
PriorityClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PriorityClass r
`,
'coordination-v1': `
Lease kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .LeaseSpec e
LeaseList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].Lease r
LeaseSpec
 holderIdentity 1 string pe
 leaseDurationSeconds 2 int32 pe
 acquireTime 3 meta-v1.MicroTime pe
 renewTime 4 meta-v1.MicroTime pe
 leaseTransitions 5 int32 pe
 strategy 6 string pe go=CoordinatedLeaseStrategy
 preferredHolder 7 string pe
`,
'node-v1': `
Overhead
 podFixed 1 {}plain.Quantity e
RuntimeClass kind
 metadata 1 meta-v1.ObjectMeta e
 handler 2 string r
 overhead 3 .Overhead pe
 scheduling 4 .Scheduling pe
RuntimeClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].RuntimeClass r
Scheduling
 nodeSelector 1 {}string e map=atomic
 tolerations 2 []core-v1.Toleration e list=atomic
`,
'discovery-v1': `
Endpoint
 addresses 1 []string r list=set
 conditions 2 .EndpointConditions e
 hostname 3 string pe
 targetRef 4 core-v1.ObjectReference pe
 deprecatedTopology 5 {}string e
 nodeName 6 string pe
 zone 7 string pe
 hints 8 .EndpointHints pe
EndpointConditions
 ready 1 bool pe
 serving 2 bool pe
 terminating 3 bool pe
EndpointHints
 forZones 1 [].ForZone e list=atomic
 forNodes 2 [].ForNode e list=atomic
EndpointPort struct=atomic
 name 1 string pe
 protocol 2 string pe go=v1.Protocol
 port 3 int32 pe
 appProtocol 4 string pe
EndpointSlice kind
 metadata 1 meta-v1.ObjectMeta e
 addressType 4 string r go=AddressType
 endpoints 2 [].Endpoint - list=atomic
 ports 3 [].EndpointPort - list=atomic
EndpointSliceList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].EndpointSlice r
ForNode
 name 1 string r
ForZone
 name 1 string r
`,
'resource-v1': `
AllocatedDeviceStatus
 driver 1 string r
 pool 2 string r
 device 3 string r
 shareID 7 string pe
 conditions 4 []meta-v1.Condition - list=map keys=type
 data 5 plain.RawExtension pe
 networkData 6 .NetworkDeviceData pe
AllocationResult
 devices 1 .DeviceAllocationResult e
 nodeSelector 3 core-v1.NodeSelector pe
 allocationTimestamp 5 meta-v1.Time pe
CELDeviceSelector
 expression 1 string r
CapacityRequestPolicy
 default 1 plain.Quantity p
 validValues 3 []plain.Quantity e list=atomic
 validRange 4 .CapacityRequestPolicyRange pe
CapacityRequestPolicyRange
 min 1 plain.Quantity pe
 max 2 plain.Quantity pe
 step 3 plain.Quantity pe
CapacityRequirements
 requests 1 {}plain.Quantity e
Counter
 value 1 plain.Quantity r
CounterSet
 name 1 string r
 counters 2 {}.Counter e
Device
 name 1 string r
 attributes 2 {}.DeviceAttribute e
 capacity 3 {}.DeviceCapacity e
 consumesCounters 4 [].DeviceCounterConsumption e list=atomic
 nodeName 5 string pe
 nodeSelector 6 core-v1.NodeSelector pe
 allNodes 7 bool pe
 taints 8 [].DeviceTaint e list=atomic
 bindsToNode 9 bool pe
 bindingConditions 10 []string e list=atomic
 bindingFailureConditions 11 []string e list=atomic
 allowMultipleAllocations 12 bool pe
 nodeAllocatableResourceMappings 13 {}.NodeAllocatableResourceMapping e
DeviceAllocationConfiguration
 source 1 string r go=AllocationConfigSource
 requests 2 []string e list=atomic
 - 3 .DeviceConfiguration rn proto=deviceConfiguration
DeviceAllocationResult
 results 1 [].DeviceRequestAllocationResult e list=atomic
 config 2 [].DeviceAllocationConfiguration e list=atomic
DeviceAttribute
 int 2 int64 pe
 bool 3 bool pe
 string 4 string pe
 version 5 string pe
 ints 6 []int64 e list=atomic
 bools 7 []bool e list=atomic
 strings 8 []string e list=atomic
 versions 9 []string e list=atomic
DeviceCapacity
 value 1 plain.Quantity r
 requestPolicy 2 .CapacityRequestPolicy pe
DeviceClaim
 requests 1 [].DeviceRequest - list=atomic
 constraints 2 [].DeviceConstraint e list=atomic
 config 3 [].DeviceClaimConfiguration e list=atomic
DeviceClaimConfiguration
 requests 1 []string e list=atomic
 - 2 .DeviceConfiguration rn proto=deviceConfiguration
DeviceClass kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .DeviceClassSpec r
DeviceClassConfiguration
 - 1 .DeviceConfiguration rn proto=deviceConfiguration
DeviceClassList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].DeviceClass r
DeviceClassSpec
 selectors 1 [].DeviceSelector e list=atomic
 config 2 [].DeviceClassConfiguration e list=atomic
 extendedResourceName 4 string pe
DeviceConfiguration
 opaque 1 .OpaqueDeviceConfiguration pe
DeviceConstraint
 requests 1 []string e list=atomic
 matchAttribute 2 string pe go=FullyQualifiedName
 distinctAttribute 3 string pe go=FullyQualifiedName
DeviceCounterConsumption
 counterSet 1 string r
 counters 2 {}.Counter e
DeviceRequest
 name 1 string r
 exactly 2 .ExactDeviceRequest pe
 firstAvailable 3 [].DeviceSubRequest e list=atomic
DeviceRequestAllocationResult
 request 1 string r
 driver 2 string r
 pool 3 string r
 device 4 string r
 adminAccess 5 bool pe
 tolerations 6 [].DeviceToleration e list=atomic
 bindingConditions 7 []string e list=atomic
 bindingFailureConditions 8 []string e list=atomic
 shareID 9 string pe go=types.UID
 consumedCapacity 10 {}plain.Quantity e
DeviceSelector
 cel 1 .CELDeviceSelector pe
DeviceSubRequest
 name 1 string r
 deviceClassName 2 string r
 selectors 3 [].DeviceSelector e list=atomic
 allocationMode 4 string e go=DeviceAllocationMode
 count 5 int64 e
 tolerations 6 [].DeviceToleration e list=atomic
 capacity 7 .CapacityRequirements pe
DeviceTaint
 key 1 string r
 value 2 string e
 effect 3 string r go=DeviceTaintEffect
 timeAdded 4 meta-v1.Time pe
DeviceToleration
 key 1 string e
 operator 2 string e go=DeviceTolerationOperator default="Equal"
 value 3 string e
 effect 4 string e go=DeviceTaintEffect
 tolerationSeconds 5 int64 pe
ExactDeviceRequest
 deviceClassName 1 string r
 selectors 2 [].DeviceSelector e list=atomic
 allocationMode 3 string e go=DeviceAllocationMode
 count 4 int64 e
 adminAccess 5 bool pe
 tolerations 6 [].DeviceToleration e list=atomic
 capacity 7 .CapacityRequirements pe
NetworkDeviceData
 interfaceName 1 string e
 ips 2 []string e list=atomic
 hardwareAddress 3 string e
NodeAllocatableResourceMapping
 capacityKey 1 string pe go=QualifiedName
 allocationMultiplier 2 plain.Quantity pe
OpaqueDeviceConfiguration
 driver 1 string r
 parameters 2 plain.RawExtension r
ResourceClaim kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ResourceClaimSpec r
 status 3 .ResourceClaimStatus e
ResourceClaimConsumerReference
 apiGroup 1 string e
 resource 3 string r
 name 4 string r
 uid 5 string r go=types.UID
ResourceClaimList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ResourceClaim r
ResourceClaimSpec
 devices 1 .DeviceClaim -
ResourceClaimStatus
 allocation 1 .AllocationResult pe
 reservedFor 2 [].ResourceClaimConsumerReference e list=map keys=uid patch=merge key=uid
 devices 4 [].AllocatedDeviceStatus e list=map keys=driver,device,pool,shareID
ResourceClaimTemplate kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ResourceClaimTemplateSpec r
ResourceClaimTemplateList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ResourceClaimTemplate r
ResourceClaimTemplateSpec
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ResourceClaimSpec r
ResourcePool
 name 1 string r
 generation 2 int64 r
 resourceSliceCount 3 int64 r
ResourceSlice kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .ResourceSliceSpec r
ResourceSliceList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].ResourceSlice r
ResourceSliceSpec
 driver 1 string r
 pool 2 .ResourcePool r
 nodeName 3 string pe
 nodeSelector 4 core-v1.NodeSelector pe
 allNodes 5 bool pe
 devices 6 [].Device e list=atomic
 perDeviceNodeSelection 7 bool pe
 sharedCounters 8 [].CounterSet e list=atomic
`,
'flowcontrol-v1': `
ExemptPriorityLevelConfiguration
 nominalConcurrencyShares 1 int32 pe
 lendablePercent 2 int32 pe
FlowDistinguisherMethod
 type 1 string r go=FlowDistinguisherMethodType
FlowSchema kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .FlowSchemaSpec e
 status 3 .FlowSchemaStatus e
FlowSchemaCondition
 type 1 string e go=FlowSchemaConditionType
 status 2 string e go=ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
FlowSchemaList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].FlowSchema r
FlowSchemaSpec
 priorityLevelConfiguration 1 .PriorityLevelConfigurationReference r
 matchingPrecedence 2 int32 -
 distinguisherMethod 3 .FlowDistinguisherMethod pe
 rules 4 [].PolicyRulesWithSubjects e list=atomic
FlowSchemaStatus
 conditions 1 [].FlowSchemaCondition e list=map keys=type patch=merge key=type
GroupSubject
 name 1 string r
LimitResponse
 type 1 string r go=LimitResponseType
 queuing 2 .QueuingConfiguration pe
LimitedPriorityLevelConfiguration
 nominalConcurrencyShares 1 int32 p
 limitResponse 2 .LimitResponse e
 lendablePercent 3 int32 pe
 borrowingLimitPercent 4 int32 pe
NonResourcePolicyRule
 verbs 1 []string r list=set
 nonResourceURLs 6 []string r list=set
PolicyRulesWithSubjects
 subjects 1 [].Subject r list=atomic
 resourceRules 2 [].ResourcePolicyRule e list=atomic
 nonResourceRules 3 [].NonResourcePolicyRule e list=atomic
PriorityLevelConfiguration kind
 metadata 1 meta-v1.ObjectMeta e
 spec 2 .PriorityLevelConfigurationSpec e
 status 3 .PriorityLevelConfigurationStatus e
PriorityLevelConfigurationCondition
 type 1 string e go=PriorityLevelConfigurationConditionType
 status 2 string e go=ConditionStatus
 lastTransitionTime 3 meta-v1.Time e
 reason 4 string e
 message 5 string e
PriorityLevelConfigurationList kind
 metadata 1 meta-v1.ListMeta e
 items 2 [].PriorityLevelConfiguration r
PriorityLevelConfigurationReference
 name 1 string r
PriorityLevelConfigurationSpec
 type 1 string r go=PriorityLevelEnablement
 limited 2 .LimitedPriorityLevelConfiguration pe
 exempt 3 .ExemptPriorityLevelConfiguration pe
PriorityLevelConfigurationStatus
 conditions 1 [].PriorityLevelConfigurationCondition e list=map keys=type patch=merge key=type
QueuingConfiguration
 queues 1 int32 -
 handSize 2 int32 -
 queueLengthLimit 3 int32 -
ResourcePolicyRule
 verbs 1 []string r list=set
 apiGroups 2 []string r list=set
 resources 3 []string r list=set
 clusterScope 4 bool e
 namespaces 5 []string - list=set
ServiceAccountSubject
 namespace 1 string r
 name 2 string r
Subject
 kind 1 string r go=SubjectKind
 user 2 .UserSubject pe
 group 3 .GroupSubject pe
 serviceAccount 4 .ServiceAccountSubject pe
UserSubject
 name 1 string r
`,
'plain': `
Quantity form=quantity
 string 1 string e
QuantityValue form=quantity
 string 1 string e
RawExtension form=rawExtension
 raw 1 bytes e
TypeMeta
 apiVersion 1 string e
 kind 2 string e
Unknown kind
 - 1 .TypeMeta rn proto=typeMeta
 raw 2 bytes e
 contentEncoding 3 string e
 contentType 4 string e
IntOrString form=intOrString
 type 1 int64 e
 intVal 2 int32 e
 strVal 3 string e
`,
}
