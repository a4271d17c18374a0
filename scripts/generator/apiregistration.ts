/**
 * apiregistration.k8s.io/v1, which no Debian package of types holds: its fields and numbers, in the two forms the
 * generator reads. Facts from k8s.io/kube-aggregator/pkg/apis/apiregistration/v1.
 */
export const apiregistration = {
  proto: `
package k8s.io.kube_aggregator.pkg.apis.apiregistration.v1;
message APIService {
  optional .k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta metadata = 1;
  optional APIServiceSpec spec = 2;
  optional APIServiceStatus status = 3;
}
message APIServiceCondition {
  optional string type = 1;
  optional string status = 2;
  optional .k8s.io.apimachinery.pkg.apis.meta.v1.Time lastTransitionTime = 3;
  optional string reason = 4;
  optional string message = 5;
}
message APIServiceList {
  optional .k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta metadata = 1;
  repeated APIService items = 2;
}
message APIServiceSpec {
  optional ServiceReference service = 1;
  optional string group = 2;
  optional string version = 3;
  optional bool insecureSkipTLSVerify = 4;
  optional bytes caBundle = 5;
  optional int32 groupPriorityMinimum = 7;
  optional int32 versionPriority = 8;
}
message APIServiceStatus {
  repeated APIServiceCondition conditions = 1;
}
message ServiceReference {
  optional string namespace = 1;
  optional string name = 2;
  optional int32 port = 3;
}
`,
  go: `
// An API group-version and the server that serves it.
type APIService struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ObjectMeta \`json:"metadata,omitempty" protobuf:"bytes,1"\`
	// Where the group-version is served.
	Spec APIServiceSpec \`json:"spec,omitempty" protobuf:"bytes,2"\`
	// Whether it can be reached.
	Status APIServiceStatus \`json:"status,omitempty" protobuf:"bytes,3"\`
}

// A condition of an APIService.
type APIServiceCondition struct {
	// Type of the condition.
	Type APIServiceConditionType \`json:"type" protobuf:"bytes,1"\`
	// True, False or Unknown.
	Status ConditionStatus \`json:"status" protobuf:"bytes,2"\`
	// When the status last changed.
	// +optional
	LastTransitionTime metav1.Time \`json:"lastTransitionTime,omitempty" protobuf:"bytes,3"\`
	// One word why.
	// +optional
	Reason string \`json:"reason,omitempty" protobuf:"bytes,4"\`
	// Details for people.
	// +optional
	Message string \`json:"message,omitempty" protobuf:"bytes,5"\`
}

// A list of APIServices.
type APIServiceList struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ListMeta \`json:"metadata,omitempty" protobuf:"bytes,1"\`
	// The APIServices.
	Items []APIService \`json:"items" protobuf:"bytes,2"\`
}

// Where and how a group-version is served.
type APIServiceSpec struct {
	// The Service that serves it; absent when this API server does so itself.
	// +optional
	Service *ServiceReference \`json:"service,omitempty" protobuf:"bytes,1"\`
	// Name of the API group.
	Group string \`json:"group,omitempty" protobuf:"bytes,2"\`
	// Name of the version.
	Version string \`json:"version,omitempty" protobuf:"bytes,3"\`
	// Do not verify the server's certificate. Discouraged: give a caBundle.
	InsecureSkipTLSVerify bool \`json:"insecureSkipTLSVerify,omitempty" protobuf:"varint,4"\`
	// PEM certificates that the server's certificate must be signed by.
	// +listType=atomic
	// +optional
	CABundle []byte \`json:"caBundle,omitempty" protobuf:"bytes,5"\`
	// Priority of the group: higher ones are listed first.
	GroupPriorityMinimum int32 \`json:"groupPriorityMinimum" protobuf:"varint,7"\`
	// Priority of the version within its group.
	VersionPriority int32 \`json:"versionPriority" protobuf:"varint,8"\`
}

// What is known of the server.
type APIServiceStatus struct {
	// Conditions of the APIService.
	// +optional
	// +patchMergeKey=type
	// +patchStrategy=merge
	// +listType=map
	// +listMapKey=type
	Conditions []APIServiceCondition \`json:"conditions,omitempty" patchStrategy:"merge" patchMergeKey:"type" protobuf:"bytes,1"\`
}

// Names a Service.
type ServiceReference struct {
	// Namespace of the service.
	Namespace string \`json:"namespace,omitempty" protobuf:"bytes,1"\`
	// Name of the service.
	Name string \`json:"name,omitempty" protobuf:"bytes,2"\`
	// Port of the service. Defaults to 443.
	// +optional
	Port *int32 \`json:"port,omitempty" protobuf:"varint,3"\`
}
`,
}
