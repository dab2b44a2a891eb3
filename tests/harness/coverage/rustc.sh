#!/bin/sh
# The compiler for members of the workspace only: what they use is compiled as always.
compiler=$1
shift
exec "$compiler" "$@" -Cinstrument-coverage
