#!/bin/sh
# packages.sh NAME... - installs what is missing of these Debian packages, if this user may;
# otherwise prints the one line that does it and stops with status 2.
set -u
missing=
for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "These Debian packages are missing. Install them, then run the same command again:"
    echo "    apt-get install -y --no-install-recommends$missing"
    exit 2
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -y --no-install-recommends -qq"
# shellcheck disable=SC2086
if ! $as_root $install $missing >/dev/null 2>&1; then
    $as_root apt-get update -qq >/dev/null 2>&1
    $as_root $install $missing >/dev/null || {
        echo "apt-get could not install:$missing"
        exit 2
    }
fi
