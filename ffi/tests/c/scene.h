/*
 * One of each handle, for a program that calls every function. They come from a real login, which the program at the other end of
 * standard input and output takes part in. tests/harness/sweep.py writes the rest of that program.
 */
#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Named like their types, because the calls are generated from the header. */
struct scene {
    clever_sso_authorize_options *authorize_options;
    clever_sso_callback *callback;
    const clever_sso_claims *claims;
    clever_sso_client *client;
    clever_sso_config *config;
    clever_sso_district_record *district_record;
    clever_sso_error *error;
    const clever_sso_identity *identity;
    clever_sso_key_set *key_set;
    const clever_sso_login *login;
    clever_sso_login_options *login_options;
    clever_sso_logout *logout;
    clever_sso_me_record *me_record;
    clever_sso_metadata_record *metadata_record;
    clever_sso_outcome *outcome;
    clever_sso_request *request;
    const clever_sso_set_cookie *set_cookie;
    clever_sso_report *report;
    clever_sso_stats *stats;
    clever_sso_token_info *token_info;
    const clever_sso_tokens *tokens;
    clever_sso_user_record *user_record;
    clever_sso_userinfo_record *userinfo_record;
    clever_sso_verify_options *verify_options;
    /* The owners of borrowed handles. */
    clever_sso_login *begun;
    clever_sso_client *online;
};

static int wrong_calls = 0;

static void must(const char *what, clever_sso_status status)
{
    if (status == CLEVER_SSO_OK) return;
    fprintf(stderr, "the scene lacks %s\n", what);
    exit(2);
}

static clever_sso_config *config_for(const char *base_url, double timeout)
{
    clever_sso_config *config = NULL;
    must("a config", clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, NULL));
    must("a secret", clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL));
    must("a redirect URI", clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL));
    must("a base URL", clever_sso_config_set_base_url(config, base_url, NULL));
    must("a timeout", clever_sso_config_set_timeout(config, timeout, NULL));
    return config;
}

/* No server runs there: a call is refused, or times out soon. Either error is fine. */
static clever_sso_config *config_without_clever(void)
{
    return config_for(getenv("NOWHERE"), 0.02);
}

/* Options and requests remember their values, so each function gets new ones. */
static void renew(struct scene *scene)
{
    clever_sso_config_free(scene->config);
    clever_sso_login_options_free(scene->login_options);
    clever_sso_authorize_options_free(scene->authorize_options);
    clever_sso_request_free(scene->request);
    clever_sso_verify_options_free(scene->verify_options);
    scene->config = config_without_clever();
    must("login options", clever_sso_login_options_new(&scene->login_options, NULL));
    must("authorize options", clever_sso_authorize_options_new(&scene->authorize_options, NULL));
    must("a request", clever_sso_request_new("GET", &scene->request, NULL));
    must("verify options", clever_sso_verify_options_new("https://clever.com", "app", &scene->verify_options, NULL));
}

/* Adds a cookie from a response to the `Cookie` header of a browser. */
static void keep(char *header, size_t size, const clever_sso_set_cookie *cookie)
{
    size_t length = strlen(header);
    const char *name = clever_sso_set_cookie_name(cookie), *value = clever_sso_set_cookie_value(cookie);
    if (clever_sso_set_cookie_max_age(cookie) == 0) return;
    snprintf(header + length, size - length, "%s%s=%s", length > 0 ? "; " : "", name, value);
}

static void log_in(struct scene *scene)
{
    static char callback[16 * 1024], cookies[16 * 1024];
    const clever_sso_set_cookie *cookie;
    must("a login", clever_sso_begin_login(scene->online, NULL, &scene->begun, NULL));
    printf("open %s\n", clever_sso_login_url(scene->begun));
    fflush(stdout);
    must("a callback", fgets(callback, sizeof callback, stdin) == NULL ? CLEVER_SSO_INTERNAL : CLEVER_SSO_OK);
    callback[strcspn(callback, "\r\n")] = '\0';
    for (size_t i = 0; (cookie = clever_sso_login_set_cookie(scene->begun, i)) != NULL; i++) {
        keep(cookies, sizeof cookies, cookie);
    }
    must("an outcome", clever_sso_finish_login(scene->online, callback, cookies, &scene->outcome, NULL));
    for (size_t i = 0; (cookie = clever_sso_outcome_set_cookie(scene->outcome, i)) != NULL; i++) {
        keep(cookies, sizeof cookies, cookie);
    }
    must("a logout", clever_sso_log_out(scene->online, cookies, &scene->logout, NULL));
    must("cookies of a logout", clever_sso_logout_set_cookie(scene->logout, 0) ? CLEVER_SSO_OK : CLEVER_SSO_INTERNAL);
    must("a parsed callback", clever_sso_parse_callback(callback, &scene->callback, NULL));
}

static void ask_for_all(struct scene *scene)
{
    const char *token = clever_sso_tokens_access_token(scene->tokens);
    const char *id = clever_sso_identity_id(scene->identity), *district = clever_sso_identity_district_id(scene->identity);
    must("a report", clever_sso_doctor(scene->online, &scene->report, NULL));
    must("stats", clever_sso_client_stats(scene->online, &scene->stats, NULL));
    must("metadata", clever_sso_metadata(scene->online, &scene->metadata_record, NULL));
    must("token info", clever_sso_check_token(scene->online, token, &scene->token_info, NULL));
    must("me", clever_sso_me(scene->online, token, &scene->me_record, NULL));
    must("a user", clever_sso_user(scene->online, token, id, &scene->user_record, NULL));
    must("a district", clever_sso_district(scene->online, token, district, &scene->district_record, NULL));
    must("userinfo", clever_sso_userinfo(scene->online, token, NULL, &scene->userinfo_record, NULL));
}

