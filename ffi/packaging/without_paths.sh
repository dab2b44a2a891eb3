#!/usr/bin/env bash
# Runs a command that calls cargo, for what people get: nothing that is compiled holds the names of this machine's folders
# (messages of a panic name crates instead), and aws-lc comes without its code for AVX-512.
#
#     without_paths.sh cargo build --release
#
# Your RUSTFLAGS, CARGO_ENCODED_RUSTFLAGS and CFLAGS stay. Like any RUSTFLAGS, these replace `rustflags` in cargo's own
# configuration files.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sources=$cargo_home/registry/src
# The folders below it are known once the sources are there.
[ -d "$sources" ] || "${CARGO:-cargo}" fetch --quiet --locked --manifest-path "$root/Cargo.toml"
sysroot=$(cd "$root" && "${RUSTC:-rustc}" --print sysroot)
commit=$(cd "$root" && "${RUSTC:-rustc}" -vV | sed -n 's/^commit-hash: //p')

# What a folder is called instead. Where several fit, both compilers take the last.
names=("$cargo_home=cargo" "$root=clever_sso")
target=${CARGO_TARGET_DIR:-$root/target}
names+=("$target=target" "$sysroot/lib/rustlib/src/rust=/rustc/$commit" "$sources=")
for index in "$sources"/*/; do
    [ -d "$index" ] && names+=("${index%/}=")
done

# Cargo reads RUSTFLAGS at blanks only; folders may have blanks, so the flags are passed in its other form.
unit=$'\x1f'
flags=${CARGO_ENCODED_RUSTFLAGS-}
if [ -z "${CARGO_ENCODED_RUSTFLAGS+set}" ]; then
    read -r -a own <<< "${RUSTFLAGS-}"
    flags=$(IFS=$unit; printf %s "${own[*]-}")
fi
for name in "${names[@]}"; do
    flags+=${flags:+$unit}--remap-path-prefix=$name
    # Here blanks have no other form.
    [[ $name = *[[:space:]]* ]] || CFLAGS="${CFLAGS:+$CFLAGS }-ffile-prefix-map=${name/%=/=.}"
done
# A tenth of the library, to encrypt megabytes faster and to sign. Answers of Clever are a few kilobytes, and nothing here signs.
CFLAGS="${CFLAGS:+$CFLAGS }-DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX"
# Nothing that is compiled has a date, but build scripts ask for this one, and would run again with each commit. maturin without it packs with a fixed date.
unset SOURCE_DATE_EPOCH
export CARGO_ENCODED_RUSTFLAGS=$flags CFLAGS
exec "$@"
