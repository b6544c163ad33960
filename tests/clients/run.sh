#!/bin/bash
# Checks the built sandbox with clients that nobody here wrote: npm ali-oss for OSS (signatures V1 and V4), AWS CLI and rclone for S3.
#   run.sh [CLIENT...]     clients: ali-oss-v1 ali-oss-v4 ali-oss-rules aws rclone; all of them by default
# What is missing is installed by apt-get and npm. Ends with one line of JSON: {"passed":N,"failed":N}
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
here=tests/clients
# shellcheck source=../servers/sandbox.sh
source tests/servers/sandbox.sh

run_folder=$(mktemp -d)
trap 'stop_sandbox; rm -rf "$run_folder"' EXIT
trap 'exit 130' INT TERM
passed=0
failed=0

install_missing() { # COMMAND PACKAGE...
    command -v "$1" >/dev/null && return
    if [[ -z ${apt_updated:-} ]]; then apt-get update -q && apt_updated=1; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${@:2}"
}

prepare() { # CLIENT
    case $1 in
        ali-oss-*)
            install_missing npm nodejs npm
            [[ -d $here/ali-oss/node_modules/ali-oss ]] || (cd $here/ali-oss && npm ci --no-audit --no-fund)
            ;;
        aws) install_missing aws awscli ;;
        rclone) install_missing rclone rclone ;;
    esac </dev/null >"$run_folder/install" 2>&1
}

run_client() {
    case $1 in
        ali-oss-v1) (cd $here/ali-oss && node check.mjs V1) ;;
        ali-oss-v4) (cd $here/ali-oss && node check.mjs V4) ;;
        ali-oss-rules) (cd $here/ali-oss && node rules.mjs) ;;
        aws) $here/aws.sh ;;
        rclone) $here/rclone.sh ;;
        *) echo "unknown client $1" >&2 ;;
    esac </dev/null
}

if start_sandbox "$run_folder"; then
    S3_ENDPOINT=$(sandbox_value s3 endpoint)
    S3_REGION=$(sandbox_value s3 region)
    S3_ACCESS_KEY_ID=$(sandbox_value s3 accessKeyId)
    S3_SECRET_ACCESS_KEY=$(sandbox_value s3 secretAccessKey)
    # ali-oss needs a name to use path style: with an IP address it sends the public cloud's Host.
    OSS_ENDPOINT=$(sandbox_value oss endpoint | sed 's/127\.0\.0\.1/localhost/')
    OSS_REGION=$(sandbox_value oss region)
    OSS_ACCESS_KEY_ID=$(sandbox_value oss accessKeyId)
    OSS_ACCESS_KEY_SECRET=$(sandbox_value oss accessKeySecret)
    SANDBOX_ADMIN=$(sandbox_admin)
    export S3_ENDPOINT S3_REGION S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY
    export OSS_ENDPOINT OSS_REGION OSS_ACCESS_KEY_ID OSS_ACCESS_KEY_SECRET SANDBOX_ADMIN
    (($# > 0)) || set -- ali-oss-v1 ali-oss-v4 ali-oss-rules aws rclone
    for name in "$@"; do
        if ! prepare "$name"; then
            echo "FAILED $name: it could not be installed"
            tail -n 5 "$run_folder/install"
            failed=$((failed + 1))
            continue
        fi
        run_client "$name" 2>&1 | tee "$run_folder/said"
        counts=$(tail -n 1 "$run_folder/said" | sed -n 's/.*"passed":\([0-9]*\),"failed":\([0-9]*\)}$/\1 \2/p')
        if [[ -n $counts ]]; then
            passed=$((passed + ${counts% *}))
            failed=$((failed + ${counts#* }))
        else
            echo "FAILED $name: it broke off"
            failed=$((failed + 1))
        fi
    done
else
    echo 'FAILED the sandbox did not start'
    failed=1
fi
printf '{"passed":%d,"failed":%d}\n' "$passed" "$failed"
((failed == 0 && passed > 0))
