#!/usr/bin/env bash
# Unpacks Debian packages, and the libraries they need, below $CARGO_TARGET_DIR/toolchain/debian.
#
#     debian.sh [--architecture arm64] PACKAGE...
#
# Those of another architecture go into toolchain/arm64, with everything that they need down to the C library.
#
# Nothing is installed and root is not needed: Debian's Rust would replace the one that this machine works with, and
# nothing else here has a use for a compiler for Windows. What was unpacked once is kept, so that a build stays the same
# from day to day; `make clean` removes it.
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

# As if no Rust, MinGW or Wine were installed: then all of it is listed, and nothing stands in its way.
closure() {
    [ -z "$architecture" ] || : > "$folder/status"
    [ -n "$architecture" ] || awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: [^\n]*(rust|cargo|mingw|wine|lld)/' /var/lib/dpkg/status > "$folder/status"
    apt-get -o Dir::State::status="$folder/status" install --simulate --no-install-recommends "${packages[@]}" 2> /dev/null \
        | awk '/^Inst / { print $2 }'
}

[ ! -e "$stamp" ] || exit 0
command -v apt-get > /dev/null || fail "this needs Debian 12 or later: apt-get is not here"
mkdir -p "$tree" "$folder/packages" "$folder/unpacked"
if [ -n "$architecture" ]; then
    # Its own lists, so that the machine's own apt never sees it.
    mkdir -p "$folder/apt-$architecture"/{lists,cache/archives}/partial
    export APT_CONFIG=$folder/apt-$architecture/apt.conf
    printf '%s\n' "APT::Architecture \"$architecture\";" "APT::Architectures { \"$architecture\"; };" \
        "Dir::State::Lists \"$folder/apt-$architecture/lists\";" "Dir::Cache \"$folder/apt-$architecture/cache\";" > "$APT_CONFIG"
fi
[ "$(id -u)" != 0 ] && [ -z "$architecture" ] || apt-get update -q > /dev/null 2> "$folder/update.log" \
    || echo "==> apt-get update failed; using the lists that are here: $(grep -m 1 -E '^[EW]:' "$folder/update.log")"
# What is installed here may be missing in that list; the packages that were asked for are always taken.
wanted=$(closure | cat - <(printf '%s\n' "${packages[@]}") | sort -u) || fail "Debian has no ${packages[*]} for this machine; is debian-security among its sources? Try apt-get update"

echo "==> downloading ${packages[*]} and what they need"
# Downloaded again each time, so that no old version lies beside the new one.
rm -f "$folder"/packages/*.deb
# shellcheck disable=SC2086 # a list of names
(cd "$folder/packages" && apt-get download -q $wanted > /dev/null 2> "$folder/download.log") \
    || fail "the download failed: $(tail -n 1 "$folder/download.log")"
for package in "$folder"/packages/*.deb; do
    dpkg -x "$package" "$tree"
done
rm -r "$folder/packages"
touch "$stamp"
