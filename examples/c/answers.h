/* What a request is, and what is sent back: headers, cookies, redirects, pages. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <clever_sso.h>
#include <microhttpd.h>

/* What all requests share; nothing of it changes after the start. */
struct app {
    clever_sso_client *client;
    int https;
};

struct request {
    const struct app *app;
    struct MHD_Connection *connection;
    const char *query; /* as the browser sent it, with its question mark; empty without one */
};

/* The cookie of the pending login goes to /callback only, that of the session everywhere. An empty value removes it. */
void pending_cookie(const struct request *request, struct MHD_Response *response, const char *pending);
void session_cookie(const struct request *request, struct MHD_Response *response, const char *name);

/* NULL when there is no memory. The page is freed with the response. */
struct MHD_Response *redirect_to(const char *url);
struct MHD_Response *page_of(char *html);

enum MHD_Result send_and_free(const struct request *request, unsigned status, struct MHD_Response *response);

#endif
