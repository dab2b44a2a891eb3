/*
 * A console login with Clever.
 *
 *     cc login.c $(pkg-config --cflags --libs clever_sso) -o login
 *     CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=... ./login [login|portal|instant|implicit]
 *
 * It prints `open URL` and reads the URL that the browser came back with. CLEVER_BASE_URL points it at a local
 * emulator; CLEVER_DISTRICT_ID names a district for `login`, and is needed for `instant`.
 */
#ifdef _WIN32
#define _CRT_RAND_S /* declares rand_s in stdlib.h */
#endif
#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COOKIES 16

/* The person's browser: it follows redirects and keeps cookies. */
struct browser {
    char url[16 * 1024];
    char cookies[MOST_COOKIES * (128 + 256)]; /* the Cookie header of its requests */
    char names[MOST_COOKIES][128], values[MOST_COOKIES][256];
    char session[128];            /* who is signed in; empty if no one is */
    clever_sso_request *request;  /* the method and the headers of its requests */
};

/* A web application sends a redirect here. Returns 0 when the browser came back. */
static int visit(struct browser *browser, const char *url)
{
    printf("open %s\n", url);
    fflush(stdout);
    if (fgets(browser->url, sizeof browser->url, stdin) == NULL) return 1;
    browser->url[strcspn(browser->url, "\r\n")] = '\0';
    return 0;
}

/* A web application sends a header here: Set-Cookie: clever_sso_set_cookie_header(cookie). An entry without a name is free. */
static void keep(struct browser *browser, const clever_sso_set_cookie *cookie)
{
    const char *name = clever_sso_set_cookie_name(cookie);
    size_t at = 0, end = 0;
    while (at < MOST_COOKIES && strcmp(browser->names[at], name) != 0) at++;
    if (at == MOST_COOKIES) for (at = 0; at < MOST_COOKIES && browser->names[at][0] != '\0';) at++;
    if (at == MOST_COOKIES) return;
    snprintf(browser->names[at], sizeof browser->names[at], "%s", clever_sso_set_cookie_max_age(cookie) ? name : "");
    snprintf(browser->values[at], sizeof browser->values[at], "%s", clever_sso_set_cookie_value(cookie));
    browser->cookies[0] = '\0';
    for (at = 0; at < MOST_COOKIES; at++) {
        if (browser->names[at][0] == '\0') continue;
        end += (size_t)snprintf(browser->cookies + end, sizeof browser->cookies - end, "%s%s=%s", end ? "; " : "",
                                browser->names[at], browser->values[at]);
    }
}

/* Redirects to Clever, with the cookies of the login. */
static int go(struct browser *browser, const clever_sso_login *login)
{
    const clever_sso_set_cookie *cookie;
    for (size_t i = 0; (cookie = clever_sso_login_set_cookie(login, i)) != NULL; i++) keep(browser, cookie);
    return visit(browser, clever_sso_login_url(login));
}

static int go_again(struct browser *browser, const clever_sso_outcome *outcome)
{
    return go(browser, clever_sso_outcome_login(outcome)) == 0;
}

static int failed(clever_sso_error *error)
{
    fprintf(stderr, "%s\n", clever_sso_error_message(error));
    clever_sso_error_free(error);
    return 1;
}

/* Devices are shared: the next person must not continue in the session of the last one. */
static void end_session(struct browser *browser)
{
    browser->session[0] = '\0';
}

/* Ends a request that does not continue: it must not act, or there is an error, which may end the session too. */
static int stopped(struct browser *browser, uint16_t refused, clever_sso_error *error)
{
    const clever_sso_set_cookie *cookie;
    if (error == NULL) { /* a web application responds with this status, and with the methods of clever_sso_endpoint_allow */
        fprintf(stderr, "refused: %u\n", (unsigned)refused);
        return 1;
    }
    for (size_t i = 0; (cookie = clever_sso_error_set_cookie(error, i)) != NULL; i++) keep(browser, cookie);
    if (clever_sso_error_ends_session(error)) end_session(browser);
    return failed(error);
}

