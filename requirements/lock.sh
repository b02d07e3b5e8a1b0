#!/bin/sh
# Writes the lock files, each package with the hashes of all its builds. Usage: lock.sh UV
#
# Everything is resolved once, and each file takes its part of it: what is trained with one version of
# a package runs with the same one. (Home Assistant and the satellite of the tests are resolved by
# themselves.) Then it is checked that each machine we name finds a built wheel of each package (srt and
# seqeval are plain Python that comes as source only).
set -eu
cd "$(dirname "$0")/.."
uv=$1
everything=$(mktemp)
nowhere=$(mktemp -d)
trap 'rm -rf "$everything" "$nowhere"' EXIT

compile() {
    overrides=requirements/$1.in
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header --override "$overrides" "$@"
}

part() {
    file=requirements/$1.txt
    shift
    rm -f "$file"
    compile overrides --constraint "$everything" --output-file "$file" "$@"
    echo "$file: $(grep -c == "$file") packages"
}

has_wheels() {
    "$uv" pip install --quiet --dry-run --no-deps --target "$nowhere" \
        --only-binary :all: --no-binary srt --no-binary seqeval \
        --python-version "$2" --python-platform "$3" --requirements "requirements/$1.txt"
}

runtime="--extra voice --extra vosk --extra whisper --extra knowledge --extra wyoming --extra home-assistant"
# shellcheck disable=SC2086 # $runtime is several words
{
    compile overrides $runtime --extra demo --extra speech --extra llm --extra train --extra dev \
        setup.cfg requirements/build.in >"$everything"
    part build requirements/build.in
    part runtime $runtime setup.cfg
    part demo --extra demo setup.cfg
    part speech --extra speech setup.cfg
    part llm --extra llm setup.cfg
    part dev $runtime --extra dev setup.cfg
    part train $runtime --extra train setup.cfg
}
beside=requirements/home-assistant
compile home-assistant.overrides --output-file $beside.txt $beside.in
beside=requirements/wyoming-satellite
compile overrides --no-deps --output-file $beside.txt $beside.in
for part in runtime demo speech dev train; do
    for version in 3.11 3.12 3.13; do
        for machine in x86_64 aarch64; do
            has_wheels $part $version $machine-manylinux_2_36
        done
    done
done
echo "Wheels for x86-64 and aarch64, Python 3.11 to 3.13: all there."
