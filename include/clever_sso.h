// clever_sso: Log in with Clever.
//
// Make one client when the process starts, and share it: `clever_sso_config_new`, `clever_sso_client_new`.
//
// A whole login:
//
//     if (clever_sso_login_options_set_cookies(options, browser->cookies, &error)) return failed(error);
//     if (clever_sso_begin_login(client, options, &login, &error)) return failed_with_cookies(browser, error);
//     int gone = go(browser, login); /* redirects to its URL, with its cookies */
//     clever_sso_login_free(login);
//
//     if (clever_sso_finish_login(client, url, cookies, &outcome, &error)) return failed_with_cookies(browser, error);
//     answer(browser, outcome); /* sets its cookies, and ends the session that the browser had, if it says so */
//     switch (clever_sso_outcome_kind(outcome)) {
//     case CLEVER_SSO_SIGNED_IN: result = welcome(clever_sso_outcome_identity(outcome)); break;
//     case CLEVER_SSO_RESTART: restarted = go(browser, clever_sso_outcome_login(outcome)) == 0; break;
//     case CLEVER_SSO_DENIED: result = sorry(clever_sso_outcome_denied_error(outcome)); break;
//     }
//     clever_sso_outcome_free(outcome);
//
// Ownership. Handles are opaque, each has one `_free`, and `_free(NULL)` is fine. What comes out through a pointer to a
// pointer is the caller's to free; it is NULL when the call failed. What a function returns directly is borrowed from its
// handle and lives as long as that. Nothing that is handed in is kept or freed: it is copied. Strings are
// NUL-terminated UTF-8.
//
// Threads. A function that takes `const T *` may be called on one handle by many threads at once, one that takes `T *`
// may not. Make one client per process and keep it: it keeps connections and Clever's keys. A handle may be freed by
// another thread than the one that made it, once no call uses it. A thread that calls needs 128 KiB of stack: a login takes
// some 80 KiB, and the log callback runs on top of it.
//
// Fork. A client that was made, and used, before fork() works in the child at once, without a call to prepare it, also
// when other threads were in the middle of calls. There is no background thread; a host name is resolved on a thread that
// ends with its answer, or on the caller's where none can be started. The child's first call that needs the network closes
// the child's copies of the parent's connections (on Linux; elsewhere they stay open, unused). All descriptors close on
// exec. In a child of vfork() no function may be called, and a child that a signal handler or a log callback forks in the
// middle of a call may only exec or _exit.
//
// Signals. No signal comes out of a call: SIGPIPE is held back in the calling thread while it runs, one that the call
// raised is taken away, one that was there before or comes from outside is not. No handler is installed and no other
// thread's mask is changed; threads of the library handle no signals. Interrupted system calls are repeated, so a handler
// may run during a call. A handler itself may call nothing here, and may not leave a call with longjmp().
//
// Ends of threads and programs. A thread that is cancelled (pthread_cancel) finishes its call first, on Linux. exit() is
// fine while other threads are in calls. The library stays in memory after dlclose(): threads that called it may end
// later.
//
// Memory. What the library frees is overwritten first, on every way: no token, code or secret stays on the heap when
// everything is freed and the client too. Copies that you make are yours to clear. When the allocator itself gives no memory,
// the process ends: a line on stderr says so, and abort() is called; nothing can catch it. What a peer can make a call
// allocate is bounded: docs/c.md names the bounds.
//
// Errors. A call that can fail returns a clever_sso_status; CLEVER_SSO_OK is 0. Its last argument may be NULL, else it
// receives NULL on success, or an error to be freed: a stable code word, a line for the log, a sentence that may be shown
// to the person who logs in. Reading functions never fail: on a NULL handle they give NULL, 0 or false. No C++ exception
// and no signal comes out of a call.
//
// Time. A call waits at most as long as the configuration says (10 seconds by default), retries included.
//
// Environment. The variables that name proxies and certificates are read when a client is made, and by no call: another
// thread may use setenv() meanwhile. The system's resolver has variables of its own, which are the C library's concern.
//
// Log. Nothing is written anywhere, stderr included, unless `clever_sso_set_log_callback` says where to. No token, code, secret, email or
// answer of Clever stands in an event or an error.


#ifndef CLEVER_SSO_H
#define CLEVER_SSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The version of this header; `clever_sso_version` tells that of the library which is running.
#define CLEVER_SSO_VERSION "0.1.0"
#define CLEVER_SSO_VERSION_MAJOR 0
#define CLEVER_SSO_VERSION_MINOR 1
#define CLEVER_SSO_VERSION_PATCH 0

// How a call went. What exactly failed is in the `clever_sso_error`.
enum clever_sso_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Done.
  CLEVER_SSO_OK = 0,
  // The configuration is wrong or lacks something.
  CLEVER_SSO_CONFIG = 1,
  // A value handed to the call cannot be used: NULL, not UTF-8, or refused.
  CLEVER_SSO_ARGUMENT = 2,
  // The browser came back with something that cannot finish a login.
  CLEVER_SSO_LOGIN = 3,
  // A token is not what it must be.
  CLEVER_SSO_TOKEN = 4,
  // Clever refused, or answered what cannot be understood.
  CLEVER_SSO_CLEVER = 5,
  // Clever could not be reached.
  CLEVER_SSO_NETWORK = 6,
  // A fault of this library or of the machine it runs on.
  CLEVER_SSO_INTERNAL = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_status clever_sso_status;
#else
typedef uint32_t clever_sso_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How much an event of the log matters.
enum clever_sso_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Something failed that no caller hears of.
  CLEVER_SSO_LOG_ERROR = 1,
  // Somebody should look at it: logins still succeed, but for example with keys that could not be refreshed.
  CLEVER_SSO_LOG_WARNING = 2,
  // Worth knowing.
  CLEVER_SSO_LOG_INFO = 3,
  // For those who search for something: a request that is sent again, keys that were fetched.
  CLEVER_SSO_LOG_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_log_level clever_sso_log_level;
#else
typedef uint32_t clever_sso_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The outcome of a login. All of it is everyday traffic, none of it an error.
enum clever_sso_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The outcome is NULL.
  CLEVER_SSO_NO_OUTCOME = 0,
  // The person logged in: see the identity, the tokens and `return_to`.
  CLEVER_SSO_SIGNED_IN = 1,
  // The login restarts: send the browser to the URL of the new login. The person sees nothing of it.
  CLEVER_SSO_RESTART = 2,
  // Clever refused this person: see the error word and its description.
  CLEVER_SSO_DENIED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_kind clever_sso_kind;
