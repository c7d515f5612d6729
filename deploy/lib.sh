# Shared by the commands of this folder; sourced with `root` set to the project's folder.

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# The SDK, NuGet and the service's data need a home folder that can be written.
ensure_home() {
  if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    if [ -z "$HOME" ] || [ ! -w "$HOME" ]; then
      HOME=/var/tmp/feature-governance-$(id -u)
      mkdir -p -m 0700 "$HOME"
      [ -O "$HOME" ] || fail "$HOME belongs to another user: set HOME to a folder of your own."
      say "No home folder can be written; using $HOME (choose another by HOME, or FEATGOV_DATA for the data alone)."
    fi
    export HOME
  fi
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/feature-governance
}

ensure_sdk() {
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false MSBUILDDISABLENODEREUSE=1
  local folder
  for folder in '' "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
    [ -z "$folder" ] || [ ! -x "$folder/dotnet" ] || PATH=$folder:$PATH
    ! command -v dotnet >/dev/null || return 0
  done
  fail "the .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0"
}

# The SDK leaves folders behind in the temporary folder, and so does a browser that was stopped: a script that calls this has
# one of its own, which goes with it. As open as /tmp, since PostgreSQL has an account of its own.
temporary_folder() {
  TMPDIR=$(mktemp -d)
  export TMPDIR
  chmod 1777 "$TMPDIR"
  trap 'rm -rf "$TMPDIR"' EXIT
}

# Runs a long command so that Ctrl-C and SIGTERM end it and not only this script.
stoppable() {
  "$@" &
  local child=$! status=0
  trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit 143' INT TERM
  wait "$child" || status=$?
  trap - INT TERM
  return "$status"
}

# --- Building ---------------------------------------------------------------------------------------------------------

