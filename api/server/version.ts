/** What /version answers: the Kubernetes version this build speaks, and its own after the plus sign. */
export interface VersionInfo {
  major: string
  minor: string
  gitVersion: string
  gitCommit: string
  gitTreeState: string
  buildDate: string
  goVersion: string
  compiler: string
  platform: string
}

export function versionInfo(build: { version: string; commit: string; date: string }): VersionInfo {
  return {
    major: '1',
    minor: '36',
    gitVersion: `v1.36.0+skein-${build.version}`,
    gitCommit: build.commit,
    gitTreeState: 'clean',
    buildDate: build.date,
    goVersion: '',
    compiler: 'bun',
    platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  }
}
