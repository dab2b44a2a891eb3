#!/usr/bin/env bash
# Runs a command that calls cargo, for published builds: no compiled file contains the names of this machine's folders (panic
# messages have crate names instead), and aws-lc is built without its AVX-512 code.
#
#     without_paths.sh cargo build --release
#
# Your RUSTFLAGS, CARGO_ENCODED_RUSTFLAGS and CFLAGS are kept. Like any RUSTFLAGS, these replace `rustflags` in cargo's own
# configuration files.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sources=$cargo_home/registry/src
# The folders below it are known once the sources have been downloaded.
[ -d "$sources" ] || "${CARGO:-cargo}" fetch --quiet --locked --manifest-path "$root/Cargo.toml"
sysroot=$(cd "$root" && "${RUSTC:-rustc}" --print sysroot)
commit=$(cd "$root" && "${RUSTC:-rustc}" -vV | sed -n 's/^commit-hash: //p')

# The replacement for a folder's name. If several match, both compilers use the last one.
names=("$cargo_home=cargo" "$root=clever_sso")
target=${CARGO_TARGET_DIR:-$root/target}
names+=("$target=target" "$sysroot/lib/rustlib/src/rust=/rustc/$commit" "$sources=")
for index in "$sources"/*/; do
    [ -d "$index" ] && names+=("${index%/}=")
done

# Cargo splits RUSTFLAGS at spaces; folder names may have spaces, so the flags are passed in the encoded form.
unit=$'\x1f'
flags=${CARGO_ENCODED_RUSTFLAGS-}
if [ -z "${CARGO_ENCODED_RUSTFLAGS+set}" ]; then
    read -r -a own <<< "${RUSTFLAGS-}"
    flags=$(IFS=$unit; printf %s "${own[*]-}")
fi
for name in "${names[@]}"; do
    flags+=${flags:+$unit}--remap-path-prefix=$name
    # There is no encoded form here.
    [[ $name = *[[:space:]]* ]] || CFLAGS="${CFLAGS:+$CFLAGS }-ffile-prefix-map=${name/%=/=.}"
done
# That code is a tenth of the library, and only speeds up signing and the encryption of megabytes. Clever's responses are a few
# kilobytes, and this library signs nothing.
CFLAGS="${CFLAGS:+$CFLAGS }-DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX"
# No compiled file contains a date, but build scripts read this one, and would run again with each commit. Without it, maturin
# packs with a fixed date.
unset SOURCE_DATE_EPOCH
export CARGO_ENCODED_RUSTFLAGS=$flags CFLAGS
exec "$@"
