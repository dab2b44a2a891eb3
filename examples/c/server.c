/*
 * Log in with Clever in a web server: a button, the callback, a page that says who you are, and the way out.
 *
 *     make server
 *     CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=http://127.0.0.1:5000/callback ./server
 *
 * README.md lists the settings, and what every application of this kind should do.
 */
#define _POSIX_C_SOURCE 200809L
#include "answers.h"
#include "pages.h"
#include "sessions.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CONNECTIONS = 64, IDLE_SECONDS = 15 };

static enum MHD_Result show_problem(const struct request *request, unsigned status, const char *sentence, const char *code)
{
    struct MHD_Response *response = page_of(page_problem(sentence, code));
    if (response == NULL) return MHD_NO;
    pending_cookie(request, response, "");
    return send_and_free(request, status, response);
}

/* The log hears what happened, the person what to do. */
static enum MHD_Result failed(const struct request *request, clever_sso_status status, clever_sso_error *error)
{
    int of_others = status == CLEVER_SSO_CLEVER || status == CLEVER_SSO_NETWORK;
    fprintf(stderr, "login failed: %s\n", clever_sso_error_message(error));
    unsigned http_status = of_others ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_BAD_REQUEST;
    enum MHD_Result sent = show_problem(request, http_status, clever_sso_error_user_message(error), clever_sso_error_code(error));
    clever_sso_error_free(error);
    return sent;
}

static enum MHD_Result to_clever(const struct request *request, const clever_sso_login *login)
{
    struct MHD_Response *response = redirect_to(clever_sso_login_url(login));
    if (response == NULL) return MHD_NO;
    pending_cookie(request, response, clever_sso_login_pending(login));
    return send_and_free(request, MHD_HTTP_SEE_OTHER, response);
}

/* ---------------------------------------------------------------- the journey */

