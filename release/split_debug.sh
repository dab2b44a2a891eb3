#!/usr/bin/env bash
# Moves the function names in the linker's output to a file beside it, whose name ends in .debug. Source lines are left out, because
# those of zig's own files would contain the folder of zig.
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
