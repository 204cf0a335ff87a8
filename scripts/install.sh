# shellcheck shell=bash
# Installs what a command of ./run needs and sets $python. Sourced by ./run, which sets $root.
# Writes to standard error only: the output of a command belongs to the command.

system_python=/usr/bin/python3
venv=$root/.venv
python=$venv/bin/python
build=$root/.build
logs=$build/logs

# QGIS with its Python, what checks/ computes with, a screen for window tests, fonts for both
# languages.
packages=(
  qgis python3-qgis qgis-providers
  python3-venv python3-gdal gdal-bin python3-numpy python3-scipy python3-matplotlib
  python3-jinja2 python3-pil
  xvfb xauth libgl1-mesa-dri
  fonts-dejavu-core fonts-open-sans fonts-wqy-microhei
)

# What the embedded platform is made of; installed by the commands that start it.
platform_packages=(
  postgresql-postgis qgis-server nginx-light glewlwyd cgi-mapserver python3-psycopg2 openssl
)
tools=$build/platform-tools

# Other servers of maps that tests hold the plugin against; a test says so where one is missing.
test_packages=(lighttpd spawn-fcgi mapproxy)

say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# One line per package: name, state, version; nothing for a package dpkg never heard of.
package_states() {
  # shellcheck disable=SC2016 # the fields are dpkg's
  LC_ALL=C dpkg-query -W -f '${Package} ${db:Status-Status} ${Version}\n' "$@" 2>/dev/null || true
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
  elif [ -t 0 ]; then
    sudo env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
  fi
}

apt_install() {
  as_root apt-get install -y --no-install-recommends "$@" </dev/null >>"$logs/apt.log" 2>&1
}

install_packages() {
  local missing=("$@")
  say "Installing Debian packages: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    die "neither root nor sudo: ask an administrator for 'apt-get install ${missing[*]}'"
  fi
  mkdir -p "$logs"
  : >"$logs/apt.log"
  # The lists are fetched only when what is known is not enough: it takes its time.
  if ! apt_install "${missing[@]}"; then
    say "Fetching the package lists (apt-get update)"
    as_root apt-get update </dev/null >>"$logs/apt.log" 2>&1 || true
    if ! apt_install "${missing[@]}"; then
      tail -n 15 "$logs/apt.log" >&2
      die "apt-get could not install ${missing[*]} (whole log: $logs/apt.log)"
    fi
  fi
}

check_packages() {
  if ! command -v dpkg-query >/dev/null; then
    local name
    for name in qgis qgis_process xvfb-run gdalinfo; do
      command -v "$name" >/dev/null ||
        die "$name is missing, and only Debian and Ubuntu packages are installed automatically"
    done
    states=$(python3 -V 2>&1)
    return
  fi
  install_those_missing "${packages[@]}"
  states=$(package_states "${packages[@]}")
}

install_those_missing() {
  local name known missing=()
  known=$(package_states "$@")
  for name in "$@"; do
    case $'\n'"$known" in
      *$'\n'"$name installed "*) ;;
      *) missing+=("$name") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# Whether .venv is one of ours: made in this place by this Python, seeing the system's packages.
venv_is_usable() {
  [ -x "$python" ] && [ -f "$venv/pyvenv.cfg" ] &&
    grep -q '^include-system-site-packages = true' "$venv/pyvenv.cfg" &&
    [ "$("$python" -c 'import sys; print(sys.version_info[:2], sys.prefix)' 2>/dev/null)" = \
      "$("$system_python" -c 'import sys; print(sys.version_info[:2], sys.argv[1])' "$venv")" ] &&
    "$python" -m pip --version >/dev/null 2>&1
}

make_venv() {
  local major
  if ! venv_is_usable; then
    say "Making the Python environment .venv"
    rm -rf -- "$venv"
    "$system_python" -m venv --system-site-packages "$venv" >"$logs/venv.log" 2>&1 || {
      tail -n 15 "$logs/venv.log" >&2
      die "the Python environment could not be made (package python3-venv?)"
    }
  fi
  # GDAL and SciPy of the system were built against one major version of NumPy; another crashes.
  major=$("$system_python" -c 'import numpy; print(numpy.__version__.split(".")[0])') ||
    die "$system_python cannot import numpy (package python3-numpy)"
  printf 'numpy<%d\n' $((major + 1)) >"$build/constraints.txt"
  say "Installing Python libraries of requirements.txt and requirements-dev.txt"
  "$python" -m pip install --disable-pip-version-check --no-input \
    -c "$build/constraints.txt" -r "$root/requirements.txt" -r "$root/requirements-dev.txt" \
    </dev/null >"$logs/pip.log" 2>&1 || {
    tail -n 15 "$logs/pip.log" >&2
    die "pip could not install the Python libraries (whole log: $logs/pip.log)"
  }
  grep '^Successfully installed' "$logs/pip.log" >&2 || true
}

