/* Where a client sends its warnings. */
#ifndef PHP_CLEVER_SSO_LOGGING_H
#define PHP_CLEVER_SSO_LOGGING_H

#include "php_clever_sso.h"

/* Whether a logger can be used: a closure, or an object with PSR-3's method warning. */
bool php_clever_sso_is_logger(const zval *logger);

/* Calls `logger`, or writes to PHP's error log when it is undefined. Exceptions of the logger are dropped. */
void php_clever_sso_warn(const zval *logger, const char *line);

#endif
