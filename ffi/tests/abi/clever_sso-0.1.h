// clever_sso: Log in with Clever.
//
// This file follows a login: configure, begin, finish, who it is, log out, errors. After that come the single steps, keys and
// the log. Each comment says what the function does, who frees its results, how it fails, and since which version it exists.
//
// Make one client when the process starts, and share it: `clever_sso_config_new`, `clever_sso_client_new`.
//
// A whole login:
//
//     if (clever_sso_request_refusal(client, CLEVER_SSO_ENDPOINT_LOGIN, browser->request, &refused, &error) || refused ||
//         clever_sso_login_options_set_cookies(options, browser->cookies, &error) ||
//         clever_sso_begin_login(client, options, &login, &error)) return stopped(browser, refused, error);
//     int gone = go(browser, login); /* redirects to its URL, with its cookies */
//     clever_sso_login_free(login);
//
//     if (clever_sso_request_refusal(client, CLEVER_SSO_ENDPOINT_CALLBACK, browser->request, &refused, &error) || refused ||
//         clever_sso_finish_login(client, url, cookies, &outcome, &error)) return stopped(browser, refused, error);
//     keep_cookies(browser, outcome);
//     if (clever_sso_outcome_ends_session(outcome)) end_session(browser);
//     if (clever_sso_outcome_kind(outcome) == CLEVER_SSO_SIGNED_IN) result = welcome(browser, outcome);
//     else if (clever_sso_outcome_kind(outcome) == CLEVER_SSO_RESTART) restarted = go_again(browser, outcome);
//     else result = sorry(or_else(clever_sso_outcome_denied_error(outcome), "unknown outcome")); /* of a newer library */
//     clever_sso_outcome_free(outcome);
//
// Ownership. Handles are opaque. Each has one `_free`, and `_free(NULL)` is fine. What you get through a pointer to a pointer
// is yours to free; it is NULL when the call failed. What a function returns directly is borrowed from its handle and lives as
// long as the handle. Arguments are copied, never kept or freed. Strings are NUL-terminated UTF-8.
//
// Threads. Many threads may call functions that take `const T *` on one handle at once. A function that takes `T *` needs the
// handle for itself. Any thread may free a handle when no call uses it. A thread that calls needs 128 KiB of stack: a login
// takes about 80 KiB, and your log callback runs on top of it.
//
// Fork. A client that was made, and used, before fork() works in the child immediately, even when other threads were in the
// middle of calls. There is no background thread. A host name is resolved on a thread that ends after the lookup, or on your
// thread if no other can start. The child's first call that needs the network closes the child's copies of the parent's
// connections (on Linux; elsewhere they stay open, unused). All descriptors close on exec. A child of vfork() must not call
// this library. A child that a signal handler or a log callback forks in the middle of a call may only exec or _exit.
//
// Signals. A call raises no signal in your program: it blocks SIGPIPE in your thread while it runs, and removes a SIGPIPE that
// it caused. A SIGPIPE that was pending before, or comes from outside, stays. The library installs no handler and changes no
// signal mask of other threads. Its own threads handle no signals. Interrupted system calls are repeated, so your handler may
// run during a call. A handler itself must not call this library, and must not leave a call with longjmp().
//
// Ends of threads and programs. A thread that is canceled (pthread_cancel) finishes its call first, on Linux. exit() is fine
// while other threads are in calls. The library stays in memory after dlclose(), because threads that called it may end later.
// You may call, log in, and free handles in atexit() handlers, in destructors of libraries and of C++ objects, and in those of a
// thread's variables (pthread_key_create(), thread_local). A call that needs the network then runs on a thread that ends with
// it, and yours waits. Your log callback runs on that thread. If none can start, the call fails with `limit_reached`.
//
// Memory. The library overwrites all memory before it frees it: when you have freed everything and the client, no token, code
// or secret is left on the heap. Clear your own copies yourself. When malloc() fails, a line on stderr says so, and the process
// ends with abort(), which you cannot catch. docs/c.md lists the limits of what a peer can make a call allocate.
//
// Errors. A call that can fail returns a clever_sso_status; CLEVER_SSO_OK is 0. Its last argument may be NULL. Otherwise it
// receives NULL on success, or an error to free: a stable error code, a line for the log, and a sentence to show to the person
// who is logging in. Functions that read never fail: on a NULL handle they return NULL, 0 or false. No C++ exception leaves a
// call.
//
// Compatibility. New versions may add functions, statuses, kinds and levels, so give each `switch` a `default`. With the same
// SONAME, existing functions and values don't change.
//
// Time. A call takes at most as long as you configure (10 seconds by default), retries included.
//
// Environment. The library reads the variables for proxies and certificates only when it makes a client. During other calls,
// your threads may use setenv(). The system's resolver reads its own variables.
//
// Log. The library writes no log, not even to stderr, until you set a callback with `clever_sso_set_log_callback`. No event and
// no error contains a token, code, secret, email or response body.


#ifndef CLEVER_SSO_H
#define CLEVER_SSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The version of this header. `clever_sso_version` returns the version of the library that is running.
#define CLEVER_SSO_VERSION "0.1.0"
#define CLEVER_SSO_VERSION_MAJOR 0
#define CLEVER_SSO_VERSION_MINOR 1
#define CLEVER_SSO_VERSION_PATCH 0
// The same as one number, to compare with `#if`: 10,000 times the major, 100 times the minor, and the patch version. 100 is
// version 0.1.0, 10203 is 1.2.3.
#define CLEVER_SSO_VERSION_NUMBER (CLEVER_SSO_VERSION_MAJOR * 10000 + CLEVER_SSO_VERSION_MINOR * 100 + CLEVER_SSO_VERSION_PATCH)

// =================================================================================================
// Types
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// Enumerations. New versions may add values: give each `switch` a `default`.
// -------------------------------------------------------------------------------------------------

// How error messages name settings.
enum clever_sso_setting_names
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // As the functions here do: `base_url`.
  CLEVER_SSO_NAMES_C = 0,
  // As environment variables: `CLEVER_BASE_URL`.
  CLEVER_SSO_NAMES_ENVIRONMENT = 1,
  // As named arguments in PHP: `baseUrl`.
  CLEVER_SSO_NAMES_PHP = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_setting_names clever_sso_setting_names;
#else
typedef uint32_t clever_sso_setting_names;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// One of your application's three login addresses.
enum clever_sso_endpoint
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Where a login begins.
  CLEVER_SSO_ENDPOINT_LOGIN = 1,
  // Where a login finishes: the redirect URI.
  CLEVER_SSO_ENDPOINT_CALLBACK = 2,
  // Where a session ends.
  CLEVER_SSO_ENDPOINT_LOGOUT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_endpoint clever_sso_endpoint;
#else
typedef uint32_t clever_sso_endpoint;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The kind of an outcome. All kinds happen in normal use; none is an error.
enum clever_sso_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The outcome is NULL.
  CLEVER_SSO_NO_OUTCOME = 0,
  // The person logged in: read the identity, the tokens and `return_to`.
  CLEVER_SSO_SIGNED_IN = 1,
  // The login restarts: redirect the browser to the URL of the new login. The person does not notice.
  CLEVER_SSO_RESTART = 2,
  // Clever refused this person: read Clever's error code and description.
  CLEVER_SSO_DENIED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_kind clever_sso_kind;
#else
typedef uint32_t clever_sso_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The result of a call. The `clever_sso_error` says exactly what failed.
enum clever_sso_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Success.
  CLEVER_SSO_OK = 0,
  // A setting is wrong or missing.
  CLEVER_SSO_CONFIG = 1,
  // An argument is not valid: NULL, not UTF-8, or refused.
  CLEVER_SSO_ARGUMENT = 2,
  // The callback cannot finish a login.
  CLEVER_SSO_LOGIN = 3,
  // A token breaks a rule, or Clever does not accept it.
  CLEVER_SSO_TOKEN = 4,
  // Clever refused the request, or its response cannot be read.
  CLEVER_SSO_CLEVER = 5,
  // Clever could not be reached.
  CLEVER_SSO_NETWORK = 6,
  // A problem of this library or of this machine.
  CLEVER_SSO_INTERNAL = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_status clever_sso_status;
#else
typedef uint32_t clever_sso_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The result of a check. The numbers are also exit codes for a program that only checks.
enum clever_sso_report_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing is wrong.
  CLEVER_SSO_REPORT_OK = 0,
  // Logins work, or may work, but something needs attention; or the check was not possible.
  CLEVER_SSO_REPORT_WARNING = 1,
  // Logins fail.
  CLEVER_SSO_REPORT_PROBLEM = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_report_level clever_sso_report_level;
