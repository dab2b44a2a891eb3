#include "http.h"

#include "sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void header(struct MHD_Response *response, const char *name, const char *value)
{
    MHD_add_response_header(response, name, value);
}

/* The pages contain a person's name, and the URL of the callback a code: keep both in this browser. */
enum MHD_Result send_and_free(const struct request *request, unsigned status, struct MHD_Response *response)
{
    header(response, "Cache-Control", "no-store");
    header(response, "Referrer-Policy", "same-origin"); /* the logout form must send its origin */
    header(response, "X-Content-Type-Options", "nosniff");
    header(response, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    enum MHD_Result sent = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return sent;
}

void set_cookie(struct MHD_Response *response, const clever_sso_set_cookie *cookie)
{
    header(response, "Set-Cookie", clever_sso_set_cookie_header(cookie));
}

/* Adds a Retry-After header, if Clever said how long to wait. */
void retry_after(struct MHD_Response *response, int64_t seconds)
{
    char line[24];
    snprintf(line, sizeof line, "%lld", (long long)seconds);
    if (seconds >= 0) header(response, "Retry-After", line);
}

/* Reads the Cookie header itself: libmicrohttpd also splits it at commas and treats __host-session like __Host-session, and a
   browser lets other hosts of the domain set such cookies. */
void read_session(struct request *request)
{
    const char *at = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Cookie");
    const char *name = request->app->session_cookie;
    size_t length = strlen(name);
    request->session[0] = '\0';
    while (at != NULL && *at != '\0') {
        at += strspn(at, " \t");
        size_t size = strcspn(at, ";");
        if (size == length + SESSION_NAME_SIZE && strncmp(at, name, length) == 0 && at[length] == '=') {
            memcpy(request->session, at + length + 1, SESSION_NAME_SIZE - 1);
            request->session[SESSION_NAME_SIZE - 1] = '\0';
            return;
        }
        at += size;
        if (*at == ';') at++;
    }
}

const char *session_of(const struct request *request)
{
    return request->session[0] != '\0' ? request->session : NULL;
}

/* No Max-Age: the cookie ends with the browser. Not SameSite=Strict: browsers must send it on the way back from Clever. */
void session_cookie(const struct request *request, struct MHD_Response *response, const char *name)
{
    char line[256];
    int length = snprintf(line, sizeof line, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s", request->app->session_cookie, name,
                          request->app->https ? "; Secure" : "", name[0] != '\0' ? "" : "; Max-Age=0");
    if (length > 0 && (size_t)length < sizeof line) header(response, "Set-Cookie", line);
}

void log_session_cookie(const struct app *app)
{
    fprintf(stderr, "session cookie %s: domain none (this host only), path /, Secure %s\n", app->session_cookie,
            app->https ? "yes" : "no");
}

struct MHD_Response *redirect_to(const char *address)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    if (response != NULL) header(response, "Location", address);
    return response;
}

struct MHD_Response *redirect_to_made(char *made)
{
    struct MHD_Response *response = made != NULL ? redirect_to(made) : NULL;
    free(made);
    return response;
}

struct MHD_Response *page_of(char *html)
{
    if (html == NULL) return NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(html), html, MHD_RESPMEM_MUST_FREE);
    if (response != NULL) header(response, "Content-Type", "text/html; charset=utf-8");
    return response;
}
