#!/usr/bin/env bash
# Installs libclever_sso and its other files, or removes them. `make install` and `make uninstall` run it.
#
#     PREFIX=/usr/local RELEASE=target/release VERSION=1.2.3 install.sh [install|uninstall]
#
# DESTDIR is put before every path. BINDIR, LIBDIR, INCLUDEDIR, MANDIR and DOCDIR are optional; a distribution puts libraries into
# its multiarch folder. PKG_CONFIG_PREFIX is the prefix in the pkg-config files, if it is another one.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Everyone can read what is installed, whatever the umask of the caller is.
umask 022

: "${PREFIX:?}" "${RELEASE:?}" "${VERSION:?}"
destination=${DESTDIR:-}
libdir=${LIBDIR:-$PREFIX/lib}
includedir=${INCLUDEDIR:-$PREFIX/include}
bindir=${BINDIR:-$PREFIX/bin}
mandir=${MANDIR:-$PREFIX/share/man}
docdir=${DOCDIR:-$PREFIX/share/doc/clever_sso}
pkg_config_prefix=${PKG_CONFIG_PREFIX:-$PREFIX}
major=${VERSION%%.*}
# The system libraries that a program with the static library needs. The first ones have the unwinder. With musl, which has everything
# else in one library, programs are linked with -static, and GCC has no static libgcc_s.
system_libraries="-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"
grep -aqF libc.so.6 "$RELEASE/libclever_sso.so" || system_libraries="-lgcc_eh -lgcc -lc"
packaging=ffi/packaging
url=$(sed -n 's/^homepage = "\(.*\)"/\1/p' Cargo.toml)

# A template with its placeholders filled in.
filled() {
    local below_prefix='${prefix}'
    sed -e "s|@VERSION@|$VERSION|g" -e "s|@MAJOR@|$major|g" -e "s|@SYSTEM_LIBRARIES@|$system_libraries|g" \
        -e "s|@URL@|$url|g" -e "s|@PREFIX@|$pkg_config_prefix|g" \
        -e "s|@LIBDIR@|${libdir/#$PREFIX/$below_prefix}|g" -e "s|@INCLUDEDIR@|${includedir/#$PREFIX/$below_prefix}|g" \
        -e "s|@INCLUDEDIR_FROM_LIBDIR@|$(realpath -m --relative-to="$libdir" "$includedir")|g" \
        -e "s|@POINTER_SIZE@|$(($(getconf LONG_BIT) / 8))|g" "$1"
}

# The man pages of the library, and of the command if it is installed.
install_man() {
    local pages
    pages=$(mktemp -d)
    "${PYTHON:-python3}" docs/reference/write_man.py "$pages"
    install -d "$destination$mandir/man3"
    install -m 644 "$pages"/man3/* "$destination$mandir/man3/"
    if [ -x "$RELEASE/clever-sso" ]; then
        install -d "$destination$mandir/man1"
        install -m 644 "$pages/man1/clever-sso.1" "$destination$mandir/man1/"
    fi
    rm -r "$pages"
}

install_all() {
    local lib=$destination$libdir cmake=$destination$libdir/cmake/clever_sso doc=$destination$docdir
    install -d "$destination$includedir" "$lib/pkgconfig" "$cmake" "$doc/examples"
    install -m 644 include/clever_sso.h "$destination$includedir/"
    install -m 755 "$RELEASE/libclever_sso.so" "$lib/libclever_sso.so.$VERSION"
    ln -sf "libclever_sso.so.$VERSION" "$lib/libclever_sso.so.$major"
    ln -sf "libclever_sso.so.$major" "$lib/libclever_sso.so"
    "$packaging/static.sh" "$RELEASE/libclever_sso.a" "$lib/libclever_sso.a"
    # `make command` and `make dist` build it.
    if [ -x "$RELEASE/clever-sso" ]; then
        install -d "$destination$bindir"
        install -m 755 "$RELEASE/clever-sso" "$destination$bindir/"
    fi
    for name in clever_sso clever_sso_static; do
        filled "$packaging/$name.pc.in" > "$lib/pkgconfig/$name.pc"
    done
    for name in clever_sso-config clever_sso-config-version; do
        filled "$packaging/$name.cmake.in" > "$cmake/$name.cmake"
    done
    install -m 644 LICENSE-APACHE LICENSE-MIT CHANGELOG.md docs/c.md docs/doctor.md docs/errors.md docs/settings.md "$doc/"
    install -m 644 "$RELEASE/LICENSES-THIRD-PARTY.txt" "$doc/"
    install -m 644 examples/c/* "$doc/examples/"
    install_man
}

uninstall_all() {
    local lib=$destination$libdir
    rm -f "$destination$bindir/clever-sso" "$destination$includedir/clever_sso.h" "$lib/pkgconfig/"{clever_sso,clever_sso_static}.pc
    rm -f "$lib/libclever_sso."{a,so,"so.$major","so.$VERSION"}
    rm -f "$destination$mandir/man1/clever-sso.1" "$destination$mandir/man3/"{clever_sso,clever_sso_*}.3
    rm -rf "$lib/cmake/clever_sso" "$destination$docdir"
}

case ${1:-install} in
    install) install_all ;;
    uninstall) uninstall_all ;;
    *) echo "$1 is neither install nor uninstall" >&2; exit 2 ;;
esac
