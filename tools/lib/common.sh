# shellcheck shell=bash
# What every command in tools/ shares: the repository's root, .NET's settings, messages, locks and builds.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$root/artifacts

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false \
    DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
if [[ ${CI:-} == true ]]; then export MSBUILDDISABLENODEREUSE=1; fi

# .NET and npm want a home they can write to; a CI job may have none.
if [[ -z ${HOME:-} ]]; then
    unset HOME
    export HOME=~
fi
if [[ ! -w $HOME ]]; then
    export HOME=$artifacts/home
    mkdir -p "$HOME"
fi

# ldconfig is not on an ordinary user's PATH; ~/.dotnet is where .NET's own install script puts the SDK.
PATH=$PATH:/usr/sbin:/sbin:$HOME/.dotnet

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# die MESSAGE [REMEDY]
die() {
    local message
    for message; do say "$message"; done
    exit 1
}

# lock FILE HOLDER: locks a file or folder until this shell ends; HOLDER says whose end is waited for. Commands that may
# leave a process behind are run with 9>&-, or that process would keep the lock.
lock() {
    exec 9<"$1"
    if command -v flock >/dev/null; then
        flock -n 9 && return
        say "waiting for $2 to end …"
        flock 9
    else
        perl -e 'open(my $file, "<&=", 9) && flock($file, 2) or die "flock: $!\n"'
    fi
}

# at_least VERSION MINIMUM; no version is less than any.
at_least() {
    [[ -n $1 && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

sha256_of() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

require_sdk() {
    local version
    version=$(sed -n 's/.*"version": "\([0-9]*\.[0-9]*\)\..*/\1/p' "$root/global.json")
    if ! has_sdk "$version"; then
        die "the .NET SDK $version is missing; dotnet: $(command -v dotnet || echo 'not on PATH, nor in ~/.dotnet')" \
            "to mend it: install the package dotnet-sdk-$version, or run .NET's dotnet-install script; then repeat"
    fi
}

# Looks for the SDK's folder first, because asking dotnet takes longer than all the rest.
has_sdk() {
    local dotnet
    dotnet=$(command -v dotnet) || return 1
    dotnet=$(readlink -f "$dotnet")
    compgen -G "${dotnet%/*}/sdk/$1.*" >/dev/null || [[ $(cd "$root" && dotnet --version 2>/dev/null) == "$1".* ]]
}

# build PROJECT [OPTION…]: builds a project or solution in Release and passes on what dotnet build prints, or shows why
# it failed. Output goes through a file, because MSBuild's nodes live on and would keep a pipe open.
build() {
    local project=$1 log status=0
    log=$(mktemp)
    if dotnet build "$root/$project" -c Release -v q --nologo "${@:2}" 9>&- </dev/null >"$log" 2>&1; then
        cat "$log"
    else
        status=1
        # Errors come twice, from the build and from its summary.
        { grep -E 'error|warning' "$log" || cat "$log"; } | sort -u >&2
        say "$project does not build"
    fi
    rm -f "$log"
    return "$status"
}

# Prints the path of a project's program, built anew when a source changed, came or went. The stamp holds the path and a
# checksum of the sources as they were when the build started.
program_of() (
    project=$1
    stamp=$root/obj/${project##*/}.stamp
    sources=$(sources_checksum)
    if ! is_built "$stamp" "$sources"; then
        require_sdk
        mkdir -p "$root/obj"
        lock "$root/obj" "another build"
        if ! is_built "$stamp" "$sources"; then
            say "building ${project##*/} …"
            program=$(build "$project" -t:Build -getProperty:TargetPath) || exit
            printf '%s\n' "$sources" "$program" >"$stamp.new"
            mv "$stamp.new" "$stamp"
        fi
    fi
    tail -n 1 "$stamp"
)

# is_built STAMP CHECKSUM
is_built() {
    local built_from program
    [[ -f $1 ]] && { read -r built_from && read -r program; } <"$1" && [[ $built_from == "$2" && -f $program ]]
}

# Over all that a build reads, except what is too big to be a source: a model somebody put into the checkout.
sources_checksum() (
    cd "$root" || exit
    find . -type d \( -name .git -o -name bin -o -name obj -o -path ./artifacts -o -path ./tests \) -prune \
        -o -type f -size -32768k -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum
)
