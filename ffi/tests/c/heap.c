/*
 * Logs in, frees everything, and searches its own memory for parts of secrets.
 *
 *     heap free|keep|keep-login cookies|pending   settings in the environment as for examples/c/login.c
 *     heap free|keep errors                       no one logs in: refused callbacks, tokens and codes, and an unreachable
 *                                                 proxy with a password
 *
 * Prints "open URL", reads where the browser came back to, and logs in: with the cookies of a browser, or with the pending login.
 * Then it searches its memory for 16-byte pieces of the access token, ID token, code, client secret, pending login and cookie
 * values. The pieces are kept as numbers that stand for them, because this program would find its own copies. With "keep",
 * nothing is freed; with "keep-login", everything but the login, and only the pending login or the cookies are searched for:
 * pieces must be found then, which shows that the search works. The stack is not searched. Exits with 0 if everything was as
 * expected.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE = 16, MOST_PIECES = 1 << 16, FEWEST_PIECES = 100, FEWEST_OF_A_LOGIN = 50, LONGEST_LINE = 8192 };

/* Not the pieces themselves but a number for each, in separate memory that is not searched. */
static uint64_t *marks;
static size_t mark_count;

static uint64_t mark_of(const unsigned char *piece)
{
    uint64_t mark = 14695981039346656037u;
    for (int i = 0; i < PIECE; i++) mark = (mark ^ piece[i]) * 1099511628211u;
    return mark;
}

static void must_be_gone(const char *secret)
{
    size_t length = secret ? strlen(secret) : 0;
    for (size_t i = 0; i + PIECE <= length && mark_count < MOST_PIECES; i++) {
        marks[mark_count++] = mark_of((const unsigned char *)secret + i);
    }
}

static int by_number(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

static size_t pieces_in(const unsigned char *memory, size_t length)
{
    size_t found = 0;
    for (size_t i = 0; i + PIECE <= length; i++) {
        if (memory[i] == 0) continue;
        uint64_t mark = mark_of(memory + i);
        if (bsearch(&mark, marks, mark_count, sizeof mark, by_number)) {
            if (getenv("SHOW_PIECES")) fprintf(stderr, "%p %.*s\n", (const void *)(memory + i), PIECE, memory + i);
            found++;
        }
    }
    return found;
}

/* All writable memory except the stack and the marks: heaps, mappings, data of libraries. */
static size_t pieces_in_memory(void)
{
    size_t found = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    static struct { unsigned char *from, *to; } ranges[4096];
    size_t count = 0;
    while (maps && fgets(line, sizeof line, maps) && count < 4096) {
        unsigned long from, to;
        char access[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[0] != 'r' || access[1] != 'w') continue;
        if (strstr(line, "[stack]") || from == (unsigned long)marks) continue;
        ranges[count].from = (unsigned char *)from;
        ranges[count++].to = (unsigned char *)to;
    }
    fclose(maps);
    for (size_t i = 0; i < count; i++) found += pieces_in(ranges[i].from, (size_t)(ranges[i].to - ranges[i].from));
    return found;
}

/* Adds a cookie to the header of a browser. Its value is a secret. */
static void keep_cookie(char *header, size_t size, const clever_sso_set_cookie *cookie)
{
    size_t length = strlen(header);
    const char *name = clever_sso_set_cookie_name(cookie), *value = clever_sso_set_cookie_value(cookie);
    if (clever_sso_set_cookie_max_age(cookie) == 0) return;
    must_be_gone(value);
    snprintf(header + length, size - length, "%s%s=%s", length > 0 ? "; " : "", name, value);
}

static char *value_of(char *url, const char *name)
{
    char *found = strstr(url, name);
    if (found == NULL) return NULL;
    found += strlen(name);
    found[strcspn(found, "&\n")] = '\0';
    return found;
}

/* All requests except the browser's go through a server that speaks TLS. */
static void go_through(clever_sso_config *config, const char *base_url)
{
    char url[256];
    clever_sso_config_set_ca_bundle(config, getenv("CA_BUNDLE"), NULL);
    clever_sso_config_set_api_base(config, base_url, NULL);
    snprintf(url, sizeof url, "%s/oauth/tokens", base_url);
    clever_sso_config_set_token_endpoint(config, url, NULL);
    snprintf(url, sizeof url, "%s/oauth/certs", base_url);
    clever_sso_config_set_jwks_uri(config, url, NULL);
}

static clever_sso_client *client_through(const char *proxy)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, NULL);
    clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL);
    clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL);
    if (proxy) clever_sso_config_set_proxy(config, proxy, NULL);
    else clever_sso_config_set_base_url(config, getenv("CLEVER_BASE_URL"), NULL);
    clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    return client;
}

