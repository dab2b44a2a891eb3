/*
 * Many logins, and many forks after them: memory and descriptors stay as they are.
 *
 *     endurance LOGINS FORKS KEYS   settings in the environment as for examples/c/login.c
 *
 * 64 threads make WARM logins, then LOGINS, each with a browser of its own; then FORKS children are made in a row, each of
 * which logs in; then Clever's keys change KEYS times, each time to 600 KiB of other text. What the process holds is looked at before and after, when all threads have ended: bytes that are
 * allocated, resident memory and descriptors. The last child must hold what the first one held. Prints what was found; ends
 * with 0 if nothing grew.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <clever_sso.h>
#include <dirent.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PADDING = 600 * 1024 };
enum { THREADS = 64, WARM = 1000, PATIENCE_SECONDS = 60, LONGEST = 8192 };
/* The heap of the C library's allocator has pages that come and go; what is allocated has not. */
enum { MOST_BYTES = 16 * 1024, MOST_RESIDENT_KIB = 4 * 1024 };

struct holdings {
    long bytes, resident_kib, descriptors;
};

static clever_sso_client *client;
static atomic_int logins_left, failures;

static int complain(const char *why, const char *detail)
{
    fprintf(stderr, "%s%s%s\n", why, detail ? ": " : "", detail ? detail : "");
    return 0;
}

/* A browser: goes to the URL, whose host is an address, and gives where it is sent from there. */
static int visit(const char *url, char *location)
{
    char host[64], path[LONGEST], request[LONGEST + 256], answer[LONGEST];
    int port = 0, length = 0, got = 0;
    if (sscanf(url, "http://%63[^:]:%d%8191s", host, &port, path) != 3) return complain("no such URL", url);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return complain("no such host", host);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        close(connection);
        return complain("the browser cannot connect", NULL);
    }
    length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n", path, host, port);
    int sent = send(connection, request, (size_t)length, MSG_NOSIGNAL) == length;
    length = 0;
    while (sent && length < LONGEST - 1 && (got = (int)read(connection, answer + length, (size_t)(LONGEST - 1 - length))) > 0) {
        length += got;
    }
    close(connection);
    answer[length] = '\0';
    char *found = strcasestr(answer, "\r\nlocation: ");
    if (found == NULL) return complain("the browser was not sent on", answer);
    found += strlen("\r\nlocation: ");
    found[strcspn(found, "\r")] = '\0';
    snprintf(location, LONGEST, "%s", found);
    return 1;
}

static int log_in(void)
{
    clever_sso_login *login = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_error *error = NULL;
    char callback[LONGEST];
    int right = clever_sso_begin_login(client, NULL, &login, &error) == CLEVER_SSO_OK;
    right = right && visit(clever_sso_login_url(login), callback);
    right = right && clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome,
                                                          &error) == CLEVER_SSO_OK;
    right = right && clever_sso_outcome_kind(outcome) == CLEVER_SSO_SIGNED_IN;
    if (!right) complain("a login failed", error ? clever_sso_error_message(error) : NULL);
    clever_sso_error_free(error);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    return right;
}

static void *log_in_until_none_is_left(void *unused)
{
    while (atomic_fetch_sub(&logins_left, 1) > 0) {
        if (!log_in()) atomic_fetch_add(&failures, 1);
    }
    return unused;
}

static int in_threads(int logins)
{
    pthread_t threads[THREADS];
    atomic_store(&logins_left, logins);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, log_in_until_none_is_left, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return atomic_load(&failures) == 0;
}

static long count_descriptors(void)
{
    long count = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    while (readdir(open_ones) != NULL) count++;
    closedir(open_ones);
    /* "." and "..", and the folder's own. */
    return count - 3;
}

static struct holdings look(const char *when)
{
    long pages = 0;
    /* What is free goes back, so that what is resident is in use. */
    malloc_trim(0);
    struct mallinfo2 memory = mallinfo2();
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%*d %ld", &pages) != 1) complain("no statm", NULL);
    if (statm) fclose(statm);
    struct holdings now = {
        .bytes = (long)(memory.uordblks + memory.hblkhd),
        .resident_kib = pages * (sysconf(_SC_PAGESIZE) / 1024),
        .descriptors = count_descriptors(),
    };
    if (when) printf("%s: %ld bytes allocated, %ld KiB resident, %ld descriptors\n", when, now.bytes, now.resident_kib, now.descriptors);
    return now;
}

