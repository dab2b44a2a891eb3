/*
 * Runs the table of cases through the C library: each line of input is a call, each line of output its result.
 *
 *     operation TAB name=value TAB name=value ...       result TAB name=value ...
 *
 * `client` makes a client and keeps it under its name. Values contain no tabs; a line break in one is written as \n.
 */
#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 64 * 1024, MOST_ARGUMENTS = 16, MOST_CLIENTS = 32, MOST_TEXTS = 16 };

struct call {
    char *operation;
    char *arguments[MOST_ARGUMENTS];
    size_t count;
};

static struct {
    char name[64];
    clever_sso_client *client;
} clients[MOST_CLIENTS];
static size_t client_count;

static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        int line_break = from[0] == '\\' && from[1] == 'n';
        *to++ = line_break ? '\n' : *from;
        from += line_break;
    }
    *to = '\0';
}

static const char *argument(const struct call *call, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < call->count; i++) {
        if (strncmp(call->arguments[i], name, length) == 0 && call->arguments[i][length] == '=') {
            return call->arguments[i] + length + 1;
        }
    }
    return NULL;
}

static void field(const char *name, const char *value)
{
    if (value != NULL) printf("\t%s=%s", name, value);
}

typedef const char *text_at(const clever_sso_identity *identity, size_t index);