static int is(clever_sso_error *error, const char *code)
{
    const char *found = error ? clever_sso_error_code(error) : "ok";
    int right = strcmp(found, code) == 0;
    if (!right) fprintf(stderr, "%s instead of %s\n", found, code);
    clever_sso_error_free(error);
    return right;
}

/* A callback with the state of a new login. A code that Clever refuses restarts the login, and a refused person is an outcome. */
static int finishes_with(const clever_sso_client *client, const char *query, const char *code)
{
    char url[LONGEST_LINE], callback[LONGEST_LINE], nonce[LONGEST_LINE];
    clever_sso_login *login = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_error *error = NULL;
    clever_sso_begin_login(client, NULL, &login, NULL);
    must_be_gone(clever_sso_login_pending(login));
    snprintf(url, sizeof url, "%s", clever_sso_login_url(login));
    snprintf(nonce, sizeof nonce, "%s", url);
    must_be_gone(value_of(nonce, "nonce="));
    snprintf(callback, sizeof callback, "%s&state=%s", query, value_of(url, "state="));
    clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome, &error);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    explicit_bzero(url, sizeof url);
    explicit_bzero(nonce, sizeof nonce);
    explicit_bzero(callback, sizeof callback);
    return is(error, code);
}

/* Makes a secret on the stack, which is not searched, and not in a constant, which would be. */
static void make_up(char *secret, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245u + 12345u;
        secret[i] = (char)('a' + (seed >> 16) % 26);
    }
    secret[length] = '\0';
    must_be_gone(secret);
}

