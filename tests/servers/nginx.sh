#!/bin/bash
# A plain web server to test lists of URLs against: nginx, on 127.0.0.1 only.
#
#   nginx.sh install          installs the Debian package when it is missing (needs root)
#   nginx.sh start FOLDER     serves FOLDER/www three times and prints one JSON line:
#                             {"ranges":"http://127.0.0.1:PORT","withoutRanges":"...","withoutETags":"...","folder":"FOLDER"}
#                             FOLDER/access.log has a line for each answer: the path, its status, its bytes.
#   nginx.sh stop FOLDER      ends its process by its id
set -euo pipefail

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PATH=$PATH:/usr/sbin

install() {
    command -v nginx >/dev/null || apt_install nginx-light
}

runs() { # whether the process of this folder is alive (its id may have been given to another one since)
    pid=$(cat "$folder/pid" 2>/dev/null || true)
    [[ -n $pid ]] && { tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$folder/nginx.conf"; } 2>/dev/null
}

start() {
    local ranges without_ranges without_etags pid account='' end=$((SECONDS + 20))
    command -v nginx >/dev/null || fail 'nginx is missing: run nginx.sh install first'
    if runs; then fail "it runs in $folder already"; fi
    mkdir -p "$folder/www"
    ranges=$(free_port)
    without_ranges=$(free_port)
    without_etags=$(free_port)
    # Else its workers belong to an account that may not enter a folder of root.
    if ((EUID == 0)); then account='user root;'; fi
    cat >"$folder/nginx.conf" <<CONF
$account
daemon off;
worker_processes 1;
pid $folder/pid;
error_log $folder/error.log;
events { worker_connections 1024; }
http {
    log_format answers '\$request_uri \$status \$body_bytes_sent';
    access_log $folder/access.log answers;
    client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi;
    default_type application/x-test;
    root $folder/www;
    server { listen 127.0.0.1:$ranges; }
    server { listen 127.0.0.1:$without_ranges; max_ranges 0; }
    server { listen 127.0.0.1:$without_etags; etag off; }
}
CONF
    setsid nginx -c "$folder/nginx.conf" -e "$folder/error.log" </dev/null >"$folder/out" 2>&1 &
    disown
    until (exec 3<>"/dev/tcp/127.0.0.1/$without_etags") 2>/dev/null; do
        if ((SECONDS >= end)); then
            cat "$folder/out" "$folder/error.log" >&2
            fail 'it did not start'
        fi
        sleep 0.2
    done
    printf '{"ranges":"http://127.0.0.1:%s","withoutRanges":"http://127.0.0.1:%s","withoutETags":"http://127.0.0.1:%s","folder":"%s"}\n' \
        "$ranges" "$without_ranges" "$without_etags" "$folder"
}

stop() {
    end_what_runs
}

case ${1:-} in
    install) install ;;
    start | stop)
        [[ -n ${2:-} ]] || fail "usage: nginx.sh $1 FOLDER"
        mkdir -p "$2"
        folder=$(cd "$2" && pwd -P)
        "$1"
        ;;
    *) fail 'usage: nginx.sh install | start FOLDER | stop FOLDER' ;;
esac
