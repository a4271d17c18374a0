// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { LabelSelector, ListMeta, ObjectMeta } from './meta-v1.ts'

/** ContainerResourceMetricSource indicates how to scale on a resource metric known to Kubernetes, as specified in the requests and limits, describing a single container in each of the pods of the current scale target(e.g. */
export interface ContainerResourceMetricSource {
  /** name is the name of the resource in question. */
  name: string
  /** targetAverageUtilization is the target value of the average of the resource metric across all relevant pods, represented as a percentage of the requested value of the resource for the pods. */
  targetAverageUtilization?: number
  /** targetAverageValue is the target value of the average of the resource metric across all relevant pods, as a raw value (instead of as a percentage of the request), similar to the "pods" metric source type. */
  targetAverageValue?: string
  /** container is the name of the container in the pods of the scaling target. */
  container: string
}

/** ContainerResourceMetricStatus indicates the current value of a resource metric known to Kubernetes, as specified in requests and limits, describing a single container in each pod in the current scale target (e.g. */
export interface ContainerResourceMetricStatus {
  /** name is the name of the resource in question. */
  name: string
  /** currentAverageUtilization is the current value of the average of the resource metric across all relevant pods, represented as a percentage of the requested value of the resource for the pods. */
  currentAverageUtilization?: number
  /** currentAverageValue is the current value of the average of the resource metric across all relevant pods, as a raw value (instead of as a percentage of the request), similar to the "pods" metric source type. */
  currentAverageValue: string
  /** container is the name of the container in the pods of the scaling taget */
  container: string
}

/** CrossVersionObjectReference contains enough information to let you identify the referred resource. */
export interface CrossVersionObjectReference {
  /** kind is the kind of the referent; More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds */
  kind: string
  /** name is the name of the referent; More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names */
  name: string
  /** apiVersion is the API version of the referent */
  apiVersion?: string
}

/** ExternalMetricSource indicates how to scale on a metric not associated with any Kubernetes object (for example length of queue in cloud messaging service, or QPS from loadbalancer running outside of cluster). */
export interface ExternalMetricSource {
  /** metricName is the name of the metric in question. */
  metricName: string
  /** metricSelector is used to identify a specific time series within a given metric. */
  metricSelector?: LabelSelector
  /** targetValue is the target value of the metric (as a quantity). */
  targetValue?: string
  /** targetAverageValue is the target per-pod value of global metric (as a quantity). */
  targetAverageValue?: string
}

/** ExternalMetricStatus indicates the current value of a global metric not associated with any Kubernetes object. */
export interface ExternalMetricStatus {
  /** metricName is the name of a metric used for autoscaling in metric system. */
  metricName: string
  /** metricSelector is used to identify a specific time series within a given metric. */
  metricSelector?: LabelSelector
  /** currentValue is the current value of the metric (as a quantity) */
  currentValue: string
  /** currentAverageValue is the current value of metric averaged over autoscaled pods. */
  currentAverageValue?: string
}

/** configuration of a horizontal pod autoscaler. */
export interface HorizontalPodAutoscaler {
  apiVersion?: 'autoscaling/v1'
  kind?: 'HorizontalPodAutoscaler'
  /** Standard object metadata. */
  metadata?: ObjectMeta
  /** spec defines the behaviour of autoscaler. */
  spec?: HorizontalPodAutoscalerSpec
  /** status is the current information about the autoscaler. */
  status?: HorizontalPodAutoscalerStatus
}

/** HorizontalPodAutoscalerCondition describes the state of a HorizontalPodAutoscaler at a certain point. */
export interface HorizontalPodAutoscalerCondition {
  /** type describes the current condition */
  type: string
  /** status is the status of the condition (True, False, Unknown) */
  status: string
  /** lastTransitionTime is the last time the condition transitioned from one status to another */
  lastTransitionTime?: string
  /** reason is the reason for the condition's last transition. */
  reason?: string
  /** message is a human-readable explanation containing details about the transition */
  message?: string
}