static int by_letters(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Several texts in one field: sorted and separated by commas. */
static void joined_texts(const char *name, const char **texts, size_t count)
{
    if (count > MOST_TEXTS) count = MOST_TEXTS;
    qsort(texts, count, sizeof texts[0], by_letters);
    if (count > 0) printf("\t%s=%s", name, texts[0]);
    for (size_t i = 1; i < count; i++) printf(",%s", texts[i]);
}

static void joined_field(const char *name, const clever_sso_identity *identity, size_t count, text_at *at)
{
    const char *texts[MOST_TEXTS];
    if (count > MOST_TEXTS) count = MOST_TEXTS;
    for (size_t i = 0; i < count; i++) texts[i] = at(identity, i);
    joined_texts(name, texts, count);
}

static const clever_sso_client *chosen(const struct call *call)
{
    const char *name = argument(call, "client");
    for (size_t i = 0; name != NULL && i < client_count; i++) {
        if (strcmp(clients[i].name, name) == 0) return clients[i].client;
    }
    return NULL;
}

typedef const clever_sso_set_cookie *cookie_at(const void *owner, size_t index);

/* `NAME=VALUE;MAX-AGE` for each cookie, separated by `|`; and the headers that set the cookies. */
static void cookie_field(cookie_at *at, const void *owner)
{
    const clever_sso_set_cookie *cookie;
    printf("\tset_cookies=");
    for (size_t i = 0; (cookie = at(owner, i)) != NULL; i++) {
        const char *name = clever_sso_set_cookie_name(cookie), *value = clever_sso_set_cookie_value(cookie);
        printf("%s%s=%s;%u", i > 0 ? "|" : "", name, value, (unsigned)clever_sso_set_cookie_max_age(cookie));
    }
    printf("\tset_cookie_headers=");
    for (size_t i = 0; (cookie = at(owner, i)) != NULL; i++) {
        printf("%s%s", i > 0 ? "|" : "", clever_sso_set_cookie_header(cookie));
    }
}

static const clever_sso_set_cookie *error_cookie(const void *error, size_t index)
{
    return clever_sso_error_set_cookie(error, index);
}

static const clever_sso_set_cookie *login_cookie(const void *login, size_t index)
{
    return clever_sso_login_set_cookie(login, index);
}

static const clever_sso_set_cookie *outcome_cookie(const void *outcome, size_t index)
{
    return clever_sso_outcome_set_cookie(outcome, index);
}

static const clever_sso_set_cookie *logout_cookie(const void *logout, size_t index)
{
    return clever_sso_logout_set_cookie(logout, index);
}

/* Prints the result of a call. Returns whether it succeeded: then the operation adds its fields. */
static int well(clever_sso_status status, clever_sso_error *error)
{
    if (status == CLEVER_SSO_OK) {
        printf("ok");
        return 1;
    }
    printf("error %s", clever_sso_error_code(error));
    field("message", clever_sso_error_message(error));
    field("user_message", clever_sso_error_user_message(error));
    if (clever_sso_error_retry_after(error) >= 0) {
        printf("\tretry_after=%lld", (long long)clever_sso_error_retry_after(error));
    }
    cookie_field(error_cookie, error);
    field("ends_session", clever_sso_error_ends_session(error) ? "true" : "false");
    field("return_to", clever_sso_error_return_to(error));
    field("switch_user", clever_sso_error_switch_user(error) ? "true" : "false");
    printf("\tpage_status=%u", (unsigned)clever_sso_error_page_status(error));
    clever_sso_error_free(error);
    return 0;
}

static void make_client(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    const char *secret = argument(call, "secret");
    clever_sso_status status = clever_sso_config_new(argument(call, "client_id"), &config, &error);
    if (!status && secret) status = clever_sso_config_set_client_secret(config, secret, &error);
    if (!status) status = clever_sso_config_add_redirect_uri(config, argument(call, "redirect_uri"), &error);
    const char *base_url = argument(call, "base_url"), *proxy = argument(call, "proxy");
    const char *bundle = argument(call, "ca_bundle"), *timeout = argument(call, "timeout");
    if (!status && base_url) status = clever_sso_config_set_base_url(config, base_url, &error);
    if (!status && proxy) status = clever_sso_config_set_proxy(config, proxy, &error);
    if (!status && bundle) status = clever_sso_config_set_ca_bundle(config, bundle, &error);
    const char *pending_key = argument(call, "pending_key");
    if (!status && pending_key) status = clever_sso_config_set_pending_key(config, pending_key, &error);
    if (!status && argument(call, "development")) status = clever_sso_config_set_development(config, true, &error);
    if (!status && timeout) status = clever_sso_config_set_timeout(config, atof(timeout), &error);
    if (!status && argument(call, "discover")) status = clever_sso_config_discover(config, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error);
    clever_sso_config_free(config);
    if (!well(status, error)) return;
    for (size_t i = 0; i < client_count; i++) {
        if (strcmp(clients[i].name, argument(call, "client")) == 0) {
            clever_sso_client_free(clients[i].client);
            clients[i].client = client;
            return;
        }
    }
    if (client_count < MOST_CLIENTS) {
        snprintf(clients[client_count].name, sizeof clients[0].name, "%s", argument(call, "client"));
        clients[client_count++].client = client;
    }
}

static void show_login(const clever_sso_login *login)
{
    field("url", clever_sso_login_url(login));
    field("pending", clever_sso_login_pending(login));
    field("key", clever_sso_login_key(login));
    field("needs_page", clever_sso_login_needs_page(login) ? "true" : "false");
}

typedef clever_sso_status begin(const clever_sso_client *client, const clever_sso_login_options *options,
    clever_sso_login **login, clever_sso_error **error);

static void begin_with(begin *function, const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_login_options *options = NULL;
    clever_sso_login *login = NULL;
    const char *redirect_uri = argument(call, "redirect_uri"), *district_id = argument(call, "district_id");
    const char *return_to = argument(call, "return_to"), *cookies = argument(call, "cookies");
    const char *switch_user = argument(call, "switch_user"), *has_session = argument(call, "has_session");
    const char *home = argument(call, "home");
    clever_sso_status status = clever_sso_login_options_new(&options, &error);
    if (!status && redirect_uri) status = clever_sso_login_options_set_redirect_uri(options, redirect_uri, &error);
    if (!status && district_id) status = clever_sso_login_options_set_district_id(options, district_id, &error);
    if (!status && return_to) status = clever_sso_login_options_set_return_to(options, return_to, &error);
    if (!status && cookies) status = clever_sso_login_options_set_cookies(options, cookies, &error);
    if (!status && switch_user)
        status = clever_sso_login_options_set_switch_user(options, strcmp(switch_user, "true") == 0, &error);
    if (!status && has_session)
        status = clever_sso_login_options_set_has_session(options, strcmp(has_session, "true") == 0, &error);
    if (!status && home) status = clever_sso_login_options_set_home(options, home, &error);
    if (!status) status = function(chosen(call), options, &login, &error);
    if (well(status, error)) {
        show_login(login);
        cookie_field(login_cookie, login);
    }
    clever_sso_login_options_free(options);
    clever_sso_login_free(login);
}

static void begin_login(const struct call *call)
{
    begin_with(clever_sso_begin_login, call);
}

static void begin_implicit(const struct call *call)
{
    begin_with(clever_sso_begin_implicit, call);
}

static void show_identity(const clever_sso_outcome *outcome)
{
    const clever_sso_identity *identity = clever_sso_outcome_identity(outcome);
    printf("signed_in %s", clever_sso_identity_proven_by(identity));
    field("id", clever_sso_identity_id(identity));
    field("name", clever_sso_identity_full_name(identity));
    field("district_id", clever_sso_identity_district_id(identity));
    field("user_type", clever_sso_identity_user_type(identity));
    joined_field("roles", identity, clever_sso_identity_role_count(identity), clever_sso_identity_role_name);
    field("unverified_email", clever_sso_identity_unverified_email(identity));
    joined_field("legacy_ids", identity, clever_sso_identity_legacy_id_count(identity), clever_sso_identity_legacy_id);
    field("authorized_by", clever_sso_identity_authorized_by(identity));
    field("loginas_by_admin", clever_sso_identity_loginas_by_admin(identity) ? "true" : "false");
}

typedef clever_sso_status finish(const clever_sso_client *client, const char *callback, const char *kept,
    clever_sso_outcome **outcome, clever_sso_error **error);

static void finish_with(finish *with_cookies, finish *with_pending, const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_outcome *outcome = NULL;
    const char *callback = argument(call, "callback"), *cookies = argument(call, "cookies");
    const char *pending = argument(call, "pending");
    clever_sso_status status = cookies != NULL
        ? with_cookies(chosen(call), callback, cookies, &outcome, &error)
        : with_pending(chosen(call), callback, pending, &outcome, &error);
    switch (clever_sso_outcome_kind(outcome)) {
    case CLEVER_SSO_SIGNED_IN: show_identity(outcome); break;
    case CLEVER_SSO_RESTART:
        printf("restart %s", clever_sso_outcome_restart_reason(outcome));
        show_login(clever_sso_outcome_login(outcome));
        break;
    case CLEVER_SSO_DENIED: printf("denied %s", clever_sso_outcome_denied_error(outcome)); break;
    default: well(status, error); break;
    }
    if (outcome != NULL) {
        cookie_field(outcome_cookie, outcome);
        field("ends_session", clever_sso_outcome_ends_session(outcome) ? "true" : "false");
        field("return_to", clever_sso_outcome_return_to(outcome));
        field("switch_user", clever_sso_outcome_switch_user(outcome) ? "true" : "false");
    }
    clever_sso_outcome_free(outcome);
}

static void finish_login(const struct call *call)
{
    finish_with(clever_sso_finish_login, clever_sso_finish_login_with_pending, call);
}

static void finish_implicit(const struct call *call)
{
    finish_with(clever_sso_finish_implicit, clever_sso_finish_implicit_with_pending, call);
}

static void login_key(const struct call *call)
{
    clever_sso_error *error = NULL;
    char *key = NULL;
    clever_sso_status status = clever_sso_login_key_of_callback(argument(call, "callback"), &key, &error);
    if (well(status, error)) field("key", key);
    clever_sso_string_free(key);
}

static void log_out(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_logout *logout = NULL;
    clever_sso_status status = clever_sso_log_out(chosen(call), argument(call, "cookies"), &logout, &error);
    if (well(status, error)) cookie_field(logout_cookie, logout);
    clever_sso_logout_free(logout);
}

static void session_kept(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_logout *kept = NULL;
    clever_sso_status status = clever_sso_session_kept(chosen(call), argument(call, "cookies"), &kept, &error);
    if (well(status, error)) cookie_field(logout_cookie, kept);
    clever_sso_logout_free(kept);
}

static void is_switched_on(const struct call *call)
{
    printf("ok");
    field("on", clever_sso_is_switched_on(argument(call, "value")) ? "true" : "false");
}

static void leads_to(const struct call *call)
{
    printf("ok");
    field("leads", clever_sso_leads_to(argument(call, "target"), argument(call, "path")) ? "true" : "false");
}

static uint32_t endpoint(const char *name)
{
    if (strcmp(name, "login") == 0) return CLEVER_SSO_ENDPOINT_LOGIN;
    return strcmp(name, "callback") == 0 ? CLEVER_SSO_ENDPOINT_CALLBACK : CLEVER_SSO_ENDPOINT_LOGOUT;
}

static void refusal(const struct call *call)
{
    static const char *const headers[][2] = {
        {"site", "Sec-Fetch-Site"},     {"mode", "Sec-Fetch-Mode"}, {"dest", "Sec-Fetch-Dest"}, {"sec_purpose", "Sec-Purpose"},
        {"purpose", "Purpose"},         {"x_purpose", "X-Purpose"}, {"x_moz", "X-Moz"},         {"origin", "Origin"}};
    clever_sso_error *error = NULL;
    clever_sso_request *request = NULL;
    uint16_t answer = 0;
    uint32_t asked = endpoint(argument(call, "endpoint"));
    clever_sso_status status = clever_sso_request_new(argument(call, "method"), &request, &error);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *value = argument(call, headers[i][0]);
        if (!status && value) status = clever_sso_request_set_header(request, headers[i][1], value, &error);
    }
    if (!status) status = clever_sso_request_refusal(chosen(call), asked, request, &answer, &error);
    if (well(status, error) && answer != 0) {
        printf("\tstatus=%u", (unsigned)answer);
        if (answer == 405) field("allow", clever_sso_endpoint_allow(asked));
    }
    clever_sso_request_free(request);
}

