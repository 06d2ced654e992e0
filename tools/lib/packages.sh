# shellcheck shell=bash disable=SC2154
# Debian packages, installed as root or through sudo. Expects common.sh, and $work: a folder for temporary files.

apt_options=(-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold
    -o Acquire::Retries=2 -o APT::Sandbox::User=root)

may_install_packages() {
    command -v apt-get >/dev/null && { ((EUID == 0)) || may_use_sudo; }
}

# A person at a terminal can be asked for a password, a job cannot.
may_use_sudo() {
    command -v sudo >/dev/null || return 1
    if sudo -n true 2>/dev/null; then return 0; fi
    [[ -t 0 && -t 2 && ${CI:-} != true ]] && sudo -v -p 'setup: sudo password to install packages: '
}

as_root() {
    local command=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 "$@")
    if ((EUID != 0)); then command=(sudo "${command[@]}"); fi
    "${command[@]}" 9>&-
}

# Runs a command whose output is of interest only where it fails.
quietly() {
    if ! "$@" >"$work/output" 2>&1 </dev/null; then
        tail -n 20 "$work/output" >&2
        return 1
    fi
}

# Installs packages (names or .deb files).
install_packages() {
    update_package_lists
    say "installing ${*##*/} …"
    if ! quietly as_root apt-get "${apt_options[@]}" install -y --no-install-recommends "$@"; then
        die "apt-get could not install ${*##*/}" \
            "to mend it: make this work, then repeat: apt-get install --no-install-recommends $*"
    fi
}

# Once a run. Lists that can't be renewed may still do.
update_package_lists() {
    [[ -z ${package_lists_updated:-} ]] || return 0
    package_lists_updated=true
    say "updating the package lists …"
    if ! quietly as_root apt-get "${apt_options[@]}" update; then
        say "the package lists could not be updated; going on with those that are there"
    fi
}

# The version that apt would install, or nothing.
candidate_version() {
    LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: \([^(].*\)$/\1/p'
}