static void set(struct scene *scene)
{
    clever_sso_config *config = config_for(getenv("CLEVER_BASE_URL"), 60);
    must("a client", clever_sso_client_new(config, &scene->online, NULL));
    clever_sso_config_free(config);
    renew(scene);
    must("a lonely client", clever_sso_client_new(scene->config, &scene->client, NULL));
    log_in(scene);
    scene->identity = clever_sso_outcome_identity(scene->outcome);
    scene->tokens = clever_sso_outcome_tokens(scene->outcome);
    scene->claims = clever_sso_identity_claims(scene->identity);
    scene->login = scene->begun;
    scene->set_cookie = clever_sso_login_set_cookie(scene->login, 0);
    ask_for_all(scene);
    must("keys", clever_sso_key_set_new(getenv("JWKS"), &scene->key_set, NULL));
    must("an error", clever_sso_parse_callback("", NULL, &scene->error) ? CLEVER_SSO_OK : CLEVER_SSO_INTERNAL);
}

static void clear(struct scene *scene)
{
    clever_sso_authorize_options_free(scene->authorize_options);
    clever_sso_callback_free(scene->callback);
    clever_sso_client_free(scene->client);
    clever_sso_client_free(scene->online);
    clever_sso_config_free(scene->config);
    clever_sso_district_record_free(scene->district_record);
    clever_sso_error_free(scene->error);
    clever_sso_key_set_free(scene->key_set);
    clever_sso_login_free(scene->begun);
    clever_sso_login_options_free(scene->login_options);
    clever_sso_logout_free(scene->logout);
    clever_sso_me_record_free(scene->me_record);
    clever_sso_metadata_record_free(scene->metadata_record);
    clever_sso_outcome_free(scene->outcome);
    clever_sso_report_free(scene->report);
    clever_sso_request_free(scene->request);
    clever_sso_stats_free(scene->stats);
    clever_sso_token_info_free(scene->token_info);
    clever_sso_user_record_free(scene->user_record);
    clever_sso_userinfo_record_free(scene->userinfo_record);
    clever_sso_verify_options_free(scene->verify_options);
}

static void wrong(const char *function, const char *varied, const char *complaint)
{
    fprintf(stderr, "%s, %s: %s\n", function, varied, complaint);
    wrong_calls++;
}

/* Rules for every call that can fail, whatever its arguments. */
static void judge(const char *function, const char *varied, clever_sso_status status, const void *out, clever_sso_error *error)
{
    if (status > CLEVER_SSO_NETWORK) wrong(function, varied, "an internal error, or no status at all");
    if ((status == CLEVER_SSO_OK) != (error == NULL)) wrong(function, varied, "status and error say different things");
    if (status != CLEVER_SSO_OK && out != NULL) wrong(function, varied, "failed, and left something behind");
    if (error != NULL) {
        if (strlen(clever_sso_error_code(error)) == 0) wrong(function, varied, "no error code");
        if (strlen(clever_sso_error_user_message(error)) == 0) wrong(function, varied, "no sentence for people");
        const char *code = clever_sso_error_code(error), *english = clever_sso_error_user_message(error);
        const char *spanish = clever_sso_error_user_message_in(error, "es-MX,es;q=0.9,en;q=0.8");
        if (strcmp(spanish, english) == 0) wrong(function, varied, "no sentence for people in Spanish");
        if (strcmp(clever_sso_user_message(code, "es"), spanish) != 0) wrong(function, varied, "another sentence for the code");
        if (strcmp(clever_sso_error_user_message_in(error, NULL), english) != 0) wrong(function, varied, "NULL is not English");
        size_t length = strlen(clever_sso_error_message(error));
        if (length == 0 || length > 1000) wrong(function, varied, "the message is empty or very long");
    }
    clever_sso_error_free(error);
}

/* Strings that a caller might pass. The last ones are made when the program starts. */
static const char *surprises[] = {
    "", "\xff\xfe", "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80", " ", "a b", "a\r\nSet-Cookie: b=c", "\x01\x7f\x1b[31m", "%00%n%s%x",
    "%", "../../../etc/passwd", "?code=a&code=b&state=c#d", "https://user:password@[::1", "http://127.0.0.1:99999999/", "javascript:a",
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}]}", "{\"a\":", "null", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "-----BEGIN CERTIFICATE-----",
    "\xe2\x80\xae\xef\xbb\xbf\xc2\x85", NULL, NULL, NULL,
};
enum { SURPRISES = sizeof surprises / sizeof surprises[0] };

static char *many(const char *piece, size_t times)
{
    size_t length = strlen(piece);
    char *text = malloc(length * times + 1);
    if (text == NULL) abort();
    for (size_t i = 0; i < times; i++) memcpy(text + i * length, piece, length);
    text[length * times] = '\0';
    return text;
}

static void make_long_ones(void)
{
    surprises[SURPRISES - 3] = many("a", 1000 * 1000);
    surprises[SURPRISES - 2] = many("\xc3\xa9", 50 * 1000);
    surprises[SURPRISES - 1] = many("[", 100 * 1000);
}

static void free_long_ones(void)
{
    for (size_t i = SURPRISES - 3; i < SURPRISES; i++) free((char *)surprises[i]);
}
