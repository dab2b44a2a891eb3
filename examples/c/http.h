/* Requests and responses: headers, cookies, redirects, pages. */
#ifndef HTTP_H
#define HTTP_H

#include "sessions.h"

#include <clever_sso.h>
#include <microhttpd.h>

/* Shared by all requests; it does not change after startup. */
struct app {
    clever_sso_client *client;
    const char *prefix; /* the public path below which the pages are: "/app", or empty */
    int https;
    int waiting_page; /* whether people see a page while their login is finished */
    uint32_t session_seconds;
    const char *session_cookie; /* its name: if several applications share a host, each needs its own */
};

struct request {
    const struct app *app;
    struct MHD_Connection *connection;
    const char *method;
    const char *query; /* as the browser sent it, with its question mark; empty without one */
    char session[SESSION_NAME_SIZE]; /* the value of the session cookie; empty without one */
};

/* Sets a cookie of the library. */
void set_cookie(struct MHD_Response *response, const clever_sso_set_cookie *cookie);

/* Tells the browser how long to wait; does nothing when `seconds` is negative. */
void retry_after(struct MHD_Response *response, int64_t seconds);

/* The session cookie: read into the request, its value or NULL, and how to set it. An empty value deletes it. */
void read_session(struct request *request);
const char *session_of(const struct request *request);
void session_cookie(const struct request *request, struct MHD_Response *response, const char *name);

/* Logs how the session cookie is set: check this first when the browser does not send it back. */
void log_session_cookie(const struct app *app);

/* These return NULL when memory runs out. They free the page and `made`, but not the address. */
struct MHD_Response *redirect_to(const char *address);
struct MHD_Response *redirect_to_made(char *made);
struct MHD_Response *page_of(char *html);

enum MHD_Result send_and_free(const struct request *request, unsigned status, struct MHD_Response *response);

#endif
