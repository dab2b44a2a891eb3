/* The findings of the doctor: the classes CleverSso\Finding and CleverSso\Report. */
#include "php_clever_sso.h"

#include "ext/json/php_json.h"
#include "ext/standard/html.h"
#include "SAPI.h"
#include "zend_exceptions.h"
#include "zend_smart_str.h"

/* By their exit codes. */
static const char *const levels[] = { "ok", "warning", "problem" };
static const char *const colors_of_levels[] = { "\x1b[32m", "\x1b[33m", "\x1b[1;31m" };
#define PROBLEM 2

/* ---- text that is safe to show, by the rules of the library */

#define NEVER_FAILS (PHP_JSON_INVALID_UTF8_SUBSTITUTE | PHP_JSON_UNESCAPED_UNICODE | PHP_JSON_PARTIAL_OUTPUT_ON_ERROR)

/* Bytes that are not UTF-8 are replaced by U+FFFD. */
static zend_string *as_utf8(zend_string *text)
{
	zval value, decoded;
	smart_str json = { 0 };
	ZVAL_STR(&value, text);
	php_json_encode_ex(&json, &value, NEVER_FAILS, PHP_JSON_PARSER_DEFAULT_DEPTH);
	zend_string *encoded = smart_str_extract(&json);
	php_json_decode_ex(&decoded, ZSTR_VAL(encoded), ZSTR_LEN(encoded), 0, PHP_JSON_PARSER_DEFAULT_DEPTH);
	zend_string_release(encoded);
	if (Z_TYPE(decoded) == IS_STRING) return Z_STR(decoded);
	zval_ptr_dtor(&decoded);
	return ZSTR_EMPTY_ALLOC();
}