sources_stamp() {
  (cd "$root" && find src deploy/publish.props Directory.* global.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# Prints the folder to build in: the checkout, or a copy in the cache where this user cannot write the checkout's artifacts.
workspace() {
  if [ -w "$root" ] && { [ ! -e "$root/artifacts" ] || [ -z "$(find "$root/artifacts" ! -writable -print -quit 2>/dev/null)" ]; }; then
    printf '%s\n' "$root"
    return
  fi
  local copy
  copy=$cache/workspace-$(printf '%s' "$root" | sha256sum | cut -c1-12)
  mkdir -p "$copy"
  rm -rf "$copy.new"
  mkdir "$copy.new"
  tar -C "$root" --exclude=./artifacts --exclude=./.git -cf - . | tar -C "$copy.new" -xf - --no-same-owner
  chmod -R u+w "$copy.new"
  [ ! -e "$copy/artifacts" ] || mv "$copy/artifacts" "$copy.new/artifacts"
  rm -rf "$copy"
  mv "$copy.new" "$copy"
  printf '%s\n' "$copy"
}

# published NAME FOLDER: leaves in $published the folder of the program, built if its sources have changed.
published() {
  local name=$1 folder=$2 stamp work
  stamp=$(sources_stamp)
  for work in "$root" "$cache/workspace-$(printf '%s' "$root" | sha256sum | cut -c1-12)"; do
    published=$work/artifacts/$folder
    [ "$(cat "$published/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  done
  mkdir -p "$cache"
  exec 9>"$cache/build.lock"
  flock 9
  work=$(workspace)
  published=$work/artifacts/$folder
  if [ "$(cat "$published/.stamp" 2>/dev/null)" != "$stamp" ]; then
    say "Building $name ..."
    publish "$work" "$name" "$published.new" 9>&-
    printf '%s\n' "$stamp" >"$published.new/.stamp"
    # A service that runs from the old folder keeps its open files.
    rm -rf "$published"
    mv "$published.new" "$published"
  fi
  exec 9>&-
}

# Compiled ahead of time, which halves the time to ready; portable where the registry lacks the compiler's packages.
publish() {
  local work=$1 name=$2 out=$3 log rid
  local project=$work/src/FeatureGovernance.$name/FeatureGovernance.$name.csproj
  # What the SDK leaves in the temporary folder goes with the log.
  local -x TMPDIR
  TMPDIR=$(mktemp -d)
  log=$TMPDIR/log
  case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) rid= ;;
  esac
  rm -rf "$out"
  if [ -n "$rid" ] && stoppable dotnet publish "$project" --configuration Release --output "$out" --runtime "$rid" --no-self-contained \
    -p:PublishReadyToRun=true -p:CustomBeforeDirectoryBuildProps="$work/deploy/publish.props" >"$log" 2>&1; then
    rm -rf "$TMPDIR"
    return
  fi
  rm -rf "$out"
  if ! stoppable dotnet publish "$project" --configuration Release --output "$out" >"$log" 2>&1; then
    grep -E 'error|Unhandled' "$log" | sort -u | head -20 >&2 || tail -20 "$log" >&2
    rm -rf "$TMPDIR"
    fail "the build of $name failed."
  fi
  rm -rf "$TMPDIR"
}

# --- PostgreSQL -------------------------------------------------------------------------------------------------------

oldest_postgres=15

# The search order is that of the service itself (src/FeatureGovernance.Server/Storage/Postgres/PostgresBinaries.cs).
postgres_folders() {
  if [ -n "${FEATGOV_POSTGRES_BIN:-}" ]; then
    printf '%s\n' "$FEATGOV_POSTGRES_BIN"
    return
  fi
  local program
  { type -ap postgres || true; } | while read -r program; do dirname "$(readlink -f "$program")"; done
  printf '%s\n' /usr/lib/postgresql/*/bin "$cache"/postgresql/usr/lib/postgresql/*/bin | sort -Vr
}

postgres_works() {
  local folder=$1 libraries=${LD_LIBRARY_PATH:-} major
  [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] || return 1
  case $folder in "$cache"/*) libraries=$(unpacked_libraries "$cache/postgresql") ;; esac
  major=$(LD_LIBRARY_PATH=$libraries "$folder/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge "$oldest_postgres" ]
}

unpacked_libraries() {
  local triplet
  triplet=$(uname -m)-linux-gnu
  printf '%s' "$1/usr/lib/$triplet:$1/lib/$triplet:${LD_LIBRARY_PATH:-}"
}

have_postgres() {
  local folder
  while read -r folder; do
    ! postgres_works "$folder" || return 0
  done < <(postgres_folders)
  return 1
}

ensure_postgres() {
  ! have_postgres || return 0
  [ -z "${FEATGOV_POSTGRES_BIN:-}" ] ||
    fail "FEATGOV_POSTGRES_BIN=$FEATGOV_POSTGRES_BIN holds no working postgres, initdb and pg_ctl of PostgreSQL $oldest_postgres or newer."
  command -v apt-get >/dev/null ||
    fail "PostgreSQL $oldest_postgres or newer is needed and this is no Debian: install it, or name a server in ConnectionStrings__FeatureGovernance."
  if [ "$(id -u)" = 0 ]; then
    install_postgres
  elif sudo -n true 2>/dev/null; then
    install_postgres sudo -n
  else
    unpack_package postgresql "$cache/postgresql"
  fi
  have_postgres || fail "this Debian offers no PostgreSQL $oldest_postgres or newer: install one, or name a server in ConnectionStrings__FeatureGovernance."
}

# The browser tests are skipped without a Chromium, so its absence is no failure.
ensure_chromium() {
  [ ! -x "${FEATGOV_CHROMIUM:-/usr/bin/chromium}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  say "Installing Chromium for the browser tests ..."
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  { "${get[@]}" install --yes --no-install-recommends chromium || { "${get[@]}" update && "${get[@]}" install --yes --no-install-recommends chromium; }; } \
    </dev/null >/dev/null || say "Chromium could not be installed; the browser tests are skipped."
}

# Debian's package makes and starts a cluster of its own on installation; the service brings its own and needs none.
install_postgres() {
  local drop_in=/etc/postgresql-common/createcluster.d/feature-governance.conf
  "$@" mkdir -p "$(dirname "$drop_in")"
  echo 'create_main_cluster = false' | "$@" tee "$drop_in" >/dev/null
  install_package postgresql "$@" || { "$@" rm -f "$drop_in"; fail "the installation of Debian's package postgresql failed."; }
  "$@" rm -f "$drop_in"
}

# install_package NAME [PREFIX ...]: as root, or by the prefix that makes one root.
install_package() {
  local name=$1 get
  shift
  get=("$@" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  say "Installing $name ..."
  {
    "${get[@]}" install --yes --no-install-recommends "$name" ||
      { "${get[@]}" update && "${get[@]}" install --yes --no-install-recommends "$name"; }
  } </dev/null >/dev/null
}

# unpack_package NAME HOME: without root, the package and what it needs that the machine lacks are unpacked into a folder of the cache.
unpack_package() {
  local name=$1 home=$2 work=$2.new package status
  local options=(-qq)
  say "Unpacking $name into $home ..."
  rm -rf "$work"
  mkdir -p "$work/packages" "$work/root" "$work/state/lists/partial" "$work/apt/archives/partial"
  if ! fetch_packages "$work/packages" "$name" 2>/dev/null; then
    # The machine has no package lists, or outdated ones: fetch our own.
    eval "$(apt-config shell status Dir::State::status/f)"
    options+=(-o "Dir::State=$work/state" -o "Dir::State::status=$status" -o "Dir::Cache=$work/apt" -o Debug::NoLocking=1)
    apt-get "${options[@]}" update >&2 || say "Some package lists could not be fetched."
    fetch_packages "$work/packages" "$name" || fail "the packages of $name could not be fetched."
  fi
  for package in "$work"/packages/*.deb; do
    dpkg-deb -x "$package" "$work/root"
  done
  rm -rf "$home"
  mv "$work/root" "$home"
  rm -rf "$work"
}

fetch_packages() {
  local names
  names=$(apt-get "${options[@]}" -s --no-install-recommends install "$2" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep .) || return
  # shellcheck disable=SC2086 # one word per package
  (cd "$1" && apt-get "${options[@]}" download $names >&2)
}

# --- LightGBM ---------------------------------------------------------------------------------------------------------

# The valuation engine's native library needs GNU OpenMP, which a bare Debian lacks. Nothing else does, so its absence is no failure.
ensure_openmp() {
  local present=${LD_LIBRARY_PATH:-} unpacked=$cache/openmp
  [ -z "$(find /usr/lib /usr/local/lib ${present//:/ } -name libgomp.so.1 -print -quit 2>/dev/null)" ] || return 0
  if [ ! -d "$unpacked" ]; then
    # Each in a subshell: a failure ends it, and not the command that can do without.
    if [ "$(id -u)" = 0 ]; then
      (install_package libgomp1)
    elif sudo -n true 2>/dev/null; then
      (install_package libgomp1 sudo -n)
    else
      (unpack_package libgomp1 "$unpacked")
    fi || say "LightGBM needs libgomp.so.1 (GNU OpenMP), which is not on this machine; measured values will not work without it."
  fi
  if [ -d "$unpacked" ]; then
    LD_LIBRARY_PATH=$(unpacked_libraries "$unpacked")
    export LD_LIBRARY_PATH
  fi
}
