# shellcheck shell=bash disable=SC2154
# PgBouncer, which tests search through. Expects common.sh and packages.sh.

pgbouncer=$artifacts/native/pgbouncer/usr/sbin/pgbouncer

has_pgbouncer() {
    command -v pgbouncer >/dev/null || { [[ -x $pgbouncer ]] && "$pgbouncer" --version >/dev/null 2>&1; }
}

can_fetch_pgbouncer() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null
}

# Debian's package is unpacked, not installed: installed, it would start a server, now and whenever the machine does. Where
# it can't be had the tests that need it say so.
fetch_pgbouncer() {
    local library libraries=()
    say "fetching PgBouncer …"
    update_package_lists_where_possible
    if ! (cd "$work" && quietly apt-get "${apt_options[@]}" download pgbouncer); then
        say "apt-get could not download pgbouncer; going on without it"
        return
    fi
    dpkg-deb -x "$work"/pgbouncer_*.deb "$work/pgbouncer"
    while read -r library; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$library" 2>/dev/null) == installed ]] || libraries+=("$library")
    done < <(dpkg-deb -f "$work"/pgbouncer_*.deb Depends | tr ',' '\n' | sed -n 's/^ *\(lib[^ (|]*\).*/\1/p')
    if ((${#libraries[@]})); then
        if ! may_install_packages; then
            say "PgBouncer needs ${libraries[*]}; going on without it. To mend it: run this as root"
            return
        fi
        install_packages "${libraries[@]}"
    fi
    rm -rf "${pgbouncer%/usr/*}"
    mv "$work/pgbouncer" "${pgbouncer%/usr/*}"
}

update_package_lists_where_possible() {
    if may_install_packages; then update_package_lists; fi
}
