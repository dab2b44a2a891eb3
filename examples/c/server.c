/*
 * Log in with Clever in a web server: a login button, the callback, a page that shows who you are, and a logout button.
 *
 *     make server
 *     CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=http://127.0.0.1:5000/callback ./server
 *
 * README.md lists the settings, and what every application of this kind should do.
 */
#define _POSIX_C_SOURCE 200809L
#include "http.h"
#include "pages.h"
#include "sessions.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The prefix is in every URL, and a response with one of the longest URLs must fit into the 4 KiB that nginx accepts. */
enum { MOST_CONNECTIONS = 64, IDLE_SECONDS = 15, LONGEST_PREFIX = 256, LONGEST_COOKIE_NAME = 64 };
/* libmicrohttpd uses about 70 bytes for each parameter and cookie, and does not respond when they run out. This is enough for a
   URL and cookies of 8 KiB each, whatever they contain: proxies and browsers send no longer ones. Only used bytes take memory. */
enum { BYTES_PER_CONNECTION = 2 * 1024 * 1024 };
#define WAITED "clever_waited"
enum { TWELVE_HOURS = 12 * 60 * 60, ONE_YEAR = 365 * 24 * 60 * 60 };

/* ---------------------------------------------------------------- responses of a login */

static struct MHD_Response *problem_page(const struct request *request, const char *sentence, const char *code,
                                         const char *return_to, bool switch_user)
{
    return page_of(page_problem(request->app->prefix, sentence, code, return_to, switch_user));
}

/* Devices are shared: the next person must not continue in the session of the last one. */
static void end_session(const struct request *request, struct MHD_Response *response)
{
    session_end(session_of(request));
    if (session_of(request) != NULL) session_cookie(request, response, "");
}

/* Logs what happened, and tells the person what to do, with a link to try again that leads to the same page. */
static enum MHD_Result failed(const struct request *request, clever_sso_error *error)
{
    const char *code = clever_sso_error_code(error);
    fprintf(stderr, "login failed: %s\n", clever_sso_error_message(error));
    if (strcmp(code, "session_not_kept") == 0) log_session_cookie(request->app);
    const char *sentence = clever_sso_error_user_message(error);
    const char *return_to = clever_sso_error_return_to(error);
    struct MHD_Response *response = strcmp(code, "page_not_allowed") == 0
        ? page_of(page_not_allowed(request->app->prefix, sentence, code, return_to))
        : problem_page(request, sentence, code, return_to, clever_sso_error_switch_user(error));
    enum MHD_Result sent = MHD_NO;
    if (response != NULL) {
        const clever_sso_set_cookie *cookie;
        for (size_t i = 0; (cookie = clever_sso_error_set_cookie(error, i)) != NULL; i++) set_cookie(response, cookie);
        if (clever_sso_error_ends_session(error)) end_session(request, response);
        retry_after(response, clever_sso_error_retry_after(error));
        sent = send_and_free(request, clever_sso_error_page_status(error), response);
    }
    clever_sso_error_free(error);
    return sent;
}

/* ---------------------------------------------------------------- the journey */

static const char *parameter(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Whether a URL leads to a page that begins a login or ends the session: then each login would start the next one. */
static int leads_around(const struct request *request, const char *address)
{
    static const char *const pages[] = {"/login", "/logout"};
    int around = 0;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        char *path = address_of(request->app->prefix, pages[i], "");
        around |= clever_sso_leads_to(address, path);
        free(path);
    }
    return around;
}

/* The URL, or NULL when it is too long for a login: then it is in no link and no redirect. */
static const char *fitting(const char *address)
{
    if (size_as_shown(address) <= LONGEST_RETURN_TO) return address;
    fprintf(stderr, "return_to is left out: return_to_unsafe: it is longer than %d bytes, as a browser shows it\n", LONGEST_RETURN_TO);
    return NULL;
}

