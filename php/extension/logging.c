/* Where a client sends its warnings. It raises no PHP warning: frameworks turn those into exceptions, which would end a login
 * after its code is spent. */
#include "logging.h"

#include "zend_closures.h"
#include "zend_exceptions.h"
#include "zend_interfaces.h"

#include <syslog.h>

static bool is_closure(const zval *logger)
{
	return instanceof_function(Z_OBJCE_P(logger), zend_ce_closure);
}

bool php_clever_sso_is_logger(const zval *logger)
{
	const zend_class_entry *ce = Z_OBJCE_P(logger);
	return is_closure(logger) || ce->__call != NULL || zend_hash_str_exists(&ce->function_table, ZEND_STRL("warning"));
}

void php_clever_sso_warn(const zval *logger, const char *line)
{
	zval told, answer;
	if (Z_TYPE_P(logger) != IS_OBJECT) {
		php_log_err_with_severity(line, LOG_WARNING);
		return;
	}
	ZVAL_STRING(&told, line);
	ZVAL_UNDEF(&answer);
	zval callable;
	if (is_closure(logger)) {
		ZVAL_COPY(&callable, logger);
	} else {
		array_init(&callable);
		Z_ADDREF_P((zval *) logger);
		add_next_index_zval(&callable, (zval *) logger);
		add_next_index_string(&callable, "warning");
	}
	call_user_function(NULL, NULL, &callable, &answer, 1, &told);
	bool is_told = !Z_ISUNDEF(answer);
	zval_ptr_dtor(&callable);
	zval_ptr_dtor(&answer);
	zval_ptr_dtor(&told);
	/* If the logger calls exit, the script ends. */
	if (EG(exception) != NULL && (zend_is_unwind_exit(EG(exception)) || zend_is_graceful_exit(EG(exception)))) return;
	if (EG(exception) != NULL) zend_clear_exception();
	/* It threw, or its method is private: the login goes on. */
	if (!is_told) php_log_err_with_severity(line, LOG_WARNING);
}
