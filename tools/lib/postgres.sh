# shellcheck shell=bash disable=SC2154,SC2034
# PostgreSQL's server with pgvector. Expects common.sh, and for the install_ functions packages.sh.

oldest_postgres=15

# pgvector 0.6.0 to 0.8.1 overflow a buffer in a parallel HNSW build (CVE-2026-3172), up to 0.8.2 vacuum can corrupt an
# HNSW index, and up to 0.8.3 leaves its graph unrepaired. Older than 0.8.0, iterative scans are missing.
sound_pgvector=0.8.4
oldest_pgvector=0.8.0

# Debian's source archives, newest first: version and SHA-256.
pgvector_archives=(
    '0.8.6 25c9b78cfdaa43c66788d7490246ac24e4fe1c86f19c4b60c089b723f84a4a0d'
    '0.8.0 867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0'
)

# Sets postgres_bin, postgres_version and pgvector_version to those of the best server: with a sound pgvector before a
# usable one before none, then the newest. All are empty where there is no server.
find_postgres() {
    local bin version pgvector rank best=''
    postgres_bin='' postgres_version='' pgvector_version=''
    while read -r bin; do
        [[ -x $bin/initdb && -x $bin/postgres && -x $bin/pg_config ]] || continue
        version=$("$bin/pg_config" --version)
        version=${version#PostgreSQL }
        version=${version%% *}
        at_least "$version" "$oldest_postgres" || continue
        pgvector=$(pgvector_of "$bin")
        rank=0.$version
        if at_least "$pgvector" "$oldest_pgvector"; then rank=1.$version; fi
        if at_least "$pgvector" "$sound_pgvector"; then rank=2.$version; fi
        if ! at_least "$best" "$rank"; then
            best=$rank postgres_bin=$bin postgres_version=$version pgvector_version=$pgvector
        fi
    done < <(postgres_places)
}

postgres_places() {
    if [[ -n ${PGEMBED_PGBIN:-} ]]; then
        printf '%s\n' "$PGEMBED_PGBIN"
        return
    fi
    compgen -G '/usr/lib/postgresql/*/bin'
    compgen -G '/usr/pgsql-*/bin'
    compgen -G '/opt/homebrew/opt/postgresql@*/bin'
    compgen -G '/usr/local/opt/postgresql@*/bin'
    if command -v pg_config >/dev/null; then pg_config --bindir 2>/dev/null; fi
}

# The version of pgvector that a server's CREATE EXTENSION would take, or nothing.
pgvector_of() {
    local control library
    control=$("$1/pg_config" --sharedir)/extension/vector.control
    library=$("$1/pg_config" --pkglibdir)/vector
    if [[ -f $control && (-f $library.so || -f $library.dylib) ]]; then
        sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control"
    fi
}

# What is missing, of what find_postgres found. A pgvector that is usable but not sound is not missing.
missing_postgres() {
    if [[ -z $postgres_bin ]]; then
        printf "PostgreSQL's server programs (initdb, postgres), version %s or newer, with pgvector %s or newer\n" \
            "$oldest_postgres" "$sound_pgvector"
    elif ! at_least "$pgvector_version" "$oldest_pgvector"; then
        printf 'pgvector %s or newer for the PostgreSQL in %s, which has %s\n' \
            "$sound_pgvector" "$postgres_bin" "${pgvector_version:-none}"
    fi
}

# Whether a sound pgvector is there, or was looked for in vain a short time ago.
pgvector_is_settled() {
    at_least "$pgvector_version" "$sound_pgvector" || [[ -n $(find "$sound_pgvector_tried" -mtime -1 2>/dev/null) ]]
}
sound_pgvector_tried=$artifacts/sound-pgvector-not-found

# Installs the distribution's server where no packaged one is there, and pgvector for it.
install_postgres() {
    local major
    major=$(newest_packaged_server)
    if [[ -z $major ]]; then
        update_package_lists
        major=$(LC_ALL=C apt-cache depends postgresql | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
        if ! at_least "$major" "$oldest_postgres"; then
            die "the distribution's PostgreSQL is ${major:-not to be found}; $oldest_postgres or newer is needed" \
                "to mend it: add a package source with postgresql-$oldest_postgres or newer, install it, and repeat"
        fi
        install_server "$major"
    fi
    install_pgvector "$major"
    allow_default_clusters
}

newest_packaged_server() {
    local bin major newest=''
    for bin in /usr/lib/postgresql/*/bin; do
        major=${bin#/usr/lib/postgresql/} major=${major%/bin}
        if [[ -x $bin/initdb ]] && at_least "$major" "$oldest_postgres" && ! at_least "$newest" "$major"; then
            newest=$major
        fi
    done
    printf '%s' "$newest"
}

# Debian makes and starts a cluster with the server, which nobody here would use. The setting that prevents it is there
# only while the package is installed: later installations are none of our business.
no_default_cluster=/etc/postgresql-common/createcluster.d/pgembed-setup.conf

install_server() {
    local status=0
    as_root mkdir -p "${no_default_cluster%/*}"
    as_root tee "$no_default_cluster" >/dev/null <<<'create_main_cluster = false # while tools/setup runs'
    (install_packages "postgresql-$1") || status=$?
    allow_default_clusters
    if ((status != 0)); then exit "$status"; fi
}

allow_default_clusters() {
    if [[ -e $no_default_cluster ]]; then as_root rm -f "$no_default_cluster"; fi
}

install_pgvector() {
    local major=$1 package=postgresql-$1-pgvector archive version
    update_package_lists
    if at_least "$(candidate_version "$package")" "$sound_pgvector"; then
        install_packages "$package"
        return
    fi
    for archive in "${pgvector_archives[@]}"; do
        version=${archive% *}
        if at_least "$(pgvector_of "/usr/lib/postgresql/$major/bin")" "$version"; then break; fi
        if fetch_pgvector "$version" "${archive#* }"; then
            build_pgvector "$major" "$version"
            break
        fi
    done
}

# Where this machine's packages come from, each followed by the folder in which Debian keeps pgvector's source.
archive_places() {
    # shellcheck disable=SC2016 # apt-get fills these in
    apt-get indextargets --format '$(REPO_URI)pool/$(COMPONENT)/p/pgvector' 'Created-By: Packages' | sort -u
}

# Fetches a source archive to $work/pgvector.tar.gz, by apt's own means.
fetch_pgvector() {
    local version=$1 sha256=$2 archive=$work/pgvector.tar.gz actual place failures=$work/failures
    : >"$failures"
    while read -r place; do
        rm -f "$archive"
        if ! /usr/lib/apt/apt-helper "${apt_options[@]}" download-file \
            "$place/pgvector_$version.orig.tar.gz" "$archive" </dev/null >>"$failures" 2>&1; then continue; fi
        actual=$(sha256_of "$archive")
        if [[ $actual == "$sha256" ]]; then return 0; fi
        say "pgvector $version from $place is refused: its SHA-256 is $actual, expected $sha256"
    done < <(archive_places)
    grep '^E:' "$failures" >&2
    say "no source archive of pgvector $version could be had"
    return 1
}

# Builds the archive into a Debian package of the distribution's name and installs that, so that the machine's package
# manager knows the files, and replaces them when the distribution has something newer. The server's headers are only
# unpacked, not installed: their package depends on 700 MB of compilers that pgvector doesn't need.
build_pgvector() {
    local major=$1 version=$2 source=$work/pgvector tree=$work/package headers make
    headers=$(headers_of "$major")
    say "building pgvector $version for PostgreSQL $major …"
    mkdir -p "$source" "$tree/DEBIAN"
    tar -xzf "$work/pgvector.tar.gz" -C "$source" --strip-components=1
    # Portable machine code (OPTFLAGS) and no LLVM bitcode.
    make=(make -C "$source" PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config" OPTFLAGS= with_llvm=no)
    if ! quietly "${make[@]}" -j"$(nproc)" includedir_server="$headers"; then die "pgvector $version does not build"; fi
    quietly "${make[@]}" install DESTDIR="$tree"
    cat >"$tree/DEBIAN/control" <<END
Package: postgresql-$major-pgvector
Version: $version-0pgembed
Architecture: $(dpkg --print-architecture)
Maintainer: PgEmbed's tools/setup <root@localhost>
Depends: postgresql-$major
Description: pgvector $version, built from Debian's source archive
END
    quietly dpkg-deb --root-owner-group --build "$tree" "$work/postgresql-$major-pgvector.deb"
    install_packages "$work/postgresql-$major-pgvector.deb"
}

# Makes a compiler and the server's headers available, and prints the headers' folder.
headers_of() {
    local installed packages=() command
    for command in gcc make; do command -v "$command" >/dev/null || packages+=("$command"); done
    [[ -f /usr/include/stdio.h ]] || packages+=(libc6-dev)
    if ((${#packages[@]})); then install_packages "${packages[@]}"; fi
    installed=$("/usr/lib/postgresql/$1/bin/pg_config" --includedir-server)
    if [[ -f $installed/postgres.h ]]; then
        printf '%s' "$installed"
        return
    fi
    if ! (cd "$work" && quietly apt-get "${apt_options[@]}" download "postgresql-server-dev-$1" &&
        dpkg-deb -x postgresql-server-dev-*.deb headers); then
        die "apt-get could not download postgresql-server-dev-$1"
    fi
    printf '%s' "$work/headers$installed"
}