#else
typedef uint32_t clever_sso_report_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The level of an event: how important it is.
enum clever_sso_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Something failed, and no call reports it.
  CLEVER_SSO_LOG_ERROR = 1,
  // Needs attention: logins still work, but, for example, keys could not be refreshed.
  CLEVER_SSO_LOG_WARNING = 2,
  // Useful to know.
  CLEVER_SSO_LOG_INFO = 3,
  // Details: a retried request, fetched keys.
  CLEVER_SSO_LOG_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_log_level clever_sso_log_level;
#else
typedef uint32_t clever_sso_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// -------------------------------------------------------------------------------------------------
// Handles
// -------------------------------------------------------------------------------------------------

// Your settings. They are checked together when you make a client.
typedef struct clever_sso_config clever_sso_config;

// Talks to Clever. Make one per process and keep it: it keeps connections and Clever's keys.
//
// Many threads and forked children may use it at once.
typedef struct clever_sso_client clever_sso_client;

// A browser's request: its method, and the headers that show what caused it.
typedef struct clever_sso_request clever_sso_request;

// Options for `clever_sso_begin_login` and `clever_sso_begin_implicit`. Each has a default.
typedef struct clever_sso_login_options clever_sso_login_options;

// A login that has begun: where to send the browser, and the cookies to set.
typedef struct clever_sso_login clever_sso_login;

// A cookie to set in the browser. Send `clever_sso_set_cookie_header` as a separate `Set-Cookie` header, or use the parts.
// Each one also has `Path=/`, `HttpOnly` and `SameSite=Lax`.
typedef struct clever_sso_set_cookie clever_sso_set_cookie;

// The result of a login.
typedef struct clever_sso_outcome clever_sso_outcome;

// Who logged in. Use the issuer together with the id as the key of a user: names and email addresses change, and two people can
// have the same one.
typedef struct clever_sso_identity clever_sso_identity;

// Claims about a person, from a verified ID token, an identity, or userinfo.
typedef struct clever_sso_claims clever_sso_claims;

// The cookies to set at a logout, or when a request has a session.
typedef struct clever_sso_logout clever_sso_logout;

// Why a call failed. It never contains a token, code, secret, email or response body, so you may log all of it.
typedef struct clever_sso_error clever_sso_error;

// Options for `clever_sso_authorize_url`. Each has a default.
typedef struct clever_sso_authorize_options clever_sso_authorize_options;

// The parameters that Clever sent through the browser. They prove nothing yet.
typedef struct clever_sso_callback clever_sso_callback;

// The tokens of a login.
typedef struct clever_sso_tokens clever_sso_tokens;

// What Clever says about a token that was issued to your application.
typedef struct clever_sso_token_info clever_sso_token_info;

// The owner of an access token.
typedef struct clever_sso_me_record clever_sso_me_record;

// A person's record.
typedef struct clever_sso_user_record clever_sso_user_record;

// A district's record.
typedef struct clever_sso_district_record clever_sso_district_record;

// The claims of a person from the userinfo endpoint.
typedef struct clever_sso_userinfo_record clever_sso_userinfo_record;

// The parts of the issuer's discovery document that this library reads.
typedef struct clever_sso_metadata_record clever_sso_metadata_record;

// Keys that verify ID tokens, read once from JWKS text. Many threads may use them at once.
typedef struct clever_sso_key_set clever_sso_key_set;

// The values that an ID token must match, for `clever_sso_verify_id_token_with`.
typedef struct clever_sso_verify_options clever_sso_verify_options;

// The counters of a client in this process. A forked child starts from zero.
typedef struct clever_sso_stats clever_sso_stats;

// What is wrong with a setup, as findings in the order of cause and effect: solve the first problem first. A report contains no
// secret.
typedef struct clever_sso_report clever_sso_report;

// -------------------------------------------------------------------------------------------------
// Callbacks
// -------------------------------------------------------------------------------------------------

// Receives an event: your `user_data`, the level, the part of the library that it comes from (for example `clever_sso::keys`),
// and a line of text. `target` and `message` are freed when the callback returns.
typedef void (*clever_sso_log_callback)(void *user_data,
                                        clever_sso_log_level level,
                                        const char *target,
                                        const char *message);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// =================================================================================================
// The version
// =================================================================================================

// The version of the library that is running, for example `0.1.0`. Never NULL; lives as long as the library.
//
// Since 0.1.
const char *clever_sso_version(void);

// The version of the library that is running as one number, to compare with `CLEVER_SSO_VERSION_NUMBER`: 10,000 times the
// major, 100 times the minor, and the patch version. 100 is version 0.1.0, 10203 is 1.2.3.
//
// Since 0.1.
uint32_t clever_sso_version_number(void);

// =================================================================================================
// Configure
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// clever_sso_config: your settings. A client copies them, so free the configuration right away.
// -------------------------------------------------------------------------------------------------

// Makes a configuration. `client_id` is the client id, as Clever's dashboard shows it.
//
// Free it with `clever_sso_config_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_new(const char *client_id,
                                        clever_sso_config **config,
                                        clever_sso_error **error);

// The client secret. Without one, only the implicit grant and checks of tokens work.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_client_secret(clever_sso_config *config,
                                                      const char *client_secret,
                                                      clever_sso_error **error);

// A redirect URI, exactly as registered with Clever. The first one is the primary one: logins from the Clever Portal and
// from Instant Login links arrive there.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_add_redirect_uri(clever_sso_config *config,
                                                     const char *redirect_uri,
                                                     clever_sso_error **error);

// The issuer: where the OAuth endpoints and the discovery document are. Default: `https://clever.com`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_issuer(clever_sso_config *config,
                                               const char *issuer,
                                               clever_sso_error **error);

// Where Clever's API is. Default: `https://api.clever.com`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_api_base(clever_sso_config *config,
                                                 const char *api_base,
                                                 clever_sso_error **error);

// Issuer and API at one address, such as a local emulator's.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_base_url(clever_sso_config *config,
                                                 const char *base_url,
                                                 clever_sso_error **error);

// The key that encrypts pending logins: at least 16 random bytes as text. Default: derived from the client secret, so that
// every process that knows the secret can finish a login that another one began.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_pending_key(clever_sso_config *config,
                                                    const char *pending_key,
                                                    clever_sso_error **error);

// An old key, or an old client secret. Pending logins that were encrypted with it stay valid until they expire.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_add_old_pending_key(clever_sso_config *config,
                                                        const char *old_pending_key,
                                                        clever_sso_error **error);

// An origin, such as `https://www.example.org`, that `return_to` may lead to, in addition to paths of the application.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_add_return_to_origin(clever_sso_config *config,
                                                         const char *return_to_origin,
                                                         clever_sso_error **error);

// The longest time a call may take, retries included, at most a day. In seconds, which may have a fraction. Default: 10.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_timeout(clever_sso_config *config,
                                                double seconds,
                                                clever_sso_error **error);

// The largest allowed difference between the clocks, in seconds, when the times in an ID token are checked. At most 600.
// Default: 60.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_leeway(clever_sso_config *config,
                                               int64_t seconds,
                                               clever_sso_error **error);

// Whether any address may be plain http, on any host. Clever allows that for redirect URIs of development apps, and
// containers reach an emulator by its name, such as `http://clever:5999`. Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_development(clever_sso_config *config,
                                                    bool development,
                                                    clever_sso_error **error);

// Certificates of more authorities, trusted in addition to the system's, such as those of a school network that inspects
// TLS: PEM text, or the path of a PEM file. `clever_sso_client_new` reads the file. Default: only the system's.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_ca_bundle(clever_sso_config *config,
                                                  const char *ca_bundle,
                                                  clever_sso_error **error);

// The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or `socks5h://`. It is
// used for every address except this machine's. Default: the environment decides when a client is made (`HTTPS_PROXY`,
// `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lower case).
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_proxy(clever_sso_config *config,
                                              const char *proxy,
                                              clever_sso_error **error);

// How error messages name settings. Use `CLEVER_SSO_NAMES_ENVIRONMENT` in a program that reads its settings from environment
// variables. `names` is a `clever_sso_setting_names`. Default: `CLEVER_SSO_NAMES_C`.
//
// Fails with `CLEVER_SSO_ARGUMENT`, also when `names` is another number.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_setting_names(clever_sso_config *config,
                                                      uint32_t names,
                                                      clever_sso_error **error);

// Where the browser is sent. Default: `/oauth/authorize` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_authorization_endpoint(clever_sso_config *config,
                                                               const char *authorization_endpoint,
                                                               clever_sso_error **error);

// Where codes are exchanged. Default: `/oauth/tokens` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_token_endpoint(clever_sso_config *config,
                                                       const char *token_endpoint,
                                                       clever_sso_error **error);

// Where access tokens are checked. Default: `/oauth/tokeninfo` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_tokeninfo_endpoint(clever_sso_config *config,
                                                           const char *tokeninfo_endpoint,
                                                           clever_sso_error **error);

