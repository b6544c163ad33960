#!/bin/bash
# Checks an S3 endpoint with the AWS CLI.
# Reads S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, and SANDBOX_ADMIN where archived objects can be made.
client='AWS CLI'
# shellcheck source=checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$S3_SECRET_ACCESS_KEY AWS_DEFAULT_REGION=$S3_REGION
export AWS_CONFIG_FILE=$work/config AWS_SHARED_CREDENTIALS_FILE=$work/none AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' AWS_MAX_ATTEMPTS=1
unset AWS_PROFILE AWS_SESSION_TOKEN
cat >"$AWS_CONFIG_FILE" <<CONF
[default]
output = text
s3 =
    addressing_style = path
    signature_version = s3v4
    multipart_threshold = 8MB
    multipart_chunksize = 5MB
CONF
bucket=foreign-aws-$$-$RANDOM
s3() { aws --endpoint-url "$S3_ENDPOINT" s3 "$@"; }
api() { local verb=$1; shift; aws --endpoint-url "$S3_ENDPOINT" s3api "$verb" --bucket "$bucket" "$@"; }
put() { printf '%s' "$2" >"$work/body" && api put-object --key "$1" --body "$work/body" "${@:3}"; }
got() { api get-object --key "$1" "${@:2}" "$work/got" >/dev/null && cat "$work/got"; }

