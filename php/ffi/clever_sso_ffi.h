#define FFI_SCOPE "CLEVER_SSO"
#define FFI_LIB "libclever_sso.so.0"
/* The part of clever_sso.h that CleverSso.php uses, in the words that PHP's FFI understands. */

typedef uint32_t clever_sso_status;
typedef uint32_t clever_sso_kind;
typedef uint32_t clever_sso_report_level;

typedef struct clever_sso_config clever_sso_config;
typedef struct clever_sso_error clever_sso_error;
typedef struct clever_sso_client clever_sso_client;
typedef struct clever_sso_login_options clever_sso_login_options;
typedef struct clever_sso_login clever_sso_login;
typedef struct clever_sso_outcome clever_sso_outcome;
typedef struct clever_sso_set_cookie clever_sso_set_cookie;
typedef struct clever_sso_request clever_sso_request;
typedef struct clever_sso_logout clever_sso_logout;
typedef struct clever_sso_identity clever_sso_identity;
typedef struct clever_sso_tokens clever_sso_tokens;
typedef struct clever_sso_authorize_options clever_sso_authorize_options;
typedef struct clever_sso_callback clever_sso_callback;
typedef struct clever_sso_token_info clever_sso_token_info;
typedef struct clever_sso_claims clever_sso_claims;
typedef struct clever_sso_me_record clever_sso_me_record;
typedef struct clever_sso_user_record clever_sso_user_record;
typedef struct clever_sso_district_record clever_sso_district_record;
typedef struct clever_sso_userinfo_record clever_sso_userinfo_record;
typedef struct clever_sso_key_set clever_sso_key_set;
typedef struct clever_sso_stats clever_sso_stats;
typedef struct clever_sso_report clever_sso_report;
typedef struct clever_sso_verify_options clever_sso_verify_options;

const char *clever_sso_version(void);
uint32_t clever_sso_version_number(void);

clever_sso_status clever_sso_config_new(const char *client_id, clever_sso_config **config, clever_sso_error **error);
clever_sso_status clever_sso_config_set_client_secret(clever_sso_config *config, const char *client_secret, clever_sso_error **error);
clever_sso_status clever_sso_config_add_redirect_uri(clever_sso_config *config, const char *redirect_uri, clever_sso_error **error);
clever_sso_status clever_sso_config_set_base_url(clever_sso_config *config, const char *base_url, clever_sso_error **error);
clever_sso_status clever_sso_config_set_issuer(clever_sso_config *config, const char *issuer, clever_sso_error **error);
clever_sso_status clever_sso_config_set_api_base(clever_sso_config *config, const char *api_base, clever_sso_error **error);
clever_sso_status clever_sso_config_set_pending_key(clever_sso_config *config, const char *pending_key, clever_sso_error **error);
clever_sso_status clever_sso_config_add_old_pending_key(clever_sso_config *config, const char *old_pending_key, clever_sso_error **error);
clever_sso_status clever_sso_config_add_return_to_origin(clever_sso_config *config, const char *return_to_origin, clever_sso_error **error);
clever_sso_status clever_sso_config_set_timeout(clever_sso_config *config, double seconds, clever_sso_error **error);
clever_sso_status clever_sso_config_set_development(clever_sso_config *config, bool development, clever_sso_error **error);
clever_sso_status clever_sso_config_set_leeway(clever_sso_config *config, int64_t seconds, clever_sso_error **error);
clever_sso_status clever_sso_config_set_authorization_endpoint(clever_sso_config *config, const char *authorization_endpoint, clever_sso_error **error);
clever_sso_status clever_sso_config_set_token_endpoint(clever_sso_config *config, const char *token_endpoint, clever_sso_error **error);
clever_sso_status clever_sso_config_set_tokeninfo_endpoint(clever_sso_config *config, const char *tokeninfo_endpoint, clever_sso_error **error);
clever_sso_status clever_sso_config_set_userinfo_endpoint(clever_sso_config *config, const char *userinfo_endpoint, clever_sso_error **error);
clever_sso_status clever_sso_config_set_jwks_uri(clever_sso_config *config, const char *jwks_uri, clever_sso_error **error);
clever_sso_status clever_sso_config_set_ca_bundle(clever_sso_config *config, const char *ca_bundle, clever_sso_error **error);
clever_sso_status clever_sso_config_set_proxy(clever_sso_config *config, const char *proxy, clever_sso_error **error);
clever_sso_status clever_sso_config_discover(clever_sso_config *config, clever_sso_error **error);
clever_sso_status clever_sso_config_set_setting_names(clever_sso_config *config, uint32_t names, clever_sso_error **error);
void clever_sso_config_free(clever_sso_config *config);

