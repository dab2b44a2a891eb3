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

  PHP_CHECK_LIBRARY([clever_sso], [clever_sso_session_kept], [],
    [AC_MSG_ERROR([this libclever_sso cannot be used, or is too old: see config.log])],
    [$clever_sso_flags])

  PHP_SUBST([CLEVER_SSO_SHARED_LIBADD])
  PHP_ADD_EXTENSION_DEP([clever_sso], [hash])
  PHP_ADD_EXTENSION_DEP([clever_sso], [json])
  PHP_NEW_EXTENSION([clever_sso],
    [clever_sso.c browser.c client.c dumps.c environment.c failures.c key_cache.c keys.c logging.c registry.c report.c results.c settings.c steps.c],
    [$ext_shared],, [-std=c11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1])
  PHP_ADD_MAKEFILE_FRAGMENT
fi