static bool breaks_a_line(unsigned int c)
{
	return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_unprintable(unsigned int c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static zend_string *printable(zend_string *given)
{
	zend_string *text = as_utf8(given);
	smart_str shown = { 0 };
	for (size_t at = 0; at < ZSTR_LEN(text);) {
		size_t start = at;
		zend_result status = SUCCESS;
		unsigned int c = php_next_utf8_char((const unsigned char *) ZSTR_VAL(text), ZSTR_LEN(text), &at, &status);
		if (breaks_a_line(c)) {
			smart_str_appendc(&shown, ' ');
		} else if (status != SUCCESS || is_unprintable(c)) {
			smart_str_appends(&shown, "\xef\xbf\xbd");
		} else {
			smart_str_appendl(&shown, ZSTR_VAL(text) + start, at - start);
		}
	}
	zend_string_release(text);
	return smart_str_extract(&shown);
}

/* ---- findings */

/* NULL is null. */
static void set_text(zval *finding, const char *name, zend_string *text)
{
	zval value;
	ZVAL_NULL(&value);
	if (text != NULL) ZVAL_STR(&value, printable(text));
	php_clever_sso_set(finding, name, &value);
}

static void add_finding(zval *findings, const char *check, const char *level, const char *found, const char *advice)
{
	const struct {
		const char *name, *text;
	} properties[] = { { "check", check }, { "level", level }, { "found", found }, { "advice", advice } };
	zval finding;
	object_init_ex(&finding, php_clever_sso_ce_finding);
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		const char *text = properties[i].text;
		zend_string *copied = text != NULL ? zend_string_init(text, strlen(text), false) : NULL;
		set_text(&finding, properties[i].name, copied);
		if (copied != NULL) zend_string_release(copied);
	}
	add_next_index_zval(findings, &finding);
}

static bool is_on(const char *setting)
{
	zend_string *name = zend_string_init(setting, strlen(setting), false);
	const zend_string *value = zend_ini_get_value(name);
	bool on = value != NULL && zend_ini_parse_bool((zend_string *) value);
	zend_string_release(name);
	return on;
}

/* Which PHP runs here, and how it reaches the library. */
static void add_versions(zval *findings)
{
	bool of_command_line = strcmp(sapi_module.name, "cli") == 0 || strcmp(sapi_module.name, "phpdbg") == 0;
	bool caches = is_on("opcache.enable") && (!of_command_line || is_on("opcache.enable_cli"));
	zend_string *found = strpprintf(0, "PHP %s (%s), extension clever_sso %s, opcache %s",
		Z_STRVAL_P(zend_get_constant_str("PHP_VERSION", sizeof "PHP_VERSION" - 1)), sapi_module.name, PHP_CLEVER_SSO_VERSION,
		caches ? "on" : "off");
	add_finding(findings, "versions", levels[0], ZSTR_VAL(found), NULL);
	zend_string_release(found);
}

ZEND_METHOD(CleverSso_Finding, __construct)
{
	zend_string *check, *level, *found, *advice;
	ZEND_PARSE_PARAMETERS_START(4, 4)
		PHP_CLEVER_SSO_PARAM_STR(check)
		PHP_CLEVER_SSO_PARAM_STR(level)
		PHP_CLEVER_SSO_PARAM_STR(found)
		Z_PARAM_STR_OR_NULL(advice)
	ZEND_PARSE_PARAMETERS_END();
	const struct {
		const char *name;
		zend_string *text;
	} properties[] = { { "check", check }, { "level", level }, { "found", found }, { "advice", advice } };
	for (size_t i = 0; i < sizeof properties / sizeof *properties && EG(exception) == NULL; i++) {
		set_text(ZEND_THIS, properties[i].name, properties[i].text);
	}
}

/* NULL when it is null, or when no constructor ran: reflection can put anything into a list. */
static zend_string *text_of(zval *finding, const char *name)
{
	zval held;
	if (Z_TYPE_P(finding) != IS_OBJECT || Z_OBJCE_P(finding) != php_clever_sso_ce_finding) return NULL;
	zval *value = zend_read_property(php_clever_sso_ce_finding, Z_OBJ_P(finding), name, strlen(name), true, &held);
	return Z_TYPE_P(value) == IS_STRING ? Z_STR_P(value) : NULL;
}

static size_t code_of(zval *finding)
{
	const zend_string *level = text_of(finding, "level");
	for (size_t i = 0; level != NULL && i < PROBLEM; i++) {
		if (strcmp(ZSTR_VAL(level), levels[i]) == 0) return i;
	}
	return PROBLEM;
}

/* Fills a new report. Takes the list. */
static void fill(zval *report, zval *findings)
{
	zval first, code, *finding;
	ZVAL_NULL(&first);
	ZVAL_LONG(&code, 0);
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(findings), finding) {
		zend_long of_this = (zend_long) code_of(finding);
		if (of_this == PROBLEM && Z_TYPE(first) == IS_NULL) ZVAL_COPY(&first, finding);
		if (of_this > Z_LVAL(code)) ZVAL_LONG(&code, of_this);
	} ZEND_HASH_FOREACH_END();
	php_clever_sso_set(report, "findings", findings);
	/* It was constructed already. */
	if (EG(exception) != NULL) {
		zval_ptr_dtor(&first);
		return;
	}
	php_clever_sso_set(report, "firstProblem", &first);
	php_clever_sso_set(report, "exitCode", &code);
}

void php_clever_sso_write_report(zval *value, const void *report)
{
	zval findings;
	array_init(&findings);
	for (size_t i = 0; i < clever_sso_report_finding_count(report); i++) {
		size_t level = clever_sso_report_finding_level(report, i);
		add_finding(&findings, clever_sso_report_finding_check(report, i), levels[MIN(level, PROBLEM)],
			clever_sso_report_finding_found(report, i), clever_sso_report_finding_advice(report, i));
	}
	add_versions(&findings);
	object_init_ex(value, php_clever_sso_ce_report);
	fill(value, &findings);
}

void php_clever_sso_report_exception(zval *value)
{
	zend_object *exception = EG(exception);
	if (exception == NULL
		|| (exception->ce != php_clever_sso_exception_of(CLEVER_SSO_CONFIG)
			&& exception->ce != php_clever_sso_exception_of(CLEVER_SSO_ARGUMENT))) return;
	zval held, findings;
	zval *message = zend_read_property_ex(zend_ce_exception, exception, ZSTR_KNOWN(ZEND_STR_MESSAGE), true, &held);
	/* Without the error code, which comes before the colon. */
	const char *found = strstr(Z_STRVAL_P(message), ": ");
	array_init(&findings);
	add_finding(&findings, "settings", levels[PROBLEM], found != NULL ? found + 2 : Z_STRVAL_P(message),
		"correct this variable, or remove it");
	add_versions(&findings);
	zend_clear_exception();
	object_init_ex(value, php_clever_sso_ce_report);
	fill(value, &findings);
}