#else
typedef uint32_t clever_sso_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// One of the three addresses that an application has for its logins.
enum clever_sso_endpoint
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Begins a login.
  CLEVER_SSO_ENDPOINT_LOGIN = 1,
  // Finishes a login: the redirect URI.
  CLEVER_SSO_ENDPOINT_CALLBACK = 2,
  // Ends the session.
  CLEVER_SSO_ENDPOINT_LOGOUT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_endpoint clever_sso_endpoint;
#else
typedef uint32_t clever_sso_endpoint;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Whose names of settings errors use.
enum clever_sso_setting_names
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Those of the functions here: `base_url`.
  CLEVER_SSO_NAMES_C = 0,
  // Environment variables: `CLEVER_BASE_URL`.
  CLEVER_SSO_NAMES_ENVIRONMENT = 1,
  // Named arguments in PHP: `baseUrl`.
  CLEVER_SSO_NAMES_PHP = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum clever_sso_setting_names clever_sso_setting_names;
#else
typedef uint32_t clever_sso_setting_names;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What goes into an authorization request of one's own. Everything has a default.
typedef struct clever_sso_authorize_options clever_sso_authorize_options;

// What Clever said through the browser. Nothing in it is proven yet.
typedef struct clever_sso_callback clever_sso_callback;

// What a provider says of a person: the claims of an ID token that passed every rule, or those of an identity or of
// userinfo.
typedef struct clever_sso_claims clever_sso_claims;

// Everything an application does with Clever. Make one per process and keep it: it keeps connections and keys.
//
// May be used from many threads at once, and by forked children.
typedef struct clever_sso_client clever_sso_client;

// How an application is known at Clever. Checked as a whole when a client is made of it.
typedef struct clever_sso_config clever_sso_config;

// A district's record.
typedef struct clever_sso_district_record clever_sso_district_record;

// What went wrong. It never holds a token, code, secret, email or response body, so all of it may be logged.
typedef struct clever_sso_error clever_sso_error;

// Who logged in. The key of a user is the issuer together with the id; names and email addresses change and repeat.
typedef struct clever_sso_identity clever_sso_identity;

// Keys that may verify ID tokens, made once from a JWKS text. May be used from many threads at once.
typedef struct clever_sso_key_set clever_sso_key_set;

// A login that has begun.
typedef struct clever_sso_login clever_sso_login;

// Options for `clever_sso_begin_login`. Everything has a default.
typedef struct clever_sso_login_options clever_sso_login_options;

// What a log out, or a session that was kept, does to the cookies of the browser.
typedef struct clever_sso_logout clever_sso_logout;

// Who an access token belongs to.
typedef struct clever_sso_me_record clever_sso_me_record;

// What the issuer's discovery document says, as far as this library reads it.
typedef struct clever_sso_metadata_record clever_sso_metadata_record;

// The outcome of a login.
typedef struct clever_sso_outcome clever_sso_outcome;

// A request of a browser: its method, and the headers that say who caused it.
typedef struct clever_sso_request clever_sso_request;

// A cookie that the answer to the browser must set. Send `clever_sso_set_cookie_header` as a `Set-Cookie` header of its own,
// or use the parts. Every one of them also has `Path=/`, `HttpOnly` and `SameSite=Lax`.
typedef struct clever_sso_set_cookie clever_sso_set_cookie;

// What Clever says of a token that was issued to this application.
typedef struct clever_sso_token_info clever_sso_token_info;

// What a code was exchanged for.
typedef struct clever_sso_tokens clever_sso_tokens;

// A person's record.
typedef struct clever_sso_user_record clever_sso_user_record;

// The claims of a person, as the userinfo endpoint tells them.
typedef struct clever_sso_userinfo_record clever_sso_userinfo_record;

// What an ID token is held against, for `clever_sso_verify_id_token_with`.
typedef struct clever_sso_verify_options clever_sso_verify_options;

// Receives an event of the log: the `user_data` that was set with it, how much it matters, which part of the library
// speaks (for example `clever_sso::keys`), and a line of text. `target` and `message` are gone when the callback returns.
typedef void (*clever_sso_log_callback)(void *user_data,
                                        clever_sso_log_level level,
                                        const char *target,
                                        const char *message);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Reads a callback: a whole URL, its query or its fragment, as the browser brought it.
//
// Free the callback with `clever_sso_callback_free`. Fails with `CLEVER_SSO_LOGIN` when it says nothing, the same thing
// twice, or things that exclude each other.
clever_sso_status clever_sso_parse_callback(const char *text,
                                            clever_sso_callback **callback,
                                            clever_sso_error **error);

// The authorization code, or NULL. Borrowed from `callback`.
const char *clever_sso_callback_code(const clever_sso_callback *callback);

// The access token of the implicit grant, or NULL. Borrowed from `callback`.
const char *clever_sso_callback_access_token(const clever_sso_callback *callback);

// The state, or NULL: a login that begins at Clever has none. Borrowed from `callback`.
const char *clever_sso_callback_state(const clever_sso_callback *callback);

// Clever's word in place of a code or token, for example `access_denied`, or NULL. Borrowed from `callback`.
const char *clever_sso_callback_denied_error(const clever_sso_callback *callback);

// Text that came with it; written by whoever made the URL. May be NULL. Borrowed from `callback`.
const char *clever_sso_callback_denied_description(const clever_sso_callback *callback);

// The issuer (RFC 9207), or NULL. Borrowed from `callback`.
const char *clever_sso_callback_issuer(const clever_sso_callback *callback);

// How many scopes there are.
size_t clever_sso_callback_scope_count(const clever_sso_callback *callback);

// One of the scopes; NULL when `index` is too large. Borrowed from `callback`.
const char *clever_sso_callback_scope(const clever_sso_callback *callback, size_t index);

// Whether an administrator of Clever logs in as this person.
bool clever_sso_callback_loginas_by_admin(const clever_sso_callback *callback);

// Frees a callback. NULL is fine.
void clever_sso_callback_free(clever_sso_callback *callback);

// A claim that is a string, by its name, for example `sub`; NULL when there is none. Borrowed from `claims`.
const char *clever_sso_claims_text(const clever_sso_claims *claims, const char *name);

// A claim that is a whole number, by its name, for example `exp`: whether there is one. It is written to `integer`, which
// may be NULL; 0 when there is none.
bool clever_sso_claims_integer(const clever_sso_claims *claims,
                               const char *name,
                               int64_t *integer);

// A claim that is true or false, by its name, for example `email_verified`: whether there is one. It is written to
// `boolean`, which may be NULL; false when there is none.
bool clever_sso_claims_boolean(const clever_sso_claims *claims,
                               const char *name,
                               bool *boolean);