/* Where to go after the login, or NULL. A URL with an encoded NUL (%00) is not cut off there, but left out. */
static const char *goal(const struct request *request)
{
    static const char name[] = "return_to";
    const char *value = NULL;
    size_t size = 0;
    enum MHD_ValueKind kind = MHD_GET_ARGUMENT_KIND;
    if (MHD_lookup_connection_value_n(request->connection, kind, name, sizeof name - 1, &value, &size) != MHD_YES || value == NULL) {
        return NULL;
    }
    const char *why = NULL;
    if (memchr(value, '\0', size) != NULL) why = "it has control characters";
    else if (leads_around(request, value)) why = "it leads to the login or the logout";
    if (why == NULL) return fitting(value);
    fprintf(stderr, "return_to is left out: return_to_unsafe: %s\n", why);
    return NULL;
}

static const char *cookies_of(const struct request *request)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Cookie");
}

static int has_session(const struct request *request)
{
    struct person person;
    if (!session_find(session_of(request), &person)) return 0;
    person_clear(&person);
    return 1;
}

/* Begins a login. Fails with CLEVER_SSO_ARGUMENT when `return_to` is not valid. */
static clever_sso_status begin(const struct request *request, const char *return_to, clever_sso_login **begun,
                               clever_sso_error **error)
{
    clever_sso_login_options *options = NULL;
    const char *district_id = getenv("CLEVER_DISTRICT_ID");
    bool switch_user = clever_sso_is_switched_on(parameter(request, "switch_user"));
    char *home = address_of(request->app->prefix, "/me", "");
    clever_sso_status status = clever_sso_login_options_new(&options, error);
    if (!status) status = clever_sso_login_options_set_cookies(options, cookies_of(request), error);
    if (!status) status = clever_sso_login_options_set_has_session(options, has_session(request), error);
    if (!status) status = clever_sso_login_options_set_switch_user(options, switch_user, error);
    if (!status && home) status = clever_sso_login_options_set_home(options, home, error);
    if (!status && return_to) status = clever_sso_login_options_set_return_to(options, return_to, error);
    if (!status && district_id) status = clever_sso_login_options_set_district_id(options, district_id, error);
    if (!status) status = clever_sso_begin_login(request->app->client, options, begun, error);
    clever_sso_login_options_free(options);
    free(home);
    return status;
}

static enum MHD_Result login(const struct request *request)
{
    clever_sso_error *error = NULL;
    clever_sso_login *begun = NULL;
    clever_sso_status status = begin(request, goal(request), &begun, &error);
    if (status == CLEVER_SSO_ARGUMENT) { /* a URL of another site, or invalid text: the log says why, and the login continues without it */
        fprintf(stderr, "return_to is left out: %s\n", clever_sso_error_message(error));
        clever_sso_error_free(error);
        error = NULL;
        status = begin(request, NULL, &begun, &error);
    }
    if (status) return failed(request, error);
    bool needs_page = clever_sso_login_needs_page(begun);
    const char *url = clever_sso_login_url(begun);
    struct MHD_Response *response = needs_page ? page_of(page_onwards(url)) : redirect_to(url);
    const clever_sso_set_cookie *cookie;
    for (size_t i = 0; response && (cookie = clever_sso_login_set_cookie(begun, i)) != NULL; i++) set_cookie(response, cookie);
    clever_sso_login_free(begun);
    return response != NULL ? send_and_free(request, needs_page ? MHD_HTTP_OK : MHD_HTTP_SEE_OTHER, response) : MHD_NO;
}

/* Replaces the person who was signed in on this device, because school devices are shared. A person who logged out in the
   meantime stays logged out. */
static struct MHD_Response *signed_in(const struct request *request, const clever_sso_outcome *outcome)
{
    char name[SESSION_NAME_SIZE];
    const clever_sso_identity *identity = clever_sso_outcome_identity(outcome);
    enum session_start start = session_begin(identity, request->app->session_seconds, session_of(request), name);
    if (start == SESSION_LOGGED_OUT) {
        struct MHD_Response *home = redirect_to_made(address_of(request->app->prefix, "/", ""));
        if (home != NULL) session_cookie(request, home, "");
        return home;
    }
    if (start == SESSION_FAILED) {
        session_end(session_of(request));
        return NULL;
    }
    const char *return_to = clever_sso_outcome_return_to(outcome);
    struct MHD_Response *response =
        return_to != NULL ? redirect_to(return_to) : redirect_to_made(address_of(request->app->prefix, "/me", ""));
    if (response != NULL) session_cookie(request, response, name);
    return response;
}

