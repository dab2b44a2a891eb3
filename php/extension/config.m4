dnl Found by pkg-config, or below the folder that is named.
PHP_ARG_WITH([clever-sso],
  [for Log in with Clever],
  [AS_HELP_STRING([--with-clever-sso@<:@=DIR@:>@],
    [Include Log in with Clever; DIR is where libclever_sso is installed, by default pkg-config finds it])])

if test "$PHP_CLEVER_SSO" != "no"; then
  AC_MSG_CHECKING([for PHP 8.2 or later])
  clever_sso_php=`$PHP_CONFIG --vernum`
  if test "$clever_sso_php" -lt 80200; then
    AC_MSG_ERROR([clever_sso needs PHP 8.2 or later])
  fi
  AC_MSG_RESULT([yes])

  if test "$PHP_CLEVER_SSO" != "yes"; then
    AC_MSG_CHECKING([for libclever_sso in $PHP_CLEVER_SSO])
    if test ! -r "$PHP_CLEVER_SSO/include/clever_sso.h"; then
      AC_MSG_ERROR([there is no include/clever_sso.h below $PHP_CLEVER_SSO: run `make install PREFIX=$PHP_CLEVER_SSO`])
    fi
    AC_MSG_RESULT([yes])
    dnl The library may be in another folder than the one that PHP's own libraries are in.
    for clever_sso_lib in "$PHP_LIBDIR" lib lib64 "lib/`$CC -print-multiarch 2>/dev/null`"; do
      clever_sso_lib="$PHP_CLEVER_SSO/$clever_sso_lib"
      if test -r "$clever_sso_lib/libclever_sso.so"; then break; fi
    done
    PHP_ADD_INCLUDE([$PHP_CLEVER_SSO/include])
    PHP_ADD_LIBRARY_WITH_PATH([clever_sso], [$clever_sso_lib], [CLEVER_SSO_SHARED_LIBADD])
    clever_sso_flags="-L$clever_sso_lib -Wl,-rpath,$clever_sso_lib"
  else
    PKG_CHECK_MODULES([CLEVER_SSO], [clever_sso >= 0.1], [],
      [AC_MSG_ERROR([pkg-config finds no clever_sso 0.1 or later: run `make install`, or name its prefix in --with-clever-sso=DIR])])
    PHP_EVAL_INCLINE([$CLEVER_SSO_CFLAGS])
    PHP_EVAL_LIBLINE([$CLEVER_SSO_LIBS], [CLEVER_SSO_SHARED_LIBADD])
    clever_sso_flags="$CLEVER_SSO_LIBS"
  fi

  PHP_CHECK_LIBRARY([clever_sso], [clever_sso_version], [],
    [AC_MSG_ERROR([this libclever_sso cannot be used: see config.log])],
    [$clever_sso_flags])

  dnl Every function that the sources call and do not declare themselves: PHP would not load an extension that lacks one.
  AC_MSG_CHECKING([whether libclever_sso has every function that the extension calls])
  for clever_sso_sources in "$abs_srcdir/ext/clever_sso" "$abs_srcdir"; do
    if test -r "$clever_sso_sources/php_clever_sso.h"; then break; fi
  done
  clever_sso_own=`cat "$clever_sso_sources"/*.h | $GREP -o 'clever_sso_@<:@a-z0-9_@:>@*(' | sort -u`
  clever_sso_called=`cat "$clever_sso_sources"/*.c | $GREP -o '\bclever_sso_@<:@a-z0-9_@:>@*(' | sort -u | $GREP -vxF "$clever_sso_own" | tr -d '('`
  clever_sso_declared=
  clever_sso_listed=
  for clever_sso_name in $clever_sso_called; do
    clever_sso_declared="$clever_sso_declared char $clever_sso_name(void);"
    clever_sso_listed="$clever_sso_listed (void *) $clever_sso_name,"
  done
  clever_sso_libs_before="$LIBS"
  LIBS="$clever_sso_flags -lclever_sso $LIBS"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
$clever_sso_declared
void *called[] = {$clever_sso_listed 0};
int main(void) { return called[0] == 0; }
  ]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
    AC_MSG_ERROR([this libclever_sso is older than the extension: install the same version of both. config.log names the missing functions])])
  LIBS="$clever_sso_libs_before"

  PHP_SUBST([CLEVER_SSO_SHARED_LIBADD])
  PHP_ADD_EXTENSION_DEP([clever_sso], [hash])
  PHP_ADD_EXTENSION_DEP([clever_sso], [json])
  PHP_NEW_EXTENSION([clever_sso],
    [clever_sso.c browser.c client.c dumps.c environment.c failures.c key_cache.c keys.c logging.c registry.c report.c results.c settings.c steps.c],
    [$ext_shared],, [-std=c11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1])
  PHP_ADD_MAKEFILE_FRAGMENT
fi
