/* Shared by the files of the extension. */
#ifndef PHP_CLEVER_SSO_H
#define PHP_CLEVER_SSO_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "php.h"
#include <clever_sso.h>

#define PHP_CLEVER_SSO_VERSION "0.1.0"

extern zend_module_entry clever_sso_module_entry;
#define phpext_clever_sso_ptr &clever_sso_module_entry

#if defined(ZTS) && defined(COMPILE_DL_CLEVER_SSO)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

/* clever_sso.c: the classes. */
extern zend_class_entry *php_clever_sso_ce_login, *php_clever_sso_ce_signed_in, *php_clever_sso_ce_restart,
	*php_clever_sso_ce_denied, *php_clever_sso_ce_identity, *php_clever_sso_ce_name, *php_clever_sso_ce_role,
	*php_clever_sso_ce_tokens, *php_clever_sso_ce_token_info, *php_clever_sso_ce_me, *php_clever_sso_ce_user,
	*php_clever_sso_ce_district, *php_clever_sso_ce_user_info, *php_clever_sso_ce_callback, *php_clever_sso_ce_set_cookie,
	*php_clever_sso_ce_refusal, *php_clever_sso_ce_exception, *php_clever_sso_ce_client, *php_clever_sso_ce_key_set,
	*php_clever_sso_ce_stats, *php_clever_sso_ce_finding, *php_clever_sso_ce_report;

/* client.c */
void php_clever_sso_client_startup(void);

/* failures.c */
zend_object *php_clever_sso_exception_create(zend_class_entry *ce);
zend_class_entry *php_clever_sso_exception_of(clever_sso_status status);
void php_clever_sso_exception_is(clever_sso_status status, zend_class_entry *ce);
void php_clever_sso_throw(clever_sso_status status, const clever_sso_error *error);
/* Throws a ConfigException (config_invalid). The message is made as by printf. */
void php_clever_sso_throw_config(const char *format, ...) ZEND_ATTRIBUTE_FORMAT(printf, 1, 2);

/* As Z_PARAM_STR and the others, but null is a TypeError, as it is for functions that are written in PHP. For null, Z_PARAM_STR
 * only raises E_DEPRECATED, which many error handlers turn into an exception of their own. */
#define PHP_CLEVER_SSO_PARAM(parse, type) \
	Z_PARAM_PROLOGUE(0, 0); \
	if (UNEXPECTED(Z_TYPE_P(_arg) == IS_NULL || !(parse))) { \
		_expected_type = type; \
		_error_code = ZPP_ERROR_WRONG_ARG; \
		break; \
	}
#define PHP_CLEVER_SSO_PARAM_STR(text) PHP_CLEVER_SSO_PARAM(zend_parse_arg_str(_arg, &text, false, _i), Z_EXPECTED_STRING)
#define PHP_CLEVER_SSO_PARAM_LONG(number) \
	PHP_CLEVER_SSO_PARAM(zend_parse_arg_long(_arg, &number, &_dummy, false, _i), Z_EXPECTED_LONG)
#define PHP_CLEVER_SSO_PARAM_DOUBLE(number) \
	PHP_CLEVER_SSO_PARAM(zend_parse_arg_double(_arg, &number, &_dummy, false, _i), Z_EXPECTED_DOUBLE)
#define PHP_CLEVER_SSO_PARAM_BOOL(flag) \
	PHP_CLEVER_SSO_PARAM(zend_parse_arg_bool(_arg, &flag, &_dummy, false, _i), Z_EXPECTED_BOOL)

/* A PHP string for the library: see the definition about strings with a NUL. NULL stays NULL. */
const char *php_clever_sso_text(const zend_string *text);

/* results.c: writes the data of a native handle into `value`. */
typedef void (*php_clever_sso_writer)(zval *value, const void *handle);
void php_clever_sso_write_login(zval *value, const void *login);
void php_clever_sso_write_outcome(zval *value, const void *outcome);
void php_clever_sso_write_tokens(zval *value, const void *tokens);
void php_clever_sso_write_claims(zval *value, const void *claims);
void php_clever_sso_write_token_info(zval *value, const void *token_info);
void php_clever_sso_write_stats(zval *value, const void *stats);
void php_clever_sso_write_me(zval *value, const void *me);
void php_clever_sso_write_user(zval *value, const void *user);
void php_clever_sso_write_district(zval *value, const void *district);
void php_clever_sso_write_userinfo(zval *value, const void *userinfo);
void php_clever_sso_write_callback(zval *value, const void *callback);
void php_clever_sso_write_text(zval *value, const void *text);

/* report.c */
void php_clever_sso_write_report(zval *value, const void *report);
/* A report with one problem: the setting that the exception names. The exception ends with that. */
void php_clever_sso_report_exception(zval *value);

/* A list of cookies to set: `at` returns the one at an index, or NULL after the last one. */
typedef const clever_sso_set_cookie *(*php_clever_sso_cookie_at)(const void *handle, size_t index);
void php_clever_sso_write_cookies(zval *value, php_clever_sso_cookie_at at, const void *handle);

/* dumps.c: both take `value`. A property that dumps do not show is set like any other one. */
void php_clever_sso_dumps_startup(void);
void php_clever_sso_set(zval *object, const char *name, zval *value);
/* Sets the property `hidden`: what no dump shows, and what `==` compares. */
void php_clever_sso_hide(zend_object *object, zval *value);

/* keys.c */
void php_clever_sso_key_set_startup(zend_class_entry *ce);

#endif