// How many strings stand in a claim that is a list of them; 0 when there is no such claim.
size_t clever_sso_claims_list_count(const clever_sso_claims *claims, const char *name);

// One string of a claim that is a list of them; NULL when `index` is too large. Borrowed from `claims`.
const char *clever_sso_claims_list_text(const clever_sso_claims *claims, const char *name, size_t index);

// A claim that is an object, by its name, for example `name` with `first` and `last` in it; NULL when there is none.
// Borrowed from `claims`.
const clever_sso_claims *clever_sso_claims_object(const clever_sso_claims *claims,
                                                  const char *name);

// How many claims there are, of whatever kind.
size_t clever_sso_claims_count(const clever_sso_claims *claims);

// The name of a claim; NULL when `index` is too large. Borrowed from `claims`.
const char *clever_sso_claims_name(const clever_sso_claims *claims, size_t index);

// All claims, as one JSON object. Borrowed from `claims`; NULL when that is NULL.
const char *clever_sso_claims_json(const clever_sso_claims *claims);

// Frees claims that `clever_sso_verify_id_token` or `clever_sso_verify_id_token_with` gave out. NULL is fine.
void clever_sso_claims_free(clever_sso_claims *claims);

// Makes a client from a configuration, which is copied. Nothing is sent yet.
//
// Free it with `clever_sso_client_free`. Fails with `CLEVER_SSO_CONFIG` when the configuration is wrong.
clever_sso_status clever_sso_client_new(const clever_sso_config *config,
                                        clever_sso_client **client,
                                        clever_sso_error **error);

// The issuer whose people log in, as it stands in identities and ID tokens. Borrowed from `client`.
const char *clever_sso_client_issuer(const clever_sso_client *client);

// Fetches Clever's discovery document and keys before the first student comes.
//
// Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_warm_up(const clever_sso_client *client, clever_sso_error **error);

// Clever's keys as text, for another process of the same application: PHP workers can share them. They are fetched when they
// are not known yet. Keep the text where nobody else can write: who can change it, can sign in as anybody.
//
// Free the text with `clever_sso_string_free`. Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_export_keys(const clever_sso_client *client,
                                         char **keys,
                                         clever_sso_error **error);

// Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as fetched
// ones. No network.
//
// Fails with `CLEVER_SSO_ARGUMENT` when the text is none that was exported for this issuer.
clever_sso_status clever_sso_import_keys(const clever_sso_client *client,
                                         const char *keys,
                                         clever_sso_error **error);

// Frees a client. No call may be under way. NULL is fine.
void clever_sso_client_free(clever_sso_client *client);

// Begins a configuration for the application that Clever knows as `client_id`.
//
// Free it with `clever_sso_config_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_new(const char *client_id,
                                        clever_sso_config **config,
                                        clever_sso_error **error);

// The client secret. Without one only the implicit grant and the checks of tokens are possible.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_client_secret(clever_sso_config *config,
                                                      const char *secret,
                                                      clever_sso_error **error);

// A redirect URI, exactly as it is registered with Clever. The first one is the primary one, where logins from the
// Clever Portal and from Instant Login links arrive.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_add_redirect_uri(clever_sso_config *config,
                                                     const char *uri,
                                                     clever_sso_error **error);

// The issuer: where the OAuth endpoints and the discovery document are. Default `https://clever.com`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_issuer(clever_sso_config *config,
                                               const char *issuer,
                                               clever_sso_error **error);

// Where Clever's API is. Default `https://api.clever.com`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_api_base(clever_sso_config *config,
                                                 const char *base,
                                                 clever_sso_error **error);

// Issuer and API at one address, as a local emulator has them.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_base_url(clever_sso_config *config,
                                                 const char *base,
                                                 clever_sso_error **error);

// The key that seals pending logins, at least 16 random bytes as text. By default it is derived from the client
// secret, so that every process that knows the secret can finish a login which another one began.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_pending_key(clever_sso_config *config,
                                                    const char *key,
                                                    clever_sso_error **error);

// A key, or a client secret, that sealed pending logins until now: they are accepted until they expire.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_add_old_pending_key(clever_sso_config *config,
                                                        const char *key,
                                                        clever_sso_error **error);

// An origin, such as `https://www.example.org`, to which `return_to` may lead besides paths of the application.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_add_return_to_origin(clever_sso_config *config,
                                                         const char *origin,
                                                         clever_sso_error **error);

// The deadline of a whole call in milliseconds, retries included. Default 10,000.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_timeout_milliseconds(clever_sso_config *config,
                                                             uint32_t milliseconds,
                                                             clever_sso_error **error);

// The same in seconds, which may have a fraction: for callers whose numbers are of this type. `clever_sso_client_new` names a
// number that cannot be used as it was given, NaN and infinity too.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_timeout(clever_sso_config *config,
                                                double seconds,
                                                clever_sso_error **error);

// How many seconds two clocks may differ when the times in an ID token are checked. Default 60, at most 600.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_leeway_seconds(clever_sso_config *config,
                                                       uint32_t seconds,
                                                       clever_sso_error **error);

// The same with a sign: `clever_sso_client_new` names a number that cannot be used as it was given.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_leeway(clever_sso_config *config,
                                               int64_t seconds,
                                               clever_sso_error **error);

// Declares development: every address may be plain http, on any host. Clever allows such redirect URIs for development
// applications, and containers reach an emulator by its name, as `http://clever:5999`.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_development(clever_sso_config *config,
                                                    bool development,
                                                    clever_sso_error **error);

// Certificates of further authorities, trusted in addition to the system's: those of a school network that inspects
// TLS. PEM text, or the path of a PEM file, which `clever_sso_client_new` reads.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_ca_bundle(clever_sso_config *config,
                                                  const char *ca_bundle,
                                                  clever_sso_error **error);

// The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or `socks5h://`.
// It is used for every address but this machine's. Without one, the environment decides when a client is made:
// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lower case.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_proxy(clever_sso_config *config,
                                              const char *proxy,
                                              clever_sso_error **error);

// Lets errors name settings as the operator knows them: a program that takes its settings from environment variables
// wants `CLEVER_SSO_NAMES_ENVIRONMENT`. `names` is a `clever_sso_setting_names`. Default `CLEVER_SSO_NAMES_C`.
//
// Fails with `CLEVER_SSO_ARGUMENT`, also when `names` is another number.
clever_sso_status clever_sso_config_set_setting_names(clever_sso_config *config,
                                                      uint32_t names,
                                                      clever_sso_error **error);