makes_a_bucket() {
    s3 mb "s3://$bucket"
    s3 ls | grep -qF "$bucket"
    api head-bucket
}
copies_up_and_down() {
    echo 'hello world' >"$work/small"
    s3 cp "$work/small" "s3://$bucket/small"
    s3 cp "s3://$bucket/small" "$work/small.back"
    cmp "$work/small" "$work/small.back"
    s3 ls "s3://$bucket/" | grep -qE ' 12 small$'
}
copies_in_parts() {
    head -c 18000001 /dev/urandom >"$work/large"
    s3 cp --quiet "$work/large" "s3://$bucket/large"
    s3 cp --quiet "s3://$bucket/large" "$work/large.back"
    cmp "$work/large" "$work/large.back"
    api head-object --key large --query ETag | grep -qE -- '-4"$'
}
keeps_headers_and_metadata() {
    s3 cp --quiet "$work/small" "s3://$bucket/meta" --content-type text/x-test --cache-control max-age=77 \
        --content-disposition 'attachment; filename="a b"' --content-encoding identity --content-language de --metadata owner=nobody,two-words='a  b'
    api head-object --key meta --query 'join(`|`, [ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata.owner, Metadata."two-words"])' >"$work/head"
    same 'text/x-test|max-age=77|attachment; filename="a b"|identity|de|nobody|a  b' "$(<"$work/head")"
}
etag_is_the_md5() {
    same "\"$(md5sum <"$work/small" | cut -c1-32)\"" "$(api head-object --key small --query ETag)"
}
syncs_a_tree() {
    mkdir -p "$work/tree/deep/er"
    local n
    for n in {1..25}; do echo "$n" >"$work/tree/file $n"; echo "$n" >"$work/tree/deep/er/${n}é+%2F.txt"; done
    # A file is sent again when it is newer than the object, and objects are dated to the second only.
    find "$work/tree" -type f -exec touch -d '1 hour ago' {} +
    s3 sync --quiet "$work/tree" "s3://$bucket/tree"
    same 50 "$(s3 ls --recursive "s3://$bucket/tree/" | wc -l)"
    same '' "$(s3 sync "$work/tree" "s3://$bucket/tree")"
    s3 sync --quiet "s3://$bucket/tree" "$work/tree.back"
    diff -r "$work/tree" "$work/tree.back"
}
lists_in_pages() {
    same 50 "$(api list-objects-v2 --prefix tree/ --page-size 7 --query 'length(Contents)' --output json)"
    same 50 "$(api list-objects --prefix tree/ --page-size 7 --query 'length(Contents)' --output json)"
    # One line for each page; only one of them has a common prefix.
    same 'tree/deep/' "$(api list-objects-v2 --prefix tree/ --delimiter / --page-size 4 --query 'CommonPrefixes[].Prefix' | grep -v '^None$')"
    same 'tree/file 8	tree/file 9' "$(api list-objects-v2 --prefix tree/ --start-after 'tree/file 7' --query 'Contents[].Key')"
    same 'tree/file 8	tree/file 9' "$(api list-objects --prefix tree/ --marker 'tree/file 7' --query 'Contents[].Key')"
}
odd_keys=('a//b' 'a/' 'a b' 'a+b' 'a%2Fb' 'a%b' 'a&b=c' 'a?b' 'a#b' "it's (1)!*~" 'q"<>' $'\u00e9' $'e\u0301' Case case '日本語/キー' $'\U1f600.txt' $'\uff5e' . .. './a' 'a/../b')
holds_odd_keys() {
    local key
    for key in "${odd_keys[@]}"; do
        put "odd/$key" "$key" >/dev/null
        same "$key" "$(got "odd/$key")"
    done
    put "$(printf 'x%.0s' {1..1024})" long >/dev/null
    same long "$(got "$(printf 'x%.0s' {1..1024})")"
    refused KeyTooLong put "$(printf 'x%.0s' {1..1025})" long
}
lists_by_bytes() {
    printf 'odd/%s\n' "${odd_keys[@]}" | LC_ALL=C sort >"$work/expected"
    api list-objects-v2 --prefix odd/ --page-size 3 --query 'Contents[].[Key]' >"$work/actual"
    diff "$work/expected" "$work/actual"
}
reads_ranges_and_conditions() {
    local etag
    same 'world' "$(got small --range bytes=6-10)"
    same $'world' "$(got small --range bytes=-6)"
    refused InvalidRange got small --range bytes=100-
    etag=$(api head-object --key small --query ETag)
    same 'hello world' "$(got small --if-match "$etag")"
    refused PreconditionFailed got small --if-match '"00000000000000000000000000000000"'
    refused 304 got small --if-none-match "$etag"
}
copies_on_the_server() {
    api copy-object --key copied --copy-source "$bucket/meta" >/dev/null
    same nobody "$(api head-object --key copied --query Metadata.owner)"
    api copy-object --key copied --copy-source "$bucket/meta" --metadata-directive REPLACE --metadata owner=else --content-type text/y >/dev/null
    same 'else	text/y' "$(api head-object --key copied --query '[Metadata.owner, ContentType]')"
    s3 cp --quiet "s3://$bucket/odd/a b" "s3://$bucket/copied a+b"
    same 'a b' "$(got 'copied a+b')"
}
deletes_many() {
    local n
    for n in 1 2 3; do put "del/$n" x >/dev/null; done
    api delete-objects --delete 'Objects=[{Key=del/1},{Key=del/2},{Key=del/never}]' --query 'Deleted[].Key' >"$work/deleted"
    same 3 "$(wc -w <"$work/deleted")"
    same del/3 "$(api list-objects-v2 --prefix del/ --query 'Contents[].Key')"
}
tags_objects() {
    api put-object-tagging --key small --tagging 'TagSet=[{Key=a,Value=1},{Key=b c,Value=d+e}]'
    same $'a\t1\nb c\td+e' "$(api get-object-tagging --key small --query 'TagSet[].[Key,Value]' | sort)"
    api delete-object-tagging --key small
    same 0 "$(api get-object-tagging --key small --query 'length(TagSet)' --output json)"
    put tagged x --tagging 'k=v' >/dev/null
    same $'k\tv' "$(api get-object-tagging --key tagged --query 'TagSet[].[Key,Value]')"
}
uploads_parts_by_hand() {
    local id other one two
    head -c 5242880 "$work/large" >"$work/one"
    echo tail >"$work/two"
    id=$(api create-multipart-upload --key parts --content-type text/x-parts --metadata kind=parts --query UploadId)
    one=$(api upload-part --key parts --upload-id "$id" --part-number 1 --body "$work/one" --query ETag)
    two=$(api upload-part --key parts --upload-id "$id" --part-number 2 --body "$work/two" --query ETag)
    same $'1\t5242880\n2\t5' "$(api list-parts --key parts --upload-id "$id" --query 'Parts[].[PartNumber,Size]')"
    same "parts	$id" "$(api list-multipart-uploads --query 'Uploads[].[Key,UploadId]')"
    refused InvalidPart api complete-multipart-upload --key parts --upload-id "$id" --multipart-upload "Parts=[{ETag=$two,PartNumber=1}]"
    api complete-multipart-upload --key parts --upload-id "$id" --multipart-upload "Parts=[{ETag=$one,PartNumber=1},{ETag=$two,PartNumber=2}]" >/dev/null
    api get-object --key parts "$work/parts" >/dev/null
    cat "$work/one" "$work/two" | cmp - "$work/parts"
    same 'parts	text/x-parts' "$(api head-object --key parts --query '[Metadata.kind, ContentType]')"
    other=$(api create-multipart-upload --key other --query UploadId)
    api upload-part-copy --key other --upload-id "$other" --part-number 1 --copy-source "$bucket/large" --copy-source-range bytes=0-5999999 >/dev/null
    api abort-multipart-upload --key other --upload-id "$other"
    refused NoSuchUpload api list-parts --key other --upload-id "$other"
}
names_errors() {
    refused NoSuchKey got 'never was'
    refused 404 api head-object --key 'never was'
    refused NoSuchBucket s3 ls "s3://$bucket-never-was"
    AWS_SECRET_ACCESS_KEY=wrong refused SignatureDoesNotMatch api get-object --key small "$work/got"
    AWS_ACCESS_KEY_ID=AKIAUNKNOWN refused InvalidAccessKeyId api get-object --key small "$work/got"
}
presigns() {
    local url
    url=$(s3 presign "s3://$bucket/odd/a b" --expires-in 300)
    same 'a b' "$(curl --silent --fail --noproxy '*' "$url")"
    same 403 "$(curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' "${url/a%20b/a%2Bb}")"
    same 403 "$(curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' "$S3_ENDPOINT/$bucket/small")"
}
keeps_versions() {
    local first second marker
    bucket=$bucket-versions # only within this check, which has a shell of its own
    s3 mb "s3://$bucket"
    same '' "$(api get-bucket-versioning --query Status | grep -v None || true)"
    api put-bucket-versioning --versioning-configuration Status=Enabled
    same Enabled "$(api get-bucket-versioning --query Status)"
    first=$(put v first --query VersionId)
    second=$(put v second --query VersionId)
    same first "$(got v --version-id "$first")"
    same $'True\t'"$second"$'\nFalse\t'"$first" "$(api list-object-versions --prefix v --query 'Versions[].[IsLatest,VersionId]')"
    marker=$(api delete-object --key v --query VersionId)
    refused NoSuchKey got v
    same "$marker" "$(api list-object-versions --prefix v --query 'DeleteMarkers[].VersionId')"
    api delete-object --key v --version-id "$marker" >/dev/null
    same second "$(got v)"
    api delete-object --key v --version-id "$second" >/dev/null
    same first "$(got v)"
    api delete-object --key v --version-id "$first" >/dev/null
    refused NoSuchKey got v
    api put-bucket-versioning --versioning-configuration Status=Suspended
    same Suspended "$(api get-bucket-versioning --query Status)"
    s3 rb "s3://$bucket"
}
keeps_lifecycle_rules() {
    refused NoSuchLifecycleConfiguration api get-bucket-lifecycle-configuration
    api put-bucket-lifecycle-configuration --lifecycle-configuration '{"Rules":[
        {"ID":"date","Status":"Enabled","Filter":{"Prefix":"old/"},"Expiration":{"Date":"2030-01-02T00:00:00Z"}},
        {"ID":"days","Status":"Disabled","Filter":{"Prefix":"logs/"},"Expiration":{"Days":3}}]}'
    api get-bucket-lifecycle-configuration --query 'Rules[].[ID,Status,Filter.Prefix,Expiration.Days]' | sort >"$work/rules"
    same $'date\tEnabled\told/\tNone\ndays\tDisabled\tlogs/\t3' "$(<"$work/rules")"
    api get-bucket-lifecycle-configuration --query 'Rules[].Expiration.Date' | grep -q '^2030-01-02T00:00:00'
    api delete-bucket-lifecycle
    refused NoSuchLifecycleConfiguration api get-bucket-lifecycle-configuration
}
archive() { # KEY RESTORED: the sandbox's own way to make an archived object
    curl --silent --show-error --fail --noproxy '*' -H 'Content-Type: application/json' \
        --data "{\"side\":\"s3\",\"bucket\":\"$bucket\",\"key\":\"$1\",\"storageClass\":\"GLACIER\",\"restored\":$2}" "$SANDBOX_ADMIN/objects"
}
restores_archived_objects() {
    put frozen cold >/dev/null
    archive frozen false
    same GLACIER "$(api list-objects-v2 --prefix frozen --query 'Contents[].StorageClass')"
    refused InvalidObjectState got frozen
    api restore-object --key frozen --restore-request 'Days=2,GlacierJobParameters={Tier=Standard}'
    api head-object --key frozen --query Restore | grep -qF 'ongoing-request="true"'
    refused RestoreAlreadyInProgress api restore-object --key frozen --restore-request Days=2
    archive frozen true
    api head-object --key frozen --query Restore | grep -qF 'ongoing-request="false"'
    same cold "$(got frozen)"
}
removes_the_bucket() {
    refused BucketNotEmpty s3 rb "s3://$bucket"
    s3 rm --quiet --recursive "s3://$bucket"
    same '' "$(s3 ls --recursive "s3://$bucket" || true)"
    s3 rb "s3://$bucket"
    refused 404 api head-bucket
}