/** list of horizontal pod autoscaler objects. */
export interface HorizontalPodAutoscalerList {
  apiVersion?: 'autoscaling/v1'
  kind?: 'HorizontalPodAutoscalerList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** items is the list of horizontal pod autoscaler objects. */
  items: HorizontalPodAutoscaler[]
}

/** specification of a horizontal pod autoscaler. */
export interface HorizontalPodAutoscalerSpec {
  /** reference to scaled resource; horizontal pod autoscaler will learn the current resource consumption and will set the desired number of pods by using its Scale subresource. */
  scaleTargetRef: CrossVersionObjectReference
  /** minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down. */
  minReplicas?: number
  /** maxReplicas is the upper limit for the number of pods that can be set by the autoscaler; cannot be smaller than MinReplicas. */
  maxReplicas: number
  /** targetCPUUtilizationPercentage is the target average CPU utilization (represented as a percentage of requested CPU) over all the pods; if not specified the default autoscaling policy will be used. */
  targetCPUUtilizationPercentage?: number
}

/** current status of a horizontal pod autoscaler */
export interface HorizontalPodAutoscalerStatus {
  /** observedGeneration is the most recent generation observed by this autoscaler. */
  observedGeneration?: number
  /** lastScaleTime is the last time the HorizontalPodAutoscaler scaled the number of pods; used by the autoscaler to control how often the number of pods is changed. */
  lastScaleTime?: string
  /** currentReplicas is the current number of replicas of pods managed by this autoscaler. */
  currentReplicas: number
  /** desiredReplicas is the desired number of replicas of pods managed by this autoscaler. */
  desiredReplicas: number
  /** currentCPUUtilizationPercentage is the current average CPU utilization over all pods, represented as a percentage of requested CPU, e.g. */
  currentCPUUtilizationPercentage?: number
}

/** MetricSpec specifies how to scale based on a single metric (only `type` and one other matching field should be set at once). */
export interface MetricSpec {
  /** type is the type of metric source. */
  type: string
  /** object refers to a metric describing a single kubernetes object (for example, hits-per-second on an Ingress object). */
  object?: ObjectMetricSource
  /** pods refers to a metric describing each pod in the current scale target (for example, transactions-processed-per-second). */
  pods?: PodsMetricSource
  /** resource refers to a resource metric (such as those specified in requests and limits) known to Kubernetes describing each pod in the current scale target (e.g. */
  resource?: ResourceMetricSource
  /** containerResource refers to a resource metric (such as those specified in requests and limits) known to Kubernetes describing a single container in each pod of the current scale target (e.g. */
  containerResource?: ContainerResourceMetricSource
  /** external refers to a global metric that is not associated with any Kubernetes object. */
  external?: ExternalMetricSource
}

/** MetricStatus describes the last-read state of a single metric. */
export interface MetricStatus {
  /** type is the type of metric source. */
  type: string
  /** object refers to a metric describing a single kubernetes object (for example, hits-per-second on an Ingress object). */
  object?: ObjectMetricStatus
  /** pods refers to a metric describing each pod in the current scale target (for example, transactions-processed-per-second). */
  pods?: PodsMetricStatus
  /** resource refers to a resource metric (such as those specified in requests and limits) known to Kubernetes describing each pod in the current scale target (e.g. */
  resource?: ResourceMetricStatus
  /** containerResource refers to a resource metric (such as those specified in requests and limits) known to Kubernetes describing a single container in each pod in the current scale target (e.g. */
  containerResource?: ContainerResourceMetricStatus
  /** external refers to a global metric that is not associated with any Kubernetes object. */
  external?: ExternalMetricStatus
}

/** ObjectMetricSource indicates how to scale on a metric describing a kubernetes object (for example, hits-per-second on an Ingress object). */
export interface ObjectMetricSource {
  /** target is the described Kubernetes object. */
  target: CrossVersionObjectReference
  /** metricName is the name of the metric in question. */
  metricName: string
  /** targetValue is the target value of the metric (as a quantity). */
  targetValue: string
  /** selector is the string-encoded form of a standard kubernetes label selector for the given metric. */
  selector?: LabelSelector
  /** averageValue is the target value of the average of the metric across all relevant pods (as a quantity) */
  averageValue?: string
}

