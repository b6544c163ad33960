#!/bin/bash
# Fills a bucket of a real S3 server, migrates it to the sandbox's OSS side through the Shell (ceph-to-oss.ps1), and reads the
# destination back with the npm client ali-oss. Needs a finished build, the AWS CLI, rclone, and npm ci in tests/clients/ali-oss.
# Reads OSSMIGRATION_TEST_S3_ENDPOINT, _ACCESS_KEY_ID, _SECRET_ACCESS_KEY, _REGION. Prints "ok" and "FAILED" lines, then the counts as JSON.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
client=ceph-to-oss
# shellcheck source=../clients/checks.sh
source tests/clients/checks.sh
# shellcheck source=sandbox.sh
source tests/servers/sandbox.sh
trap 'stop_sandbox; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

export AWS_ACCESS_KEY_ID=$OSSMIGRATION_TEST_S3_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$OSSMIGRATION_TEST_S3_SECRET_ACCESS_KEY
export AWS_DEFAULT_REGION=$OSSMIGRATION_TEST_S3_REGION AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' NO_PROXY='*'
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none
bucket=ceph-to-oss-$$-$RANDOM
api() { aws --endpoint-url "$OSSMIGRATION_TEST_S3_ENDPOINT" s3api "$@" --bucket "$bucket"; }
put() { # KEY TEXT OPTIONS...
    printf '%s' "$2" >"$work/body"
    api put-object --key "$1" --body "$work/body" "${@:3}" >/dev/null
    printf '%s %s\n' "$(printf '%s' "$2" | md5sum | cut -c1-32)" "$1" >>"$work/expected"
    bytes=$((bytes + $(printf '%s' "$2" | wc -c)))
}

fills_the_source() {
    local key bytes
    mkdir -p "$work/data/small" "$work/data/large"
    head -c 8000001 /dev/urandom | split --bytes 4000 --suffix-length 4 --numeric-suffixes - "$work/data/small/file "
    : >"$work/data/empty"
    head -c 70000001 /dev/urandom >"$work/data/large/a"
    head -c 33554433 /dev/urandom >"$work/data/large/b"
    api create-bucket
    (
        unset AWS_CA_BUNDLE # rclone 1.60 ends at once when it is set
        export RCLONE_CONFIG=$work/rclone.conf RCLONE_CONFIG_S_TYPE=s3 RCLONE_CONFIG_S_PROVIDER=Ceph RCLONE_CONFIG_S_ENV_AUTH=true
        export RCLONE_CONFIG_S_ENDPOINT=$OSSMIGRATION_TEST_S3_ENDPOINT RCLONE_CONFIG_S_REGION=$AWS_DEFAULT_REGION
        : >"$RCLONE_CONFIG"
        rclone copy "$work/data" "s:$bucket" --transfers 16 --checkers 16 --s3-upload-cutoff 50Mi --s3-chunk-size 10Mi --s3-no-check-bucket
    )
    (cd "$work/data" && find . -type f -printf '%P\0' | xargs -0 md5sum -- | sed -E 's/^([0-9a-f]{32})  /\1 /') >"$work/expected"
    bytes=$((8000001 + 70000001 + 33554433))
    for key in 'a//b' 'a/' . .. 'odd/ +%2F&?#=' $'nfc/\u00e9' $'nfd/e\u0301' Case case $'\U1f600' $'\uff5e' "$(printf 'x%.0s' {1..1023})"; do
        put "$key" "content of $key"
    done
    put described text --content-type text/x-test --cache-control max-age=77 --content-disposition 'attachment; filename="a b"' \
        --content-language de --content-encoding identity --expires 2037-10-21T07:28:00Z --metadata owner=nobody
    echo "$bytes" >"$work/bytes"
}

migrates() { # The script's own checks are counted one by one, below.
    export OSSMIGRATION_HOME=$work/home
    export SOURCE_URI=s3://$bucket SOURCE_ENDPOINT=$OSSMIGRATION_TEST_S3_ENDPOINT SOURCE_REGION=$OSSMIGRATION_TEST_S3_REGION
    export SOURCE_ACCESS_KEY_ID=$OSSMIGRATION_TEST_S3_ACCESS_KEY_ID SOURCE_ACCESS_KEY_SECRET=$OSSMIGRATION_TEST_S3_SECRET_ACCESS_KEY
    export DESTINATION_URI=oss://destination DESTINATION_ENDPOINT DESTINATION_REGION DESTINATION_ACCESS_KEY_ID DESTINATION_ACCESS_KEY_SECRET
    DESTINATION_ENDPOINT=$(sandbox_value oss endpoint)
    DESTINATION_REGION=$(sandbox_value oss region)
    DESTINATION_ACCESS_KEY_ID=$(sandbox_value oss accessKeyId)
    DESTINATION_ACCESS_KEY_SECRET=$(sandbox_value oss accessKeySecret)
    export EXPECTED_OBJECTS EXPECTED_BYTES
    EXPECTED_OBJECTS=$(wc -l <"$work/expected")
    EXPECTED_BYTES=$(<"$work/bytes")
    timeout --kill-after=20 600 dotnet run -c Release --no-build --project src/OssMigration.Shell -- tests/servers/ceph-to-oss.ps1
}

read_by_another_client() { # sets what ali-oss needs
    OSS_ENDPOINT=$(sandbox_value oss endpoint | sed 's/127\.0\.0\.1/localhost/')
    OSS_REGION=$(sandbox_value oss region)
    OSS_ACCESS_KEY_ID=$(sandbox_value oss accessKeyId)
    OSS_ACCESS_KEY_SECRET=$(sandbox_value oss accessKeySecret)
    export OSS_ENDPOINT OSS_REGION OSS_ACCESS_KEY_ID OSS_ACCESS_KEY_SECRET
}
arrives_whole() {
    read_by_another_client
    node tests/clients/ali-oss/inventory.mjs destination | LC_ALL=C sort >"$work/actual"
    LC_ALL=C sort "$work/expected" | diff - "$work/actual"
}
arrives_described() {
    read_by_another_client
    node tests/clients/ali-oss/headers.mjs destination described >"$work/headers"
    cat "$work/headers"
    grep -qxF 'content-type: text/x-test' "$work/headers"
    grep -qxF 'cache-control: max-age=77' "$work/headers"
    grep -qxF 'content-disposition: attachment; filename="a b"' "$work/headers"
    grep -qxF 'content-language: de' "$work/headers"
    grep -qxF 'content-encoding: identity' "$work/headers"
    grep -qxF 'expires: Wed, 21 Oct 2037 07:28:00 GMT' "$work/headers"
    grep -qxF 'x-oss-meta-owner: nobody' "$work/headers"
}

check 'a bucket of a real S3 server is filled' fills_the_source
if ! start_sandbox "$work/sandbox" --oss-bucket destination; then
    failed=$((failed + 1))
    echo 'FAILED ceph-to-oss: the sandbox did not start'
else
    migrates </dev/null 2>&1 | tee "$work/migration"
    status=${PIPESTATUS[0]}
    passed=$((passed + $(grep -c '^ok ' "$work/migration")))
    failed=$((failed + $(grep -c '^FAILED ' "$work/migration")))
    if ((status != 0)) && ! grep -q '^FAILED ' "$work/migration"; then
        failed=$((failed + 1))
        echo "FAILED ceph-to-oss: the script ended with $status"
    fi
    check 'every key and byte arrived, as another client reads them' arrives_whole
    check 'headers and user metadata arrived' arrives_described
fi
closing