static struct MHD_Response *denied(const struct request *request, const clever_sso_outcome *outcome)
{
    const char *sentence = "Clever did not let you into this app. Please ask someone at your school for access.";
    /* Do not show the description from the URL: anyone can make such a link. */
    struct MHD_Response *response = problem_page(request, sentence, "access_denied", clever_sso_outcome_return_to(outcome),
                                                 clever_sso_outcome_switch_user(outcome));
    if (response != NULL && clever_sso_outcome_ends_session(outcome)) end_session(request, response);
    return response;
}

/* Whether to show a waiting page while the login finishes. A login without a state only restarts, which is quick. */
static int should_wait(const struct request *request)
{
    return request->app->waiting_page && parameter(request, "code") != NULL && parameter(request, "state") != NULL &&
           parameter(request, WAITED) == NULL;
}

/* The waiting page opens the same URL, with one more parameter. */
static enum MHD_Result wait_first(const struct request *request)
{
    static const char added[] = "&" WAITED "=1";
    size_t size = strlen(request->query) + sizeof added;
    char *onwards = malloc(size);
    if (onwards == NULL) return MHD_NO;
    snprintf(onwards, size, "%s%s", request->query, added);
    struct MHD_Response *response = page_of(page_onwards(onwards));
    free(onwards);
    return response != NULL ? send_and_free(request, MHD_HTTP_OK, response) : MHD_NO;
}

/* Finishes a login that began here or at Clever. */
static enum MHD_Result callback(const struct request *request)
{
    if (should_wait(request)) return wait_first(request);
    clever_sso_error *error = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_status status = clever_sso_finish_login(request->app->client, request->query, cookies_of(request), &outcome, &error);
    if (status) return failed(request, error);
    struct MHD_Response *response = NULL;
    unsigned http_status = MHD_HTTP_SEE_OTHER;
    switch (clever_sso_outcome_kind(outcome)) {
    case CLEVER_SSO_SIGNED_IN: response = signed_in(request, outcome); break;
    case CLEVER_SSO_RESTART: response = redirect_to(clever_sso_login_url(clever_sso_outcome_login(outcome))); break;
    case CLEVER_SSO_DENIED:
        response = denied(request, outcome);
        http_status = MHD_HTTP_FORBIDDEN;
        break;
    default: /* a kind from a newer library: no one is signed in */
        response = problem_page(request, "Signing in did not work this time. Please try again.", "unknown_outcome", NULL, false);
        http_status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        break;
    }
    const clever_sso_set_cookie *cookie;
    for (size_t i = 0; response && (cookie = clever_sso_outcome_set_cookie(outcome, i)) != NULL; i++) set_cookie(response, cookie);
    clever_sso_outcome_free(outcome);
    return response != NULL ? send_and_free(request, http_status, response) : MHD_NO;
}

struct asked {
    clever_sso_request *request;
    clever_sso_status status;
};

static enum MHD_Result add_header(void *out, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct asked *asked = out;
    (void)kind;
    if (!asked->status && value != NULL) asked->status = clever_sso_request_set_header(asked->request, name, value, NULL);
    return MHD_YES;
}

/* The status of a refusal, or 0 when the request may proceed: a prefetch, for example, must not use a code. */
static unsigned refusal(const struct request *request, uint32_t endpoint)
{
    struct asked asked = {NULL, CLEVER_SSO_OK};
    uint16_t status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (clever_sso_request_new(request->method, &asked.request, NULL)) return status;
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, &asked);
    if (!asked.status) asked.status = clever_sso_request_refusal(request->app->client, endpoint, asked.request, &status, NULL);
    clever_sso_request_free(asked.request);
    return asked.status ? MHD_HTTP_BAD_REQUEST : status;
}

