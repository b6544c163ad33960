#!/bin/bash
# A real S3 server to test against: Ceph RGW on one node (mon, mgr, one OSD in memory, radosgw), on 127.0.0.1 only.
#
#   ceph.sh install         installs the Debian packages when radosgw is missing (needs root)
#   ceph.sh start FOLDER    makes a fresh cluster in FOLDER, waits until it serves, and prints one JSON line:
#                           {"endpoint":"http://127.0.0.1:PORT","accessKeyId":"...","secretAccessKey":"...","region":"us-east-1"}
#   ceph.sh stop FOLDER     ends its processes by their ids; FOLDER stays for its logs
#
# FOLDER must be new, empty or made by this script. Keys are random, ports are free ones, so several may run side by side.
# A lifecycle "day" lasts 10 seconds (rgw_lc_debug_interval).
set -euo pipefail

packages=(radosgw ceph-mon ceph-osd ceph-mgr ceph-common)

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# wait_for SECONDS WHAT COMMAND...: runs the command twice a second until it succeeds.
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "$what: not there in time; see the logs in $folder/log"
        sleep 0.5
    done
}

write_configuration() {
    cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $(</proc/sys/kernel/random/uuid)
mon_host = v1:127.0.0.1:$mon_port
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
ms_bind_msgr2 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = true
run_dir = $folder/run
log_file = $folder/log/\$name.log
crash_dir = $folder/log
admin_socket = $socket_folder/\$name.asok
pid_file = $folder/run/\$name.pid
keyring = $folder/keyring
mon_data = $folder/mon
mgr_data = $folder/mgr
osd_data = $folder/osd
rgw_data = $folder/rgw
mon_data_avail_warn = 1
mon_data_avail_crit = 1
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_max_pg_per_osd = 2000
mon_warn_on_pool_no_redundancy = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_crush_chooseleaf_type = 0
# At its start the OSD may ask to be placed before it knows the cluster's id, is refused, and ends; it is placed by hand below.
osd_crush_update_on_start = false
osd_class_update_on_start = false
osd_objectstore = memstore
memstore_device_bytes = 6442450944
osd_memory_target = 1073741824
osd_scrub_load_threshold = 0
# Keys of 1,024 bytes need longer object names than the OSD allows by default.
osd_max_object_name_len = 2048
osd_max_object_namespace_len = 256
[client.rgw.a]
rgw_frontends = beast endpoint=127.0.0.1:$rgw_port
rgw_enable_apis = s3, admin
rgw_enable_usage_log = false
rgw_enable_ops_log = false
rgw_thread_pool_size = 64
rgw_lc_debug_interval = 10
CONF
}

# daemon NAME PROGRAM ARGUMENTS...: starts it detached, its output in the log folder, its id in FOLDER/pids.
daemon() {
    local name=$1
    shift
    "$@" </dev/null >"$folder/log/$name.out" 2>&1 &
    echo "$name $!" >>"$folder/pids"
}

ceph_command() {
    timeout 30 ceph -c "$folder/ceph.conf" --connect-timeout 20 "$@" </dev/null
}

osd_is_up() {
    ceph_command osd stat | grep -q '1 up'
}

rgw_answers() {
    curl --silent --noproxy '*' --max-time 5 --output /dev/null "http://127.0.0.1:$rgw_port/"
}

make_user() {
    timeout 60 radosgw-admin -c "$folder/ceph.conf" user create --uid=test --display-name=Test \
        --access-key="$1" --secret-key="$2" </dev/null >"$folder/log/user.out" 2>&1
}

start() {
    command -v radosgw >/dev/null || fail 'radosgw is missing: run ceph.sh install first'
    if [[ -e $folder/pids ]]; then
        stop
    elif [[ -d $folder && -n $(ls -A "$folder") && ! -e $folder/ceph.conf ]]; then
        fail "$folder is not empty and was not made by this script"
    fi
    rm -rf "${folder:?}"/{ceph.conf,keyring,monmap,pids,socket,mon,mgr,osd,rgw,run,log}
    mkdir -p "$folder"/{mon,mgr,osd,rgw,run,log}
    # The path of a Unix socket holds 107 bytes at most, and FOLDER may be long.
    socket_folder=$(mktemp -d)
    echo "$socket_folder" >"$folder/socket"
    mon_port=$(free_port)
    rgw_port=$(free_port)
    write_configuration
    trap 'rc=$?; trap - EXIT; ((rc == 0)) || stop; exit "$rc"' EXIT

    local conf=(-c "$folder/ceph.conf") osd_id access secret
    export CEPH_CONF=$folder/ceph.conf
    ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
    monmaptool --create --addv a "[v1:127.0.0.1:$mon_port]" \
        --fsid "$(sed -n 's/^fsid = //p' "$folder/ceph.conf")" "$folder/monmap" >/dev/null
    ceph-mon "${conf[@]}" --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring" >"$folder/log/mkfs.out" 2>&1
    daemon mon ceph-mon "${conf[@]}" -i a -f
    wait_for 60 'the monitor' ceph_command mon stat
    daemon mgr ceph-mgr "${conf[@]}" -i a -f
    osd_id=$(</proc/sys/kernel/random/uuid)
    ceph_command osd new "$osd_id" 0 >"$folder/log/osd-new.out" 2>&1
    ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$osd_id" >>"$folder/log/mkfs.out" 2>&1
    ceph_command osd crush add osd.0 1.0 root=default host=single >>"$folder/log/osd-new.out" 2>&1
    daemon osd ceph-osd "${conf[@]}" -i 0 -f
    wait_for 60 'the OSD' osd_is_up
    daemon rgw radosgw "${conf[@]}" -n client.rgw.a -f
    wait_for 120 'the gateway' rgw_answers
    access=$(random_text 20)
    secret=$(random_text 40)
    # The first call may meet pools that are still being made.
    make_user "$access" "$secret" || make_user "$access" "$secret" || fail "no user could be made; see $folder/log/user.out"
    printf '{"endpoint":"http://127.0.0.1:%s","accessKeyId":"%s","secretAccessKey":"%s","region":"us-east-1"}\n' \
        "$rgw_port" "$access" "$secret"
}

runs() { # PID: a live process of this cluster (an id may have been given to another process since)
    [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$folder/ceph.conf"
}

# The gateway first and the monitor last: each hangs when what it leans on is gone before it.
stop() {
    local name pid end
    [[ -e $folder/pids ]] || return 0
    for name in rgw osd mgr mon; do
        pid=$(awk -v name="$name" '$1 == name { print $2 }' "$folder/pids")
        [[ -n $pid ]] && runs "$pid" || continue
        kill -TERM "$pid" 2>/dev/null || true
        end=$((SECONDS + 10))
        while runs "$pid" && ((SECONDS < end)); do sleep 0.2; done
        if runs "$pid"; then kill -KILL "$pid" 2>/dev/null || true; fi
    done
    rm -f "$folder/pids"
    if [[ -s $folder/socket ]]; then
        rm -rf "$(<"$folder/socket")" "$folder/socket"
    fi
}

install() {
    if command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null \
        && command -v ceph-mgr >/dev/null && command -v ceph >/dev/null; then
        return
    fi
    apt_install "${packages[@]}"
}

case ${1:-} in
    install) install ;;
    start | stop)
        [[ -n ${2:-} ]] || fail "usage: ceph.sh $1 FOLDER"
        mkdir -p "$2"
        folder=$(cd "$2" && pwd -P)
        "$1"
        ;;
    *) fail 'usage: ceph.sh install | start FOLDER | stop FOLDER' ;;
esac