static void authorize_url(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_authorize_options *options = NULL;
    char *url = NULL;
    const char *type = argument(call, "response_type"), *state = argument(call, "state"), *nonce = argument(call, "nonce");
    bool implicit = type != NULL && strcmp(type, "token") == 0;
    clever_sso_status status = clever_sso_authorize_options_new(&options, &error);
    if (!status) status = clever_sso_authorize_options_set_implicit(options, implicit, &error);
    if (!status && state) status = clever_sso_authorize_options_set_state(options, state, &error);
    if (!status && nonce) status = clever_sso_authorize_options_set_nonce(options, nonce, &error);
    const char *without_state = argument(call, "without_state");
    if (!status && without_state)
        status = clever_sso_authorize_options_set_without_state(options, strcmp(without_state, "true") == 0, &error);
    if (!status) status = clever_sso_authorize_url(chosen(call), options, &url, &error);
    if (well(status, error)) field("url", url);
    clever_sso_authorize_options_free(options);
    clever_sso_string_free(url);
}

static void instant_login_url(const struct call *call)
{
    clever_sso_error *error = NULL;
    char *url = NULL;
    clever_sso_status status = clever_sso_instant_login_url(chosen(call), argument(call, "district_id"), &url, &error);
    if (well(status, error)) {
        field("url", url);
    }
    clever_sso_string_free(url);
}