static enum MHD_Result refuse(const struct request *request, unsigned status, uint32_t endpoint)
{
    struct MHD_Response *empty = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    if (empty == NULL) return MHD_NO;
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(empty, "Allow", clever_sso_endpoint_allow(endpoint));
    return send_and_free(request, status, empty);
}

/* A page that is not part of a login. If the request has a session, tell the library that the last sign-in was kept. */
static enum MHD_Result page(const struct request *request, unsigned http_status, struct MHD_Response *response)
{
    clever_sso_logout *kept = NULL;
    const clever_sso_set_cookie *cookie;
    if (response == NULL) return MHD_NO;
    if (has_session(request)) clever_sso_session_kept(request->app->client, cookies_of(request), &kept, NULL);
    /* A cookie that the browser keeps says that the person sees a page and is not in a loop: send it only with a page. */
    bool shown = http_status == MHD_HTTP_OK && refusal(request, CLEVER_SSO_ENDPOINT_LOGIN) == 0;
    for (size_t i = 0; (cookie = clever_sso_logout_set_cookie(kept, i)) != NULL; i++) {
        if (shown || clever_sso_set_cookie_max_age(cookie) == 0) set_cookie(response, cookie);
    }
    clever_sso_logout_free(kept);
    return send_and_free(request, http_status, response);
}

/* Shows who is signed in. Other people log in first, and come back here. A frame, an image, a script or a form cannot log in. */
static enum MHD_Result me(const struct request *request)
{
    const char *prefix = request->app->prefix;
    struct person person;
    if (!session_find(session_of(request), &person)) {
        unsigned refused = refusal(request, CLEVER_SSO_ENDPOINT_LOGIN);
        /* The browser may request a prefetched page again, and can be redirected then. */
        if (refused == MHD_HTTP_FORBIDDEN || refused == MHD_HTTP_METHOD_NOT_ALLOWED) return refuse(request, MHD_HTTP_UNAUTHORIZED, 0);
        char *here = address_of(prefix, "/me", request->query);
        struct MHD_Response *to_login = here != NULL ? redirect_to_made(login_address(prefix, fitting(here))) : NULL;
        free(here);
        return page(request, MHD_HTTP_SEE_OTHER, to_login);
    }
    struct MHD_Response *response = page_of(page_me(prefix, &person));
    person_clear(&person);
    return page(request, MHD_HTTP_OK, response);
}

static enum MHD_Result home(const struct request *request)
{
    return page(request, MHD_HTTP_OK, page_of(page_home(request->app->prefix, goal(request))));
}

static enum MHD_Result logout(const struct request *request)
{
    clever_sso_error *error = NULL;
    clever_sso_logout *done = NULL;
    clever_sso_status status = clever_sso_log_out(request->app->client, cookies_of(request), &done, &error);
    if (status) return failed(request, error);
    struct MHD_Response *response = redirect_to_made(address_of(request->app->prefix, "/", ""));
    const clever_sso_set_cookie *cookie;
    for (size_t i = 0; response && (cookie = clever_sso_logout_set_cookie(done, i)) != NULL; i++) set_cookie(response, cookie);
    session_log_out(session_of(request));
    if (response != NULL && session_of(request) != NULL) session_cookie(request, response, "");
    clever_sso_logout_free(done);
    return response != NULL ? send_and_free(request, MHD_HTTP_SEE_OTHER, response) : MHD_NO;
}

/* ---------------------------------------------------------------- the server */

static const struct {
    const char *path;
    uint32_t endpoint; /* 0: any other page */
    enum MHD_Result (*answer)(const struct request *request);
} routes[] = {
    {"/", 0, home},
    {"/me", 0, me},
    {"/login", CLEVER_SSO_ENDPOINT_LOGIN, login},
    {"/callback", CLEVER_SSO_ENDPOINT_CALLBACK, callback},
    {"/logout", CLEVER_SSO_ENDPOINT_LOGOUT, logout},
};

/* The raw URL: the library reads the query itself, so that nothing in it is lost or changed before. It is stored with the
   connection, because libmicrohttpd does not report the end of a request that it refuses itself. */
struct sent {
    char *address;
};