// Where to fetch the claims of the person that an access token belongs to. Default: `/userinfo` at the API.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_userinfo_endpoint(clever_sso_config *config,
                                                          const char *userinfo_endpoint,
                                                          clever_sso_error **error);

// Where the keys are. Default: the address in the issuer's discovery document.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_config_set_jwks_uri(clever_sso_config *config,
                                                 const char *jwks_uri,
                                                 clever_sso_error **error);

// Fetches the issuer's discovery document, and takes from it the endpoints that you did not set. Use it for OpenID Providers
// other than Clever: Clever's endpoints are built in. If the document does not have an endpoint, or has an unusable one, the
// call that needs this endpoint fails with `config_invalid`.
//
// Fails with `CLEVER_SSO_CONFIG`, `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_config_discover(clever_sso_config *config,
                                             clever_sso_error **error);

// Frees a configuration. NULL is fine.
//
// Since 0.1.
void clever_sso_config_free(clever_sso_config *config);

// -------------------------------------------------------------------------------------------------
// clever_sso_client: the client. Make one per process.
// -------------------------------------------------------------------------------------------------

// Makes a client from a configuration, which is copied. No network.
//
// Free it with `clever_sso_client_free`. Fails with `CLEVER_SSO_CONFIG` when the configuration is wrong, and with
// `CLEVER_SSO_INTERNAL` (`limit_reached`) when the process has fewer than three keys left for `pthread_key_create`.
//
// Since 0.1.
clever_sso_status clever_sso_client_new(const clever_sso_config *config,
                                        clever_sso_client **client,
                                        clever_sso_error **error);

// The issuer, as in identities and ID tokens. Borrowed from `client`.
//
// Since 0.1.
const char *clever_sso_client_issuer(const clever_sso_client *client);

// Does one-time setup up front: fetches Clever's discovery document and keys. If it fails, log the error and continue: the first
// login fetches what is missing.
//
// Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_warm_up(const clever_sso_client *client,
                                     clever_sso_error **error);

// Frees a client. No thread may be in a call with it. NULL is fine.
//
// Since 0.1.
void clever_sso_client_free(clever_sso_client *client);

// =================================================================================================
// Begin a login
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// clever_sso_request: whether a request may begin a login, finish a login, or log out.
// -------------------------------------------------------------------------------------------------

// Makes a request with its method, such as `GET`, and no headers yet.
//
// Free it with `clever_sso_request_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_request_new(const char *method,
                                         clever_sso_request **request,
                                         clever_sso_error **error);

// The name of a header that `clever_sso_request_refusal` reads, such as `Sec-Fetch-Site`, counted from 0; NULL after the last
// one. It lives as long as the library.
//
// Since 0.1.
const char *clever_sso_request_header_name(size_t index);

// Adds a header of the request. Pass the headers that `clever_sso_request_header_name` lists, or all headers: others are
// ignored. The case of `name` does not matter, and CGI names (`HTTP_SEC_FETCH_SITE`) work too. Bytes that are not UTF-8 are
// fine: anyone can send them.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_request_set_header(clever_sso_request *request,
                                                const char *name,
                                                const char *value,
                                                clever_sso_error **error);

// Whether to refuse a request: `*status` is 0 when it may begin or finish a login or log out. Otherwise respond with that HTTP
// status (200 for `HEAD`, 403, 405 or 503) and no body. Call it before anything else. No network.
//
// Without this check, prefetched links, and frames, images, scripts and forms on other sites, could use a code or log people
// out. `endpoint` is a `clever_sso_endpoint`. With 405, send `clever_sso_endpoint_allow` as the `Allow` header. Fails with
// `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_request_refusal(const clever_sso_client *client,
                                             uint32_t endpoint,
                                             const clever_sso_request *request,
                                             uint16_t *status,
                                             clever_sso_error **error);

// The methods that an endpoint accepts, for the `Allow` header; NULL when `endpoint` is not a `clever_sso_endpoint`. It lives as
// long as the library.
//
// Since 0.1.
const char *clever_sso_endpoint_allow(uint32_t endpoint);

// Reads a boolean query parameter, such as `switch_user=1`, by the same rule as the other languages. False when `value` is NULL,
// empty, `0`, `false`, `no` or `off`, in any case; true otherwise.
//
// Since 0.1.
bool clever_sso_is_switched_on(const char *value);

// Whether a path or URL leads to the page at `path`, even when either is percent-encoded (also more than once) or has dot
// segments, double slashes or a trailing slash. Do not pass a `return_to` that leads to your login or logout, because each login
// would start the next one. `clever_sso_begin_login` itself refuses one that leads to the callback. False when either is NULL.
//
// Since 0.1.
bool clever_sso_leads_to(const char *target,
                         const char *path);

// Frees a request. NULL is fine.
//
// Since 0.1.
void clever_sso_request_free(clever_sso_request *request);

// -------------------------------------------------------------------------------------------------
// clever_sso_login_options: options for clever_sso_begin_login and clever_sso_begin_implicit.
// -------------------------------------------------------------------------------------------------

// Makes options with their defaults.
//
// Free them with `clever_sso_login_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_new(clever_sso_login_options **options, clever_sso_error **error);

// One of the configured redirect URIs. Default: the first one.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_redirect_uri(clever_sso_login_options *options,
                                                            const char *redirect_uri,
                                                            clever_sso_error **error);

// The district, if you know it: Clever then skips the school picker.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_district_id(clever_sso_login_options *options,
                                                           const char *district_id,
                                                           clever_sso_error **error);

// Where to go after the login: a path of your application, or a URL on its own or an allowed origin, but not the callback.
// At most 1,024 bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters they stand for.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_return_to(clever_sso_login_options *options,
                                                         const char *return_to,
                                                         clever_sso_error **error);

// The `Cookie` header of the request that begins the login; NULL when it has none. With it, the browser keeps at most eight
// logins in progress, and repeatedly lost sessions end with an error instead of a loop.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_cookies(clever_sso_login_options *options,
                                                       const char *cookies,
                                                       clever_sso_error **error);

// Whether Clever asks people to confirm who they are (`confirmed=false`), for "Not you?" links. Without it, the same
// person is signed in again. Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_switch_user(clever_sso_login_options *options,
                                                           bool switch_user,
                                                           clever_sso_error **error);

// Whether the browser has a session of your application. Pass false when you looked and found none: sign-ins that leave no
// session then end with `session_not_kept` instead of a loop. With true, a page that repeatedly sends a signed-in person back to
// log in ends with `page_not_allowed`. Default: unknown.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_has_session(clever_sso_login_options *options,
                                                           bool has_session,
                                                           clever_sso_error **error);

// Where people go after a login without `return_to`: a page of yours. A signed-in person who is repeatedly sent back to log in
// goes there instead of to Clever each time.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_options_set_home(clever_sso_login_options *options,
                                                    const char *home,
                                                    clever_sso_error **error);

// Frees options. NULL is fine.
//
// Since 0.1.
void clever_sso_login_options_free(clever_sso_login_options *options);

// -------------------------------------------------------------------------------------------------
// clever_sso_login: a login that has begun.
// -------------------------------------------------------------------------------------------------

// Begins a login: redirect the browser to its URL, and set its cookies. `options` may be NULL. No network.
//
// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured
// one or the client secret is missing, with `CLEVER_SSO_ARGUMENT` when `return_to` would lead to another site or to the
// callback.
//
// Since 0.1.
clever_sso_status clever_sso_begin_login(const clever_sso_client *client,
                                         const clever_sso_login_options *options,
                                         clever_sso_login **login,
                                         clever_sso_error **error);

// Begins a login with the implicit grant, for an application without a client secret: the browser comes back with an access
// token in the fragment. Clever must allow your application to use this grant. `options` may be NULL. No network.
//
// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, or
// there is neither a client secret nor a pending key (`clever_sso_config_set_pending_key`), with `CLEVER_SSO_ARGUMENT` when
// `return_to` would lead to another site or to the callback.
//
// Since 0.1.
clever_sso_status clever_sso_begin_implicit(const clever_sso_client *client,
                                            const clever_sso_login_options *options,
                                            clever_sso_login **login,
                                            clever_sso_error **error);

// The URL to redirect the browser to: Clever's, or your own page if a signed-in person was sent back to log in several times. In
// that case, key and pending are empty. Borrowed from `login`; NULL when `login` is NULL.
//
// Since 0.1.
const char *clever_sso_login_url(const clever_sso_login *login);

// Whether to respond with a page that continues to the URL by itself (for example with `<meta http-equiv="refresh">`) instead of
// a redirect, because browsers give up after about twenty redirects in a row. It can be true only if you call
// `clever_sso_login_options_set_has_session`. False when `login` is NULL.
//
// Since 0.1.
bool clever_sso_login_needs_page(const clever_sso_login *login);

