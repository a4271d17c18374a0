# Sourced by the scripts beside it: finds the Bun that package.json names, or gets it through npm into a private
# place, and sets BUN. npm itself comes by apt where it is missing. Nothing outside the cache is changed, but for apt.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bun_version=$(sed -n 's/.*"packageManager": "bun@\([0-9.]*\)".*/\1/p' "$root/package.json")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skein

say() { printf '%s\n' "$*" >&2; }

# as_root COMMAND...: for apt, which only root may use.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else say "this needs root (or sudo): $*"; return 1
  fi
}

# need_packages PACKAGE...: installs those that dpkg does not know as installed.
need_packages() {
  local package missing=()
  for package in "$@"; do
    case $(dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null) in
      *' installed') ;;
      *) missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3
    -o Dpkg::Use-Pty=0)
  local report
  # The lists that are there may do, e.g. where the mirror stands still and its date is past.
  report=$(as_root "${apt[@]}" update 2>&1 </dev/null) || say "apt-get update failed, going on: $report"
  report=$(as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}" 2>&1 </dev/null) ||
    { say "$report"; return 1; }
}

# The package of npm that holds the program itself for this processor. The package `bun` fetches it in a postinstall
# step, which npm blocks in some set-ups; the platform's own package needs none.
bun_package() {
  case $(uname -m) in
    x86_64) echo @oven/bun-linux-x64 ;;
    aarch64) echo @oven/bun-linux-aarch64 ;;
    *) say "no Bun for $(uname -m)"; return 1 ;;
  esac
}

find_bun() {
  local package prefix
  if [ "$(bun --version 2>/dev/null)" = "$bun_version" ]; then BUN=$(command -v bun); return; fi
  package=$(bun_package) || return 1
  prefix=$cache/bun-$bun_version
  BUN=$prefix/node_modules/$package/bin/bun
  [ "$("$BUN" --version 2>/dev/null)" = "$bun_version" ] && return
  command -v npm >/dev/null || need_packages npm ca-certificates || return 1
  say "getting Bun $bun_version"
  mkdir -p "$prefix" &&
    npm install --prefix "$prefix" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
      "$package@$bun_version" </dev/null >&2 &&
    [ "$("$BUN" --version)" = "$bun_version" ]
}

find_bun || { say "cannot get Bun $bun_version"; exit 1; }
# Scripts and tests start bun by its name.
export PATH="$(dirname "$BUN"):$PATH"

# need_lab_packages: what tests and quick start use beside skein itself, which needs nothing but the kernel.
need_lab_packages() {
  need_packages ca-certificates curl iproute2 kmod mount nftables procps util-linux zstd
  command -v kubectl >/dev/null || PATH=$("$BUN" "$root/scripts/testing/kubectl.ts"):$PATH
  export PATH
}

# install_dependencies: as bun.lock has them.
install_dependencies() {
  (cd "$root" && "$BUN" install --frozen-lockfile --silent </dev/null) || { say 'bun install failed'; return 1; }
}