static void *remember_address(void *app, const char *address, struct MHD_Connection *connection)
{
    (void)app;
    struct sent *sent = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    if (sent == NULL) return NULL;
    free(sent->address);
    sent->address = strdup(address);
    return sent->address;
}

static void connected(void *app, struct MHD_Connection *connection, void **sent, enum MHD_ConnectionNotificationCode how)
{
    (void)app, (void)connection;
    if (how == MHD_CONNECTION_NOTIFY_STARTED) {
        *sent = calloc(1, sizeof(struct sent));
    } else if (*sent != NULL) {
        free(((struct sent *)*sent)->address);
        free(*sent);
        *sent = NULL;
    }
}

/* A page that does not exist. If a proxy has another prefix than the redirect URI, requests end up here too: the log says so. */
static enum MHD_Result unknown(const struct request *request, const char *path, size_t length)
{
    for (size_t i = 1; i < sizeof routes / sizeof routes[0]; i++) {
        size_t end = strlen(routes[i].path);
        if (length < end || memcmp(path + length - end, routes[i].path, end) != 0) continue;
        fprintf(stderr, "page_unknown: this server has its pages below %s/: CLEVER_REDIRECT_URI must name their public address\n",
                request->app->prefix);
        break;
    }
    return page(request, MHD_HTTP_NOT_FOUND, problem_page(request, "There is no such page.", "page_unknown", NULL, false));
}

/* The raw path, without the prefix, which a proxy may or may not have removed already. */
static enum MHD_Result answer(void *server, struct MHD_Connection *connection, const char *decoded, const char *method,
                              const char *version, const char *body, size_t *body_size, void **address)
{
    (void)decoded, (void)version, (void)body;
    if (*address == NULL) return MHD_NO;
    if (*body_size != 0) { /* no form here needs its body */
        *body_size = 0;
        return MHD_YES;
    }
    const struct app *app = server;
    const char *path = *address, *query = strchr(path, '?');
    struct request request = {app, connection, method, query != NULL ? query : "", ""};
    read_session(&request);
    size_t length = strcspn(path, "?"), prefix = strlen(app->prefix);
    if (length >= prefix && memcmp(path, app->prefix, prefix) == 0 && (length == prefix || path[prefix] == '/')) {
        path += prefix;
        length -= prefix;
    }
    if (length == 0) { /* the prefix alone */
        path = "/";
        length = 1;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strlen(routes[i].path) != length || memcmp(routes[i].path, path, length) != 0) continue;
        unsigned refused = routes[i].endpoint != 0 ? refusal(&request, routes[i].endpoint) : 0;
        return refused != 0 ? refuse(&request, refused, routes[i].endpoint) : routes[i].answer(&request);
    }
    return unknown(&request, path, length);
}

static void to_standard_error(void *user_data, clever_sso_log_level level, const char *target, const char *message)
{
    (void)user_data, (void)level;
    fprintf(stderr, "%s: %s\n", target, message);
}

static clever_sso_client *make_client(const char *redirect_uri)
{
    clever_sso_error *error = NULL;
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    const char *base_url = getenv("CLEVER_BASE_URL");
    clever_sso_status status = clever_sso_set_log_callback(CLEVER_SSO_LOG_WARNING, to_standard_error, NULL, &error);
    if (!status) status = clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, &error);
    if (!status) status = clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), &error);
    if (!status) status = clever_sso_config_add_redirect_uri(config, redirect_uri, &error);
    if (!status && base_url) status = clever_sso_config_set_base_url(config, base_url, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error);
    /* If Clever's keys cannot be fetched now, the first login tries again. */
    if (!status) clever_sso_warm_up(client, &error);
    if (error) fprintf(stderr, "%s\n", clever_sso_error_message(error));
    clever_sso_error_free(error);
    clever_sso_config_free(config);
    return client;
}

/* One thread for each connection: a connection that waits for Clever does not delay the others. */
static struct MHD_Daemon *started(struct app *app, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, port, NULL, NULL, answer, app,
                            MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, remember_address, app,
                            MHD_OPTION_NOTIFY_CONNECTION, connected, app, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)BYTES_PER_CONNECTION, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
}