// A cookie to set with the redirect, counted from 0. Borrowed from `login`; NULL after the last one.
//
// Since 0.1.
const clever_sso_set_cookie *clever_sso_login_set_cookie(const clever_sso_login *login, size_t index);

// If you store pending logins in your own session instead of cookies: the key to store this one under.
// `clever_sso_login_key_of_callback` returns it again. Borrowed from `login`; NULL when `login` is NULL.
//
// Since 0.1.
const char *clever_sso_login_key(const clever_sso_login *login);

// If you store pending logins in your own session: the text to store for ten minutes, about 100 bytes, URL-safe. Borrowed from
// `login`; NULL when `login` is NULL.
//
// Since 0.1.
const char *clever_sso_login_pending(const clever_sso_login *login);

// Frees a login from `clever_sso_begin_login` or `clever_sso_begin_implicit`. NULL is fine.
//
// Since 0.1.
void clever_sso_login_free(clever_sso_login *login);

// -------------------------------------------------------------------------------------------------
// clever_sso_set_cookie: a cookie to set in the browser.
// -------------------------------------------------------------------------------------------------

// The value of the `Set-Cookie` header. Borrowed from `cookie`; NULL when `cookie` is NULL.
//
// Since 0.1.
const char *clever_sso_set_cookie_header(const clever_sso_set_cookie *cookie);

// The name of the cookie. Borrowed from `cookie`; NULL when `cookie` is NULL.
//
// Since 0.1.
const char *clever_sso_set_cookie_name(const clever_sso_set_cookie *cookie);

// The value of the cookie; empty to delete it. Borrowed from `cookie`; NULL when `cookie` is NULL.
//
// Since 0.1.
const char *clever_sso_set_cookie_value(const clever_sso_set_cookie *cookie);

// How long the browser keeps the cookie, in seconds. 0 to delete it, and when `cookie` is NULL.
//
// Since 0.1.
uint32_t clever_sso_set_cookie_max_age(const clever_sso_set_cookie *cookie);

// Whether the browser sends the cookie over https only; false when `cookie` is NULL.
//
// Since 0.1.
bool clever_sso_set_cookie_secure(const clever_sso_set_cookie *cookie);

// =================================================================================================
// Finish a login
// =================================================================================================

// Finishes a login. `callback` is the URL that the browser came back with, or its query. `cookies` is the `Cookie` header of
// that request, or NULL when it has none.
//
// Set the cookies of the outcome (`clever_sso_outcome_set_cookie`) or of the error (`clever_sso_error_set_cookie`), and end the
// browser's session if `clever_sso_outcome_ends_session` or `clever_sso_error_ends_session` is true. One network round trip when
// Clever sends an ID token and the client has its keys, otherwise up to three.
//
// Free the outcome with `clever_sso_outcome_free`. Fails with any status. A failed call never signs a person in.
//
// Since 0.1.
clever_sso_status clever_sso_finish_login(const clever_sso_client *client,
                                          const char *callback,
                                          const char *cookies,
                                          clever_sso_outcome **outcome,
                                          clever_sso_error **error);

// Finishes a login when you store pending logins in your own session: `pending` is the text that you stored under the key of
// this callback, or NULL when there is none. The outcome and the error have no cookies.
//
// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
//
// Since 0.1.
clever_sso_status clever_sso_finish_login_with_pending(const clever_sso_client *client,
                                                       const char *callback,
                                                       const char *pending,
                                                       clever_sso_outcome **outcome,
                                                       clever_sso_error **error);

// Finishes a login of `clever_sso_begin_implicit`. Browsers do not send the fragment to a server, so your page must post it:
// `callback` is that fragment, or the whole URL with it. `cookies` is the `Cookie` header of that request, or NULL when it has
// none.
//
// The token is used only after Clever has confirmed that it was issued to your application. Cookies, session and outcome work as
// in `clever_sso_finish_login`. Up to three network round trips.
//
// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
//
// Since 0.1.
clever_sso_status clever_sso_finish_implicit(const clever_sso_client *client,
                                             const char *callback,
                                             const char *cookies,
                                             clever_sso_outcome **outcome,
                                             clever_sso_error **error);

// Finishes a login of `clever_sso_begin_implicit` when you store pending logins yourself, such as a desktop app in its memory:
// `pending` is the text that you stored under the key of this callback, or NULL when there is none. Delete it before you call:
// it works every time that you pass it. The outcome and the error have no cookies.
//
// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
//
// Since 0.1.
clever_sso_status clever_sso_finish_implicit_with_pending(const clever_sso_client *client,
                                                          const char *callback,
                                                          const char *pending,
                                                          clever_sso_outcome **outcome,
                                                          clever_sso_error **error);

// The key that you stored this callback's pending login under; `*key` is NULL when the callback has no state. No network.
//
// Free the key with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_login_key_of_callback(const char *callback,
                                                   char **key,
                                                   clever_sso_error **error);

// The kind of the outcome; `CLEVER_SSO_NO_OUTCOME` when `outcome` is NULL. Newer versions may add kinds: keep a `default`.
//
// Since 0.1.
clever_sso_kind clever_sso_outcome_kind(const clever_sso_outcome *outcome);

// A cookie to set, counted from 0. Borrowed from `outcome`; NULL after the last one.
//
// Since 0.1.
const clever_sso_set_cookie *clever_sso_outcome_set_cookie(const clever_sso_outcome *outcome, size_t index);

// Whether to end the browser's session. True when a new session replaces it, and when a login that this browser began was
// refused: devices are shared, so the next person must not continue as the last one. False when `outcome` is NULL.
//
// Since 0.1.
bool clever_sso_outcome_ends_session(const clever_sso_outcome *outcome);

// Who signed in. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_SIGNED_IN`.
//
// Since 0.1.
const clever_sso_identity *clever_sso_outcome_identity(const clever_sso_outcome *outcome);

// The tokens of the login. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_SIGNED_IN`.
//
// Since 0.1.
const clever_sso_tokens *clever_sso_outcome_tokens(const clever_sso_outcome *outcome);

// The new login. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_RESTART`.
//
// Since 0.1.
const clever_sso_login *clever_sso_outcome_login(const clever_sso_outcome *outcome);

// The `return_to` of the login: where to go after a sign-in, and for a "Try again" link after a refusal. Borrowed from
// `outcome`; NULL when there is none.
//
// Since 0.1.
const char *clever_sso_outcome_return_to(const clever_sso_outcome *outcome);

// Whether the login began with `switch_user`. If so, begin the next one with it too when Clever or your application refuses the
// person and they click "Try again". False when it is unknown or `outcome` is NULL.
//
// Since 0.1.
bool clever_sso_outcome_switch_user(const clever_sso_outcome *outcome);

// The reason for a restart as an error code, for example `state_missing`. Borrowed from `outcome`; NULL unless the kind is
// `CLEVER_SSO_RESTART`.
//
// Since 0.1.
const char *clever_sso_outcome_restart_reason(const clever_sso_outcome *outcome);

// Clever's error code for the refusal, for example `access_denied`. Borrowed from `outcome`; NULL unless the kind is
// `CLEVER_SSO_DENIED`.
//
// Since 0.1.
const char *clever_sso_outcome_denied_error(const clever_sso_outcome *outcome);

// Text that came with the refusal, or NULL. Anyone can make such a URL, so do not show it as Clever's text. Borrowed from
// `outcome`.
//
// Since 0.1.
const char *clever_sso_outcome_denied_description(const clever_sso_outcome *outcome);

// Frees an outcome and everything borrowed from it. NULL is fine.
//
// Since 0.1.
void clever_sso_outcome_free(clever_sso_outcome *outcome);

// =================================================================================================
// Who it is
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// clever_sso_identity: who logged in.
// -------------------------------------------------------------------------------------------------

// The issuer that proved the identity. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_issuer(const clever_sso_identity *identity);

// The Clever id (API v3). Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_id(const clever_sso_identity *identity);

// The district's id; NULL for people in Clever Library. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_district_id(const clever_sso_identity *identity);

// The role of this login, for example `student`; NULL when a person has several roles and did not pick one. Borrowed
// from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_user_type(const clever_sso_identity *identity);

// The first name, or NULL. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_first_name(const clever_sso_identity *identity);

// The middle name, or NULL. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_middle_name(const clever_sso_identity *identity);

// The last name, or NULL. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_last_name(const clever_sso_identity *identity);

// First, middle and last name, separated by spaces; empty when none is known. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_full_name(const clever_sso_identity *identity);

// An unverified email address, or NULL. It may belong to another person, and it may change: never use it as a key.
// Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_unverified_email(const clever_sso_identity *identity);

