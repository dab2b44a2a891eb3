#!/usr/bin/env bash
# Unpacks Debian packages, and the libraries that they need, below $CARGO_TARGET_DIR/toolchain/debian.
#
#     debian.sh [--architecture arm64] PACKAGE...
#
# Packages of another architecture go to toolchain/arm64, with everything that they need, including the C library.
#
# It installs nothing and doesn't need root: Debian's Rust would replace this machine's own, and only this project needs a
# compiler for Windows. Unpacked packages are kept, so that builds are the same every day; `make clean` removes them.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$root/target}/toolchain
architecture=
if [ "${1-}" = --architecture ]; then
    architecture=$2
    shift 2
fi
tree=$folder/${architecture:-debian}
packages=("$@")
stamp=$folder/unpacked/${architecture:+$architecture-}$(IFS=+; echo "${packages[*]}")

fail() {
    echo "release/debian.sh: $1" >&2
    exit 1
}

# Pretend that no Rust, MinGW or Wine is installed, so that apt lists all their packages without conflicts.
closure() {
    [ -z "$architecture" ] || : > "$folder/status"
    [ -n "$architecture" ] || awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: [^\n]*(rust|cargo|mingw|wine|lld)/' /var/lib/dpkg/status > "$folder/status"
    apt-get -o Dir::State::status="$folder/status" install --simulate --no-install-recommends "${packages[@]}" 2> /dev/null \
        | awk '/^Inst / { print $2 }'
}

[ ! -e "$stamp" ] || exit 0
command -v apt-get > /dev/null || fail "this needs Debian 12 or later: apt-get is not here"
mkdir -p "$tree" "$folder/unpacked"
# One at a time: they use the same folders. The one before may have unpacked the same packages.
exec 9> "$folder/debian.lock"
flock 9
[ ! -e "$stamp" ] || exit 0
mkdir -p "$folder/packages"
if [ -n "$architecture" ]; then
    # Separate package lists, so that the machine's own apt never sees this architecture.
    mkdir -p "$folder/apt-$architecture"/{lists,cache/archives}/partial
    export APT_CONFIG=$folder/apt-$architecture/apt.conf
    printf '%s\n' "APT::Architecture \"$architecture\";" "APT::Architectures { \"$architecture\"; };" \
        "Dir::State::Lists \"$folder/apt-$architecture/lists\";" "Dir::Cache \"$folder/apt-$architecture/cache\";" > "$APT_CONFIG"
fi
[ "$(id -u)" != 0 ] && [ -z "$architecture" ] || apt-get update -q > /dev/null 2> "$folder/update.log" \
    || echo "==> apt-get update failed; using the lists that are here: $(grep -m 1 -E '^[EW]:' "$folder/update.log")"
# apt doesn't list packages that are installed here, so always add the requested packages.
wanted=$(closure | cat - <(printf '%s\n' "${packages[@]}") | sort -u) || fail "Debian has no ${packages[*]} for this machine; is debian-security among its sources? Try apt-get update"

echo "==> downloading ${packages[*]} and what they need"
# Download into an empty folder, so that no old version is beside the new one.
rm -f "$folder"/packages/*.deb
# shellcheck disable=SC2086 # a list of names
(cd "$folder/packages" && apt-get download -q $wanted > /dev/null 2> "$folder/download.log") \
    || fail "the download failed: $(tail -n 1 "$folder/download.log")"
for package in "$folder"/packages/*.deb; do
    dpkg -x "$package" "$tree"
done
rm -r "$folder/packages"
touch "$stamp"