static void keep_cookies(struct browser *browser, const clever_sso_outcome *outcome)
{
    const clever_sso_set_cookie *cookie;
    for (size_t i = 0; (cookie = clever_sso_outcome_set_cookie(outcome, i)) != NULL; i++) keep(browser, cookie);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* A web application starts a new session here, without any data of the old one. */
static int welcome(struct browser *browser, const clever_sso_outcome *outcome)
{
    const clever_sso_identity *identity = clever_sso_outcome_identity(outcome);
    snprintf(browser->session, sizeof browser->session, "%s", clever_sso_identity_id(identity));
    printf("signed in: %s (%s, id %s, district %s, proven by %s)\n", clever_sso_identity_full_name(identity),
           or_else(clever_sso_identity_user_type(identity), "several roles"), clever_sso_identity_id(identity),
           or_else(clever_sso_identity_district_id(identity), "none"), clever_sso_identity_proven_by(identity));
    return 0;
}

static int sorry(const char *word)
{
    printf("denied: %s\n", word);
    return 1;
}

static clever_sso_status make_client(clever_sso_client **out, clever_sso_error **error_out)
{
    const char *id = getenv("CLEVER_CLIENT_ID"), *redirect_uri = getenv("CLEVER_REDIRECT_URI");
    const char *secret = getenv("CLEVER_CLIENT_SECRET"), *base_url = getenv("CLEVER_BASE_URL");
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_config_new(id, &config, &error);
    if (secret && !status) status = clever_sso_config_set_client_secret(config, secret, &error);
    if (!status) status = clever_sso_config_add_redirect_uri(config, redirect_uri, &error);
    if (!status && base_url) status = clever_sso_config_set_base_url(config, base_url, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error); /* one per process */
    clever_sso_config_free(config);
    *out = client;
    *error_out = error;
    return status;
}

/* The browser is back, from a login that began here or at Clever. */
static int arrive(const clever_sso_client *client, struct browser *browser)
{
    clever_sso_outcome *outcome = NULL;
    clever_sso_error *error = NULL;
    uint16_t refused = 0;
    int restarted = 0, result = 1;
    do {
        restarted = 0;
        const char *url = browser->url, *cookies = browser->cookies;
        /* README: begin */
        if (clever_sso_request_refusal(client, CLEVER_SSO_ENDPOINT_CALLBACK, browser->request, &refused, &error) || refused ||
            clever_sso_finish_login(client, url, cookies, &outcome, &error)) return stopped(browser, refused, error);
        keep_cookies(browser, outcome);
        if (clever_sso_outcome_ends_session(outcome)) end_session(browser);
        if (clever_sso_outcome_kind(outcome) == CLEVER_SSO_SIGNED_IN) result = welcome(browser, outcome);
        else if (clever_sso_outcome_kind(outcome) == CLEVER_SSO_RESTART) restarted = go_again(browser, outcome);
        else result = sorry(or_else(clever_sso_outcome_denied_error(outcome), "unknown outcome")); /* of a newer library */
        clever_sso_outcome_free(outcome);
        /* README: end */
    } while (restarted); /* finish_login counts, and ends a login that is restarted too often */
    return result;
}

static int log_in(const clever_sso_client *client, struct browser *browser)
{
    clever_sso_login_options *options = NULL;
    clever_sso_error *error = NULL;
    clever_sso_login *login = NULL;
    uint16_t refused = 0;
    const char *district_id = getenv("CLEVER_DISTRICT_ID");
    if (clever_sso_login_options_new(&options, &error)) return failed(error);
    if (district_id && clever_sso_login_options_set_district_id(options, district_id, &error)) return failed(error);
    /* README: begin */
    if (clever_sso_request_refusal(client, CLEVER_SSO_ENDPOINT_LOGIN, browser->request, &refused, &error) || refused ||
        clever_sso_login_options_set_cookies(options, browser->cookies, &error) ||
        clever_sso_begin_login(client, options, &login, &error)) return stopped(browser, refused, error);
    int gone = go(browser, login); /* redirects to its URL, with its cookies */
    clever_sso_login_free(login);
    /* README: end */
    clever_sso_login_options_free(options);
    return gone == 0 ? arrive(client, browser) : 1;
}

/* A login that begins at Clever: the person clicks a link there, and arrives here with only a code. */
static int portal(const clever_sso_client *client, struct browser *browser)
{
    clever_sso_error *error = NULL;
    char *url = NULL;
    if (clever_sso_portal_url(client, NULL, &url, &error)) return failed(error);
    int gone = visit(browser, url);
    clever_sso_string_free(url);
    return gone == 0 ? arrive(client, browser) : 1;
}

static int instant(const clever_sso_client *client, struct browser *browser)
{
    clever_sso_error *error = NULL;
    char *url = NULL;
    if (clever_sso_instant_login_url(client, getenv("CLEVER_DISTRICT_ID"), &url, &error)) return failed(error);
    int gone = visit(browser, url);
    clever_sso_string_free(url);
    return gone == 0 ? arrive(client, browser) : 1;
}

/* Random bytes from the operating system. */
static size_t random_bytes(unsigned char *bytes, size_t size)
{
#ifdef _WIN32
    size_t got = 0;
    unsigned int number;
    while (got < size && rand_s(&number) == 0) bytes[got++] = (unsigned char)number;
#else
    FILE *source = fopen("/dev/urandom", "rb");
    size_t got = source ? fread(bytes, 1, size, source) : 0;
    if (source) fclose(source);
#endif
    return got;
}

/* Your own state: 128 random bits. */
static int random_state(char state[33])
{
    unsigned char bytes[16];
    size_t got = random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < got; i++) snprintf(state + 2 * i, 3, "%02x", bytes[i]);
    return got == sizeof bytes ? 0 : 1;
}