static int fail_every_time(int keep)
{
    enum { LENGTH = 40 };
    char token[LENGTH + 1], code[LENGTH + 1], query[LENGTH + 8], id_token[3 * LENGTH + 3], password[LENGTH + 1], proxy[128];
    clever_sso_claims *claims = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_error *error = NULL;
    make_up(token, LENGTH, 1), make_up(code, LENGTH, 2), make_up(password, LENGTH, 3);
    must_be_gone(getenv("CLEVER_CLIENT_SECRET"));
    snprintf(query, sizeof query, "code=%s", code);
    snprintf(id_token, sizeof id_token, "%s.%s.%s", token, code, token);
    snprintf(proxy, sizeof proxy, "http://somebody:%s@127.0.0.1:9", password);
    clever_sso_client *client = client_through(NULL), *lonely = client_through(proxy);
    int right = client != NULL && lonely != NULL;
    right &= finishes_with(client, query, "ok");
    right &= finishes_with(client, "error=access_denied", "ok");
    right &= finishes_with(lonely, query, "network_connect");
    clever_sso_check_token(client, token, &info, &error);
    right &= is(error, "token_rejected"), error = NULL;
    clever_sso_verify_id_token(client, id_token, NULL, NULL, &claims, &error);
    right &= is(error, "id_token_malformed"), error = NULL;
    clever_sso_check_token(lonely, token, &info, &error);
    right &= is(error, "network_connect");
    clever_sso_claims_free(claims);
    clever_sso_token_info_free(info);
    qsort(marks, mark_count, sizeof *marks, by_number);
    if (!keep) clever_sso_client_free(client), clever_sso_client_free(lonely);
    size_t found = pieces_in_memory();
    if (!keep && found > 0) fprintf(stderr, "%zu of %zu pieces found\n", found, mark_count);
    return right && (keep ? found > 0 : found == 0) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    int keep = strcmp(argv[1], "keep") == 0, keep_login = strcmp(argv[1], "keep-login") == 0;
    int with_cookies = strcmp(argv[2], "cookies") == 0;
    marks = mmap(NULL, MOST_PIECES * sizeof *marks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (strcmp(argv[2], "errors") == 0) return fail_every_time(keep);
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_login_options *options = NULL;
    clever_sso_login *login = NULL, *second = NULL;
    clever_sso_logout *logout = NULL;
    const clever_sso_set_cookie *cookie;
    clever_sso_outcome *outcome = NULL;
    clever_sso_me_record *me = NULL;
    clever_sso_error *error = NULL;
    char url[LONGEST_LINE], callback[LONGEST_LINE], cookies[LONGEST_LINE] = "";
    clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, NULL);
    clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL);
    clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL);
    clever_sso_config_set_base_url(config, getenv("CLEVER_BASE_URL"), NULL);
    if (getenv("THROUGH")) go_through(config, getenv("THROUGH"));
    clever_sso_client_new(config, &client, NULL);
    clever_sso_begin_login(client, NULL, &login, NULL);
    /* No buffer of the C library may keep the nonce and the code. */
    snprintf(url, sizeof url, "open %s\n", clever_sso_login_url(login));
    if (write(STDOUT_FILENO, url, strlen(url)) < 0) return 2;
    must_be_gone(value_of(url, "nonce="));
    explicit_bzero(url, sizeof url);
    ssize_t length = read(STDIN_FILENO, callback, sizeof callback - 1);
    callback[length > 0 ? length - 1 : 0] = '\0';
    if (with_cookies) {
        for (size_t i = 0; (cookie = clever_sso_login_set_cookie(login, i)) != NULL; i++) {
            keep_cookie(cookies, sizeof cookies, cookie);
        }
        size_t of_the_login = mark_count;
        /* The browser begins another login in the meantime. */
        clever_sso_login_options_new(&options, NULL);
        clever_sso_login_options_set_cookies(options, cookies, NULL);
        clever_sso_begin_login(client, options, &second, NULL);
        for (size_t i = 0; (cookie = clever_sso_login_set_cookie(second, i)) != NULL; i++) {
            keep_cookie(cookies, sizeof cookies, cookie);
        }
        must_be_gone(clever_sso_login_pending(second));
        clever_sso_finish_login(client, callback, cookies, &outcome, &error);
        size_t before_the_outcome = mark_count;
        for (size_t i = 0; (cookie = clever_sso_outcome_set_cookie(outcome, i)) != NULL; i++) {
            keep_cookie(cookies, sizeof cookies, cookie);
        }
        clever_sso_log_out(client, cookies, &logout, NULL);
        /* Both must have cookies with values. */
        if (of_the_login == 0 || mark_count == before_the_outcome) return 3;
    } else {
        must_be_gone(clever_sso_login_pending(login));
        clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome, &error);
    }
    const clever_sso_tokens *tokens = clever_sso_outcome_tokens(outcome);
    if (tokens == NULL) {
        fprintf(stderr, "%s\n", error ? clever_sso_error_message(error) : "no one signed in");
        return 1;
    }
    clever_sso_me(client, clever_sso_tokens_access_token(tokens), &me, NULL);
    if (!keep_login) {
        must_be_gone(clever_sso_tokens_access_token(tokens));
        must_be_gone(clever_sso_tokens_id_token(tokens));
        must_be_gone(value_of(callback, "code="));
        must_be_gone(getenv("CLEVER_CLIENT_SECRET"));
    }
    explicit_bzero(callback, sizeof callback);
    explicit_bzero(cookies, sizeof cookies);
    qsort(marks, mark_count, sizeof *marks, by_number);
    if (!keep) {
        clever_sso_me_record_free(me);
        clever_sso_outcome_free(outcome);
        clever_sso_logout_free(logout);
        clever_sso_login_options_free(options);
        clever_sso_login_free(second);
        if (!keep_login) clever_sso_login_free(login);
        clever_sso_client_free(client);
        clever_sso_config_free(config);
    }
    size_t found = pieces_in_memory();
    size_t fewest = keep_login ? FEWEST_OF_A_LOGIN : FEWEST_PIECES;
    if (keep || keep_login ? found > 0 : found == 0) return mark_count > fewest ? 0 : 1;
    fprintf(stderr, "%zu of %zu pieces found\n", found, mark_count);
    return 1;
}