/** ObjectMetricStatus indicates the current value of a metric describing a kubernetes object (for example, hits-per-second on an Ingress object). */
export interface ObjectMetricStatus {
  /** target is the described Kubernetes object. */
  target: CrossVersionObjectReference
  /** metricName is the name of the metric in question. */
  metricName: string
  /** currentValue is the current value of the metric (as a quantity). */
  currentValue: string
  /** selector is the string-encoded form of a standard kubernetes label selector for the given metric When set in the ObjectMetricSource, it is passed as an additional parameter to the metrics server for more specific metrics scoping. */
  selector?: LabelSelector
  /** averageValue is the current value of the average of the metric across all relevant pods (as a quantity) */
  averageValue?: string
}

/** PodsMetricSource indicates how to scale on a metric describing each pod in the current scale target (for example, transactions-processed-per-second). */
export interface PodsMetricSource {
  /** metricName is the name of the metric in question */
  metricName: string
  /** targetAverageValue is the target value of the average of the metric across all relevant pods (as a quantity) */
  targetAverageValue: string
  /** selector is the string-encoded form of a standard kubernetes label selector for the given metric When set, it is passed as an additional parameter to the metrics server for more specific metrics scoping When unset, just the metricName will be used to gather metrics. */
  selector?: LabelSelector
}

/** PodsMetricStatus indicates the current value of a metric describing each pod in the current scale target (for example, transactions-processed-per-second). */
export interface PodsMetricStatus {
  /** metricName is the name of the metric in question */
  metricName: string
  /** currentAverageValue is the current value of the average of the metric across all relevant pods (as a quantity) */
  currentAverageValue: string
  /** selector is the string-encoded form of a standard kubernetes label selector for the given metric When set in the PodsMetricSource, it is passed as an additional parameter to the metrics server for more specific metrics scoping. */
  selector?: LabelSelector
}

/** ResourceMetricSource indicates how to scale on a resource metric known to Kubernetes, as specified in requests and limits, describing each pod in the current scale target (e.g. */
export interface ResourceMetricSource {
  /** name is the name of the resource in question. */
  name: string
  /** targetAverageUtilization is the target value of the average of the resource metric across all relevant pods, represented as a percentage of the requested value of the resource for the pods. */
  targetAverageUtilization?: number
  /** targetAverageValue is the target value of the average of the resource metric across all relevant pods, as a raw value (instead of as a percentage of the request), similar to the "pods" metric source type. */
  targetAverageValue?: string
}

/** ResourceMetricStatus indicates the current value of a resource metric known to Kubernetes, as specified in requests and limits, describing each pod in the current scale target (e.g. */
export interface ResourceMetricStatus {
  /** name is the name of the resource in question. */
  name: string
  /** currentAverageUtilization is the current value of the average of the resource metric across all relevant pods, represented as a percentage of the requested value of the resource for the pods. */
  currentAverageUtilization?: number
  /** currentAverageValue is the current value of the average of the resource metric across all relevant pods, as a raw value (instead of as a percentage of the request), similar to the "pods" metric source type. */
  currentAverageValue: string
}

/** Scale represents a scaling request for a resource. */
export interface Scale {
  apiVersion?: 'autoscaling/v1'
  kind?: 'Scale'
  /** Standard object metadata; More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata. */
  metadata?: ObjectMeta
  /** spec defines the behavior of the scale. */
  spec?: ScaleSpec
  /** status is the current status of the scale. */
  status?: ScaleStatus
}

/** ScaleSpec describes the attributes of a scale subresource. */
export interface ScaleSpec {
  /** replicas is the desired number of instances for the scaled object. */
  replicas?: number
}

/** ScaleStatus represents the current status of a scale subresource. */
export interface ScaleStatus {
  /** replicas is the actual number of observed instances of the scaled object. */
  replicas: number
  /** selector is the label query over pods that should match the replicas count. */
  selector?: string
}
