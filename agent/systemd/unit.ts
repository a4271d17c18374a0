/** What the unit follows from. */
export interface UnitOptions {
  /** Absolute path of the executable. */
  executable: string
  /** Of `skein start`, as they were given to `skein install`. */
  flags: readonly string[]
}

export const unitName = 'skein.service'

/**
 * The text of a systemd unit that runs a node. Pods are no children of the agent's life: systemd ends the agent alone
 * (KillMode=process) and leaves the cgroups below to it (Delegate). See systemd.service(5), systemd.kill(5).
 */
export function unitText({ executable, flags }: UnitOptions): string {
  const command = [executable, 'start', ...flags].map(quoted).join(' ')
  return `[Unit]
Description=Skein: Kubernetes node
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=${command}
KillMode=process
Delegate=yes
Restart=always
RestartSec=1
TimeoutStartSec=infinity
TimeoutStopSec=30
CPUWeight=1000
OOMScoreAdjust=-999
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`
}

/** A word of ExecStart: `%` and `$` would be expanded, quotes and backslashes taken away. */
function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\;]/.test(word) || word === '' ? `"${escaped}"` : escaped
}
