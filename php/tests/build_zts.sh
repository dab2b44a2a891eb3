#!/usr/bin/env bash
# Builds PHP with threads (ZTS), and Apache's module of it, from the Debian source of the PHP that is installed.
# usage: build_zts.sh PREFIX. It takes some minutes; without sources or a compiler it ends with success,
# and PREFIX.missing says what is missing: the tests that need this PHP are skipped for that reason.
set -euo pipefail
prefix=$1
work=$prefix.build
rm -f "$prefix.missing"
[ ! -x "$prefix/bin/php-config" ] || exit 0

skip() {
    echo "==> no PHP with threads: $1. The tests that need it are skipped."
    mkdir -p "$(dirname "$prefix")"
    echo "$1" > "$prefix.missing"
    exit 0
}

for program in php apxs2 apt-get make cc; do
    command -v "$program" > /dev/null || skip "$program is not installed"
done
[ -f /usr/include/ffi.h ] || [ -f "/usr/include/$(cc -print-multiarch)/ffi.h" ] || skip "libffi-dev is not installed"
mkdir -p "$work/lists/partial"

# The sources of where the packages come from: this machine's own lists stay as they are.
apt-get indextargets 'Created-By: Packages' --format '$(ORIGIN) deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' |
    sed -n 's/^Debian //p' | sort -u > "$work/sources.list"
apt() {
    local command=$1
    shift
    "$command" -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o APT::Sandbox::User=root "$@"
}
apt apt-get update > "$work/apt.log" 2>&1 || skip "apt-get update failed, see $work/apt.log"
version=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
cd "$work"
# A mirror may lack the newest.
for release in $(apt apt-cache showsrc --only-source "php$version" | sed -n 's/^Version: //p' | sort -rV); do
    ! apt apt-get source --download-only "php$version=$release" >> apt.log 2>&1 || break
done
compgen -G "php${version}_*.orig.tar.xz" > /dev/null || skip "there is no source of php$version, see $work/apt.log"

mkdir -p "$work/source"
tar -xf php"$version"_*.orig.tar.xz -C "$work/source" --strip-components=1
cd "$work/source"
./configure -q --prefix="$prefix" --enable-zts --disable-all --disable-cgi --disable-phpdbg --enable-cli --with-apxs2="$(command -v apxs2)" \
    --with-ffi --enable-opcache --enable-session --enable-posix --enable-pcntl --enable-ctype --enable-filter --enable-tokenizer \
    CFLAGS=-O1 > ../configure.log 2>&1
make -s -j"$(nproc)" > ../make.log 2>&1
# Not `install`, which would change the configuration of Apache.
make -s install-cli install-headers install-build install-programs install-modules > ../install.log 2>&1
install -D -m 644 .libs/libphp.so "$prefix/lib/libphp.so"
cd /
rm -rf "$work/source"