static int is_flat(const char *what, struct holdings before, struct holdings after)
{
    if (after.bytes - before.bytes > MOST_BYTES) return complain(what, "more is allocated");
    if (after.resident_kib - before.resident_kib > MOST_RESIDENT_KIB) return complain(what, "more is resident");
    if (after.descriptors > before.descriptors) return complain(what, "more descriptors are open");
    return 1;
}

/* A child logs in and says what it holds then. */
static int fork_and_log_in(struct holdings *held)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0) return complain("no pipe", NULL);
    pid_t child = fork();
    if (child < 0) return complain("no child", NULL);
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        close(ends[0]);
        int right = log_in();
        struct holdings now = look(NULL);
        exit(right && write(ends[1], &now, sizeof now) == sizeof now ? 0 : 1);
    }
    close(ends[1]);
    int told = read(ends[0], held, sizeof *held) == sizeof *held;
    close(ends[0]);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 && told;
}

static int in_children(int forks)
{
    struct holdings first = {0, 0, 0}, last = {0, 0, 0};
    for (int number = 0; number < forks; number++) {
        if (!fork_and_log_in(number == 0 ? &first : &last)) return complain("a child hung or failed", NULL);
    }
    printf("the first child: %ld bytes allocated, %ld descriptors; the last: %ld, %ld\n", first.bytes, first.descriptors, last.bytes,
           last.descriptors);
    /* What a child has resident is mostly its parent's. */
    first.resident_kib = last.resident_kib = 0;
    return is_flat("children", first, last);
}

/* The keys as another process exports them: old ones, so that the next are taken too, and with 600 KiB that no one reads. */
static int change_keys(const clever_sso_client *other, int times)
{
    char *text = NULL, *changed = NULL;
    int right = clever_sso_export_keys(client, &text, NULL) == CLEVER_SSO_OK;
    char *jwks = right ? strstr(text, "\"jwks\":\"{") : NULL, *age = right ? strstr(text, "\"fresh_until\":") : NULL;
    right = jwks != NULL && age != NULL && (changed = malloc(strlen(text) + PADDING + 64)) != NULL;
    if (right) {
        age += strlen("\"fresh_until\":");
        memset(age, ' ', strspn(age, "0123456789"));
        *age = '1';
        jwks += strlen("\"jwks\":\"{");
    }
    for (int number = 0; right && number < times; number++) {
        int head = (int)(jwks - text);
        int length = sprintf(changed, "%.*s\\\"padding\\\":\\\"%d", head, text, number);
        memset(changed + length, 'x', PADDING);
        strcpy(changed + length + PADDING, "\\\",");
        strcat(changed + length + PADDING, jwks);
        right = clever_sso_import_keys(other, changed, NULL) == CLEVER_SSO_OK;
    }
    free(changed);
    clever_sso_string_free(text);
    return right ? 1 : complain("the keys could not be changed", NULL);
}

static clever_sso_client *new_client(void)
{
    clever_sso_config *config = NULL;
    clever_sso_client *made = NULL;
    clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, NULL);
    clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL);
    clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL);
    clever_sso_config_set_base_url(config, getenv("CLEVER_BASE_URL"), NULL);
    clever_sso_config_set_timeout(config, PATIENCE_SECONDS, NULL);
    clever_sso_client_new(config, &made, NULL);
    clever_sso_config_free(config);
    return made;
}

int main(int argc, char **argv)
{
    char what[64];
    if (argc != 4 || (client = new_client()) == NULL) return 2;
    /* No line may wait in a buffer that children inherit. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    int logins = atoi(argv[1]), forks = atoi(argv[2]), keys = atoi(argv[3]);
    if (!in_threads(WARM)) return 1;
    struct holdings warm = look("after the first thousand logins");
    if (!in_threads(logins)) return 1;
    snprintf(what, sizeof what, "after %d more", logins);
    struct holdings done = look(what);
    if (!in_children(forks)) return 1;
    snprintf(what, sizeof what, "after %d forks", forks);
    struct holdings forked = look(what);
    clever_sso_client *other = new_client();
    if (!change_keys(other, 10)) return 1;
    struct holdings few = look("after 10 changes of the keys");
    if (!change_keys(other, keys)) return 1;
    if (few.bytes < forked.bytes + PADDING) return !complain("the keys were not taken", NULL);
    snprintf(what, sizeof what, "after %d more", keys);
    struct holdings many = look(what);
    return is_flat("logins", warm, done) && is_flat("forks", done, forked) && is_flat("keys", few, many) ? 0 : 1;
}