// Frees a configuration. NULL is fine.
void clever_sso_config_free(clever_sso_config *config);

// Where the browser is sent. Default `/oauth/authorize` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_authorization_endpoint(clever_sso_config *config,
                                                               const char *authorization_endpoint,
                                                               clever_sso_error **error);

// Where codes are exchanged. Default `/oauth/tokens` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_token_endpoint(clever_sso_config *config,
                                                       const char *token_endpoint,
                                                       clever_sso_error **error);

// Where access tokens are asked about. Default `/oauth/tokeninfo` at the issuer.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_tokeninfo_endpoint(clever_sso_config *config,
                                                           const char *tokeninfo_endpoint,
                                                           clever_sso_error **error);

// Where the claims of an access token's person are. Default `/userinfo` at the API.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_userinfo_endpoint(clever_sso_config *config,
                                                          const char *userinfo_endpoint,
                                                          clever_sso_error **error);

// Where the keys are. By default the issuer's discovery document says it.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_config_set_jwks_uri(clever_sso_config *config,
                                                 const char *jwks_uri,
                                                 clever_sso_error **error);

// Asks the issuer for its discovery document, and takes from it the endpoints that were not set. Clever's are known without
// asking; this is for other OpenID Providers.
//
// Fails with `CLEVER_SSO_CONFIG`, `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_config_discover(clever_sso_config *config,
                                             clever_sso_error **error);

// The stable code word, for example `id_token_expired`; docs/errors.md lists them all. Borrowed from `error`.
const char *clever_sso_error_code(const clever_sso_error *error);

// One line for the log: the code word, what it means, what was expected and found. Borrowed
// from `error`.
const char *clever_sso_error_message(const clever_sso_error *error);

// A sentence that may be shown to the person who logs in. Borrowed from `error`.
const char *clever_sso_error_user_message(const clever_sso_error *error);

// Who can put it right: `user`, `app`, `clever` or `network`. Borrowed from `error`.
const char *clever_sso_error_actor(const clever_sso_error *error);

// The HTTP status of the page that shows this error to the person: 400, 500 or 503; 0 when `error` is NULL. With 503, send
// `clever_sso_error_retry_after` along as `Retry-After` when it is not negative.
uint16_t clever_sso_error_page_status(const clever_sso_error *error);

// The HTTP status of Clever's answer that led to this error; 0 when there was none or `error` is NULL.
uint16_t clever_sso_error_http_status(const clever_sso_error *error);

// How many seconds the server asks to wait before the next attempt (`Retry-After`, RFC 9110 10.2.3; `X-RateLimit-Reset`);
// at most 86,400 (one day). -1 when it did not say, 0 when `error` is NULL.
int64_t clever_sso_error_retry_after(const clever_sso_error *error);

// Whether the same call, or the same login begun again, may succeed later without anybody changing anything.
bool clever_sso_error_retryable(const clever_sso_error *error);

// A cookie to set with the answer to the browser, counted from 0, after `clever_sso_begin_login` or `clever_sso_finish_login`
// failed. Borrowed from `error`; NULL behind the last one.
const clever_sso_set_cookie *clever_sso_error_set_cookie(const clever_sso_error *error,
                                                         size_t index);

// Whether the session that the browser had must end: a login that this browser began has failed. Devices are shared, so
// nobody may go on as the person before. False when `error` is NULL.
bool clever_sso_error_ends_session(const clever_sso_error *error);

// Where the failed login wanted to go: begin the next one with it (`clever_sso_login_options_set_return_to`), so that "Try
// again" leads to the same page. Borrowed from `error`; NULL when nothing is known.
const char *clever_sso_error_return_to(const clever_sso_error *error);

// Whether the failed login was begun with `switch_user`: begin the next one with it (`clever_sso_login_options_set_switch_user`),
// or "Try again" signs in the person who wanted to switch. False when nothing is known or `error` is NULL.
bool clever_sso_error_switch_user(const clever_sso_error *error);

// Frees an error. NULL is fine.
void clever_sso_error_free(clever_sso_error *error);

// The issuer that vouches for this person. Borrowed from `identity`.
const char *clever_sso_identity_issuer(const clever_sso_identity *identity);

// The Clever id (API v3). Borrowed from `identity`.
const char *clever_sso_identity_id(const clever_sso_identity *identity);

// The district; NULL for a person of Clever Library. Borrowed from `identity`.
const char *clever_sso_identity_district_id(const clever_sso_identity *identity);

// The role of this login, for example `student`; NULL when a person with several roles does not say which one this is.
// Borrowed from `identity`.
const char *clever_sso_identity_user_type(const clever_sso_identity *identity);

// The first name, or NULL. Borrowed from `identity`.
const char *clever_sso_identity_first_name(const clever_sso_identity *identity);

// The middle name, or NULL. Borrowed from `identity`.
const char *clever_sso_identity_middle_name(const clever_sso_identity *identity);

// The last name, or NULL. Borrowed from `identity`.
const char *clever_sso_identity_last_name(const clever_sso_identity *identity);

// First, middle and last name with a space between them; empty when nothing is known. Borrowed from `identity`.
const char *clever_sso_identity_full_name(const clever_sso_identity *identity);

// An email address that nobody verified, or NULL: it may be another person's, and it may change. Never a key.
// Borrowed from `identity`.
const char *clever_sso_identity_unverified_email(const clever_sso_identity *identity);

// Who gave the application access: `district` or `teacher`; NULL when it is not said. Borrowed from `identity`.
const char *clever_sso_identity_authorized_by(const clever_sso_identity *identity);

// How the identity was proven: `id_token` or `me`. Borrowed from `identity`.
const char *clever_sso_identity_proven_by(const clever_sso_identity *identity);

// Everything that Clever said, for the functions that read claims one by one. Borrowed from `identity`.
const clever_sso_claims *clever_sso_identity_claims(const clever_sso_identity *identity);

// Everything that Clever said, as one JSON object. Borrowed from `identity`.
const char *clever_sso_identity_claims_json(const clever_sso_identity *identity);

// How many roles are known.
size_t clever_sso_identity_role_count(const clever_sso_identity *identity);

// The name of a role, for example `teacher`; NULL when `index` is too large. Borrowed from `identity`.
const char *clever_sso_identity_role_name(const clever_sso_identity *identity, size_t index);

// The id that this person had in this role before API v3, or NULL. Borrowed from `identity`.
const char *clever_sso_identity_role_legacy_id(const clever_sso_identity *identity, size_t index);

// How many ids this person had before API v3.
size_t clever_sso_identity_legacy_id_count(const clever_sso_identity *identity);