check 'makes a bucket, lists and heads it' makes_a_bucket
check 'copies a small file up and down' copies_up_and_down
check 'copies a file of 18 MB up and down in parts' copies_in_parts
check 'the ETag of a plain object is its MD5' etag_is_the_md5
check 'headers and user metadata arrive and come back' keeps_headers_and_metadata
check 'syncs a tree up and down; a second sync has nothing to do' syncs_a_tree
check 'lists in pages, V2 and V1, with delimiter and start' lists_in_pages
check 'holds odd keys byte by byte' holds_odd_keys
check 'lists keys in the order of their UTF-8 bytes' lists_by_bytes
check 'ranges and conditions' reads_ranges_and_conditions
check 'copies on the server, keeping or replacing the metadata' copies_on_the_server
check 'deletes many at once, and no more' deletes_many
check 'object tagging' tags_objects
check 'multipart by hand: parts, lists, copy, complete, abort' uploads_parts_by_hand
check 'errors carry their codes' names_errors
check 'presigned URL; changed and anonymous ones are refused' presigns
if [[ -n ${SANDBOX_ADMIN:-} ]]; then
    check 'archived objects must be restored first' restores_archived_objects
fi
check 'bucket lifecycle: put, get, delete' keeps_lifecycle_rules
check 'versioning: versions, delete marker, a version by its id' keeps_versions
check 'removes the bucket only when it is empty' removes_the_bucket
closing
