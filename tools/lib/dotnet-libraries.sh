# shellcheck shell=bash disable=SC2154
# The libraries that .NET loads from the system: ICU, for Unicode normalization, and OpenSSL, to reach a registry.

missing_libraries() {
    local libraries
    [[ $(uname -s) == Linux ]] || return 0
    libraries=$(ldconfig -p 2>/dev/null) || return 0
    [[ $libraries == *libicuuc.so.* ]] || printf 'libicu\n'
    [[ $libraries == *libssl.so.* ]] || printf 'OpenSSL\n'
}

# ICU's and OpenSSL's package names have their version in them; ca-certificates depends on the right OpenSSL.
install_libraries() {
    local missing packages=()
    missing=$(missing_libraries)
    [[ -n $missing ]] || return 0
    update_package_lists
    if [[ $missing == *libicu* ]]; then
        packages+=("$(apt-cache --names-only search '^libicu[0-9]+(t64)?$' | cut -d ' ' -f 1 | sort -V | tail -n 1)")
    fi
    if [[ $missing == *OpenSSL* ]]; then packages+=(ca-certificates); fi
    install_packages "${packages[@]}"
}
