# shellcheck shell=bash disable=SC2154
# ONNX Runtime's native library, in artifacts/native/<rid>. Expects common.sh, and for install_onnxruntime packages.sh.

onnxruntime_version=1.30.0

# Sets rid (this platform, as .NET names it), and for it: library, where the library belongs; checksum, the file beside
# it; node_file, where the npm package onnxruntime-node has it; node_sha256, what that file's SHA-256 is. The last two
# are empty where the package has nothing for the platform.
find_platform() {
    local name=libonnxruntime.so.1
    node_file='' node_sha256=''
    case $(uname -s)-$(uname -m) in
        Linux-x86_64)
            rid=linux-x64 node_file=linux/x64/$name
            node_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
            ;;
        Linux-aarch64)
            rid=linux-arm64 node_file=linux/arm64/$name
            node_sha256=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76
            ;;
        Darwin-arm64)
            rid=osx-arm64 name=libonnxruntime.dylib node_file=darwin/arm64/libonnxruntime.$onnxruntime_version.dylib
            node_sha256=685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d
            ;;
        Darwin-x86_64)
            rid=osx-x64 name=libonnxruntime.dylib
            ;;
        *)
            die "there is no ONNX Runtime for $(uname -s) on $(uname -m) to be had" \
                "to mend it: build it, and name the library in PGEMBED_ONNXRUNTIME"
            ;;
    esac
    library=$artifacts/native/$rid/$name
    checksum=$artifacts/native/$rid/onnxruntime-$onnxruntime_version.sha256
}

# Whether the library is there, whole and of this version. The checksum beside it also tells that it was verified since
# it was last written: hashing it takes longer than all other looks of tools/setup.
has_onnxruntime() {
    local expected=$node_sha256
    if [[ -n ${PGEMBED_ONNXRUNTIME:-} ]]; then
        [[ -e $PGEMBED_ONNXRUNTIME ]] || die "PGEMBED_ONNXRUNTIME is $PGEMBED_ONNXRUNTIME, which does not exist" \
            "to mend it: set it to ONNX Runtime's library or the folder that has it, or unset it; then repeat"
        return
    fi
    [[ -f $library ]] || return 1
    if [[ -f $checksum ]]; then
        [[ $library -nt $checksum ]] || return 0
        read -r expected _ <"$checksum"
    fi
    [[ $(sha256_of "$library") == "$expected" ]] && record_checksum "$expected"
}

record_checksum() {
    printf '%s  %s\n' "$1" "${library##*/}" >"$checksum.$$"
    mv -f "$checksum.$$" "$checksum"
}

install_onnxruntime() {
    if has_onnxruntime; then return; fi
    say "fetching ONNX Runtime $onnxruntime_version for $rid …"
    fetch_from_nuget "$work/library" || fetch_from_npm "$work/library"
    mkdir -p "${library%/*}"
    rm -f "${library%/*}"/*.sha256
    mv -f "$work/library" "$library"
    record_checksum "$(sha256_of "$library")"
}

# NuGet verifies what it restores. Not every feed has the package, so a failure is nothing to speak of.
fetch_from_nuget() {
    local project=$work/nuget/fetch.csproj files
    mkdir "$work/nuget"
    cat >"$project" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.ML.OnnxRuntime" Version="$onnxruntime_version" /></ItemGroup>
</Project>
END
    within 300 dotnet restore "$project" --packages "$work/nuget/packages" -v q \
        -p:ImportDirectoryBuildProps=false -p:ImportDirectoryPackagesProps=false \
        9>&- </dev/null >"$work/output" 2>&1 || return 1
    files=("$work"/nuget/packages/microsoft.ml.onnxruntime/*/runtimes/"$rid"/native/libonnxruntime.*)
    [[ -f ${files[0]} ]] && mv "${files[0]}" "$1"
}

# npm verifies the archive against the registry's checksum; the file in it is verified against ours.
fetch_from_npm() {
    local package=onnxruntime-node@$onnxruntime_version actual
    if [[ -z $node_file ]]; then
        die "the NuGet package Microsoft.ML.OnnxRuntime $onnxruntime_version could not be restored" \
            "to mend it: give NuGet a source that has it, or name the library in PGEMBED_ONNXRUNTIME; then repeat"
    fi
    require_npm
    say "downloading the npm package $package (110 MB) …"
    if ! (cd "$work" && quietly within 1800 npm pack "$package" --ignore-scripts --cache "$work/npm-cache"); then
        die "npm could not download $package" "to mend it: make this work, then repeat: npm pack $package"
    fi
    if ! quietly tar -xzf "$work"/onnxruntime-node-*.tgz -C "$work" "package/bin/napi-v6/$node_file"; then
        die "the npm package $package is not what it should be: it has no bin/napi-v6/$node_file that can be unpacked" \
            "to mend it: see which registry npm is set to ('npm config get registry'), and repeat"
    fi
    actual=$(sha256_of "$work/package/bin/napi-v6/$node_file")
    if [[ $actual != "$node_sha256" ]]; then
        die "the library in the npm package $package is refused: its SHA-256 is $actual, expected $node_sha256" \
            "to mend it: see which registry npm is set to ('npm config get registry'), and repeat"
    fi
    mv "$work/package/bin/napi-v6/$node_file" "$1"
}

require_npm() {
    if command -v npm >/dev/null; then return; fi
    if ! may_install_packages; then
        die "npm is missing, and the NuGet package Microsoft.ML.OnnxRuntime could not be restored" \
            "to mend it: run this as root, then repeat: apt-get install --no-install-recommends npm"
    fi
    install_packages npm
}

# within SECONDS COMMAND…
within() {
    if command -v timeout >/dev/null; then timeout "$@"; else "${@:2}"; fi
}
