#!/bin/sh
# Sees that Debian packages are there. Usage: system.sh PACKAGE…
#
# Looks for what the package brings, so that another way of installing it counts too. What is missing is
# installed when this runs as root or sudo asks for no password; otherwise one line names it, and the
# set-up goes on without. Ends with 0 all the same: only python3-venv cannot be done without.
set -u
PATH=$PATH:/usr/sbin:/sbin

is_there() {
    case $1 in
        libportaudio2) ldconfig -p | grep -q 'libportaudio\.so\.2' ;;
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

install() {
    if [ "$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else return 1; fi
    command -v apt-get >/dev/null || return 1
    echo "Installing $* …"
    # shellcheck disable=SC2086 # no sudo is no word
    {
        $root apt-get update -qq
        $root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq --no-install-recommends "$@" </dev/null >/dev/null
    }
}

missing=
for package in "$@"; do
    is_there "$package" || missing="$missing $package"
done
# shellcheck disable=SC2086 # the packages are words
[ -z "$missing" ] || install $missing ||
    echo "Not installed, and Lares can use them:$missing. To install: sudo apt install$missing" >&2
