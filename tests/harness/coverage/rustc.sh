#!/bin/sh
# The compiler with counters, for members of the workspace only: dependencies are compiled as usual.
compiler=$1
shift
exec "$compiler" "$@" -Cinstrument-coverage