// Who gave the application access: `district` or `teacher`; NULL when Clever does not say. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_authorized_by(const clever_sso_identity *identity);

// How the identity was proven: `id_token` or `me`. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_proven_by(const clever_sso_identity *identity);

// All data from Clever, for the functions that read claims. Borrowed from `identity`.
//
// Since 0.1.
const clever_sso_claims *clever_sso_identity_claims(const clever_sso_identity *identity);

// All data from Clever as one JSON object. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_claims_json(const clever_sso_identity *identity);

// The number of roles.
//
// Since 0.1.
size_t clever_sso_identity_role_count(const clever_sso_identity *identity);

// The name of a role, for example `teacher`, counted from 0; NULL after the last one. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_role_name(const clever_sso_identity *identity,
                                          size_t index);

// The id that this person had in this role before API v3, or NULL; the role is counted from 0. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_role_legacy_id(const clever_sso_identity *identity,
                                               size_t index);

// The number of ids that this person had before API v3.
//
// Since 0.1.
size_t clever_sso_identity_legacy_id_count(const clever_sso_identity *identity);

// An id that this person had before API v3, counted from 0; NULL after the last one. Borrowed from `identity`.
//
// Since 0.1.
const char *clever_sso_identity_legacy_id(const clever_sso_identity *identity,
                                          size_t index);

// Whether an administrator at Clever logged in as this person. It comes from the callback and is not proven.
//
// Since 0.1.
bool clever_sso_identity_loginas_by_admin(const clever_sso_identity *identity);

// -------------------------------------------------------------------------------------------------
// clever_sso_claims: claims about a person, readable without a JSON library.
// -------------------------------------------------------------------------------------------------

// A claim that is a string, for example `sub`; NULL when there is none. Borrowed from `claims`.
//
// Since 0.1.
const char *clever_sso_claims_text(const clever_sso_claims *claims, const char *name);

// Whether there is a whole-number claim with this name, for example `exp`. Its value is written to `integer`, which may be NULL;
// 0 when there is none.
//
// Since 0.1.
bool clever_sso_claims_integer(const clever_sso_claims *claims,
                               const char *name,
                               int64_t *integer);

// Whether there is a boolean claim with this name, for example `email_verified`. Its value is written to `boolean`, which may be
// NULL; false when there is none.
//
// Since 0.1.
bool clever_sso_claims_boolean(const clever_sso_claims *claims,
                               const char *name,
                               bool *boolean);

// The number of strings in a claim that is a list of strings; 0 when there is no such claim.
//
// Since 0.1.
size_t clever_sso_claims_list_count(const clever_sso_claims *claims, const char *name);

// A string in a claim that is a list of strings, counted from 0; NULL after the last one. Borrowed from `claims`.
//
// Since 0.1.
const char *clever_sso_claims_list_text(const clever_sso_claims *claims,
                                        const char *name,
                                        size_t index);

// A claim that is an object, for example `name` with `first` and `last` in it; NULL when there is none.
// Borrowed from `claims`.
//
// Since 0.1.
const clever_sso_claims *clever_sso_claims_object(const clever_sso_claims *claims, const char *name);

// The number of claims of any type.
//
// Since 0.1.
size_t clever_sso_claims_count(const clever_sso_claims *claims);

// The name of a claim, counted from 0; NULL after the last one. Borrowed from `claims`.
//
// Since 0.1.
const char *clever_sso_claims_name(const clever_sso_claims *claims, size_t index);

// All claims as one JSON object. Borrowed from `claims`; NULL when `claims` is NULL.
//
// Since 0.1.
const char *clever_sso_claims_json(const clever_sso_claims *claims);

// Frees claims from `clever_sso_verify_id_token` or `clever_sso_verify_id_token_with`. NULL is fine.
//
// Since 0.1.
void clever_sso_claims_free(clever_sso_claims *claims);

// =================================================================================================
// Log out
// =================================================================================================

// The cookies to set when a person logs out. End your own session too. `cookies` is the `Cookie` header of the request, or NULL.
// No network.
//
// Free it with `clever_sso_logout_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_log_out(const clever_sso_client *client,
                                     const char *cookies,
                                     clever_sso_logout **logout,
                                     clever_sso_error **error);

// The cookies to set when a request has a session of your application. They record that the session was kept. Call this function
// for each request with a session; usually there is no cookie to set. `cookies` is the `Cookie` header of the request, or NULL.
// No network.
//
// If the `clever_sso_set_cookie_max_age` of a cookie is above 0, the cookie records that the person saw a page, and is not in a
// loop. So send it only with a page (status 200), not with a redirect, an image or JSON. If it is 0, send it with any response.
//
// Without this call, a person who logs out without `clever_sso_log_out` and signs in again four times in a minute gets
// `session_not_kept`. Read the cookies with `clever_sso_logout_set_cookie`. Free them with `clever_sso_logout_free`. Fails
// with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_session_kept(const clever_sso_client *client,
                                          const char *cookies,
                                          clever_sso_logout **kept,
                                          clever_sso_error **error);

// A cookie to set, counted from 0. Borrowed from `logout`; NULL after the last one.
//
// Since 0.1.
const clever_sso_set_cookie *clever_sso_logout_set_cookie(const clever_sso_logout *logout, size_t index);

// Frees the cookies of a logout. NULL is fine.
//
// Since 0.1.
void clever_sso_logout_free(clever_sso_logout *logout);

// =================================================================================================
// Errors
// =================================================================================================

// The stable error code, for example `id_token_expired`. docs/errors.md lists all of them. Borrowed from `error`.
//
// Since 0.1.
const char *clever_sso_error_code(const clever_sso_error *error);

// One line for the log: the error code, its meaning, and what was expected and found. Borrowed from `error`.
//
// Since 0.1.
const char *clever_sso_error_message(const clever_sso_error *error);

// A sentence to show to the person who is logging in, in English. Borrowed from `error`.
//
// Since 0.1.
const char *clever_sso_error_user_message(const clever_sso_error *error);

// The sentence in the person's language: `language` is a tag such as `es` or `es-MX`, or the value of their `Accept-Language`
// header. English and Spanish are available; all other languages, and NULL, get English. Borrowed from `error`.
//
// Since 0.1.
const char *clever_sso_error_user_message_in(const clever_sso_error *error,
                                             const char *language);

// The sentence for an error code that you stored, for example in the URL of your error page. Do not free it: it lives as long as
// the library. NULL when `code` is NULL, or when this version does not know it.
//
// Since 0.1.
const char *clever_sso_user_message(const char *code,
                                    const char *language);

// Who can fix it: `user`, `app`, `clever` or `network`. Borrowed from `error`.
//
// Since 0.1.
const char *clever_sso_error_actor(const clever_sso_error *error);

// The HTTP status of your error page: 400, 403, 500 or 503; 0 when `error` is NULL. With 503, send
// `clever_sso_error_retry_after` as `Retry-After` when it is not negative.
//
// Since 0.1.
uint16_t clever_sso_error_page_status(const clever_sso_error *error);

// The HTTP status of Clever's response; 0 when there was no response or `error` is NULL.
//
// Since 0.1.
uint16_t clever_sso_error_http_status(const clever_sso_error *error);

// How many seconds Clever asks you to wait before the next attempt (`Retry-After`, RFC 9110 10.2.3; `X-RateLimit-Reset`);
// at most 86,400 (one day). -1 when Clever did not say, 0 when `error` is NULL.
//
// Since 0.1.
int64_t clever_sso_error_retry_after(const clever_sso_error *error);

// Whether the same call, or a new login, may succeed later without a change. False when `error` is NULL.
//
// Since 0.1.
bool clever_sso_error_retryable(const clever_sso_error *error);

// A cookie to set, counted from 0, after `clever_sso_begin_login` or `clever_sso_finish_login` failed. Borrowed from
// `error`; NULL after the last one.
//
// Since 0.1.
const clever_sso_set_cookie *clever_sso_error_set_cookie(const clever_sso_error *error,
                                                         size_t index);

// Whether to end the browser's session. True when a login that this browser began has failed: devices are shared, so the next
// person must not continue as the last one. False when `error` is NULL.
//
// Since 0.1.
bool clever_sso_error_ends_session(const clever_sso_error *error);

// The `return_to` of the failed login: begin the next one with it (`clever_sso_login_options_set_return_to`), so that "Try
// again" leads to the same page. Borrowed from `error`; NULL when it is unknown.
//
// Since 0.1.
const char *clever_sso_error_return_to(const clever_sso_error *error);

// Whether the failed login began with `switch_user`: begin the next one with it (`clever_sso_login_options_set_switch_user`);
// otherwise "Try again" signs in the person who wanted to switch. False when it is unknown or `error` is NULL.
//
// Since 0.1.
bool clever_sso_error_switch_user(const clever_sso_error *error);

