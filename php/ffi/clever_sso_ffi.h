#define FFI_SCOPE "CLEVER_SSO"
#define FFI_LIB "libclever_sso.so.0"
/* The part of clever_sso.h that CleverSso.php uses, in the words that PHP's FFI understands. */

typedef uint32_t clever_sso_status;
typedef uint32_t clever_sso_kind;

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
const char *clever_sso_login_url(const clever_sso_login *login);
bool clever_sso_login_needs_page(const clever_sso_login *login);
const clever_sso_set_cookie *clever_sso_login_set_cookie(const clever_sso_login *login, size_t index);
const char *clever_sso_login_key(const clever_sso_login *login);
const char *clever_sso_login_pending(const clever_sso_login *login);
void clever_sso_login_free(clever_sso_login *login);

clever_sso_status clever_sso_finish_login(const clever_sso_client *client, const char *callback, const char *cookies, clever_sso_outcome **outcome, clever_sso_error **error);
clever_sso_status clever_sso_finish_login_with_pending(const clever_sso_client *client, const char *callback, const char *pending, clever_sso_outcome **outcome, clever_sso_error **error);
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

clever_sso_status clever_sso_instant_login_url(const clever_sso_client *client, const char *district_id, char **url, clever_sso_error **error);
clever_sso_status clever_sso_portal_url(const clever_sso_client *client, const char *district, char **url, clever_sso_error **error);
void clever_sso_string_free(char *string);

const char *clever_sso_error_code(const clever_sso_error *error);
const char *clever_sso_error_message(const clever_sso_error *error);
const char *clever_sso_error_user_message(const clever_sso_error *error);
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
