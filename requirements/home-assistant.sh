#!/bin/sh
# Installs the Home Assistant of the tests in .home-assistant, and the program wyoming-satellite in a
# folder of it. Usage: home-assistant.sh PYTHON…
#
# The first Python named that it runs on is taken: this one, of March 2024, knows 3.11 and 3.12. A
# stamp says which lock files are installed, so a second run ends at once. Ends with 1 where there is no
# such Python or the installation fails; the tests that need it are then skipped.
set -eu
cd "$(dirname "$0")/.."
locks="requirements/home-assistant.txt requirements/wyoming-satellite.txt"
# shellcheck disable=SC2086 # the lock files are words
stamp=.home-assistant/$(cat $locks | sha256sum | cut -c1-12).stamp
[ ! -e "$stamp" ] || exit 0

for python in "$@" none; do
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && break
done
if [ "$python" = none ]; then
    echo "No Python 3.11 or 3.12 among: $*" >&2
    exit 1
fi

echo "Installing Home Assistant for the tests (about 70 MB, once) …"
"$python" -m venv --clear .home-assistant
install() {
    .home-assistant/bin/python -m pip --disable-pip-version-check --no-input --quiet install \
        --no-compile --no-deps --no-build-isolation --require-hashes "$@"
}
install --requirement requirements/build.txt
install --requirement requirements/home-assistant.txt
install --requirement requirements/wyoming-satellite.txt --target .home-assistant/wyoming-satellite
touch "$stamp"
