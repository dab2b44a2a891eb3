/*
 * What the library leaves behind in a process, and what it tolerates there. Each part makes calls that succeed, that are refused,
 * and that get no response, by address and by name.
 *
 *     traces none      CLIENT_ID BASE_URL   the process is unchanged when the client is freed
 *     traces alarms    CLIENT_ID BASE_URL   a timer interrupts every system call, a thousand times a second
 *     traces no-stdio  CLIENT_ID BASE_URL   descriptors 0 to 2 are closed
 *     traces rounding  CLIENT_ID BASE_URL   numbers are rounded upwards, and are written with a comma
 *
 * Exits with 0 if everything was as expected.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <dirent.h>
#include <fenv.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 60, ROUNDS = 5 };

extern char **environ;
static const char *client_id, *base_url;

static clever_sso_client *new_client(const char *url)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_config_new(client_id, &config, NULL);
    clever_sso_config_set_client_secret(config, "5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e7", NULL);
    clever_sso_config_add_redirect_uri(config, "http://127.0.0.1:9/callback", NULL);
    clever_sso_config_set_base_url(config, url, NULL);
    clever_sso_config_set_timeout(config, PATIENCE_SECONDS, NULL);
    clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    return client;
}

static int comes_to(const char *expected, const clever_sso_client *client)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_check_token(client, "unknown", &info, &error);
    const char *code = error ? clever_sso_error_code(error) : "ok";
    int right = strcmp(code, expected) == 0;
    if (!right) fprintf(stderr, "%s instead of %s\n", code, expected);
    clever_sso_token_info_free(info);
    clever_sso_error_free(error);
    return right;
}

static int calls(void)
{
    char by_name[128];
    clever_sso_login *login = NULL;
    snprintf(by_name, sizeof by_name, "http://localhost%s", strrchr(base_url, ':'));
    clever_sso_client *client = new_client(base_url), *named = new_client(by_name), *lonely = new_client("http://127.0.0.1:9");
    int right = clever_sso_warm_up(client, NULL) == CLEVER_SSO_OK;
    right &= clever_sso_begin_login(client, NULL, &login, NULL) == CLEVER_SSO_OK;
    right &= comes_to("token_rejected", client) && comes_to("token_rejected", named) && comes_to("network_connect", lonely);
    clever_sso_login_free(login);
    clever_sso_client_free(lonely);
    clever_sso_client_free(named);
    clever_sso_client_free(client);
    return right;
}

/* Everything that a library could change and must not. It is compared byte by byte, so there are no gaps. */
static struct state {
    struct {
        void *handler;
        int flags, blocked;
    } signals[NSIG];
    struct rlimit limits[RLIM_NLIMITS];
    stack_t alternate_stack;
    mode_t mask;
    int rounding, descriptors, threads;
    unsigned long environment;
    char folder[256], locale[256];
} before, after;

static int count_in(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    while (readdir(entries) != NULL) count++;
    closedir(entries);
    return count;
}

static void look(struct state *state)
{
    sigset_t blocked;
    memset(state, 0, sizeof *state);
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) continue;
        state->signals[number].handler = (void *)action.sa_handler;
        state->signals[number].flags = action.sa_flags;
        state->signals[number].blocked = sigismember(&blocked, number);
    }
    for (int number = 0; number < (int)RLIM_NLIMITS; number++) getrlimit(number, &state->limits[number]);
    stack_t alternate;
    sigaltstack(NULL, &alternate);
    state->alternate_stack.ss_sp = alternate.ss_sp;
    state->alternate_stack.ss_size = alternate.ss_size;
    umask(state->mask = umask(0));
    state->rounding = fegetround();
    state->descriptors = count_in("/proc/self/fd");
    state->threads = count_in("/proc/self/task");
    for (char **variable = environ; *variable; variable++) {
        for (char *letter = *variable; *letter; letter++) state->environment = state->environment * 31 + (unsigned char)*letter;
    }
    if (getcwd(state->folder, sizeof state->folder) == NULL) state->folder[0] = '?';
    snprintf(state->locale, sizeof state->locale, "%s", setlocale(LC_ALL, NULL));
}

static int leaves_none(void)
{
    /* The C library sets up some data when it resolves its first name. */
    if (!calls()) return 0;
    look(&before);
    if (!calls()) return 0;
    /* A thread that resolved a name has finished, and is about to end. */
    do look(&after);
    while (after.threads != before.threads);
    return memcmp(&before, &after, sizeof before) == 0;
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

static int bears_alarms(void)
{
    struct sigaction count = {.sa_handler = count_alarm};
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGVTALRM, &count, NULL);
    sigaction(SIGALRM, &count, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    int right = 1;
    for (int round = 0; right && (round < ROUNDS || alarms == 0); round++) right = calls();
    setitimer(ITIMER_REAL, &never, NULL);
    return right;
}

static int bears_no_stdio(void)
{
    for (int number = 0; number <= 2; number++) close(number);
    int right = calls();
    /* All three are free again. */
    for (int number = 0; number <= 2; number++) right &= fcntl(number, F_GETFD) == -1;
    return right;
}

static int bears_rounding(void)
{
    fesetround(FE_UPWARD);
    /* If that locale is not installed, the language stays as it is. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) setlocale(LC_ALL, "C.UTF-8");
    int right = calls();
    return right && fegetround() == FE_UPWARD;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } parts[] = {{"none", leaves_none}, {"alarms", bears_alarms}, {"no-stdio", bears_no_stdio}, {"rounding", bears_rounding}};
    if (argc != 4) return 2;
    client_id = argv[2], base_url = argv[3];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].name) == 0) return parts[i].run() ? 0 : 1;
    }
    return 2;
}
