#!/usr/bin/env bash
# Links the shared library from the static one, with symbol versions.
#
#     shared.sh libclever_sso.a libclever_sso.so
#
# Cargo links a shared library too, but rustc passes the linker a version script without names, and no linker accepts a second
# one. This library is made from the same objects, with the same options. CC links, and CCFLAGS are its options, for example for
# another platform. Debug symbols are left out, unless KEEP_DEBUG is set.
set -euo pipefail

from=$1 to=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
major=$(sed -n 's/^version = "\([0-9]*\)\..*"/\1/p' "$root/Cargo.toml" | head -n 1)
read -r -a cc <<< "${CC:-cc} ${CCFLAGS:-}"
# The options that rustc passes to its linker for a library, and those that build.rs adds. A debugger finds separate debug symbols by
# the build ID.
options=(-Wl,--build-id=sha1 -Wl,-O1 -Wl,--gc-sections -Wl,--eh-frame-hdr -Wl,-z,noexecstack -Wl,-z,relro,-z,now -Wl,-z,nodelete)
[ -n "${KEEP_DEBUG:-}" ] || options+=(-Wl,--strip-all)

work=$(mktemp -d)
# In the folder of the library, so that it can be renamed, and with a name of its own, because another build may be running.
new=$(mktemp "$(dirname "$to")/.shared.XXXXXX")
trap 'rm -rf "$work" "$new"' EXIT
"${PYTHON:-python3}" "$here/symbol_versions.py" > "$work/libclever_sso.map"
"${cc[@]}" -shared -o "$work/libclever_sso.so" -Wl,-soname,"libclever_sso.so.$major" \
    -Wl,--version-script="$work/libclever_sso.map" -Wl,--whole-archive "$from" -Wl,--no-whole-archive \
    "${options[@]}" -Wl,--as-needed -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
# In one step, and as a new file: a program that has loaded the old file keeps it, and so does cargo.
cp "$work/libclever_sso.so" "$new"
chmod 755 "$new"
mv -f "$new" "$to"