// Frees an error. NULL is fine.
//
// Since 0.1.
void clever_sso_error_free(clever_sso_error *error);

// =================================================================================================
// Step by step, for a login that you drive yourself
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// clever_sso_authorize_options: the URL of an authorization request that you make yourself.
// -------------------------------------------------------------------------------------------------

// Makes options with their defaults.
//
// Free them with `clever_sso_authorize_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_new(clever_sso_authorize_options **options,
                                                   clever_sso_error **error);

// Asks for an access token in the fragment instead of a code: the implicit grant, for applications without a secret.
// Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_implicit(clever_sso_authorize_options *options,
                                                            bool implicit,
                                                            clever_sso_error **error);

// Whether Clever asks people to confirm who they are (`confirmed=false`). Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_switch_user(clever_sso_authorize_options *options,
                                                               bool switch_user,
                                                               clever_sso_error **error);

// One of the configured redirect URIs. Default: the first one.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_redirect_uri(clever_sso_authorize_options *options,
                                                                const char *redirect_uri,
                                                                clever_sso_error **error);

// The state, which comes back unchanged: compare it with the one that you gave to this browser.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_state(clever_sso_authorize_options *options,
                                                         const char *state,
                                                         clever_sso_error **error);

// Declares that you leave out the state on purpose. A request for a token needs a state or this declaration: a token that comes
// back without a state may belong to anyone, so do not sign a person in with it. `clever_sso_begin_implicit` makes and checks a
// state itself. Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_without_state(clever_sso_authorize_options *options,
                                                                 bool without_state,
                                                                 clever_sso_error **error);

// The nonce, which comes back inside the ID token: pass it to `clever_sso_verify_id_token`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_nonce(clever_sso_authorize_options *options,
                                                         const char *nonce,
                                                         clever_sso_error **error);

// The district, if you know it: Clever then skips the school picker.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_options_set_district_id(clever_sso_authorize_options *options,
                                                               const char *district_id,
                                                               clever_sso_error **error);

// The URL that asks Clever for a code or a token. No network. `options` may be NULL.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, with
// `CLEVER_SSO_ARGUMENT` when a value is too long for a URL, or when a token is requested without a state and without
// `clever_sso_authorize_options_set_without_state`.
//
// Since 0.1.
clever_sso_status clever_sso_authorize_url(const clever_sso_client *client,
                                           const clever_sso_authorize_options *options,
                                           char **url,
                                           clever_sso_error **error);

// Frees options. NULL is fine.
//
// Since 0.1.
void clever_sso_authorize_options_free(clever_sso_authorize_options *options);

// -------------------------------------------------------------------------------------------------
// Links: Instant Login and the Clever Portal.
// -------------------------------------------------------------------------------------------------

// An Instant Login link to your application for the people of a district. No network.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_instant_login_url(const clever_sso_client *client,
                                               const char *district_id,
                                               char **url,
                                               clever_sso_error **error);

// The Clever Portal of a district, by its short name; with NULL, the page where people search for their school. No network.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_portal_url(const clever_sso_client *client,
                                        const char *district,
                                        char **url,
                                        clever_sso_error **error);

// -------------------------------------------------------------------------------------------------
// clever_sso_callback: the parameters that Clever sent through the browser.
// -------------------------------------------------------------------------------------------------

// Reads a callback: the whole URL that the browser came back with, or only its query or its fragment. No network.
//
// The query begins after the first `?`. Another `?` is part of a name or a value: `?code=a?b` has the code `a?b`, and `??code=a`
// has no code. Pass a query with the `?` in front of it. If you leave that out, a query that itself starts with `?` loses it.
//
// Free the callback with `clever_sso_callback_free`. Fails with `CLEVER_SSO_LOGIN` when it is empty, repeats a
// parameter, or contradicts itself.
//
// Since 0.1.
clever_sso_status clever_sso_parse_callback(const char *text,
                                            clever_sso_callback **callback,
                                            clever_sso_error **error);

// The authorization code, or NULL. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_code(const clever_sso_callback *callback);

// The access token of the implicit grant, or NULL. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_access_token(const clever_sso_callback *callback);

// The state, or NULL: a login that begins at Clever has none. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_state(const clever_sso_callback *callback);

// Clever's error code that was sent instead of a code or token, for example `access_denied`, or NULL. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_denied_error(const clever_sso_callback *callback);

// Text that came with the error code, or NULL. Anyone can make such a URL, so do not show it as Clever's text. Borrowed from
// `callback`.
//
// Since 0.1.
const char *clever_sso_callback_denied_description(const clever_sso_callback *callback);

// The issuer (RFC 9207), or NULL. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_issuer(const clever_sso_callback *callback);

// The number of scopes.
//
// Since 0.1.
size_t clever_sso_callback_scope_count(const clever_sso_callback *callback);

// A scope, counted from 0; NULL after the last one. Borrowed from `callback`.
//
// Since 0.1.
const char *clever_sso_callback_scope(const clever_sso_callback *callback, size_t index);

// Whether an administrator at Clever is logging in as this person. Not proven.
//
// Since 0.1.
bool clever_sso_callback_loginas_by_admin(const clever_sso_callback *callback);

// Frees a callback. NULL is fine.
//
// Since 0.1.
void clever_sso_callback_free(clever_sso_callback *callback);

// -------------------------------------------------------------------------------------------------
// clever_sso_tokens: exchanges a code yourself.
// -------------------------------------------------------------------------------------------------

// Exchanges a code for tokens. A code works once, within a minute. `redirect_uri` is the one that the code arrived at, or
// NULL for the first one.
//
// Free the tokens with `clever_sso_tokens_free`. Fails with `CLEVER_SSO_CLEVER` when Clever does not accept the code or the
// client, with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, and with `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_exchange_code(const clever_sso_client *client,
                                           const char *code,
                                           const char *redirect_uri,
                                           clever_sso_tokens **tokens,
                                           clever_sso_error **error);

// The access token, which works at Clever's API for 24 hours. Borrowed from `tokens`; NULL when `tokens` is NULL.
//
// Since 0.1.
const char *clever_sso_tokens_access_token(const clever_sso_tokens *tokens);

// The ID token, which says who logged in. Borrowed from `tokens`; NULL for applications without OpenID Connect and for
// Clever Library.
//
// Since 0.1.
const char *clever_sso_tokens_id_token(const clever_sso_tokens *tokens);

// Frees tokens from `clever_sso_exchange_code`. NULL is fine.
//
// Since 0.1.
void clever_sso_tokens_free(clever_sso_tokens *tokens);

// -------------------------------------------------------------------------------------------------
// clever_sso_token_info: whether an access token was issued to your application.
// -------------------------------------------------------------------------------------------------

// Asks Clever whether an access token was issued to your application. With the implicit grant, this is the only protection
// against tokens of other applications.
//
// Free it with `clever_sso_token_info_free`. Fails with `CLEVER_SSO_TOKEN` when the token was issued to another
// application (`token_foreign`) or is not valid (`token_rejected`), with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_check_token(const clever_sso_client *client,
                                         const char *access_token,
                                         clever_sso_token_info **token_info,
                                         clever_sso_error **error);

// The client id, which is always your application's. Borrowed from `token_info`.
//
// Since 0.1.
const char *clever_sso_token_info_client_id(const clever_sso_token_info *token_info);

// The number of scopes.
//
// Since 0.1.
size_t clever_sso_token_info_scope_count(const clever_sso_token_info *token_info);

// A scope, counted from 0; NULL after the last one. Borrowed from `token_info`.
//
// Since 0.1.
const char *clever_sso_token_info_scope(const clever_sso_token_info *token_info, size_t index);

// Frees a token info from `clever_sso_check_token`. NULL is fine.
//
// Since 0.1.
void clever_sso_token_info_free(clever_sso_token_info *token_info);

// -------------------------------------------------------------------------------------------------
// ID tokens: verified with a client, which has Clever's keys.
// -------------------------------------------------------------------------------------------------

// Verifies an ID token with Clever's keys. The client fetches the keys first if it does not have them yet.
//
// `nonce` is the one that you sent; with NULL, the token must have none. `access_token` is the one that was sent with the ID
// token, to check `at_hash`, or NULL.
//
// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the error code of the broken rule, and
// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK` when keys must be fetched.
//
// Since 0.1.
clever_sso_status clever_sso_verify_id_token(const clever_sso_client *client,
                                             const char *id_token,
                                             const char *nonce,
                                             const char *access_token,
                                             clever_sso_claims **claims,
                                             clever_sso_error **error);

// -------------------------------------------------------------------------------------------------
// clever_sso_me_record: the owner of an access token.
// -------------------------------------------------------------------------------------------------

