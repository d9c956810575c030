# Builds a Debian system in a directory, once, and prints its path; for scripts that say which. To be sourced.
#
# Whoever sources it sets suite, name (of the directory) and packages (or none), defines describe (prints what the system is made of) and prepare (before
# the packages are installed), and calls provide "$@". The directory lies outside the checkout, in
# ${XDG_CACHE_HOME:-/var/cache}/policydaemon-tests/NAME-NUMBER, or below POLICYDAEMON_TEST_CACHE. The number is made of what describe prints, so
# that two checkouts with different lists do not build over each other's. Remove the directory to build it anew. Needs root.

cache=${POLICYDAEMON_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/policydaemon-tests}

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# debootstrap's own default first; where only a local mirror can be reached, the one that this machine's apt uses.
bootstrap() {
    debootstrap --variant=minbase "$suite" "$building" >&2 && return
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sort | uniq -c | sort -rn |
        awk '$2 !~ /security/ { print $2; exit }')
    [ -n "$mirror" ] || return 1
    rm -rf --one-file-system "$building"
    debootstrap --variant=minbase "$suite" "$building" "$mirror" >&2
}

inside() {
    DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$building" "$@" >&2
}

# answer "PACKAGE QUESTION TYPE VALUE": what a package would ask.
answer() {
    inside sh -c 'echo "$1" | debconf-set-selections' answer "$1"
}

install_packages() {
    [ -n "$packages" ] || return 0
    cp -L /etc/resolv.conf "$building/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' > "$building/usr/sbin/policy-rc.d"
    chmod 755 "$building/usr/sbin/policy-rc.d"
    inside apt-get update -q
    # shellcheck disable=SC2086 # a list of names
    inside apt-get install -y -q --no-install-recommends $packages
    inside apt-get clean
    rm -rf "$building"/var/lib/apt/lists/*
}

build() {
    rm -rf --one-file-system "$building"
    mkdir -p "$building"
    bootstrap || fail "debootstrap could not fetch $suite"
    mount --rbind /dev "$building/dev"
    mount -t proc proc "$building/proc"
    prepare
    install_packages
    # The mounts end with this process; the rename must not take them along.
    umount -l "$building/proc" "$building/dev"
    describe > "$building/.policydaemon-tests"
    rm -rf --one-file-system "$chroot"
    mv "$building" "$chroot"
}

# In a mount namespace of its own, so that no mount outlives it, however it ends: the script calls itself with --build in front of its arguments.
provide() {
    chroot=$cache/$name-$(describe | cksum | cut -d ' ' -f 1)
    building=$cache/$name.building
    if [ "${1-}" = --build ]; then
        build
        exit
    fi

    [ "$(id -u)" -eq 0 ] || fail "needs root"
    command -v debootstrap >/dev/null || fail "debootstrap is missing, run scripts/install-test-packages"
    mkdir -p "$cache"
    exec 9> "$cache/lock"
    flock 9
    if [ "$(cat "$chroot/.policydaemon-tests" 2>/dev/null)" != "$(describe)" ]; then
        unshare --mount "$0" --build "$@" 9>&-
    fi
    echo "$chroot"
}
