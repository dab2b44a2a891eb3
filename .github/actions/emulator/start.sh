#!/usr/bin/env bash
# Installs the emulator, starts it in the background, and gives its address to the next steps of the job. `action.yml` sets the variables.
# The emulator ends with the job, because the runner ends all processes of its steps.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$RUNNER_TEMP/clever-emulator
mkdir -p "$folder"

fail() {
    echo "::error::$1"
    exit 1
}

if [ -z "$PROGRAM" ]; then
    version=${PACKAGE_VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../../../Cargo.toml" | head -n 1)}
    npm install --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts "clever-emulator@$version" \
        || fail "npm could not install clever-emulator $version"
    PROGRAM=$folder/node_modules/.bin/clever-emulator
fi

# New credentials for each job. They work only with this emulator. The secret is masked, so that no log looks like a leak.
random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
id=$(random 10)
secret=$(random 20)
echo "::add-mask::$secret"

read -r -d '' -a uris <<< "$REDIRECT_URIS" || true
[ "${#uris[@]}" -gt 0 ] || fail "redirect-uris is empty"
case $OIDC in
    true) kind=,oidc ;;
    false) kind= ;;
    *) fail "oidc must be true or false" ;;
esac
options=(--port "$PORT")
for uri in "${uris[@]}"; do options+=(--app "$id:$secret:$uri$kind"); done
[ -z "$PERSON" ] || options+=(--auto-login "$PERSON")
[ -z "$WORLD" ] || options+=(--world "$WORLD")

: > "$folder/out"
"$PROGRAM" "${options[@]}" < /dev/null > "$folder/out" 2> "$folder/err" &
process=$!
# The emulator prints only one line: its base URL.
for ((tries = 0; tries < 600; tries++)); do
    read -r url < "$folder/out" && break
    kill -0 "$process" 2> /dev/null || break
    sleep 0.1
done
[ -n "${url-}" ] || { cat "$folder/err"; kill "$process" 2> /dev/null || true; fail "the emulator did not start"; }
disown

{
    echo "CLEVER_CLIENT_ID=$id"
    echo "CLEVER_CLIENT_SECRET=$secret"
    echo "CLEVER_REDIRECT_URI=${uris[*]}"
    echo "CLEVER_BASE_URL=$url"
} >> "$GITHUB_ENV"
echo "url=$url" >> "$GITHUB_OUTPUT"
echo "A Clever for this job runs at $url. Its desk is at $url/_emulator/."
