#!/usr/bin/env bash
# Cargo for 64-bit Windows, on Debian: `cargo.sh clippy -p clever-sso`.
#
# Debian's Rust for browsers comes with the source of the standard library, which is built for Windows here. Its
# compiler, MinGW and linker are unpacked below the target folder by release/debian.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=${CARGO_TARGET_DIR:-$root/target}/windows
debian=${CARGO_TARGET_DIR:-$root/target}/toolchain/debian

"$root/release/debian.sh" rustc-web cargo-web rust-web-src rust-web-clippy gcc-mingw-w64-x86-64-win32
export PATH=$debian/usr/bin:$PATH
export LD_LIBRARY_PATH=$debian/usr/lib/x86_64-linux-gnu
export RUSTC=$debian/usr/bin/rustc
# Both of cargo's unstable features are otherwise for nightly compilers; by variables, so that clippy gets them too.
export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_unwind CARGO_UNSTABLE_TRIM_PATHS=true
export CARGO_TARGET_DIR=$folder/build
unset RUSTUP_TOOLCHAIN CARGO RUSTFLAGS SOURCE_DATE_EPOCH

compiler=$("$RUSTC" --version | cut -d ' ' -f 2)
library=$debian/usr/src/rustc-$compiler/library
[ -d "$library" ] || {
    echo "ffi/windows/cargo.sh: rustc $compiler without the source of its standard library: $library is not there" >&2
    exit 1
}

gcc=x86_64-w64-mingw32-gcc-win32
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=$gcc CC_x86_64_pc_windows_gnu=$gcc AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar
# One part of aws-lc declares its functions dllexport; the word is emptied, or they would be exported beside ours.
export CFLAGS_x86_64_pc_windows_gnu=-Ddllexport=
# The library must not reveal where it was built: panic messages name crates, not folders.
export CARGO_PROFILE_RELEASE_TRIM_PATHS=all

command=$1
shift
exec "$debian/usr/bin/cargo" "$command" --locked --target x86_64-pc-windows-gnu "$@"