/* A setting that is a number. Returns 0 after printing what is wrong with it. */
static uint32_t number(const char *name, uint32_t otherwise, uint32_t largest)
{
    const char *text = getenv(name);
    char *end = NULL;
    if (text == NULL || text[0] == '\0') return otherwise;
    unsigned long value = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    if (end != NULL && *end == '\0' && value >= 1 && value <= largest) return (uint32_t)value;
    fprintf(stderr, "%s must be a whole number from 1 to %lu\n", name, (unsigned long)largest);
    return 0;
}

/* The part of the redirect URI's path before "/callback", which is the prefix of all pages. Returns 0 when the path ends
   differently. */
static int read_prefix(const char *redirect_uri, char *prefix, size_t size)
{
    static const char callback_path[] = "/callback";
    const char *host = strstr(redirect_uri, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
    size_t length = path != NULL ? strcspn(path, "?#") : 0, end = sizeof callback_path - 1;
    if (length >= end && length - end >= size) {
        fprintf(stderr, "CLEVER_REDIRECT_URI must have fewer than %zu bytes before /callback in its path\n", size);
        return 0;
    }
    if (length < end || memcmp(path + length - end, callback_path, end) != 0) {
        fprintf(stderr, "CLEVER_REDIRECT_URI must be an address whose path ends with /callback: this server finishes logins there\n");
        return 0;
    }
    memcpy(prefix, path, length - end);
    prefix[length - end] = '\0';
    return 1;
}

/* The name of the session cookie. With __Host-, no other host of the domain can plant a session; browsers accept such a name over
   https only. Returns 0 after printing what is wrong. */
static int read_session_cookie(int https, char *name, size_t size)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *chosen = getenv("CLEVER_SESSION_NAME");
    if (chosen == NULL || chosen[0] == '\0') chosen = "session";
    int length = snprintf(name, size, "%s%s", https ? "__Host-" : "", chosen);
    if (length > 0 && (size_t)length < size && chosen[strspn(chosen, allowed)] == '\0' && strncmp(chosen, "clever_", 7) != 0) return 1;
    fprintf(stderr, "CLEVER_SESSION_NAME must have up to %zu letters, digits, _ and -, and not begin with clever_\n",
            size - sizeof "__Host-");
    return 0;
}

/* Runs until SIGINT or SIGTERM. */
static int serve(struct app *app, uint32_t port)
{
    int signal_number = 0;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *daemon = started(app, (uint16_t)port);
    if (daemon == NULL) {
        fprintf(stderr, "cannot listen there\n");
        return 1;
    }
    printf("http://127.0.0.1:%lu\n", (unsigned long)port);
    fflush(stdout);
    sigwait(&ends, &signal_number);
    MHD_stop_daemon(daemon);
    return 0;
}

int main(void)
{
    static char prefix[LONGEST_PREFIX], session_cookie[LONGEST_COOKIE_NAME];
    const char *needed[] = {"CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (getenv(needed[i]) == NULL) {
            fprintf(stderr, "set %s\n", needed[i]);
            return 2;
        }
    }
    const char *redirect_uri = getenv("CLEVER_REDIRECT_URI");
    uint32_t port = number("PORT", 5000, UINT16_MAX), seconds = number("CLEVER_SESSION_SECONDS", TWELVE_HOURS, ONE_YEAR);
    if (port == 0 || seconds == 0 || !read_prefix(redirect_uri, prefix, sizeof prefix)) return 2;
    int https = strncmp(redirect_uri, "https:", 6) == 0;
    if (!read_session_cookie(https, session_cookie, sizeof session_cookie)) return 2;
    bool waiting_page = clever_sso_is_switched_on(getenv("CLEVER_WAITING_PAGE"));
    struct app app = {make_client(redirect_uri), prefix, https, waiting_page, seconds, session_cookie};
    if (app.client == NULL) return 1;
    int result = serve(&app, port);
    sessions_clear();
    clever_sso_client_free(app.client);
    return result;
}