// An id that this person had before API v3; NULL when `index` is too large. Borrowed from `identity`.
const char *clever_sso_identity_legacy_id(const clever_sso_identity *identity, size_t index);

// Whether an administrator of Clever logged in as this person, as the callback says; not proven.
bool clever_sso_identity_loginas_by_admin(const clever_sso_identity *identity);

// Sets the one callback of this process that receives the log, in place of the one before; with NULL nothing is logged
// any more, as it was at first.
//
// `level` is the least `clever_sso_log_level` that is wanted. `user_data` is handed to the callback as it is. The callback is
// called by whichever thread makes a call of this library, during that call, by several at once: it must lock what they
// share. It must return: no C++ exception, no `longjmp`, no `pthread_exit`. While it runs, SIGPIPE is held back and
// `pthread_cancel` waits, as in every call; a child that it forks may only exec or `_exit`. Calls that it makes of this library are not logged. No event
// holds a token, code, secret, email or answer.
//
// When this function succeeds, the callback before it is not running in any thread and will not be called again: what its
// `user_data` points to may be freed. So it waits for a callback that is running: do not hold a lock that the callback
// takes. Each change keeps some dozens of bytes for good, so this is for the start of a program, not for each request.
// After a fork the child has the callback too.
//
// Fails with `CLEVER_SSO_ARGUMENT` when `level` is no level, or when the callback itself makes this call: nothing changes
// then. Fails with `CLEVER_SSO_ARGUMENT` too when the callback before it is still running after 5 seconds: the new one
// is set, but what the `user_data` of the one before points to is still in use.
clever_sso_status clever_sso_set_log_callback(uint32_t level,
                                              clever_sso_log_callback callback,
                                              void *user_data,
                                              clever_sso_error **error);

// Makes options, all at their defaults.
//
// Free them with `clever_sso_login_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_new(clever_sso_login_options **options, clever_sso_error **error);

// One of the configured redirect URIs; the primary one by default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_redirect_uri(clever_sso_login_options *options,
                                                            const char *redirect_uri,
                                                            clever_sso_error **error);

// The district, if it is known: Clever then skips the school picker.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_district_id(clever_sso_login_options *options,
                                                           const char *district_id,
                                                           clever_sso_error **error);

// Where to go after the login: a path of the application, or a URL on its own or an allowed origin, but not the callback. At most
// 1,024 bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters that they are.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_return_to(clever_sso_login_options *options,
                                                         const char *return_to,
                                                         clever_sso_error **error);

// The `Cookie` header of the request that begins the login; NULL when it has none. With it the browser keeps at most eight
// logins in flight, and a session that is lost again and again ends with an error instead of a loop.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_cookies(clever_sso_login_options *options,
                                                       const char *cookies,
                                                       clever_sso_error **error);

// Whether Clever lets the person confirm who they are (`confirmed=false`). For "Not you?" links: without it, the same person
// is signed in again. Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_switch_user(clever_sso_login_options *options,
                                                           bool switch_user,
                                                           clever_sso_error **error);

// Whether the browser has a session of the application. Call it with false when you looked and found none: sign-ins that
// leave no session then end with `session_not_kept` instead of a loop. Default: unknown.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_options_set_has_session(clever_sso_login_options *options,
                                                           bool has_session,
                                                           clever_sso_error **error);

// Frees options. NULL is fine.
void clever_sso_login_options_free(clever_sso_login_options *options);

// Begins a login: send the browser to its URL with its cookies. No network. `options` may be NULL.
//
// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured
// one or the client secret is missing, with `CLEVER_SSO_ARGUMENT` when `return_to` would lead to another site or to the callback.
clever_sso_status clever_sso_begin_login(const clever_sso_client *client,
                                         const clever_sso_login_options *options,
                                         clever_sso_login **login,
                                         clever_sso_error **error);

// Send the browser there. Borrowed from `login`; NULL when that is NULL.
const char *clever_sso_login_url(const clever_sso_login *login);

// A cookie to set with the redirect, counted from 0. Borrowed from `login`; NULL behind the last one.
const clever_sso_set_cookie *clever_sso_login_set_cookie(const clever_sso_login *login, size_t index);

// For applications that keep logins in a session of their own instead of cookies: the key to keep the pending login under.
// `clever_sso_login_key_of_callback` finds it again. Borrowed from `login`; NULL when that is NULL.
const char *clever_sso_login_key(const clever_sso_login *login);

// For the same: what to keep for ten minutes, about 100 bytes, URL-safe. Borrowed from `login`; NULL when that is NULL.
const char *clever_sso_login_pending(const clever_sso_login *login);

// Frees a login that `clever_sso_begin_login` gave out. NULL is fine.
void clever_sso_login_free(clever_sso_login *login);

// Asks the issuer for its discovery document.
//
// Free the answer with `clever_sso_metadata_record_free`. Fails with `CLEVER_SSO_CLEVER` when the document is none or
// another issuer's, and with `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_metadata(const clever_sso_client *client,
                                      clever_sso_metadata_record **metadata,
                                      clever_sso_error **error);

// Where the keys are. Borrowed from `metadata`.
const char *clever_sso_metadata_record_jwks_uri(const clever_sso_metadata_record *metadata);

// Where the browser is sent, or NULL. Borrowed from `metadata`.
const char *clever_sso_metadata_record_authorization_endpoint(const clever_sso_metadata_record *metadata);

// Where codes are exchanged, or NULL. Borrowed from `metadata`.
const char *clever_sso_metadata_record_token_endpoint(const clever_sso_metadata_record *metadata);

// Where the claims of an access token's person are, or NULL. Borrowed from `metadata`.
const char *clever_sso_metadata_record_userinfo_endpoint(const clever_sso_metadata_record *metadata);

// Frees the answer of `clever_sso_metadata`. NULL is fine.
void clever_sso_metadata_record_free(clever_sso_metadata_record *metadata);

// Finishes a login: `callback` is the URL (or its query) with which the browser came back, `cookies` the `Cookie` header of that
// request, or NULL when it has none.
//
// Set the cookies that the outcome (`clever_sso_outcome_set_cookie`) or the error (`clever_sso_error_set_cookie`) has, and
// end the session that the browser had when `…_ends_session` says so. Free the outcome with `clever_sso_outcome_free`.
// Fails with any status; a failed call never leaves half a login.
clever_sso_status clever_sso_finish_login(const clever_sso_client *client,
                                          const char *callback,
                                          const char *cookies,
                                          clever_sso_outcome **outcome,
                                          clever_sso_error **error);

