#!/bin/bash
# Checks an S3 endpoint with rclone. Reads S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.
client=rclone
# shellcheck source=checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

# rclone 1.60 ends at once when this is set.
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
export RCLONE_CONFIG=$work/rclone.conf NO_PROXY='*'
: >"$RCLONE_CONFIG"
export RCLONE_CONFIG_S_TYPE=s3 RCLONE_CONFIG_S_PROVIDER=Other RCLONE_CONFIG_S_FORCE_PATH_STYLE=true
export RCLONE_CONFIG_S_ENDPOINT=$S3_ENDPOINT RCLONE_CONFIG_S_REGION=$S3_REGION
export RCLONE_CONFIG_S_ACCESS_KEY_ID=$S3_ACCESS_KEY_ID RCLONE_CONFIG_S_SECRET_ACCESS_KEY=$S3_SECRET_ACCESS_KEY
export RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
bucket=foreign-rclone-$$-$RANDOM
remote=s:$bucket

mkdir -p "$work/tree/deep/er"
for n in {1..60}; do
    echo "$n" >"$work/tree/file $n"
    echo "$n" >"$work/tree/deep/er/${n}é+%2F.txt"
done
: >"$work/tree/empty"
head -c 12000001 /dev/urandom >"$work/tree/large"

makes_a_bucket() {
    rclone mkdir "$remote"
    rclone lsd s: | grep -qF "$bucket"
}
copies_a_tree() {
    rclone copy "$work/tree" "$remote/tree" --s3-upload-cutoff 5Mi --s3-chunk-size 5Mi --transfers 8
    same 122 "$(rclone lsf -R --files-only "$remote/tree" | wc -l)"
    rclone check --download "$work/tree" "$remote/tree"
}
has_nothing_to_do_again() {
    touch "$work/tree/new"
    rclone sync -v "$work/tree" "$remote/tree" >"$work/log" 2>&1
    same 1 "$(grep -c ': Copied (new)' "$work/log")"
    rm "$work/tree/new"
    rclone sync -v "$work/tree" "$remote/tree" >"$work/log" 2>&1
    same 1 "$(grep -c ': Deleted' "$work/log")"
    same 0 "$(grep -c ': Copied' "$work/log" || true)"
}
copies_back() {
    rclone copy "$remote/tree" "$work/back" --multi-thread-cutoff 5M --multi-thread-streams 3
    diff -r "$work/tree" "$work/back"
}
keeps_times() {
    touch -d '2020-02-03T04:05:06.789Z' "$work/dated"
    rclone copyto "$work/dated" "$remote/dated"
    rclone lsl "$remote/dated" | grep -qF '2020-02-03 04:05:06.789'
}
lists_with_both_versions() {
    local one two
    one=$(rclone lsf -R --s3-list-version 1 --s3-list-chunk 7 "$remote/tree" | LC_ALL=C sort)
    two=$(rclone lsf -R --s3-list-version 2 --s3-list-chunk 7 "$remote/tree" | LC_ALL=C sort)
    same 124 "$(wc -l <<<"$two")"
    same "$two" "$one"
    same "$two" "$(rclone lsf -R --fast-list --s3-list-chunk 7 "$remote/tree" | LC_ALL=C sort)"
}
hashes_are_the_md5() {
    same "$(md5sum <"$work/tree/file 1" | cut -c1-32)" "$(rclone md5sum "$remote/tree/file 1" | cut -c1-32)"
}
reads_a_part() {
    same "$(tail -c +1001 "$work/tree/large" | head -c 100 | md5sum)" "$(rclone cat --offset 1000 --count 100 "$remote/tree/large" | md5sum)"
}
copies_and_moves_on_the_server() {
    rclone copyto "$remote/tree/large" "$remote/large copy" --s3-copy-cutoff 6Mi --s3-chunk-size 5Mi
    same "$(md5sum <"$work/tree/large")" "$(rclone cat "$remote/large copy" | md5sum)"
    rclone moveto "$remote/large copy" "$remote/moved"
    same '' "$(rclone lsf "$remote/large copy")"
    same "$(md5sum <"$work/tree/large")" "$(rclone cat "$remote/moved" | md5sum)"
}
streams_of_unknown_size() {
    head -c 6000000 "$work/tree/large" | rclone rcat "$remote/streamed" --streaming-upload-cutoff 100Ki --s3-chunk-size 5Mi
    same "$(head -c 6000000 "$work/tree/large" | md5sum)" "$(rclone cat "$remote/streamed" | md5sum)"
}
links() {
    same 1 "$(curl --silent --fail --noproxy '*' "$(rclone link --expire 5m "$remote/tree/file 1")")"
}
names_errors() {
    RCLONE_CONFIG_S_SECRET_ACCESS_KEY=wrong refused SignatureDoesNotMatch rclone lsf "$remote"
    refused 'directory not found' rclone lsf "s:$bucket-never-was"
}
purges() {
    rclone deletefile "$remote/dated"
    rclone purge "$remote"
    refused 'directory not found' rclone lsf "$remote"
}

check 'makes a bucket' makes_a_bucket
check 'copies a tree up, in parts where large, and finds it equal' copies_a_tree
check 'a second sync copies and deletes only what changed' has_nothing_to_do_again
check 'copies the tree back' copies_back
check 'keeps modification times as metadata' keeps_times
check 'lists the same in pages by V1, by V2 and flat' lists_with_both_versions
check 'the ETag of a plain object is its MD5' hashes_are_the_md5
check 'reads a range' reads_a_part
check 'copies and moves on the server, in parts too' copies_and_moves_on_the_server
check 'uploads a stream of unknown size' streams_of_unknown_size
check 'presigned URL' links
check 'errors carry their codes' names_errors
check 'purges the bucket' purges
closing
