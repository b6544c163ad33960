# For scripts: starts and stops the sandbox that a build left under out/. Source it from the root of the clone.
# shellcheck shell=bash

# start_sandbox FOLDER [OPTIONS...]: sets sandbox_pid and sandbox_json; its output goes to FOLDER/sandbox.out and sandbox.err.
start_sandbox() {
    local folder=$1 end=$((SECONDS + 30))
    shift
    mkdir -p "$folder"
    dotnet out/OssMigration.Sandbox/OssMigration.Sandbox.dll --parent $$ "$@" </dev/null >"$folder/sandbox.out" 2>"$folder/sandbox.err" &
    sandbox_pid=$!
    until sandbox_json=$(grep -m 1 '^{.*}$' "$folder/sandbox.out"); do
        if ((SECONDS >= end)) || ! kill -0 "$sandbox_pid" 2>/dev/null; then
            echo 'the sandbox did not start:' >&2
            cat "$folder/sandbox.err" >&2
            return 1
        fi
        sleep 0.2
    done
}

# sandbox_value SIDE NAME: a text of the line it printed, as in: sandbox_value s3 endpoint
sandbox_value() {
    sed -n "s/.*\"$1\":{[^}]*\"$2\":\"\([^\"]*\)\".*/\1/p" <<<"$sandbox_json"
}

sandbox_admin() {
    sed -n 's/.*"admin":"\([^"]*\)".*/\1/p' <<<"$sandbox_json"
}

stop_sandbox() {
    [[ -n ${sandbox_pid:-} ]] || return 0
    kill -TERM "$sandbox_pid" 2>/dev/null || true
    wait "$sandbox_pid" 2>/dev/null || true
    sandbox_pid=
}