// The same for applications that keep pending logins in a session of their own: `pending` is the one that was kept under the
// key of this callback, or NULL when there is none. The outcome and the error have no cookies.
//
// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
clever_sso_status clever_sso_finish_login_with_pending(const clever_sso_client *client,
                                                       const char *callback,
                                                       const char *pending,
                                                       clever_sso_outcome **outcome,
                                                       clever_sso_error **error);

// The key under which the pending login of this callback was kept; `*key` is NULL when the callback has no state. No network.
//
// Free the key with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_login_key_of_callback(const char *callback,
                                                   char **key,
                                                   clever_sso_error **error);

// Which of the three it is; `CLEVER_SSO_NO_OUTCOME` when `outcome` is NULL.
clever_sso_kind clever_sso_outcome_kind(const clever_sso_outcome *outcome);

// A cookie to set with the answer, counted from 0. Borrowed from `outcome`; NULL behind the last one.
const clever_sso_set_cookie *clever_sso_outcome_set_cookie(const clever_sso_outcome *outcome, size_t index);

// Whether the session that the browser had must end: the new one replaces it, or a login that this browser began was refused.
// Devices are shared, so nobody may go on as the person before. False when `outcome` is NULL.
bool clever_sso_outcome_ends_session(const clever_sso_outcome *outcome);

// Who signed in. Borrowed from `outcome`; NULL unless somebody did.
const clever_sso_identity *clever_sso_outcome_identity(const clever_sso_outcome *outcome);

// The tokens of the login. Borrowed from `outcome`; NULL unless somebody signed in.
const clever_sso_tokens *clever_sso_outcome_tokens(const clever_sso_outcome *outcome);

// The new login of a restart. Borrowed from `outcome`; NULL unless it is a restart.
const clever_sso_login *clever_sso_outcome_login(const clever_sso_outcome *outcome);

// Where the application wanted to go, after a sign-in or, for a link to try again, after a refusal. Borrowed from `outcome`;
// NULL when nothing was said.
const char *clever_sso_outcome_return_to(const clever_sso_outcome *outcome);

// Whether the login was begun with `switch_user`: a link to try again, after a refusal by Clever or by the application, begins one
// with it too. False when nothing is known or `outcome` is NULL.
bool clever_sso_outcome_switch_user(const clever_sso_outcome *outcome);

// The code word of the reason for a restart, for example `state_missing`. Borrowed from `outcome`; NULL unless it is a
// restart.
const char *clever_sso_outcome_restart_reason(const clever_sso_outcome *outcome);

// Clever's word for the refusal, for example `access_denied`. Borrowed from `outcome`; NULL unless it is a refusal.
const char *clever_sso_outcome_denied_error(const clever_sso_outcome *outcome);

// Text that came with the refusal through the browser: whoever made the URL wrote it. Borrowed from `outcome`; may be
// NULL.
const char *clever_sso_outcome_denied_description(const clever_sso_outcome *outcome);

// Frees an outcome and all that was borrowed from it. NULL is fine.
void clever_sso_outcome_free(clever_sso_outcome *outcome);

// Makes a request with its method, such as `GET`, and no headers yet.
//
// Free it with `clever_sso_request_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_request_new(const char *method,
                                         clever_sso_request **request,
                                         clever_sso_error **error);

// The name of a header that decides, such as `Sec-Fetch-Site`, counted from 0; NULL behind the last one. For applications
// that look headers up one by one. It lives as long as the library.
const char *clever_sso_request_header_name(size_t index);

// Adds a header of the request. Hand over those that `clever_sso_request_header_name` lists, or all: the others are ignored.
// Capital letters in `name` do not matter, and CGI's names (`HTTP_SEC_FETCH_SITE`) are known as well. Bytes that are not UTF-8 are
// fine: anybody can send them.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_request_set_header(clever_sso_request *request,
                                                const char *name,
                                                const char *value,
                                                clever_sso_error **error);

// Whether a request must not act: `*status` becomes 0 when it may, else the HTTP status to answer with and no body (200 for
// `HEAD`, 403, 405 or 503). Ask before you begin or finish a login or log out. No network.
//
// Links that are fetched in advance, frames, images, scripts and forms of other sites thus neither spend a code nor log
// anybody out. With 405, send `clever_sso_endpoint_allow` as the `Allow` header. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_request_refusal(const clever_sso_client *client,
                                             uint32_t endpoint,
                                             const clever_sso_request *request,
                                             uint16_t *status,
                                             clever_sso_error **error);

// The methods that an endpoint takes, for the `Allow` header. NULL for a number that is no endpoint; else it lives as long as
// the library.
const char *clever_sso_endpoint_allow(uint32_t endpoint);

// What a switch in a query says, such as `switch_user=1`: every language reads one by this rule. False when `value` is NULL,
// empty, `0`, `false`, `no` or `off`, in any case; else true.
bool clever_sso_is_switched_on(const char *value);

// Whether a path or URL leads to the page at `path`, however either is written: percent-encoded, also more than once, with dot
// segments, with slashes doubled or at the end. Leave out a `return_to` that leads to a page of yours that begins a login or logs
// out, or each login would be the start of the next one; `clever_sso_begin_login` itself refuses one that leads to the callback.
// False when either is NULL.
bool clever_sso_leads_to(const char *target,
                         const char *path);

// Frees a request. NULL is fine.
void clever_sso_request_free(clever_sso_request *request);

// What to tell the browser when somebody logs out. End your own session as well. `cookies` is the `Cookie` header of the
// request, or NULL. No network.
//
// Free it with `clever_sso_logout_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_log_out(const clever_sso_client *client,
                                     const char *cookies,
                                     clever_sso_logout **logout,
                                     clever_sso_error **error);

// What to tell the browser when a request comes with a session of your application: the last sign-in was kept. Call it
// wherever you find a session; mostly there is no cookie to set. `cookies` is the `Cookie` header of the request, or NULL.
// No network.
//
// Without it, people who log out by your own means and sign in again four times in a minute are told that their session does
// not stick. Read the cookies with `clever_sso_logout_set_cookie`. Free them with `clever_sso_logout_free`. Fails with
// `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_session_kept(const clever_sso_client *client,
                                          const char *cookies,
                                          clever_sso_logout **kept,
                                          clever_sso_error **error);

// A cookie to set with the answer, counted from 0. Borrowed from `logout`; NULL behind the last one.
const clever_sso_set_cookie *clever_sso_logout_set_cookie(const clever_sso_logout *logout, size_t index);

// Frees a log out and its cookies. NULL is fine.
void clever_sso_logout_free(clever_sso_logout *logout);

