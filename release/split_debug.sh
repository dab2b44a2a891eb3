#!/usr/bin/env bash
# Moves the names of all functions out of what a linker wrote into a file beside it, with .debug after its name. Lines of source
# are left out: those of zig's own files would name the folder that zig is in.
#
#     split_debug.sh OBJCOPY [ARGUMENT OF THE LINKER...]
set -euo pipefail

objcopy=$1
shift
made=
while [ $# -gt 0 ]; do
    [ "$1" != -o ] || made=$2
    shift
done
[ -n "$made" ] && [ -f "$made" ] || exit 0
"$objcopy" --only-keep-debug --strip-debug "$made" "$made.debug"
"$objcopy" --strip-all --add-gnu-debuglink="$made.debug" "$made"