/* Whether both are the same, compared in constant time. */
static int same(const char *ours, const char *theirs)
{
    size_t length = strlen(ours);
    unsigned char difference = strlen(theirs) != length;
    for (size_t i = 0; i < length && theirs[i] != '\0'; i++) difference |= (unsigned char)(ours[i] ^ theirs[i]);
    return difference == 0;
}

/* The implicit grant does not say who the person is: ask the API, after the token has been checked. */
static int identify(const clever_sso_client *client, const char *access_token)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_me_record *me = NULL;
    clever_sso_user_record *user = NULL;
    clever_sso_status status = clever_sso_check_token(client, access_token, &info, &error);
    if (!status) status = clever_sso_me(client, access_token, &me, &error);
    if (!status) status = clever_sso_user(client, access_token, clever_sso_me_record_id(me), &user, &error);
    if (!status) {
        const char *type = clever_sso_user_record_role_count(user) == 1 ? clever_sso_user_record_role_name(user, 0) : "several roles";
        printf("signed in: %s (%s, id %s, district %s, proven by tokeninfo)\n", clever_sso_user_record_full_name(user), type,
               clever_sso_me_record_id(me), or_else(clever_sso_me_record_district_id(me), "none"));
    }
    clever_sso_user_record_free(user);
    clever_sso_me_record_free(me);
    clever_sso_token_info_free(info);
    return status ? failed(error) : 0;
}

/* Trust the response only with your own state, and the token only after Clever has confirmed that it was issued to this app. */
static int arrive_implicit(const clever_sso_client *client, const char *text, const char *state)
{
    clever_sso_error *error = NULL;
    clever_sso_callback *callback = NULL;
    if (clever_sso_parse_callback(text, &callback, &error)) return failed(error);
    const char *returned = clever_sso_callback_state(callback);
    const char *access_token = clever_sso_callback_access_token(callback);
    int result = 1;
    if (returned == NULL || !same(state, returned)) {
        fprintf(stderr, "state_mismatch: the callback belongs to another login\n");
    } else if (access_token == NULL) {
        result = sorry(or_else(clever_sso_callback_denied_error(callback), "no token"));
    } else {
        result = identify(client, access_token);
    }
    clever_sso_callback_free(callback);
    return result;
}

static int implicit(const clever_sso_client *client, struct browser *browser)
{
    clever_sso_authorize_options *options = NULL;
    clever_sso_error *error = NULL;
    char *url = NULL, state[33];
    if (random_state(state)) return 1;
    clever_sso_status status = clever_sso_authorize_options_new(&options, &error);
    if (!status) status = clever_sso_authorize_options_set_implicit(options, true, &error);
    if (!status) status = clever_sso_authorize_options_set_state(options, state, &error);
    if (!status) status = clever_sso_authorize_url(client, options, &url, &error);
    clever_sso_authorize_options_free(options);
    if (status) return failed(error);
    int gone = visit(browser, url);
    clever_sso_string_free(url);
    return gone == 0 ? arrive_implicit(client, browser->url, state) : 1;
}

static int (*entry_named(const char *name))(const clever_sso_client *, struct browser *)
{
    if (strcmp(name, "login") == 0) return log_in;
    if (strcmp(name, "portal") == 0) return portal;
    if (strcmp(name, "instant") == 0) return instant;
    if (strcmp(name, "implicit") == 0) return implicit;
    return NULL;
}

static const char *missing_variable(const char *entry)
{
    if (getenv("CLEVER_CLIENT_ID") == NULL) return "CLEVER_CLIENT_ID";
    if (getenv("CLEVER_REDIRECT_URI") == NULL) return "CLEVER_REDIRECT_URI";
    if (strcmp(entry, "instant") == 0 && getenv("CLEVER_DISTRICT_ID") == NULL) return "CLEVER_DISTRICT_ID";
    return NULL;
}

int main(int argc, char **argv)
{
    static struct browser browser;
    const char *name = argc > 1 ? argv[1] : "login";
    int (*entry)(const clever_sso_client *, struct browser *) = entry_named(name);
    if (entry == NULL) {
        fprintf(stderr, "unknown entry %s: use login, portal, instant or implicit\n", name);
        return 2;
    }
    if (missing_variable(name) != NULL) {
        fprintf(stderr, "set %s\n", missing_variable(name));
        return 2;
    }
    clever_sso_client *client = NULL;
    clever_sso_error *error = NULL;
    if (make_client(&client, &error)) return failed(error);
    if (clever_sso_request_new("GET", &browser.request, &error)) return failed(error);
    if (clever_sso_request_set_header(browser.request, "Sec-Fetch-Mode", "navigate", &error)) return failed(error);
    int result = entry(client, &browser);
    clever_sso_request_free(browser.request);
    clever_sso_client_free(client);
    return result;
}