install_missing() {
  mkdir -p "$logs" "$build/plugins"
  # Two commands at once must not install into the same folder.
  if command -v flock >/dev/null; then
    exec 9>"$build/install.lock"
    flock 9
  fi
  check_packages
  [ -x "$system_python" ] || system_python=$(command -v python3) || die "python3 is missing"
  local stamp
  stamp=$({
    printf '%s\n' "$root" "$states"
    cat -- "$root/requirements.txt" "$root/requirements-dev.txt"
  } | sha256sum)
  if [ "$(cat "$venv/installed" 2>/dev/null)" != "$stamp" ] || [ ! -x "$python" ]; then
    make_venv
    printf '%s\n' "$stamp" >"$venv/installed"
  fi
  # The root of the checkout is the plugin package; QGIS and Python know it by this name.
  if [ ! "$build/plugins/onemap_verify" -ef "$root" ]; then
    rm -f -- "$build/plugins/onemap_verify"
    ln -s ../.. "$build/plugins/onemap_verify"
  fi
  exec 9>&- || true
}

# Debian starts a server as soon as it is installed; ours run only when they are told to, and none
# of the system's own is wanted. Policy is left alone where there is one already.
without_services() {
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    # shellcheck disable=SC2016 # for the other shell
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$policy" && made=1
  fi
  ("$@") || { [ -z "$made" ] || as_root rm -f "$policy"; exit 1; }
  [ -z "$made" ] || as_root rm -f "$policy"
}

# What the embedded platform needs beside what every command needs: servers from Debian, pycsw in an
# environment of its own, the tus server from npm by its lock file.
install_platform() {
  install_missing
  if command -v flock >/dev/null; then
    exec 9>"$build/install.lock"
    flock 9
  fi
  if command -v dpkg-query >/dev/null; then
    local wanted=("${platform_packages[@]}")
    # Node may come from elsewhere than Debian.
    command -v node >/dev/null || command -v nodejs >/dev/null || wanted+=(nodejs)
    command -v npm >/dev/null || wanted+=(npm)
    without_services install_those_missing "${wanted[@]}"
  fi
  local here=$root/demo/platform stamp
  stamp=$({
    printf '%s\n' "$tools" "$("$system_python" -V 2>&1)"
    cat -- "$here/pycsw-requirements.txt" "$here/tus/package-lock.json"
  } | sha256sum)
  if [ "$(cat "$tools/installed" 2>/dev/null)" != "$stamp" ]; then
    install_platform_tools "$here"
    printf '%s\n' "$stamp" >"$tools/installed"
  fi
  exec 9>&- || true
}

# Not every release has all of the servers: what needs them then says so and goes on without.
install_platform_if_possible() {
  install_missing
  (install_platform) || say "The embedded platform cannot be installed here; what needs it is left out."
}

# Each by itself where they cannot be had together, and once: a machine that has them not is not
# asked again by every run.
install_test_servers_if_possible() {
  command -v dpkg-query >/dev/null || return 0
  local name known missing=() tried=$build/test-packages-tried
  known=$(package_states "${test_packages[@]}")
  for name in "${test_packages[@]}"; do
    case $'\n'"$known" in
      *$'\n'"$name installed "*) ;;
      *) missing+=("$name") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(cat "$tried" 2>/dev/null)" != "${missing[*]}" ] || return 0
  say "Installing Debian packages for tests: ${missing[*]}"
  (without_services apt_install "${missing[@]}") || {
    local left=()
    for name in "${missing[@]}"; do
      (without_services apt_install "$name") || left+=("$name")
    done
    if [ ${#left[@]} -gt 0 ]; then
      printf '%s\n' "${left[*]}" >"$tried"
      say "Tests that need them are left out (apt-get install ${left[*]})"
    fi
  }
}

install_platform_tools() {
  rm -rf -- "$tools"
  mkdir -p "$tools/tus"
  say "Installing pycsw into $tools/pycsw"
  { "$system_python" -m venv "$tools/pycsw" &&
    "$tools/pycsw/bin/python" -m pip install --disable-pip-version-check --no-input \
      -r "$1/pycsw-requirements.txt"; } </dev/null >"$logs/pycsw.log" 2>&1 || {
    tail -n 15 "$logs/pycsw.log" >&2
    die "pycsw could not be installed (whole log: $logs/pycsw.log)"
  }
  say "Installing @tus/server into $tools/tus"
  cp -- "$1/tus/package.json" "$1/tus/package-lock.json" "$tools/tus/"
  (cd "$tools/tus" && npm ci --omit=dev --no-audit --no-fund --ignore-scripts) \
    </dev/null >"$logs/npm.log" 2>&1 || {
    tail -n 15 "$logs/npm.log" >&2
    die "@tus/server could not be installed (whole log: $logs/npm.log)"
  }
}