clever_sso_status clever_sso_client_new(const clever_sso_config *config, clever_sso_client **client, clever_sso_error **error);
clever_sso_status clever_sso_warm_up(const clever_sso_client *client, clever_sso_error **error);
clever_sso_status clever_sso_export_keys(const clever_sso_client *client, char **keys, clever_sso_error **error);
clever_sso_status clever_sso_import_keys(const clever_sso_client *client, const char *keys, clever_sso_error **error);
clever_sso_status clever_sso_client_stats(const clever_sso_client *client, clever_sso_stats **stats, clever_sso_error **error);
const char *clever_sso_stats_prometheus(const clever_sso_stats *stats);
size_t clever_sso_stats_sample_count(const clever_sso_stats *stats);
const char *clever_sso_stats_sample_name(const clever_sso_stats *stats, size_t index);
const char *clever_sso_stats_sample_labels(const clever_sso_stats *stats, size_t index);
double clever_sso_stats_sample_value(const clever_sso_stats *stats, size_t index);
void clever_sso_stats_free(clever_sso_stats *stats);
clever_sso_status clever_sso_doctor(const clever_sso_client *client, clever_sso_report **report, clever_sso_error **error);
clever_sso_status clever_sso_config_doctor(const clever_sso_config *config, clever_sso_report **report, clever_sso_error **error);
clever_sso_status clever_sso_config_doctor_with_discovery(const clever_sso_config *config, clever_sso_report **report, clever_sso_error **error);
size_t clever_sso_report_finding_count(const clever_sso_report *report);
const char *clever_sso_report_finding_check(const clever_sso_report *report, size_t index);
clever_sso_report_level clever_sso_report_finding_level(const clever_sso_report *report, size_t index);
const char *clever_sso_report_finding_found(const clever_sso_report *report, size_t index);
const char *clever_sso_report_finding_advice(const clever_sso_report *report, size_t index);
void clever_sso_report_free(clever_sso_report *report);
void clever_sso_client_free(clever_sso_client *client);

