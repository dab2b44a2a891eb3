#include "answers.h"

#include "sessions.h"

#include <stdio.h>
#include <string.h>

enum { PENDING_SECONDS = 600 };

static void header(struct MHD_Response *response, const char *name, const char *value)
{
    MHD_add_response_header(response, name, value);
}

/* The pages name a person, and the address of the callback holds a code: both stay with this browser. */
enum MHD_Result send_and_free(const struct request *request, unsigned status, struct MHD_Response *response)
{
    header(response, "Cache-Control", "no-store");
    header(response, "Referrer-Policy", "no-referrer");
    header(response, "X-Content-Type-Options", "nosniff");
    header(response, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    enum MHD_Result sent = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return sent;
}

/* A cookie of HttpOnly and SameSite=Lax: not Strict, since it must come along when the browser returns from Clever. */
static void cookie(const struct request *request, struct MHD_Response *response, const char *name, const char *value,
                   const char *path, int seconds)
{
    char line[1024];
    int length = snprintf(line, sizeof line, "%s=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Lax%s", name, value, path,
                          seconds, request->app->https ? "; Secure" : "");
    if (length > 0 && (size_t)length < sizeof line) header(response, "Set-Cookie", line);
}

void pending_cookie(const struct request *request, struct MHD_Response *response, const char *pending)
{
    cookie(request, response, "clever_pending", pending, "/callback", pending[0] != '\0' ? PENDING_SECONDS : 0);
}

void session_cookie(const struct request *request, struct MHD_Response *response, const char *name)
{
    cookie(request, response, "session", name, "/", name[0] != '\0' ? SESSION_SECONDS : 0);
}

struct MHD_Response *redirect_to(const char *url)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    if (response != NULL) header(response, "Location", url);
    return response;
}

struct MHD_Response *page_of(char *html)
{
    if (html == NULL) return NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(html), html, MHD_RESPMEM_MUST_FREE);
    if (response != NULL) header(response, "Content-Type", "text/html; charset=utf-8");
    return response;
}
