#!/usr/bin/env bash
# Installs the Debian packages that some tests use, where that is possible; otherwise says which are missing.
set -euo pipefail

declare -A package_of=([valgrind]=valgrind [pkg-config]=pkg-config [c++]=g++ [chromium]=chromium
    [nginx]=nginx [redis-server]=redis-server)
missing=()
for program in "${!package_of[@]}"; do
    command -v "$program" > /dev/null || missing+=("${package_of[$program]}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

skip() {
    echo "==> not installed: ${missing[*]} ($1). The tests that need them are skipped."
    exit 0
}

command -v apt-get > /dev/null || skip "no apt-get here"
[ "$(id -u)" = 0 ] || skip "not root; install them by: sudo apt-get install ${missing[*]}"
echo "==> installing Debian packages: ${missing[*]}"
{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } \
    > /dev/null 2>&1 || skip "apt-get failed"