clever_sso_status clever_sso_login_options_new(clever_sso_login_options **options, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_redirect_uri(clever_sso_login_options *options, const char *redirect_uri, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_district_id(clever_sso_login_options *options, const char *district_id, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_return_to(clever_sso_login_options *options, const char *return_to, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_cookies(clever_sso_login_options *options, const char *cookies, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_switch_user(clever_sso_login_options *options, bool switch_user, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_has_session(clever_sso_login_options *options, bool has_session, clever_sso_error **error);
clever_sso_status clever_sso_login_options_set_home(clever_sso_login_options *options, const char *home, clever_sso_error **error);
void clever_sso_login_options_free(clever_sso_login_options *options);
clever_sso_status clever_sso_begin_login(const clever_sso_client *client, const clever_sso_login_options *options, clever_sso_login **login, clever_sso_error **error);
clever_sso_status clever_sso_begin_implicit(const clever_sso_client *client, const clever_sso_login_options *options, clever_sso_login **login, clever_sso_error **error);
const char *clever_sso_login_url(const clever_sso_login *login);
bool clever_sso_login_needs_page(const clever_sso_login *login);
const clever_sso_set_cookie *clever_sso_login_set_cookie(const clever_sso_login *login, size_t index);
const char *clever_sso_login_key(const clever_sso_login *login);
const char *clever_sso_login_pending(const clever_sso_login *login);
void clever_sso_login_free(clever_sso_login *login);

clever_sso_status clever_sso_finish_login(const clever_sso_client *client, const char *callback, const char *cookies, clever_sso_outcome **outcome, clever_sso_error **error);
clever_sso_status clever_sso_finish_login_with_pending(const clever_sso_client *client, const char *callback, const char *pending, clever_sso_outcome **outcome, clever_sso_error **error);
clever_sso_status clever_sso_finish_implicit(const clever_sso_client *client, const char *callback, const char *cookies, clever_sso_outcome **outcome, clever_sso_error **error);
clever_sso_status clever_sso_finish_implicit_with_pending(const clever_sso_client *client, const char *callback, const char *pending, clever_sso_outcome **outcome, clever_sso_error **error);
clever_sso_status clever_sso_login_key_of_callback(const char *callback, char **key, clever_sso_error **error);
clever_sso_kind clever_sso_outcome_kind(const clever_sso_outcome *outcome);
const clever_sso_set_cookie *clever_sso_outcome_set_cookie(const clever_sso_outcome *outcome, size_t index);
bool clever_sso_outcome_ends_session(const clever_sso_outcome *outcome);
const clever_sso_identity *clever_sso_outcome_identity(const clever_sso_outcome *outcome);
const clever_sso_tokens *clever_sso_outcome_tokens(const clever_sso_outcome *outcome);
const clever_sso_login *clever_sso_outcome_login(const clever_sso_outcome *outcome);
const char *clever_sso_outcome_return_to(const clever_sso_outcome *outcome);
bool clever_sso_outcome_switch_user(const clever_sso_outcome *outcome);
const char *clever_sso_outcome_restart_reason(const clever_sso_outcome *outcome);
const char *clever_sso_outcome_denied_error(const clever_sso_outcome *outcome);
const char *clever_sso_outcome_denied_description(const clever_sso_outcome *outcome);
void clever_sso_outcome_free(clever_sso_outcome *outcome);

clever_sso_status clever_sso_request_new(const char *method, clever_sso_request **request, clever_sso_error **error);
clever_sso_status clever_sso_request_set_header(clever_sso_request *request, const char *name, const char *value, clever_sso_error **error);
clever_sso_status clever_sso_request_refusal(const clever_sso_client *client, uint32_t endpoint, const clever_sso_request *request, uint16_t *status, clever_sso_error **error);
const char *clever_sso_endpoint_allow(uint32_t endpoint);
void clever_sso_request_free(clever_sso_request *request);

clever_sso_status clever_sso_log_out(const clever_sso_client *client, const char *cookies, clever_sso_logout **logout, clever_sso_error **error);
clever_sso_status clever_sso_session_kept(const clever_sso_client *client, const char *cookies, clever_sso_logout **kept, clever_sso_error **error);
bool clever_sso_is_switched_on(const char *value);
bool clever_sso_leads_to(const char *target, const char *path);
const clever_sso_set_cookie *clever_sso_logout_set_cookie(const clever_sso_logout *logout, size_t index);
void clever_sso_logout_free(clever_sso_logout *logout);

const char *clever_sso_set_cookie_header(const clever_sso_set_cookie *cookie);
const char *clever_sso_set_cookie_name(const clever_sso_set_cookie *cookie);
const char *clever_sso_set_cookie_value(const clever_sso_set_cookie *cookie);
uint32_t clever_sso_set_cookie_max_age(const clever_sso_set_cookie *cookie);
bool clever_sso_set_cookie_secure(const clever_sso_set_cookie *cookie);

const char *clever_sso_identity_issuer(const clever_sso_identity *identity);
const char *clever_sso_identity_id(const clever_sso_identity *identity);
const char *clever_sso_identity_district_id(const clever_sso_identity *identity);
const char *clever_sso_identity_user_type(const clever_sso_identity *identity);
const char *clever_sso_identity_first_name(const clever_sso_identity *identity);
const char *clever_sso_identity_middle_name(const clever_sso_identity *identity);
const char *clever_sso_identity_last_name(const clever_sso_identity *identity);
const char *clever_sso_identity_full_name(const clever_sso_identity *identity);
const char *clever_sso_identity_unverified_email(const clever_sso_identity *identity);
const char *clever_sso_identity_authorized_by(const clever_sso_identity *identity);
const char *clever_sso_identity_proven_by(const clever_sso_identity *identity);
const char *clever_sso_identity_claims_json(const clever_sso_identity *identity);
size_t clever_sso_identity_role_count(const clever_sso_identity *identity);
const char *clever_sso_identity_role_name(const clever_sso_identity *identity, size_t index);
const char *clever_sso_identity_role_legacy_id(const clever_sso_identity *identity, size_t index);
size_t clever_sso_identity_legacy_id_count(const clever_sso_identity *identity);
const char *clever_sso_identity_legacy_id(const clever_sso_identity *identity, size_t index);
bool clever_sso_identity_loginas_by_admin(const clever_sso_identity *identity);

const char *clever_sso_tokens_access_token(const clever_sso_tokens *tokens);
const char *clever_sso_tokens_id_token(const clever_sso_tokens *tokens);

const char *clever_sso_client_issuer(const clever_sso_client *client);
clever_sso_status clever_sso_authorize_options_new(clever_sso_authorize_options **options, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_implicit(clever_sso_authorize_options *options, bool implicit, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_switch_user(clever_sso_authorize_options *options, bool switch_user, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_redirect_uri(clever_sso_authorize_options *options, const char *redirect_uri, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_state(clever_sso_authorize_options *options, const char *state, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_without_state(clever_sso_authorize_options *options, bool without_state, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_nonce(clever_sso_authorize_options *options, const char *nonce, clever_sso_error **error);
clever_sso_status clever_sso_authorize_options_set_district_id(clever_sso_authorize_options *options, const char *district_id, clever_sso_error **error);
clever_sso_status clever_sso_authorize_url(const clever_sso_client *client, const clever_sso_authorize_options *options, char **url, clever_sso_error **error);
void clever_sso_authorize_options_free(clever_sso_authorize_options *options);

clever_sso_status clever_sso_parse_callback(const char *text, clever_sso_callback **callback, clever_sso_error **error);
const char *clever_sso_callback_code(const clever_sso_callback *callback);
const char *clever_sso_callback_access_token(const clever_sso_callback *callback);
const char *clever_sso_callback_state(const clever_sso_callback *callback);
const char *clever_sso_callback_denied_error(const clever_sso_callback *callback);
const char *clever_sso_callback_denied_description(const clever_sso_callback *callback);
const char *clever_sso_callback_issuer(const clever_sso_callback *callback);
size_t clever_sso_callback_scope_count(const clever_sso_callback *callback);
const char *clever_sso_callback_scope(const clever_sso_callback *callback, size_t index);
bool clever_sso_callback_loginas_by_admin(const clever_sso_callback *callback);
void clever_sso_callback_free(clever_sso_callback *callback);

clever_sso_status clever_sso_exchange_code(const clever_sso_client *client, const char *code, const char *redirect_uri, clever_sso_tokens **tokens, clever_sso_error **error);
void clever_sso_tokens_free(clever_sso_tokens *tokens);
clever_sso_status clever_sso_check_token(const clever_sso_client *client, const char *access_token, clever_sso_token_info **token_info, clever_sso_error **error);
const char *clever_sso_token_info_client_id(const clever_sso_token_info *token_info);
size_t clever_sso_token_info_scope_count(const clever_sso_token_info *token_info);
const char *clever_sso_token_info_scope(const clever_sso_token_info *token_info, size_t index);
void clever_sso_token_info_free(clever_sso_token_info *token_info);
clever_sso_status clever_sso_verify_id_token(const clever_sso_client *client, const char *id_token, const char *nonce, const char *access_token, clever_sso_claims **claims, clever_sso_error **error);
const char *clever_sso_claims_json(const clever_sso_claims *claims);
void clever_sso_claims_free(clever_sso_claims *claims);

clever_sso_status clever_sso_me(const clever_sso_client *client, const char *access_token, clever_sso_me_record **me, clever_sso_error **error);
const char *clever_sso_me_record_id(const clever_sso_me_record *me);
const char *clever_sso_me_record_district_id(const clever_sso_me_record *me);
const char *clever_sso_me_record_user_type(const clever_sso_me_record *me);
const char *clever_sso_me_record_authorized_by(const clever_sso_me_record *me);
const char *clever_sso_me_record_json(const clever_sso_me_record *me);
void clever_sso_me_record_free(clever_sso_me_record *me);

clever_sso_status clever_sso_user(const clever_sso_client *client, const char *access_token, const char *id, clever_sso_user_record **user, clever_sso_error **error);
const char *clever_sso_user_record_id(const clever_sso_user_record *user);
const char *clever_sso_user_record_district_id(const clever_sso_user_record *user);
const char *clever_sso_user_record_first_name(const clever_sso_user_record *user);
const char *clever_sso_user_record_middle_name(const clever_sso_user_record *user);
const char *clever_sso_user_record_last_name(const clever_sso_user_record *user);
const char *clever_sso_user_record_full_name(const clever_sso_user_record *user);
const char *clever_sso_user_record_unverified_email(const clever_sso_user_record *user);
size_t clever_sso_user_record_role_count(const clever_sso_user_record *user);
const char *clever_sso_user_record_role_name(const clever_sso_user_record *user, size_t index);
const char *clever_sso_user_record_role_legacy_id(const clever_sso_user_record *user, size_t index);
const char *clever_sso_user_record_json(const clever_sso_user_record *user);
void clever_sso_user_record_free(clever_sso_user_record *user);

clever_sso_status clever_sso_district(const clever_sso_client *client, const char *access_token, const char *id, clever_sso_district_record **district, clever_sso_error **error);
const char *clever_sso_district_record_id(const clever_sso_district_record *district);
const char *clever_sso_district_record_name(const clever_sso_district_record *district);
const char *clever_sso_district_record_json(const clever_sso_district_record *district);
void clever_sso_district_record_free(clever_sso_district_record *district);

clever_sso_status clever_sso_userinfo(const clever_sso_client *client, const char *access_token, const char *subject, clever_sso_userinfo_record **userinfo, clever_sso_error **error);
const char *clever_sso_userinfo_record_id(const clever_sso_userinfo_record *userinfo);
const char *clever_sso_userinfo_record_json(const clever_sso_userinfo_record *userinfo);
void clever_sso_userinfo_record_free(clever_sso_userinfo_record *userinfo);

clever_sso_status clever_sso_key_set_new(const char *jwks, clever_sso_key_set **keys, clever_sso_error **error);
void clever_sso_key_set_free(clever_sso_key_set *keys);
clever_sso_status clever_sso_verify_options_new(const char *issuer, const char *client_id, clever_sso_verify_options **options, clever_sso_error **error);
clever_sso_status clever_sso_verify_options_set_nonce(clever_sso_verify_options *options, const char *nonce, clever_sso_error **error);
clever_sso_status clever_sso_verify_options_set_access_token(clever_sso_verify_options *options, const char *access_token, clever_sso_error **error);
clever_sso_status clever_sso_verify_options_set_now(clever_sso_verify_options *options, uint64_t now, clever_sso_error **error);
clever_sso_status clever_sso_verify_options_set_leeway(clever_sso_verify_options *options, uint32_t leeway, clever_sso_error **error);
clever_sso_status clever_sso_verify_id_token_with(const char *id_token, const clever_sso_key_set *keys, const clever_sso_verify_options *options, clever_sso_claims **claims, clever_sso_error **error);
void clever_sso_verify_options_free(clever_sso_verify_options *options);

clever_sso_status clever_sso_instant_login_url(const clever_sso_client *client, const char *district_id, char **url, clever_sso_error **error);
clever_sso_status clever_sso_portal_url(const clever_sso_client *client, const char *district, char **url, clever_sso_error **error);
void clever_sso_string_free(char *string);

const char *clever_sso_error_code(const clever_sso_error *error);
const char *clever_sso_error_message(const clever_sso_error *error);
const char *clever_sso_error_user_message(const clever_sso_error *error);
const char *clever_sso_error_user_message_in(const clever_sso_error *error, const char *language);
const char *clever_sso_user_message(const char *code, const char *language);
const char *clever_sso_error_actor(const clever_sso_error *error);
uint16_t clever_sso_error_page_status(const clever_sso_error *error);
const char *clever_sso_error_return_to(const clever_sso_error *error);
bool clever_sso_error_switch_user(const clever_sso_error *error);
uint16_t clever_sso_error_http_status(const clever_sso_error *error);
int64_t clever_sso_error_retry_after(const clever_sso_error *error);
bool clever_sso_error_retryable(const clever_sso_error *error);
const clever_sso_set_cookie *clever_sso_error_set_cookie(const clever_sso_error *error, size_t index);
bool clever_sso_error_ends_session(const clever_sso_error *error);
void clever_sso_error_free(clever_sso_error *error);