// Who an access token belongs to.
//
// Free the answer with `clever_sso_me_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token, with
// `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_me(const clever_sso_client *client,
                                const char *access_token,
                                clever_sso_me_record **me,
                                clever_sso_error **error);

// A person's record.
//
// Free the answer with `clever_sso_user_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token does not open it, with
// `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_user(const clever_sso_client *client,
                                  const char *access_token,
                                  const char *id,
                                  clever_sso_user_record **user,
                                  clever_sso_error **error);

// A district's record.
//
// Free the answer with `clever_sso_district_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token does not open it, with
// `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_district(const clever_sso_client *client,
                                      const char *access_token,
                                      const char *id,
                                      clever_sso_district_record **district,
                                      clever_sso_error **error);

// The Clever id. Borrowed from `me`.
const char *clever_sso_me_record_id(const clever_sso_me_record *me);

// The district; NULL for a person of Clever Library. Borrowed from `me`.
const char *clever_sso_me_record_district_id(const clever_sso_me_record *me);

// The kind of account; API v3 says `user` of everybody. May be NULL. Borrowed from `me`.
const char *clever_sso_me_record_user_type(const clever_sso_me_record *me);

// Who gave the application access: `district` or `teacher`; NULL when it is not said. Borrowed from `me`.
const char *clever_sso_me_record_authorized_by(const clever_sso_me_record *me);

// The whole record, as JSON. Borrowed from `me`.
const char *clever_sso_me_record_json(const clever_sso_me_record *me);

// Frees the answer of `clever_sso_me`. NULL is fine.
void clever_sso_me_record_free(clever_sso_me_record *me);

// The Clever id. Borrowed from `user`.
const char *clever_sso_user_record_id(const clever_sso_user_record *user);

// The district, or NULL. Borrowed from `user`.
const char *clever_sso_user_record_district_id(const clever_sso_user_record *user);

// The first name, or NULL. Borrowed from `user`.
const char *clever_sso_user_record_first_name(const clever_sso_user_record *user);

// The middle name, or NULL. Borrowed from `user`.
const char *clever_sso_user_record_middle_name(const clever_sso_user_record *user);

// The last name, or NULL. Borrowed from `user`.
const char *clever_sso_user_record_last_name(const clever_sso_user_record *user);

// First, middle and last name with a space between them; empty when nothing is known. Borrowed from `user`.
const char *clever_sso_user_record_full_name(const clever_sso_user_record *user);

// An email address that nobody verified, or NULL: it may be another person's, and it may change. Never a key.
// Borrowed from `user`.
const char *clever_sso_user_record_unverified_email(const clever_sso_user_record *user);

// How many roles this person has.
size_t clever_sso_user_record_role_count(const clever_sso_user_record *user);

// The name of a role, for example `teacher`; NULL when `index` is too large. Borrowed from `user`.
const char *clever_sso_user_record_role_name(const clever_sso_user_record *user, size_t index);

// The id that this person had in this role before API v3, or NULL. Borrowed from `user`.
const char *clever_sso_user_record_role_legacy_id(const clever_sso_user_record *user, size_t index);

// The whole record, as JSON. Borrowed from `user`.
const char *clever_sso_user_record_json(const clever_sso_user_record *user);

// Frees the answer of `clever_sso_user`. NULL is fine.
void clever_sso_user_record_free(clever_sso_user_record *user);

// The district's id. Borrowed from `district`.
const char *clever_sso_district_record_id(const clever_sso_district_record *district);

// The district's name, or NULL. Borrowed from `district`.
const char *clever_sso_district_record_name(const clever_sso_district_record *district);

// The whole record, as JSON. Borrowed from `district`.
const char *clever_sso_district_record_json(const clever_sso_district_record *district);

// Frees the answer of `clever_sso_district`. NULL is fine.
void clever_sso_district_record_free(clever_sso_district_record *district);

// The value of the `Set-Cookie` header. Borrowed from `cookie`; NULL when that is NULL.
const char *clever_sso_set_cookie_header(const clever_sso_set_cookie *cookie);

// The name. Borrowed from `cookie`; NULL when that is NULL.
const char *clever_sso_set_cookie_name(const clever_sso_set_cookie *cookie);

// The value; empty when the cookie is to be deleted. Borrowed from `cookie`; NULL when that is NULL.
const char *clever_sso_set_cookie_value(const clever_sso_set_cookie *cookie);

// How long the browser keeps it, in seconds; 0 deletes it, and is the answer when `cookie` is NULL.
uint32_t clever_sso_set_cookie_max_age(const clever_sso_set_cookie *cookie);

// Whether the browser sends it over https only; false when `cookie` is NULL.
bool clever_sso_set_cookie_secure(const clever_sso_set_cookie *cookie);

// Frees a string that a function of this library gave out through a `char **`. NULL is fine.
void clever_sso_string_free(char *string);

// Asks Clever whether an access token was issued to this application. The implicit grant has no other protection against
// a token of somebody else's.
//
// Free the answer with `clever_sso_token_info_free`. Fails with `CLEVER_SSO_TOKEN` when the token is another
// application's (`token_foreign`) or none (`token_rejected`), with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_check_token(const clever_sso_client *client,
                                         const char *access_token,
                                         clever_sso_token_info **token_info,
                                         clever_sso_error **error);

// The client id: always this application's. Borrowed from `token_info`.
const char *clever_sso_token_info_client_id(const clever_sso_token_info *token_info);

// How many scopes there are.
size_t clever_sso_token_info_scope_count(const clever_sso_token_info *token_info);

// One of the scopes; NULL when `index` is too large. Borrowed from `token_info`.
const char *clever_sso_token_info_scope(const clever_sso_token_info *token_info, size_t index);

// Frees the answer of `clever_sso_check_token`. NULL is fine.
void clever_sso_token_info_free(clever_sso_token_info *token_info);

// Exchanges a code, which is good for one exchange within a minute. `redirect_uri` is the one that the code arrived at,
// or NULL for the primary one.
//
// Free the tokens with `clever_sso_tokens_free`. Fails with `CLEVER_SSO_CLEVER` when Clever does not accept the code or the
// client, with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, and with `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_exchange_code(const clever_sso_client *client,
                                           const char *code,
                                           const char *redirect_uri,
                                           clever_sso_tokens **tokens,
                                           clever_sso_error **error);

// Opens Clever's API for 24 hours. Borrowed from `tokens`; NULL when that is NULL.
const char *clever_sso_tokens_access_token(const clever_sso_tokens *tokens);

// Says who logged in. Borrowed from `tokens`; NULL for applications without OpenID Connect and for Clever Library.
const char *clever_sso_tokens_id_token(const clever_sso_tokens *tokens);