ZEND_METHOD(CleverSso_Report, __construct)
{
	HashTable *given;
	zval findings, *finding;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_ARRAY_HT(given)
	ZEND_PARSE_PARAMETERS_END();
	ZEND_HASH_FOREACH_VAL(given, finding) {
		ZVAL_DEREF(finding);
		if (Z_TYPE_P(finding) != IS_OBJECT || Z_OBJCE_P(finding) != php_clever_sso_ce_finding) {
			zend_argument_type_error(1, "must hold only CleverSso\\Finding, %s found", zend_zval_type_name(finding));
			RETURN_THROWS();
		}
	} ZEND_HASH_FOREACH_END();
	array_init(&findings);
	ZEND_HASH_FOREACH_VAL(given, finding) {
		ZVAL_DEREF(finding);
		Z_ADDREF_P(finding);
		add_next_index_zval(&findings, finding);
	} ZEND_HASH_FOREACH_END();
	fill(ZEND_THIS, &findings);
}

/* The property of a report. Throws an Error and returns NULL if its constructor was never called. */
static zval *property_of(zval *report, const char *name, zval *held)
{
	zval *value = zend_read_property(php_clever_sso_ce_report, Z_OBJ_P(report), name, strlen(name), false, held);
	return EG(exception) == NULL ? value : NULL;
}

static void append(smart_str *text, zend_string *part)
{
	if (part != NULL) smart_str_append(text, part);
}

ZEND_METHOD(CleverSso_Report, toText)
{
	bool colors = false;
	zval held, *finding;
	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		PHP_CLEVER_SSO_PARAM_BOOL(colors)
	ZEND_PARSE_PARAMETERS_END();
	zval *findings = property_of(ZEND_THIS, "findings", &held);
	if (findings == NULL) RETURN_THROWS();
	smart_str text = { 0 };
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(findings), finding) {
		const zend_string *level = text_of(finding, "level");
		zend_string *advice = text_of(finding, "advice");
		if (colors) smart_str_appends(&text, colors_of_levels[code_of(finding)]);
		smart_str_append_printf(&text, "%-8s%s ", level != NULL ? ZSTR_VAL(level) : "", colors ? "\x1b[0m" : "");
		append(&text, text_of(finding, "check"));
		smart_str_appends(&text, ": ");
		append(&text, text_of(finding, "found"));
		smart_str_appendc(&text, '\n');
		if (advice == NULL) continue;
		smart_str_appends(&text, "         what to do: ");
		append(&text, advice);
		smart_str_appendc(&text, '\n');
	} ZEND_HASH_FOREACH_END();
	RETURN_STR(smart_str_extract(&text));
}

ZEND_METHOD(CleverSso_Report, toJson)
{
	ZEND_PARSE_PARAMETERS_NONE();
	zval held, object;
	zval *code = property_of(ZEND_THIS, "exitCode", &held);
	if (code == NULL) RETURN_THROWS();
	zval *findings = property_of(ZEND_THIS, "findings", &held);
	array_init(&object);
	add_assoc_string(&object, "level", levels[MIN((zend_ulong) Z_LVAL_P(code), PROBLEM)]);
	add_assoc_long(&object, "exit_code", Z_LVAL_P(code));
	Z_TRY_ADDREF_P(findings);
	add_assoc_zval(&object, "findings", findings);
	smart_str text = { 0 };
	php_json_encode_ex(&text, &object,
		PHP_JSON_UNESCAPED_SLASHES | PHP_JSON_UNESCAPED_UNICODE | PHP_JSON_INVALID_UTF8_SUBSTITUTE, PHP_JSON_PARSER_DEFAULT_DEPTH);
	zval_ptr_dtor(&object);
	RETURN_STR(smart_str_extract(&text));
}
