import type { HostFacts } from './host.ts'

export interface ContainerdPaths {
  /** Images, snapshots and metadata: kept over reboots. */
  root: string
  /** Running tasks: must be gone after a reboot, so on a tmpfs. */
  state: string
  socket: string
  /** runc's own state. */
  runcRoot: string
  /** certs.d: which mirrors to ask. */
  registryConfiguration: string
  cniConfiguration: string
  cniPlugins: string
  runc: string
}

const quote = (value: string) => JSON.stringify(value)

/**
 * containerd 1.7's config.toml. `revision` is written into it so that another build of the runtime makes another text.
 */
export function containerdConfiguration(
  paths: ContainerdPaths,
  facts: HostFacts,
  pauseImage: string,
  revision: string,
): string {
  return `version = 2
# ${revision}
root = ${quote(paths.root)}
state = ${quote(paths.state)}
oom_score = ${facts.mayLowerOomScore ? -999 : 0}
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.blockfile", "io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]

[grpc]
  address = ${quote(paths.socket)}
[ttrpc]
  address = ${quote(`${paths.socket}.ttrpc`)}
[debug]
  level = "warn"

[plugins."io.containerd.internal.v1.opt"]
  path = ${quote(`${paths.root}/opt`)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(pauseImage)}
  restrict_oom_score_adj = ${!facts.mayLowerOomScore}
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  tolerate_missing_hugetlb_controller = true
  drain_exec_sync_io_timeout = "10s"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quote(paths.cniPlugins)}
    conf_dir = ${quote(paths.cniConfiguration)}
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quote(paths.registryConfiguration)}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${quote(facts.snapshotter)}
    default_runtime_name = "runc"
    discard_unpacked_layers = true
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = ${quote(paths.runc)}
        Root = ${quote(paths.runcRoot)}
        SystemdCgroup = ${facts.cgroupDriver === 'systemd'}
`
}
