#!/bin/bash
# A server of Azure Blob Storage to test against: Azurite, on 127.0.0.1 only, with its blobs in memory.
#
#   azurite.sh install          brings the npm package into tests/servers/azurite, and Node when it is missing (needs root for that)
#   azurite.sh start FOLDER     starts it and prints one JSON line:
#                               {"endpoint":"http://127.0.0.1:PORT","account":"...","key":"...","folder":"FOLDER"}
#   azurite.sh stop FOLDER      ends its process by its id
#
# Account, key and port are random ones, so several may run side by side. It checks signatures, and knows no startFrom.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=common.sh
source "$here/common.sh"
program=$here/azurite/node_modules/azurite/dist/src/blob/main.js

install() {
    command -v npm >/dev/null || apt_install nodejs npm
    [[ -f $program ]] || (cd "$here/azurite" && npm ci --no-audit --no-fund)
}

runs() { # whether the process of this folder is alive (its id may have been given to another one since)
    pid=$(cat "$folder/pid" 2>/dev/null || true)
    [[ -n $pid ]] && { tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF -- "AZURITE_FOLDER=$folder"; } 2>/dev/null
}

start() {
    local port account key pid end=$((SECONDS + 60))
    [[ -f $program ]] || fail 'Azurite is missing: run azurite.sh install first'
    if runs; then fail "it runs in $folder already"; fi
    port=$(free_port)
    account=ossmigration$(random_text 8 | tr '[:upper:]' '[:lower:]')
    key=$(head -c 64 /dev/urandom | base64 -w0)
    AZURITE_FOLDER=$folder AZURITE_ACCOUNTS=$account:$key setsid node "$program" --silent --inMemoryPersistence --blobHost 127.0.0.1 --blobPort "$port" \
        --skipApiVersionCheck --disableTelemetry </dev/null >"$folder/out" 2>&1 &
    echo $! >"$folder/pid"
    disown
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        if ((SECONDS >= end)) || ! runs; then
            cat "$folder/out" >&2
            fail 'it did not start'
        fi
        sleep 0.2
    done
    printf '{"endpoint":"http://127.0.0.1:%s","account":"%s","key":"%s","folder":"%s"}\n' "$port" "$account" "$key" "$folder"
}

stop() {
    end_what_runs
}

case ${1:-} in
    install) install ;;
    start | stop)
        [[ -n ${2:-} ]] || fail "usage: azurite.sh $1 FOLDER"
        mkdir -p "$2"
        folder=$(cd "$2" && pwd -P)
        "$1"
        ;;
    *) fail 'usage: azurite.sh install | start FOLDER | stop FOLDER' ;;
esac
