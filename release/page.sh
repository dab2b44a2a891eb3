#!/usr/bin/env bash
# Publishes the release page of a tag, with all files of a folder. It can run again after it failed or stopped at any point.
#
#     page.sh v1.2.3 NOTES FOLDER
#
# The page is a draft until it has all files, so nobody sees a part of it. A published page is never changed: if it has other
# checksums than FOLDER, this fails.
set -euo pipefail

tag=$1 notes=$2 folder=$3

# `false` for a published page, `true` for a draft, nothing if there is none.
draft=$(gh release view "$tag" --json isDraft --jq .isDraft) || draft=
if [ "$draft" = false ]; then
    gh release download "$tag" --pattern SHA256SUMS --output - | cmp - "$folder/SHA256SUMS" || {
        echo "page.sh: $tag is already published, with other files; nothing was changed" >&2
        exit 1
    }
    echo "$tag is already published, with the same files"
    exit 0
fi
[ "$draft" = true ] || gh release create "$tag" --draft --verify-tag --title "${tag#v}" --notes-file "$notes"
find "$folder" -type f -print0 | xargs -0 gh release upload "$tag" --clobber
gh release edit "$tag" --draft=false --verify-tag
