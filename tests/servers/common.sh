# For the scripts that start real servers: their errors, free ports and random texts. Source it.
# shellcheck shell=bash

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

free_port() {
    local port
    for _ in {1..200}; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    fail 'no free port between 20000 and 29999'
}

random_text() { # LENGTH, letters and digits
    head -c 600 /dev/urandom | base64 -w0 | tr -dc 'A-Za-z0-9' | cut -c "1-$1"
}

apt_install() { # PACKAGE...
    command -v apt-get >/dev/null || fail "no apt-get here; install by hand: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q </dev/null >&2
    apt-get install -q -y --no-install-recommends "$@" </dev/null >&2
}

end_what_runs() { # by its id, which the script's own function "runs" finds in pid
    local pid=''
    runs || return 0
    kill -TERM "$pid" 2>/dev/null || true
    for _ in {1..50}; do
        runs || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}
