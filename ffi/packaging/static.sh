#!/usr/bin/env bash
# Copies the static library so that only clever_sso_* symbols are global: then its dependencies cannot clash with symbols of the
# program that links it.
#
#     static.sh FROM TO
#
# LD, OBJCOPY and GCC_AR name the tools for another platform.
set -euo pipefail

from=$1 to=$2

# gcc-ar, not ar: ar loads any compiler plugin that it finds, and some cannot read all objects in the library.
ld=${LD:-ld} objcopy=${OBJCOPY:-objcopy} ar=${GCC_AR:-gcc-ar}
for tool in "$ld" "$objcopy" "$ar"; do
    if ! command -v "$tool" > /dev/null; then
        echo "$tool is missing: $to keeps the names of all that it is made of" >&2
        install -m 644 "$from" "$to"
        exit 0
    fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ld" -r --whole-archive "$from" -o "$work/all.o"
# Rust's standard library also has LLVM's own code in each object. With LLVM's plugin, `nm` and the linker would read only that, and it
# is for another version of LLVM.
"$objcopy" --strip-debug --wildcard --keep-global-symbol='clever_sso_*' --remove-section=.llvmbc --remove-section=.llvmcmd \
    "$work/all.o" "$work/clever_sso.o"
"$ar" rcsD "$work/libclever_sso.a" "$work/clever_sso.o"
install -m 644 "$work/libclever_sso.a" "$to"
