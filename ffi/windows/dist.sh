#!/usr/bin/env bash
# Builds clever_sso.dll for 64-bit Windows and packs what a C developer needs: $DIST/libclever_sso-VERSION-….zip
#
# `make dist-windows` and `make release` run it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
folder=$CARGO_TARGET_DIR/windows
debian=$CARGO_TARGET_DIR/toolchain/debian
triple=x86_64-pc-windows-gnu
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
name=libclever_sso-$version-$triple
made=$CARGO_TARGET_DIR/toolchain/build/$triple/release
packed=$folder/$name
dist=$(mkdir -p "${DIST:-$root/dist}" && cd "${DIST:-$root/dist}" && pwd)

cd "$root"
# The archive contains the modes of its files.
umask 022
mkdir -p "$folder"
cargo_for_windows() {
    "${PYTHON:-python3}" release/toolchain.py "$triple" cargo "$@"
}

cargo_for_windows fetch --locked # unpacks the compilers too
# The linker that belongs to that compiler's LLVM.
llvm=$(basename "$debian"/usr/lib/x86_64-linux-gnu/libLLVM-*.so .so)
"$root/release/debian.sh" "${llvm/#libLLVM/lld}"
mingw=$debian/usr/bin/x86_64-w64-mingw32

version_resource() {
    IFS=. read -r major minor patch <<< "${version%%-*}"
    "$mingw-windres" --preprocessor="$mingw-cpp-win32" \
        -DMAJOR="$major" -DMINOR="$minor" -DPATCH="$patch" -DVERSION="\\\"$version\\\"" "$here/version.rc" -o "$folder/version.o"
}

# The names that the DLL exports, from the file that was written for its users' linker.
exported() {
    "$mingw-nm" "$made/libclever_sso.dll.a" | awk '$2 == "T" { print "    " $3 }' | LC_ALL=C sort
}

pack() {
    rm -rf "$packed"
    install -d "$packed"/{bin,lib,include,examples}
    install -m 755 "$made/clever_sso.dll" "$packed/bin/"
    install -m 644 "$made/libclever_sso.dll.a" "$folder/clever_sso.def" "$packed/lib/"
    # In the short format of Microsoft's own tools. GNU's is longer, and not every linker accepts it.
    LD_LIBRARY_PATH=$debian/usr/lib/x86_64-linux-gnu "$debian/usr/bin/${llvm/#libLLVM/lld-link}" /lib /machine:x64 \
        "/def:$folder/clever_sso.def" "/out:$packed/lib/clever_sso.lib"
    install -m 644 include/clever_sso.h "$packed/include/"
    install -m 644 examples/c/login.c "$packed/examples/"
    install -m 644 LICENSE-MIT LICENSE-APACHE "$packed/"
    "${PYTHON:-python3}" ffi/packaging/third_party.py clever-sso-ffi "$triple" > "$packed/LICENSES-THIRD-PARTY.txt"
    sed "s/@VERSION@/$version/" "$here/README.md" > "$packed/README.md"
    rm -f "$dist/$name.zip"
    # Its members have the time of the commit, in UTC, and are sorted by name. A zip archive has no times before 1980.
    find "$packed" -exec touch --date="@${SOURCE_DATE_EPOCH:-315532800}" {} +
    (cd "$folder" && TZ=UTC "${PYTHON:-python3}" -m zipfile -c "$dist/$name.zip" "$name")
}

echo "==> building clever_sso.dll (some minutes the first time)"
version_resource
# Built separately, without the static library: with another crate type, link-time optimization would be turned off.
cargo_for_windows rustc --locked --release -p clever-sso-ffi --lib --crate-type cdylib -- -C link-arg="$folder/version.o"

"$here/exports.sh" > "$folder/clever_sso.def"
diff <(tail -n +3 "$folder/clever_sso.def") <(exported) || {
    echo "ffi/windows/dist.sh: the DLL does not export exactly what include/clever_sso.h declares" >&2
    exit 1
}
pack
echo "==> $dist/$name.zip"
