/* The extension as PHP sees it: its classes, its start and its end. */
#include "registry.h"

#include "ext/json/php_json.h"
#include "ext/standard/info.h"
#include "zend_attributes.h"
#include "zend_exceptions.h"
#include "clever_sso_arginfo.h"

zend_class_entry *php_clever_sso_ce_login, *php_clever_sso_ce_signed_in, *php_clever_sso_ce_restart,
	*php_clever_sso_ce_denied, *php_clever_sso_ce_identity, *php_clever_sso_ce_name, *php_clever_sso_ce_role,
	*php_clever_sso_ce_tokens, *php_clever_sso_ce_token_info, *php_clever_sso_ce_me, *php_clever_sso_ce_user,
	*php_clever_sso_ce_district, *php_clever_sso_ce_user_info, *php_clever_sso_ce_callback, *php_clever_sso_ce_set_cookie,
	*php_clever_sso_ce_refusal, *php_clever_sso_ce_exception, *php_clever_sso_ce_client, *php_clever_sso_ce_key_set,
	*php_clever_sso_ce_stats, *php_clever_sso_ce_finding, *php_clever_sso_ce_report;

static void register_results(void)
{
	zend_class_entry *outcome = register_class_CleverSso_Outcome();
	php_clever_sso_ce_set_cookie = register_class_CleverSso_SetCookie(php_json_serializable_ce);
	php_clever_sso_ce_refusal = register_class_CleverSso_Refusal();
	php_clever_sso_ce_login = register_class_CleverSso_Login(php_json_serializable_ce);
	php_clever_sso_ce_signed_in = register_class_CleverSso_SignedIn(outcome);
	php_clever_sso_ce_restart = register_class_CleverSso_Restart(outcome);
	php_clever_sso_ce_denied = register_class_CleverSso_Denied(outcome);
	php_clever_sso_ce_identity = register_class_CleverSso_Identity(php_json_serializable_ce);
	php_clever_sso_ce_name = register_class_CleverSso_Name(php_json_serializable_ce);
	php_clever_sso_ce_role = register_class_CleverSso_Role();
	php_clever_sso_ce_tokens = register_class_CleverSso_Tokens(php_json_serializable_ce);
	php_clever_sso_ce_token_info = register_class_CleverSso_TokenInfo();
	php_clever_sso_ce_stats = register_class_CleverSso_Stats();
	php_clever_sso_ce_finding = register_class_CleverSso_Finding();
	php_clever_sso_ce_report = register_class_CleverSso_Report();
	php_clever_sso_ce_me = register_class_CleverSso_Me(php_json_serializable_ce);
	php_clever_sso_ce_user = register_class_CleverSso_User(php_json_serializable_ce);
	php_clever_sso_ce_district = register_class_CleverSso_District();
	php_clever_sso_ce_user_info = register_class_CleverSso_UserInfo(php_json_serializable_ce);
	php_clever_sso_ce_callback = register_class_CleverSso_Callback(php_json_serializable_ce);
	php_clever_sso_dumps_startup();
}

static void register_exceptions(void)
{
	zend_class_entry *base = register_class_CleverSso_Exception(zend_ce_exception);
	php_clever_sso_ce_exception = base;
	base->create_object = php_clever_sso_exception_create;
	php_clever_sso_exception_is(CLEVER_SSO_CONFIG, register_class_CleverSso_ConfigException(base));
	php_clever_sso_exception_is(CLEVER_SSO_ARGUMENT, register_class_CleverSso_ArgumentException(base));
	php_clever_sso_exception_is(CLEVER_SSO_LOGIN, register_class_CleverSso_LoginException(base));
	php_clever_sso_exception_is(CLEVER_SSO_TOKEN, register_class_CleverSso_TokenException(base));
	php_clever_sso_exception_is(CLEVER_SSO_CLEVER, register_class_CleverSso_CleverException(base));
	php_clever_sso_exception_is(CLEVER_SSO_NETWORK, register_class_CleverSso_NetworkException(base));
	php_clever_sso_exception_is(CLEVER_SSO_INTERNAL, register_class_CleverSso_InternalException(base));
}

PHP_MINIT_FUNCTION(clever_sso)
{
	php_clever_sso_ce_client = register_class_CleverSso_Client(register_class_CleverSso_ClientInterface());
	php_clever_sso_client_startup();
	php_clever_sso_ce_key_set = register_class_CleverSso_KeySet();
	php_clever_sso_key_set_startup(php_clever_sso_ce_key_set);
	register_results();
	register_exceptions();
	php_clever_sso_registry_startup();
	return SUCCESS;
}

PHP_MSHUTDOWN_FUNCTION(clever_sso)
{
	php_clever_sso_registry_shutdown();
	return SUCCESS;
}

PHP_RINIT_FUNCTION(clever_sso)
{
#if defined(ZTS) && defined(COMPILE_DL_CLEVER_SSO)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif
	return SUCCESS;
}

PHP_MINFO_FUNCTION(clever_sso)
{
	char clients[24];
	snprintf(clients, sizeof clients, "%zu", php_clever_sso_registry_count());
	php_info_print_table_start();
	php_info_print_table_row(2, "Log in with Clever", "enabled");
	php_info_print_table_row(2, "Extension version", PHP_CLEVER_SSO_VERSION);
	php_info_print_table_row(2, "Library version", clever_sso_version());
	php_info_print_table_row(2, "Clients kept by this process", clients);
	php_info_print_table_end();
}

static const zend_module_dep dependencies[] = {
	ZEND_MOD_REQUIRED("hash")
	ZEND_MOD_REQUIRED("json")
	ZEND_MOD_END
};

zend_module_entry clever_sso_module_entry = {
	STANDARD_MODULE_HEADER_EX,
	NULL,
	dependencies,
	"clever_sso",
	NULL,
	PHP_MINIT(clever_sso),
	PHP_MSHUTDOWN(clever_sso),
	PHP_RINIT(clever_sso),
	NULL,
	PHP_MINFO(clever_sso),
	PHP_CLEVER_SSO_VERSION,
	STANDARD_MODULE_PROPERTIES
};

#ifdef COMPILE_DL_CLEVER_SSO
#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#endif
ZEND_GET_MODULE(clever_sso)
#endif
