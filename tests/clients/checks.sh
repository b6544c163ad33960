# For the scripts beside it: runs named checks, prints "ok NAME" or "FAILED NAME" with what was said, and counts.
# Each check is a function, run in a subshell that ends at its first failing command.
# shellcheck shell=bash

client=${client:?the name of the client that checks}
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # NAME FUNCTION
    local rc
    (
        set -euo pipefail
        "$2"
    ) >"$work/said" 2>&1 </dev/null
    rc=$?
    if ((rc == 0)); then
        passed=$((passed + 1))
        echo "ok $client: $1"
    else
        failed=$((failed + 1))
        echo "FAILED $client: $1"
        tail -n 5 "$work/said" | cut -c1-400 | sed 's/^/    /'
    fi
}

same() { # EXPECTED ACTUAL
    [[ $1 == "$2" ]] || {
        printf 'expected: %q\nactual:   %q\n' "$1" "$2"
        return 1
    }
}

refused() { # TEXT COMMAND...: the command fails and names the error
    local text=$1
    shift
    if "$@" >"$work/refused" 2>&1; then
        echo "expected $text, but it was accepted"
        return 1
    fi
    grep -qF -- "$text" "$work/refused" || {
        cat "$work/refused"
        return 1
    }
}

closing() { # the counts as one line of JSON, and the exit code
    printf '{"client":"%s","passed":%d,"failed":%d}\n' "$client" "$passed" "$failed"
    ((failed == 0 && passed > 0))
}