// Asks Clever for the owner of an access token.
//
// Free the record with `clever_sso_me_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token,
// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_me(const clever_sso_client *client,
                                const char *access_token,
                                clever_sso_me_record **me,
                                clever_sso_error **error);

// The Clever id. Borrowed from `me`.
//
// Since 0.1.
const char *clever_sso_me_record_id(const clever_sso_me_record *me);

// The district's id; NULL for people in Clever Library. Borrowed from `me`.
//
// Since 0.1.
const char *clever_sso_me_record_district_id(const clever_sso_me_record *me);

// The type of account, or NULL. API v3 says `user` for everyone. Borrowed from `me`.
//
// Since 0.1.
const char *clever_sso_me_record_user_type(const clever_sso_me_record *me);

// Who gave the application access: `district` or `teacher`; NULL when Clever does not say. Borrowed from `me`.
//
// Since 0.1.
const char *clever_sso_me_record_authorized_by(const clever_sso_me_record *me);

// The whole record as JSON. Borrowed from `me`.
//
// Since 0.1.
const char *clever_sso_me_record_json(const clever_sso_me_record *me);

// Frees a record from `clever_sso_me`. NULL is fine.
//
// Since 0.1.
void clever_sso_me_record_free(clever_sso_me_record *me);

// -------------------------------------------------------------------------------------------------
// clever_sso_user_record: a person's record at Clever's API.
// -------------------------------------------------------------------------------------------------

// Fetches a person's record.
//
// Free the record with `clever_sso_user_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token gives no access to it,
// with `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_user(const clever_sso_client *client,
                                  const char *access_token,
                                  const char *id,
                                  clever_sso_user_record **user,
                                  clever_sso_error **error);

// The Clever id. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_id(const clever_sso_user_record *user);

// The district's id, or NULL. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_district_id(const clever_sso_user_record *user);

// The first name, or NULL. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_first_name(const clever_sso_user_record *user);

// The middle name, or NULL. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_middle_name(const clever_sso_user_record *user);

// The last name, or NULL. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_last_name(const clever_sso_user_record *user);

// First, middle and last name, separated by spaces; empty when none is known. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_full_name(const clever_sso_user_record *user);

// An unverified email address, or NULL. It may belong to another person, and it may change: never use it as a key.
// Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_unverified_email(const clever_sso_user_record *user);

// The number of roles.
//
// Since 0.1.
size_t clever_sso_user_record_role_count(const clever_sso_user_record *user);

// The name of a role, for example `teacher`, counted from 0; NULL after the last one. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_role_name(const clever_sso_user_record *user, size_t index);

// The id that this person had in this role before API v3, or NULL; the role is counted from 0. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_role_legacy_id(const clever_sso_user_record *user,
                                                  size_t index);

// The whole record as JSON. Borrowed from `user`.
//
// Since 0.1.
const char *clever_sso_user_record_json(const clever_sso_user_record *user);

// Frees a record from `clever_sso_user`. NULL is fine.
//
// Since 0.1.
void clever_sso_user_record_free(clever_sso_user_record *user);

// -------------------------------------------------------------------------------------------------
// clever_sso_district_record: a district's record at Clever's API.
// -------------------------------------------------------------------------------------------------

// Fetches a district's record.
//
// Free the record with `clever_sso_district_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token gives no access to
// it, with `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_district(const clever_sso_client *client,
                                      const char *access_token,
                                      const char *id,
                                      clever_sso_district_record **district,
                                      clever_sso_error **error);

// The district's id. Borrowed from `district`.
//
// Since 0.1.
const char *clever_sso_district_record_id(const clever_sso_district_record *district);

// The district's name, or NULL. Borrowed from `district`.
//
// Since 0.1.
const char *clever_sso_district_record_name(const clever_sso_district_record *district);

// The whole record as JSON. Borrowed from `district`.
//
// Since 0.1.
const char *clever_sso_district_record_json(const clever_sso_district_record *district);

// Frees a record from `clever_sso_district`. NULL is fine.
//
// Since 0.1.
void clever_sso_district_record_free(clever_sso_district_record *district);

// -------------------------------------------------------------------------------------------------
// clever_sso_userinfo_record: the OpenID Connect claims of the person that an access token belongs to.
// -------------------------------------------------------------------------------------------------

// Fetches the claims of the person that an access token belongs to (OpenID Connect Core 5.3). `subject` is the `sub` of the ID
// token that was sent with it, or NULL. A response about another person is refused.
//
// Free the record with `clever_sso_userinfo_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token
// or the response is about another person, with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_userinfo(const clever_sso_client *client,
                                      const char *access_token,
                                      const char *subject,
                                      clever_sso_userinfo_record **userinfo,
                                      clever_sso_error **error);

// The person's id at the issuer (`sub`). Borrowed from `userinfo`.
//
// Since 0.1.
const char *clever_sso_userinfo_record_id(const clever_sso_userinfo_record *userinfo);

// All claims, for the functions that read claims. Borrowed from `userinfo`.
//
// Since 0.1.
const clever_sso_claims *clever_sso_userinfo_record_claims(const clever_sso_userinfo_record *userinfo);

// All claims as one JSON object. Borrowed from `userinfo`.
//
// Since 0.1.
const char *clever_sso_userinfo_record_json(const clever_sso_userinfo_record *userinfo);

// Frees a record from `clever_sso_userinfo`. NULL is fine.
//
// Since 0.1.
void clever_sso_userinfo_record_free(clever_sso_userinfo_record *userinfo);

// -------------------------------------------------------------------------------------------------
// clever_sso_metadata_record: the issuer's discovery document.
// -------------------------------------------------------------------------------------------------

// Fetches the issuer's discovery document.
//
// Free the record with `clever_sso_metadata_record_free`. Fails with `CLEVER_SSO_CLEVER` when the response is not a discovery
// document or belongs to another issuer, and with `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_metadata(const clever_sso_client *client,
                                      clever_sso_metadata_record **metadata,
                                      clever_sso_error **error);

// Where the keys are. Borrowed from `metadata`.
//
// Since 0.1.
const char *clever_sso_metadata_record_jwks_uri(const clever_sso_metadata_record *metadata);

// Where the browser is sent, or NULL. Borrowed from `metadata`.
//
// Since 0.1.
const char *clever_sso_metadata_record_authorization_endpoint(const clever_sso_metadata_record *metadata);

// Where codes are exchanged, or NULL. Borrowed from `metadata`.
//
// Since 0.1.
const char *clever_sso_metadata_record_token_endpoint(const clever_sso_metadata_record *metadata);

// Where to fetch the claims of the person that an access token belongs to, or NULL. Borrowed from `metadata`.
//
// Since 0.1.
const char *clever_sso_metadata_record_userinfo_endpoint(const clever_sso_metadata_record *metadata);

// Frees a record from `clever_sso_metadata`. NULL is fine.
//
// Since 0.1.
void clever_sso_metadata_record_free(clever_sso_metadata_record *metadata);

// -------------------------------------------------------------------------------------------------
// Strings that you own: functions return them through a char **.
// -------------------------------------------------------------------------------------------------

// Frees a string that you got through a `char **`. NULL is fine.
//
// Since 0.1.
void clever_sso_string_free(char *string);

// =================================================================================================
// Keys
// =================================================================================================

// -------------------------------------------------------------------------------------------------
// Sharing keys: Clever's keys as text, for short-lived processes.
// -------------------------------------------------------------------------------------------------

// Clever's keys as text, for another process of the same application. The client fetches the keys first if it does not have them
// yet. Store the text where no other user can write: anyone who can change it can sign in as anyone.
//
// Free the text with `clever_sso_string_free`. Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
//
// Since 0.1.
clever_sso_status clever_sso_export_keys(const clever_sso_client *client,
                                         char **keys,
                                         clever_sso_error **error);

// Imports keys that another process exported, unless the client has newer ones. They must pass the same checks as fetched keys.
// No network.
//
// Fails with `CLEVER_SSO_ARGUMENT` when the text is not an export for this issuer.
//
// Since 0.1.
clever_sso_status clever_sso_import_keys(const clever_sso_client *client,
                                         const char *keys,
                                         clever_sso_error **error);

// -------------------------------------------------------------------------------------------------
// clever_sso_key_set: keys from JWKS text.
// -------------------------------------------------------------------------------------------------

// Reads JWKS text (RFC 7517). Broken keys and keys for other purposes are ignored.
//
// Free the keys with `clever_sso_key_set_free`. Fails with `CLEVER_SSO_CLEVER` when the text is not a JWKS or has no key that
// can verify ID tokens, and with `CLEVER_SSO_INTERNAL` (`limit_reached`) for the same reason as `clever_sso_client_new`.
//
// Since 0.1.
clever_sso_status clever_sso_key_set_new(const char *jwks,
                                         clever_sso_key_set **keys,
                                         clever_sso_error **error);

