#!/bin/bash
# Opens the report of a whole move in headless Chromium: what a person sees, what the page asks for, what its charts hold.
#   run.sh [FOLDER]     FOLDER keeps the report's files and the screenshots; without it they go
# What is missing is installed by apt-get and npm. Needs a build. Ends with one line of JSON: {...,"passed":N,"failed":N}
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
here=tests/browser

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
folder=${1:-$work/report}
mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd)

install_missing() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
    command -v npm >/dev/null || missing+=(nodejs npm)
    if ((${#missing[@]} > 0)); then
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" || return
    fi
    [[ -d $here/node_modules/playwright-core ]] || (cd $here && npm ci --no-audit --no-fund)
}

fails() { # WHAT LOG
    echo "FAILED browser: $1"
    tail -n 10 "$2" | sed 's/^/    /'
    echo '{"client":"browser","passed":0,"failed":1}'
    exit 1
}

install_missing </dev/null >"$work/install" 2>&1 || fails 'Chromium could not be installed' "$work/install"
OSSMIGRATION_HOME=$work/home timeout --kill-after=20 240 dotnet run -c Release --no-build --project src/OssMigration.Shell -- $here/stage.ps1 "$folder" \
    </dev/null >"$work/stage" 2>&1 || fails 'the report was not made' "$work/stage"
timeout --kill-after=20 180 node $here/check.mjs "$folder" </dev/null