// Frees tokens that `clever_sso_exchange_code` gave out. NULL is fine.
void clever_sso_tokens_free(clever_sso_tokens *tokens);

// Makes options, all at their defaults.
//
// Free them with `clever_sso_authorize_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_new(clever_sso_authorize_options **options,
                                                   clever_sso_error **error);

// Asks for an access token in the fragment (the implicit grant, for applications without a secret) instead of a code.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_implicit(clever_sso_authorize_options *options,
                                                            bool implicit,
                                                            clever_sso_error **error);

// Whether Clever lets the person confirm who they are (`confirmed=false`). Default: false.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_switch_user(clever_sso_authorize_options *options,
                                                               bool switch_user,
                                                               clever_sso_error **error);

// One of the configured redirect URIs; the primary one by default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_redirect_uri(clever_sso_authorize_options *options,
                                                                const char *redirect_uri,
                                                                clever_sso_error **error);

// Comes back unchanged; compare it with what this browser was given.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_state(clever_sso_authorize_options *options,
                                                         const char *state,
                                                         clever_sso_error **error);

// Comes back inside the ID token.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_nonce(clever_sso_authorize_options *options,
                                                         const char *nonce,
                                                         clever_sso_error **error);

// The district, if it is known: Clever then skips the school picker.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_authorize_options_set_district_id(clever_sso_authorize_options *options,
                                                               const char *district_id,
                                                               clever_sso_error **error);

// Frees options. NULL is fine.
void clever_sso_authorize_options_free(clever_sso_authorize_options *options);

// The URL that asks Clever for a code or a token. No network. `options` may be NULL.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, with
// `CLEVER_SSO_ARGUMENT` when a value is too long for a URL.
clever_sso_status clever_sso_authorize_url(const clever_sso_client *client,
                                           const clever_sso_authorize_options *options,
                                           char **url,
                                           clever_sso_error **error);

// An Instant Login link into this application for the people of a district. No network.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_instant_login_url(const clever_sso_client *client,
                                               const char *district_id,
                                               char **url,
                                               clever_sso_error **error);

// The portal of a district by its short name, or with NULL the page where people look for their school. No network.
//
// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_portal_url(const clever_sso_client *client,
                                        const char *district,
                                        char **url,
                                        clever_sso_error **error);

// The claims of the person that an access token belongs to (OpenID Connect Core 5.3). `subject` is that of the ID token
// which came with it, or NULL: an answer about somebody else is refused.
//
// Free the answer with `clever_sso_userinfo_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token
// or the answer is about somebody else, with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
clever_sso_status clever_sso_userinfo(const clever_sso_client *client,
                                      const char *access_token,
                                      const char *subject,
                                      clever_sso_userinfo_record **userinfo,
                                      clever_sso_error **error);

// Who it is, as the issuer names them (`sub`). Borrowed from `userinfo`.
const char *clever_sso_userinfo_record_id(const clever_sso_userinfo_record *userinfo);

// All claims, for the functions that read claims one by one. Borrowed from `userinfo`.
const clever_sso_claims *clever_sso_userinfo_record_claims(const clever_sso_userinfo_record *userinfo);

// All claims, as one JSON object. Borrowed from `userinfo`.
const char *clever_sso_userinfo_record_json(const clever_sso_userinfo_record *userinfo);

// Frees the answer of `clever_sso_userinfo`. NULL is fine.
void clever_sso_userinfo_record_free(clever_sso_userinfo_record *userinfo);

// Verifies an ID token against Clever's keys, which are fetched when they are not known yet.
//
// `nonce` is the one that was sent; with NULL the token must have none. `access_token` may be NULL.
//
// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the word of the rule that is broken, and
// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK` when keys must be fetched.
clever_sso_status clever_sso_verify_id_token(const clever_sso_client *client,
                                             const char *id_token,
                                             const char *nonce,
                                             const char *access_token,
                                             clever_sso_claims **claims,
                                             clever_sso_error **error);

// Reads a JWKS text (RFC 7517). Keys that are broken or meant for something else are left out.
//
// Free the keys with `clever_sso_key_set_free`. Fails with `CLEVER_SSO_CLEVER` when it is no JWKS or no key in it may verify.
clever_sso_status clever_sso_key_set_new(const char *jwks,
                                         clever_sso_key_set **keys,
                                         clever_sso_error **error);

// Frees keys. NULL is fine.
void clever_sso_key_set_free(clever_sso_key_set *keys);

// Makes options. `issuer` must be the token's `iss`, and `client_id` its audience.
//
// Free them with `clever_sso_verify_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_options_new(const char *issuer,
                                                const char *client_id,
                                                clever_sso_verify_options **options,
                                                clever_sso_error **error);

// The nonce that was sent. Default: none, and then the token must have none. NULL goes back to the default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_options_set_nonce(clever_sso_verify_options *options,
                                                      const char *nonce,
                                                      clever_sso_error **error);

// The access token that came with the ID token, for `at_hash` (OpenID Connect Core 3.1.3.8). Default: none, and then
// `at_hash` is not compared. NULL goes back to the default.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_options_set_access_token(clever_sso_verify_options *options,
                                                             const char *access_token,
                                                             clever_sso_error **error);

// The time at which the token must be valid, in Unix seconds. Default: this machine's clock when the token is verified.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_options_set_now(clever_sso_verify_options *options,
                                                    uint64_t now,
                                                    clever_sso_error **error);

// How many seconds the clocks may differ, at most 600. Default: 60. A larger one is refused when a token is verified.
//
// Fails with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_options_set_leeway(clever_sso_verify_options *options,
                                                       uint32_t leeway,
                                                       clever_sso_error **error);

// Frees options. NULL is fine.
void clever_sso_verify_options_free(clever_sso_verify_options *options);

// Verifies an ID token with nothing but the arguments: no client, no network. `keys` and `options` may be used for many
// tokens, by many threads at once.
//
// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the code word of the rule that is broken,
// and with `CLEVER_SSO_ARGUMENT`.
clever_sso_status clever_sso_verify_id_token_with(const char *id_token,
                                                  const clever_sso_key_set *keys,
                                                  const clever_sso_verify_options *options,
                                                  clever_sso_claims **claims,
                                                  clever_sso_error **error);

// The version of the library that is running, for example `0.1.0`. Never NULL; lives as long as the library.
const char *clever_sso_version(void);

// The same as a number that can be compared: 10,000 times the major, 100 times the minor, and the patch version. `100` is
// version 0.1.0, `10203` is 1.2.3.
uint32_t clever_sso_version_number(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CLEVER_SSO_H */
