#!/usr/bin/env bash
# Installs the Debian packages that some tests use. If it can't, it prints the missing packages.
# `debian.sh --list` only prints each program or file, and the package that has it.
set -euo pipefail

# A program or a file, and the package that has it.
declare -A package_of=(
    [valgrind]=valgrind [pkg-config]=pkg-config [c++]=g++ [clang]=clang [cmake]=cmake [abidiff]=abigail-tools
    [/usr/include/microhttpd.h]=libmicrohttpd-dev [mandoc]=mandoc
    [php]=php-cli [phpize]=php-dev [php-fpm]=php-fpm [composer]=composer [nginx]=nginx [redis-server]=redis-server
    [promtool]=prometheus
    [phpunit]=phpunit [/usr/share/php/Psr/Log/autoload.php]=php-psr-log
    [/usr/bin/pg_lsclusters]=postgresql
    [chromium]=chromium [chromium-headless-shell]=chromium-headless-shell [openssl]=openssl
    [apache2]=apache2 [/usr/lib/apache2/modules/libphp*.so]=libapache2-mod-php
    [apxs2]=apache2-dev [/usr/include/*/ffi.h]=libffi-dev [/usr/lib/apache2/modules/mod_wsgi.so]=libapache2-mod-wsgi-py3
    [/usr/share/php/Symfony/Bundle/FrameworkBundle/autoload.php]=php-symfony-framework-bundle
    [/usr/share/php/Symfony/Bundle/SecurityBundle/autoload.php]=php-symfony-security-bundle
    [/usr/share/php/Symfony/Bundle/TwigBundle/autoload.php]=php-symfony-twig-bundle
    [/usr/share/php/Symfony/Bundle/WebProfilerBundle/autoload.php]=php-symfony-web-profiler-bundle
    [/usr/share/php/Symfony/Component/Yaml/autoload.php]=php-symfony-yaml
    [/usr/share/php/Symfony/Component/RateLimiter/autoload.php]=php-symfony-rate-limiter
    [/usr/share/php/Illuminate/autoload.php]=php-laravel-framework
    [/usr/share/doc/php-intl/copyright]=php-intl [/usr/share/doc/php-mbstring/copyright]=php-mbstring
    [/usr/share/doc/php-xml/copyright]=php-xml
)
# Only `make test-all` uses these: they take more than 100 MB, or are for packages of a release.
if [ -n "${CLEVER_SSO_TEST_ALL-}" ] || [ "${1-}" = --list ]; then
    package_of+=(
        [/usr/share/wordpress/wp-load.php]=wordpress [mariadbd]=mariadb-server [mariadb-install-db]=mariadb-server
        [/usr/share/doc/php-mysql/copyright]=php-mysql
        [skopeo]=skopeo [umoci]=umoci [buildah]=buildah [dh]=debhelper [dh_php]=dh-php [lintian]=lintian [fakeroot]=fakeroot
    )
fi
if [ "${1-}" = --list ]; then
    for program in "${!package_of[@]}"; do echo "$program ${package_of[$program]}"; done
    exit 0
fi
missing=()

# Servers are in /usr/sbin, which may be missing from the PATH, and the name of FPM contains the version of PHP.
is_installed() {
    compgen -G "$1" > /dev/null || PATH="$PATH:/usr/sbin" command -v "$1" > /dev/null || compgen -G "/usr/sbin/$1[0-9]*" > /dev/null
}

for program in "${!package_of[@]}"; do
    is_installed "$program" || missing+=("${package_of[$program]}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

skip() {
    echo "==> not installed: ${missing[*]} ($1). The tests that need them are skipped."
    exit 0
}

command -v apt-get > /dev/null || skip "no apt-get here"
[ "$(id -u)" = 0 ] || skip "you are not root; to install them: sudo apt-get install ${missing[*]}"
echo "==> installing Debian packages: ${missing[*]}"
# The tests start their own servers on their own ports, so don't let apt start any as a service.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { install -m 755 <(printf '#!/bin/sh\nexit 101\n') "$policy" && trap 'rm -f "$policy"' EXIT; }
install_quietly() {
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" > /dev/null 2>&1
}
apt-get update -q > /dev/null 2>&1 || skip "apt-get update failed"
install_quietly "${missing[@]}" && exit 0
# Install the packages one by one, so that a missing one doesn't stop the others.
failed=()
for package in "${missing[@]}"; do
    install_quietly "$package" || failed+=("$package")
done
missing=("${failed[@]}")
[ ${#missing[@]} -eq 0 ] || skip "apt-get install failed"