static void parse_callback(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_callback *callback = NULL;
    clever_sso_status status = clever_sso_parse_callback(argument(call, "callback"), &callback, &error);
    if (well(status, error)) {
        field("code", clever_sso_callback_code(callback));
        field("state", clever_sso_callback_state(callback));
        field("access_token", clever_sso_callback_access_token(callback));
        field("error", clever_sso_callback_denied_error(callback));
    }
    clever_sso_callback_free(callback);
}

static void exchange_code(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_tokens *tokens = NULL;
    const char *code = argument(call, "code"), *redirect_uri = argument(call, "redirect_uri");
    clever_sso_status status = clever_sso_exchange_code(chosen(call), code, redirect_uri, &tokens, &error);
    if (well(status, error)) {
        field("access_token", clever_sso_tokens_access_token(tokens));
        field("id_token", clever_sso_tokens_id_token(tokens));
    }
    clever_sso_tokens_free(tokens);
}

static void verify_id_token(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_claims *claims = NULL;
    const char *nonce = argument(call, "nonce"), *access_token = argument(call, "access_token");
    clever_sso_status status =
        clever_sso_verify_id_token(chosen(call), argument(call, "token"), nonce, access_token, &claims, &error);
    if (well(status, error)) field("subject", clever_sso_claims_text(claims, "sub"));
    clever_sso_claims_free(claims);
}

static void check_token(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_status status = clever_sso_check_token(chosen(call), argument(call, "access_token"), &info, &error);
    if (well(status, error)) {
        const char *scopes[MOST_TEXTS];
        size_t count = clever_sso_token_info_scope_count(info);
        for (size_t i = 0; i < count && i < MOST_TEXTS; i++) scopes[i] = clever_sso_token_info_scope(info, i);
        field("client_id", clever_sso_token_info_client_id(info));
        joined_texts("scopes", scopes, count);
    }
    clever_sso_token_info_free(info);
}

static void me(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_me_record *record = NULL;
    clever_sso_status status = clever_sso_me(chosen(call), argument(call, "access_token"), &record, &error);
    if (well(status, error)) {
        field("id", clever_sso_me_record_id(record));
        field("district_id", clever_sso_me_record_district_id(record));
        field("user_type", clever_sso_me_record_user_type(record));
        field("authorized_by", clever_sso_me_record_authorized_by(record));
    }
    clever_sso_me_record_free(record);
}

