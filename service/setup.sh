# Sourced by service/quickstart, tests/run, tests/bench/run and tests/reference/run: installs what is
# missing from Debian and builds. Everything it says goes to standard error; on failure it says in one
# sentence what is wrong and what to do, and exits 1.

setup_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

SETUP_BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkgconf protobuf-compiler
  protobuf-c-compiler libprotobuf-dev libprotobuf-c-dev libgrpc-dev grpc-proto liblmdb-dev
  libqrencode-dev libpng-dev libsodium-dev libjansson-dev libyaml-dev libutf8proc-dev libglib2.0-dev libinih-dev
  libxlsxwriter-dev libmicrohttpd-dev libcurl4-openssl-dev libssl-dev zlib1g-dev tzdata)
SETUP_TEST_PACKAGES=(libcmocka-dev zbar-tools zxing-cpp-tools python3 python3-grpcio
  python3-protobuf python3-openpyxl nghttp2-client curl strace procps python3-selenium chromium
  chromium-driver fonts-wqy-microhei nginx-light openssl less man-db python3-prometheus-client
  dpkg-dev file systemd lmdb-utils)
SETUP_LONG_PACKAGES=(zsh fish)
SETUP_FUZZ_PACKAGES=(clang libclang-rt-14-dev)
SETUP_BENCH_PACKAGES=(nghttp2-client python3 python3-grpcio python3-protobuf lmdb-utils)
SETUP_PEER_PACKAGES=(postgresql-15 postgresql-client-15)

setup_say() { printf '%s\n' "$*" >&2; }
setup_fail() { setup_say "error: $*"; exit 1; }

# setup_packages NAME...: installs those that are missing.
setup_packages() {
  local missing=() package log
  command -v dpkg-query >/dev/null || setup_fail "This needs Debian 12 (or a relative): dpkg is not here."
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null ||
      setup_fail "Packages are missing and this is not root. As root: apt-get install ${missing[*]}"
    as_root=(sudo -n)
  fi
  setup_say "Installing ${#missing[@]} packages: ${missing[*]}"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get -qq update &&
         "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
           --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -5 "$log" >&2
    rm -f "$log"
    setup_fail "The packages could not be installed (no network?). As root: apt-get install ${missing[*]}"
  fi
  rm -f "$log"
}

# setup_build FOLDER CMAKE_OPTION...: configures and builds below build/.
setup_build() {
  local folder=$setup_root/build/$1 log
  shift
  mkdir -p "$folder" || setup_fail "$folder can't be made: no right to write here, or the disk is full."
  log=$folder/build.log
  if ! { cmake -S "$setup_root" -B "$folder" -G Ninja "$@" && cmake --build "$folder"; } \
      >"$log" 2>&1 </dev/null; then
    grep -E 'error|Error|FAILED' "$log" | head -20 >&2
    setup_fail "The build failed; all of it is in $log"
  fi
}

# The programs into build/release; with tests where an option says so, now or in an earlier call.
setup_build_release() {
  setup_say "Building (release) ..."
  setup_build release -DCMAKE_BUILD_TYPE=Release -DBECKON_WERROR=ON "$@"
}