// Frees keys. NULL is fine.
//
// Since 0.1.
void clever_sso_key_set_free(clever_sso_key_set *keys);

// -------------------------------------------------------------------------------------------------
// clever_sso_verify_options: verifies an ID token without a client and without the network.
// -------------------------------------------------------------------------------------------------

// Makes options. `issuer` must be the token's `iss`, and `client_id` its audience. The other options have defaults.
//
// Free them with `clever_sso_verify_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_options_new(const char *issuer,
                                                const char *client_id,
                                                clever_sso_verify_options **options,
                                                clever_sso_error **error);

// The nonce that you sent. Default: none, and then the token must have none. NULL restores the default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_options_set_nonce(clever_sso_verify_options *options,
                                                      const char *nonce,
                                                      clever_sso_error **error);

// The access token that was sent with the ID token, to check `at_hash` (OpenID Connect Core 3.1.3.8). Default: none, and then
// `at_hash` is not checked. NULL restores the default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_options_set_access_token(clever_sso_verify_options *options,
                                                             const char *access_token,
                                                             clever_sso_error **error);

// The time at which the token must be valid, in Unix seconds. Default: this machine's clock when the token is verified.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_options_set_now(clever_sso_verify_options *options,
                                                    uint64_t now,
                                                    clever_sso_error **error);

// The largest allowed difference between the clocks, in seconds. At most 600: a larger one is refused when a token is
// verified. Default: 60.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_options_set_leeway(clever_sso_verify_options *options,
                                                       uint32_t leeway,
                                                       clever_sso_error **error);

// Verifies an ID token without a client. No network. You can use `keys` and `options` for many tokens, and on many threads at
// once.
//
// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the error code of the broken
// rule, and with `CLEVER_SSO_ARGUMENT`.
//
// Since 0.1.
clever_sso_status clever_sso_verify_id_token_with(const char *id_token,
                                                  const clever_sso_key_set *keys,
                                                  const clever_sso_verify_options *options,
                                                  clever_sso_claims **claims,
                                                  clever_sso_error **error);

// Frees options. NULL is fine.
//
// Since 0.1.
void clever_sso_verify_options_free(clever_sso_verify_options *options);

// =================================================================================================
// Monitoring
// =================================================================================================

// The current numbers. docs/stats.md lists their names. No network.
//
// Free them with `clever_sso_stats_free`. Fails with `CLEVER_SSO_ARGUMENT` when an argument is NULL.
//
// Since 0.1.
clever_sso_status clever_sso_client_stats(const clever_sso_client *client,
                                          clever_sso_stats **stats,
                                          clever_sso_error **error);

// The text for Prometheus: serve it as `text/plain; version=0.0.4; charset=utf-8`. Borrowed from `stats`.
//
// Since 0.1.
const char *clever_sso_stats_prometheus(const clever_sso_stats *stats);

// One number: a counter, or `..._count` or `..._sum` (in seconds) of a histogram. 0 if nothing was counted.
//
// `labels` selects the series to add up, for example `outcome=failed,code=client_rejected`; NULL adds up all of them.
//
// Fails with `CLEVER_SSO_ARGUMENT` if this version does not have the name, a label or its value.
//
// Since 0.1.
clever_sso_status clever_sso_stats_value(const clever_sso_stats *stats,
                                         const char *name,
                                         const char *labels,
                                         double *value,
                                         clever_sso_error **error);

// The number of samples. Series that never counted anything are left out.
//
// Since 0.1.
size_t clever_sso_stats_sample_count(const clever_sso_stats *stats);

// The name of a sample, for example `clever_sso_logins_total`; NULL after the last one. Borrowed from `stats`.
//
// Since 0.1.
const char *clever_sso_stats_sample_name(const clever_sso_stats *stats,
                                         size_t index);

// The labels of a sample, for example `outcome=failed,code=client_rejected`; NULL after the last one. Borrowed from `stats`.
//
// Since 0.1.
const char *clever_sso_stats_sample_labels(const clever_sso_stats *stats,
                                           size_t index);

// The value of a sample: a count, or seconds; 0 after the last one.
//
// Since 0.1.
double clever_sso_stats_sample_value(const clever_sso_stats *stats, size_t index);

// Frees stats from `clever_sso_client_stats`. NULL is fine.
//
// Since 0.1.
void clever_sso_stats_free(clever_sso_stats *stats);

// =================================================================================================
// Check a setup
// =================================================================================================

// Checks the whole setup of a client: settings, network, TLS, clock, keys, credentials and redirect URIs. It takes at most 15
// seconds, logs no one in, and uses no login code.
//
// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`. Problems with the
// setup are in the report, and do not make the call fail.
//
// Since 0.1.
clever_sso_status clever_sso_doctor(const clever_sso_client *client,
                                    clever_sso_report **report,
                                    clever_sso_error **error);

// Checks a configuration, like `clever_sso_doctor`. It also works with settings that are too wrong to make a client: the first
// problem in the report then says what is wrong with them.
//
// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`.
//
// Since 0.1.
clever_sso_status clever_sso_config_doctor(const clever_sso_config *config,
                                           clever_sso_report **report,
                                           clever_sso_error **error);

// The same for a provider whose endpoints are in its discovery document. Call it instead of `clever_sso_config_discover`: the
// doctor fetches the document itself, within its 15 seconds. If that fails, the report says why.
//
// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`.
//
// Since 0.1.
clever_sso_status clever_sso_config_doctor_with_discovery(const clever_sso_config *config,
                                                          clever_sso_report **report,
                                                          clever_sso_error **error);

// The worst level among the findings. `CLEVER_SSO_REPORT_OK` when `report` is NULL.
//
// Since 0.1.
clever_sso_report_level clever_sso_report_worst_level(const clever_sso_report *report);

// The report as lines for people; with `colors`, the levels have terminal colors (ANSI). Borrowed from `report`.
//
// Since 0.1.
const char *clever_sso_report_text(const clever_sso_report *report,
                                   bool colors);

// The report as one JSON object, for programs: docs/doctor.md describes it. Borrowed from `report`.
//
// Since 0.1.
const char *clever_sso_report_json(const clever_sso_report *report);

// The number of findings; 0 when `report` is NULL.
//
// Since 0.1.
size_t clever_sso_report_finding_count(const clever_sso_report *report);

// The name of a check, such as `credentials`: docs/doctor.md lists all of them. Findings are counted from 0. Borrowed from
// `report`; NULL after the last one.
//
// Since 0.1.
const char *clever_sso_report_finding_check(const clever_sso_report *report,
                                            size_t index);

// The result of a check. `CLEVER_SSO_REPORT_OK` after the last one.
//
// Since 0.1.
clever_sso_report_level clever_sso_report_finding_level(const clever_sso_report *report, size_t index);

// What was found. Borrowed from `report`; NULL after the last one.
//
// Since 0.1.
const char *clever_sso_report_finding_found(const clever_sso_report *report, size_t index);

// What to do about it. Borrowed from `report`; NULL when there is nothing to do, and after the last one.
//
// Since 0.1.
const char *clever_sso_report_finding_advice(const clever_sso_report *report, size_t index);

// Frees a report. NULL is fine.
//
// Since 0.1.
void clever_sso_report_free(clever_sso_report *report);

// =================================================================================================
// The log
// =================================================================================================

// Sets the callback that receives the log of this process. It replaces the previous callback. NULL turns the log off, which is
// the default.
//
// `level` is a `clever_sso_log_level`: less important events are dropped. `user_data` is passed to the callback unchanged. No
// event contains a token, code, secret, email or response body.
//
// The callback runs on the thread that calls this library, during that call. It may run on several threads at once, so lock the
// data that these threads share. It must return: it must not throw a C++ exception, and must not call `longjmp` or
// `pthread_exit`. While it runs, SIGPIPE is blocked and `pthread_cancel` waits, as in every call. If the callback calls this
// library itself, those calls are not logged. If it forks, the child may only exec or `_exit`.
//
// When this function succeeds, no thread is running the previous callback, and no thread will call it again: you may free its
// `user_data`. To guarantee this, the function waits for a running callback, so do not hold a lock that the callback takes.
// Each change uses a few dozen bytes that are never freed, so call it at the start of a program, not for each request. A
// forked child has the callback too.
//
// Fails with `CLEVER_SSO_ARGUMENT`, and changes nothing, when `level` is not a level, or when the callback itself makes this
// call. Fails with the same status when the previous callback is still running after 5 seconds: the new callback is then set,
// but don't free the `user_data` of the previous one, because it is still in use.
//
// Since 0.1.
clever_sso_status clever_sso_set_log_callback(uint32_t level,
                                              clever_sso_log_callback callback,
                                              void *user_data,
                                              clever_sso_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CLEVER_SSO_H */
