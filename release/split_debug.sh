#!/usr/bin/env bash
# Moves the function names in the linker's output to a file beside it, whose name ends in .debug. Source lines are left out, because
# those of zig's own files would contain the folder of zig.
#
#     split_debug.sh OBJCOPY [ARGUMENT OF THE LINKER...]
#
# Both files get the same build ID, by which a debugger finds the second one. The linker's own ID would depend on the folder of zig,
# so it is replaced by the checksum of what is left. Link with --build-id=sha1 to have a place for it. The compilers' names and
# versions (.comment) also stay in both files: the SBOM needs them.
set -euo pipefail

objcopy=$1
shift
made=
while [ $# -gt 0 ]; do
    [ "$1" != -o ] || made=$2
    shift
done
[ -n "$made" ] && [ -f "$made" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sets the build ID: 40 hexadecimal digits, in a note with the sizes of the name and of the ID, the type, and the name.
set_build_id() {
    printf '\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0'"$(sed 's/../\\x&/g' <<< "$1")" > "$work/note"
    "$objcopy" --update-section ".note.gnu.build-id=$work/note" "$made"
}

"$objcopy" --strip-debug "$made"
set_build_id 0000000000000000000000000000000000000000
read -r sum _ < <(sha1sum "$made")
set_build_id "$sum"
"$objcopy" --only-keep-debug "$made" "$made.debug"
"$objcopy" --strip-all --keep-section=.comment --add-gnu-debuglink="$made.debug" "$made"
