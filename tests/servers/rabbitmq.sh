#!/bin/bash
# A real message broker to test against: RabbitMQ on one node, on 127.0.0.1 only.
#
#   rabbitmq.sh install          installs the Debian package when the broker is missing (needs root)
#   rabbitmq.sh start FOLDER     makes a fresh broker in FOLDER, or starts again the one that is there, and prints one JSON line:
#                                {"uri":"amqp://127.0.0.1:PORT","tlsUri":"amqps://localhost:PORT","certificateAuthority":"FILE",
#                                 "userName":"...","password":"...","folder":"FOLDER"}
#   rabbitmq.sh stop FOLDER      ends its processes by their ids; what it keeps stays for the next start
#   rabbitmq.sh kill FOLDER      the same without any warning (SIGKILL)
#   rabbitmq.sh control FOLDER ARGUMENT...   rabbitmqctl
#
# With RABBITMQ_WITHOUT_QUORUM_QUEUES=1 a fresh broker has no quorum queues. Account and ports are random ones, so several
# may run side by side. FOLDER must be new, empty or made by this script.
set -euo pipefail

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The wrappers in /usr/sbin change the user and drop the environment; these do neither.
programs() {
    local found
    for found in /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin; do
        if [[ -x $found/rabbitmq-server ]]; then
            echo "$found"
            return
        fi
    done
    return 1
}

make_certificates() {
    local tls=$folder/tls
    mkdir -p "$tls"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Test authority' \
        -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$tls/server.key" -out "$tls/server.csr" 2>/dev/null
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$tls/extensions"
    openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 30 \
        -extfile "$tls/extensions" -out "$tls/server.pem" 2>/dev/null
}

make_folder() {
    if [[ -d $folder && -n $(ls -A "$folder") ]]; then
        fail "$folder is not empty and was not made by this script"
    fi
    mkdir -p "$folder"/{home,log,mnesia}
    make_certificates
    {
        echo "port=$(free_port)"
        echo "tls_port=$(free_port)"
        echo "distribution_port=$(free_port)"
        echo "mapper_port=$(free_port)"
        echo "user=$(random_text 10)"
        echo "password=$(random_text 24)"
        echo "node=ossmigration$(random_text 8)@localhost"
        echo "without_quorum_queues=${RABBITMQ_WITHOUT_QUORUM_QUEUES:-}"
    } >"$folder/settings"
    # shellcheck source=/dev/null
    source "$folder/settings"
    echo '[].' >"$folder/enabled_plugins"
    cat >"$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
listeners.ssl.1 = 127.0.0.1:$tls_port
ssl_options.cacertfile = $folder/tls/ca.pem
ssl_options.certfile = $folder/tls/server.pem
ssl_options.keyfile = $folder/tls/server.key
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
default_user = $user
default_pass = $password
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
log.console = true
log.file = false
disk_free_limit.absolute = 50MB
CONF
}

# HOME is where Erlang keeps its cookie; everything listens on this machine only, the distribution too.
with_environment() {
    env HOME="$folder/home" LC_ALL=C.UTF-8 \
        ERL_EPMD_PORT="$mapper_port" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="$node" RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" RABBITMQ_BASE="$folder" \
        RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_PID_FILE="$folder/pid" \
        RABBITMQ_DIST_PORT="$distribution_port" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        "$@"
}

runs() { # whether the process of this broker is alive (its id may have been given to another one since)
    pid=$(cat "$folder/broker.pid" 2>/dev/null || true)
    [[ -n $pid ]] && { tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF -- "RABBITMQ_NODENAME=$node"; } 2>/dev/null
}

serves() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

start() {
    local sbin end pid flags=()
    sbin=$(programs) || fail 'the broker is missing: run rabbitmq.sh install first'
    if [[ -s $folder/settings ]]; then
        # shellcheck source=/dev/null
        source "$folder/settings"
    else
        make_folder
    fi
    [[ -z $without_quorum_queues ]] || flags=(RABBITMQ_FEATURE_FLAGS=)
    if runs; then
        fail "the broker in $folder runs already"
    fi
    with_environment env "${flags[@]}" setsid "$sbin/rabbitmq-server" </dev/null >>"$folder/log/out" 2>&1 &
    disown
    end=$((SECONDS + 90))
    until serves && with_environment "$sbin/rabbitmqctl" -q -n "$node" await_startup --timeout 60 >>"$folder/log/control" 2>&1; do
        ((SECONDS < end)) || fail "the broker is not there in time; see $folder/log"
        sleep 0.3
    done
    with_environment "$sbin/rabbitmqctl" -q -n "$node" eval 'os:getpid().' </dev/null | tr -dc '0-9' >"$folder/broker.pid"
    printf '{"uri":"amqp://127.0.0.1:%s","tlsUri":"amqps://localhost:%s","certificateAuthority":"%s","userName":"%s","password":"%s","folder":"%s"}\n' \
        "$port" "$tls_port" "$folder/tls/ca.pem" "$user" "$password" "$folder"
}

end_with() { # SIGNAL
    local pid='' end
    [[ -s $folder/settings ]] || return 0
    # shellcheck source=/dev/null
    source "$folder/settings"
    if runs; then
        kill "-$1" "$pid" 2>/dev/null || true
        end=$((SECONDS + 20))
        while runs && ((SECONDS < end)); do sleep 0.1; done
        if runs; then kill -KILL "$pid" 2>/dev/null || true; fi
    fi
    # The port mapper outlives every broker.
    for _ in {1..20}; do
        ERL_EPMD_PORT=$mapper_port epmd -kill >/dev/null 2>&1 && break
        (exec 3<>"/dev/tcp/127.0.0.1/$mapper_port") 2>/dev/null || break
        sleep 0.1
    done
}

install() {
    if programs >/dev/null; then
        return
    fi
    apt_install rabbitmq-server openssl
}

case ${1:-} in
    install) install ;;
    start | stop | kill | control)
        [[ -n ${2:-} ]] || fail "usage: rabbitmq.sh $1 FOLDER"
        mkdir -p "$2"
        folder=$(cd "$2" && pwd -P)
        case $1 in
            start) start ;;
            stop) end_with TERM ;;
            kill) end_with KILL ;;
            control)
                # shellcheck source=/dev/null
                source "$folder/settings"
                with_environment "$(programs)/rabbitmqctl" -q -n "$node" "${@:3}"
                ;;
        esac
        ;;
    *) fail 'usage: rabbitmq.sh install | start FOLDER | stop FOLDER | kill FOLDER | control FOLDER ARGUMENT...' ;;
esac
