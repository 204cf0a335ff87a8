#!/usr/bin/env bash
# Runs ./run test on another Debian release: scripts/test-in-suite.sh trixie [pytest arguments]
#
# Needs root and debootstrap. The release is set up once, under .build/suites/ (or where
# ONEMAP_SUITES says), from the mirror this machine uses; ./run test installs the rest into it. A
# copy of the checkout, with what is not committed yet, is tested there. Mounts are made in a
# namespace of their own: nothing stays mounted, and the folder can simply be removed.
# With COMMAND set, that runs instead of ./run test.
set -euo pipefail
checkout=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
suite=${1:?usage: scripts/test-in-suite.sh <suite> [pytest arguments]}
shift
suites=${ONEMAP_SUITES:-$checkout/.build/suites}
root=$suites/$suite

die() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || die "root is needed for a chroot"
command -v debootstrap >/dev/null || die "debootstrap is missing (package debootstrap)"

mirror() {
  {
    awk '/^URIs:/ { print $2 }' /etc/apt/sources.list.d/*.sources
    awk '$1 == "deb" { sub(/\[[^]]*\] */, ""); print $2 }' /etc/apt/sources.list
  } 2>/dev/null | grep -m 1 '/debian/*$'
}

set_up() {
  local script=$suite
  # A release newer than this debootstrap is made like the unstable one.
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=sid
  echo "Setting up $suite in $root" >&2
  mkdir -p "$root"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$(mirror)" \
    "/usr/share/debootstrap/scripts/$script" >"$root.log" 2>&1 || {
    tail -n 15 "$root.log" >&2
    die "debootstrap failed (whole log: $root.log)"
  }
  # No services start, and no documentation takes up room.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  printf 'path-exclude=/usr/share/%s/*\n' doc man >"$root/etc/dpkg/dpkg.cfg.d/no-documentation"
  printf 'Acquire::Languages "none";\nAcquire::Check-Date "false";\n' \
    >"$root/etc/apt/apt.conf.d/99small"
  touch "$root/set-up"
}

copy_checkout() {
  local target=$root/root/checkout
  mkdir -p "$target"
  # What ./run made in an earlier run saves time; everything else is as it is now.
  find "$target" -mindepth 1 -maxdepth 1 ! -name .venv ! -name .build -exec rm -rf {} +
  git -C "$checkout" ls-files -z --cached --others --exclude-standard |
    (cd "$checkout" && while IFS= read -r -d '' file; do
      [ -e "$file" ] && printf '%s\0' "$file"
    done | tar --create --null --files-from=-) | tar --extract --directory "$target"
  mkdir -p "$root/root/shared"
}

[ -e "$root/set-up" ] || set_up
copy_checkout

# The network settings of this machine hold inside: name resolution, certificates, pip, apt.
settings=()
while IFS= read -r -d '' setting; do
  case "$setting" in
    PIP_* | http_proxy=* | https_proxy=* | no_proxy=* | HTTP_PROXY=* | HTTPS_PROXY=*)
      settings+=("$setting")
      ;;
  esac
done < <(env --null)
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
  [ -e "$file" ] && cp -L "$file" "$root$file"
done

export root shared="$checkout/../shared"
# shellcheck disable=SC2016 # expanded inside
exec unshare --mount --propagation private bash -c '
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  [ -d "$shared" ] && mount --bind "$shared" "$root/root/shared"
  cd /
  exec chroot "$root" /usr/bin/env -i \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 ONEMAP_WITHOUT_STATIC=1 "$@"
' _ "${settings[@]}" bash -c "cd ~/checkout && ${COMMAND:-./run test \"\$@\"}" _ "$@"