static const char *cookie_named(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

static const char *parameter(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* POST, because it changes what the browser keeps: no link, image or prefetch can begin a login that nobody asked for. */
static enum MHD_Result login(const struct request *request)
{
    clever_sso_error *error = NULL;
    clever_sso_login_options *options = NULL;
    clever_sso_login *begun = NULL;
    const char *return_to = parameter(request, "return_to"), *district_id = getenv("CLEVER_DISTRICT_ID");
    clever_sso_status status = clever_sso_login_options_new(&options, &error);
    if (!status && return_to) status = clever_sso_login_options_set_return_to(options, return_to, &error);
    if (!status && district_id) status = clever_sso_login_options_set_district_id(options, district_id, &error);
    if (!status) status = clever_sso_begin_login(request->app->client, options, &begun, &error);
    enum MHD_Result sent = status ? failed(request, status, error) : to_clever(request, begun);
    clever_sso_login_free(begun);
    clever_sso_login_options_free(options);
    return sent;
}

/* Replaces whoever was signed in on this device: school devices are shared. */
static enum MHD_Result sign_in(const struct request *request, const clever_sso_outcome *outcome)
{
    char name[SESSION_NAME_SIZE];
    session_end(cookie_named(request, "session"));
    if (!session_begin(clever_sso_outcome_identity(outcome), name)) return MHD_NO;
    const char *return_to = clever_sso_outcome_return_to(outcome);
    struct MHD_Response *response = redirect_to(return_to != NULL ? return_to : "/me");
    if (response == NULL) return MHD_NO;
    session_cookie(request, response, name);
    pending_cookie(request, response, "");
    return send_and_free(request, MHD_HTTP_SEE_OTHER, response);
}

/* Finishes a login: one that began with the button, or one that began at Clever. */
static enum MHD_Result callback(const struct request *request)
{
    clever_sso_error *error = NULL;
    clever_sso_outcome *outcome = NULL;
    const char *pending = cookie_named(request, "clever_pending");
    clever_sso_status status = clever_sso_finish_login(request->app->client, request->query, pending, &outcome, &error);
    if (status) return failed(request, status, error);
    enum MHD_Result sent = MHD_NO;
    switch (clever_sso_outcome_kind(outcome)) {
    case CLEVER_SSO_SIGNED_IN: sent = sign_in(request, outcome); break;
    case CLEVER_SSO_RESTART: sent = to_clever(request, clever_sso_outcome_login(outcome)); break;
    case CLEVER_SSO_DENIED:
        sent = show_problem(request, MHD_HTTP_FORBIDDEN,
                            "Clever did not let you into this app. Please ask your teacher for access.",
                            clever_sso_outcome_denied_error(outcome));
        break;
    }
    clever_sso_outcome_free(outcome);
    return sent;
}

static enum MHD_Result me(const struct request *request)
{
    struct person person;
    if (!session_find(cookie_named(request, "session"), &person)) {
        struct MHD_Response *home = redirect_to("/?return_to=/me");
        return home != NULL ? send_and_free(request, MHD_HTTP_SEE_OTHER, home) : MHD_NO;
    }
    struct MHD_Response *response = page_of(page_me(&person));
    person_clear(&person);
    return response != NULL ? send_and_free(request, MHD_HTTP_OK, response) : MHD_NO;
}

static enum MHD_Result home(const struct request *request)
{
    struct MHD_Response *response = page_of(page_home(parameter(request, "return_to")));
    return response != NULL ? send_and_free(request, MHD_HTTP_OK, response) : MHD_NO;
}

/* Another site's form comes without the session cookie: it finds nothing to end. */
static enum MHD_Result logout(const struct request *request)
{
    const char *name = cookie_named(request, "session");
    session_end(name);
    struct MHD_Response *response = redirect_to("/");
    if (response == NULL) return MHD_NO;
    if (name != NULL) session_cookie(request, response, "");
    return send_and_free(request, MHD_HTTP_SEE_OTHER, response);
}

/* ---------------------------------------------------------------- the server */

static const struct {
    const char *method, *path;
    enum MHD_Result (*answer)(const struct request *request);
} routes[] = {
    {"GET", "/", home}, {"POST", "/login", login}, {"GET", "/callback", callback}, {"GET", "/me", me}, {"POST", "/logout", logout},
};

/* The address as it was sent: the library reads the query itself, so that nothing in it is lost or changed before. */
static void *remember_address(void *app, const char *address, struct MHD_Connection *connection)
{
    (void)app, (void)connection;
    return strdup(address);
}

static void forget_address(void *app, struct MHD_Connection *connection, void **address, enum MHD_RequestTerminationCode how)
{
    (void)app, (void)connection, (void)how;
    free(*address);
    *address = NULL;
}

static enum MHD_Result answer(void *app, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *body, size_t *body_size, void **address)
{
    (void)version, (void)body;
    if (*address == NULL) return MHD_NO;
    if (*body_size != 0) { /* no form here has a body that matters */
        *body_size = 0;
        return MHD_YES;
    }
    const char *query = strchr(*address, '?');
    struct request request = {app, connection, query != NULL ? query : ""};
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, path) == 0 && strcmp(routes[i].method, method) == 0) return routes[i].answer(&request);
    }
    return show_problem(&request, MHD_HTTP_NOT_FOUND, "There is no such page.", "not_found");
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
    /* If Clever's keys cannot be fetched now, the first login will try again. */
    if (!status) clever_sso_warm_up(client, &error);
    if (error) fprintf(stderr, "%s\n", clever_sso_error_message(error));
    clever_sso_error_free(error);
    clever_sso_config_free(config);
    return client;
}

/* A thread for each connection: one that waits for Clever delays nobody else. */
static struct MHD_Daemon *started(struct app *app, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, port, NULL, NULL, answer, app,
                            MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, remember_address, app,
                            MHD_OPTION_NOTIFY_COMPLETED, forget_address, app, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
}

int main(void)
{
    const char *redirect_uri = getenv("CLEVER_REDIRECT_URI"), *port = getenv("PORT");
    const char *needed[] = {"CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (getenv(needed[i]) == NULL) {
            fprintf(stderr, "set %s\n", needed[i]);
            return 2;
        }
    }
    struct app app = {make_client(redirect_uri), strncmp(redirect_uri, "https:", 6) == 0};
    if (app.client == NULL) return 1;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *daemon = started(&app, (uint16_t)atoi(port != NULL ? port : "5000"));
    int signal_number = 0;
    if (daemon != NULL) {
        printf("http://127.0.0.1:%s\n", port != NULL ? port : "5000");
        fflush(stdout);
        sigwait(&ends, &signal_number);
        MHD_stop_daemon(daemon);
    } else {
        fprintf(stderr, "cannot listen there\n");
    }
    sessions_clear();
    clever_sso_client_free(app.client);
    return daemon != NULL ? 0 : 1;
}
