#!/usr/bin/env bash
# Writes the module-definition file of clever_sso.dll: every function that the C header declares.
set -euo pipefail

header=$(dirname "$0")/../../include/clever_sso.h
echo "LIBRARY clever_sso.dll"
echo "EXPORTS"
# Lines that begin with two slashes only mention functions.
sed '/^ *\/\//d' "$header" | grep -oE '\bclever_sso_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u | sed 's/^/    /'