static void user(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_user_record *record = NULL;
    const char *access_token = argument(call, "access_token"), *id = argument(call, "id");
    clever_sso_status status = clever_sso_user(chosen(call), access_token, id, &record, &error);
    if (well(status, error)) {
        field("id", clever_sso_user_record_id(record));
        const char *roles[MOST_TEXTS], *legacy_ids[MOST_TEXTS];
        size_t count = clever_sso_user_record_role_count(record), known = 0;
        for (size_t i = 0; i < count && i < MOST_TEXTS; i++) {
            const char *legacy_id = clever_sso_user_record_role_legacy_id(record, i);
            roles[i] = clever_sso_user_record_role_name(record, i);
            if (legacy_id != NULL) legacy_ids[known++] = legacy_id;
        }
        field("name", clever_sso_user_record_full_name(record));
        field("district_id", clever_sso_user_record_district_id(record));
        field("unverified_email", clever_sso_user_record_unverified_email(record));
        joined_texts("roles", roles, count);
        joined_texts("legacy_ids", legacy_ids, known);
    }
    clever_sso_user_record_free(record);
}

static void district(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_district_record *record = NULL;
    const char *access_token = argument(call, "access_token"), *id = argument(call, "id");
    clever_sso_status status = clever_sso_district(chosen(call), access_token, id, &record, &error);
    if (well(status, error)) {
        field("id", clever_sso_district_record_id(record));
        field("name", clever_sso_district_record_name(record));
    }
    clever_sso_district_record_free(record);
}

static void userinfo(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_userinfo_record *record = NULL;
    const char *access_token = argument(call, "access_token"), *subject = argument(call, "subject");
    clever_sso_status status = clever_sso_userinfo(chosen(call), access_token, subject, &record, &error);
    if (well(status, error)) field("id", clever_sso_userinfo_record_id(record));
    clever_sso_userinfo_record_free(record);
}

static void export_keys(const struct call *call)
{
    clever_sso_error *error = NULL;
    char *keys = NULL;
    clever_sso_status status = clever_sso_export_keys(chosen(call), &keys, &error);
    if (well(status, error)) field("keys", keys);
    clever_sso_string_free(keys);
}

static void import_keys(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_import_keys(chosen(call), argument(call, "keys"), &error);
    well(status, error);
}

static void warm_up(const struct call *call)
{
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_warm_up(chosen(call), &error);
    well(status, error);
}

/* Prints `level TAB target TAB message` to standard error, which is its user data. */
static void log_event(void *stream, clever_sso_log_level level, const char *target, const char *message)
{
    fprintf(stream, "%u\t%s\t%s\n", (unsigned)level, target, message);
}

static void begin_log(const struct call *call)
{
    clever_sso_error *error = NULL;
    uint32_t level = argument(call, "level") ? (uint32_t)atoi(argument(call, "level")) : CLEVER_SSO_LOG_DEBUG;
    clever_sso_status status = clever_sso_set_log_callback(level, log_event, stderr, &error);
    well(status, error);
}

static const struct {
    const char *name;
    void (*run)(const struct call *call);
} operations[] = {
    {"client", make_client},
    {"log", begin_log},
    {"begin_login", begin_login},
    {"finish_login", finish_login},
    {"begin_implicit", begin_implicit},
    {"finish_implicit", finish_implicit},
    {"log_out", log_out},
    {"session_kept", session_kept},
    {"is_switched_on", is_switched_on},
    {"leads_to", leads_to},
    {"login_key", login_key},
    {"refusal", refusal},
    {"authorize_url", authorize_url},
    {"instant_login_url", instant_login_url},
    {"parse_callback", parse_callback},
    {"exchange_code", exchange_code},
    {"verify_id_token", verify_id_token},
    {"check_token", check_token},
    {"me", me},
    {"user", user},
    {"district", district},
    {"userinfo", userinfo},
    {"export_keys", export_keys},
    {"import_keys", import_keys},
    {"warm_up", warm_up},
};

static struct call parsed(char *line)
{
    struct call call = {strtok(line, "\t"), {NULL}, 0};
    char *next = NULL;
    while (call.count < MOST_ARGUMENTS && (next = strtok(NULL, "\t")) != NULL) {
        unescape(next);
        call.arguments[call.count++] = next;
    }
    return call;
}

static void run(const struct call *call)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, call->operation) == 0) {
            operations[i].run(call);
            printf("\n");
            fflush(stdout);
            return;
        }
    }
    printf("unknown operation %s\n", call->operation);
    fflush(stdout);
}

int main(void)
{
    static char line[LONGEST_LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0') continue;
        struct call call = parsed(line);
        run(&call);
    }
    while (client_count > 0) clever_sso_client_free(clients[--client_count].client);
    return 0;
}
