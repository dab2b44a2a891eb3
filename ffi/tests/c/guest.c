/*
 * The library in a program with default signals: its effects on signals, threads, limits and memory.
 *
 *     guest calls   CLIENT_ID BASE_URL CA_BUNDLE   a call for each line of standard input; prints the result
 *     guest threads CLIENT_ID BASE_URL             a call where no thread can be started
 *     guest files   CLIENT_ID BASE_URL             calls while and after no file can be opened
 *     guest keys    CLIENT_ID BASE_URL             calls while no key for thread-specific data is left, and afterwards
 *     guest keys-late CLIENT_ID BASE_URL           calls, threads and forks when a client has its keys and no other is left
 *     guest cancel  CLIENT_ID BASE_URL             cancels a thread during a call
 *     guest log     CLIENT_ID BASE_URL             changes the log callback while holding the lock that it takes
 *     guest files-closed CLIENT_ID BASE_URL        every descriptor that the library opened closes on exec
 *     guest panic   CLIENT_ID BASE_URL             panics inside a call, in several threads
 *     guest exit    CLIENT_ID BASE_URL             calls at the very end of a thread and of the program
 *     guest re-enter CLIENT_ID BASE_URL            a log callback that uses the library, and raises a signal
 *     guest stack   CLIENT_ID BASE_URL CA_BUNDLE BYTES   a call over TLS on a stack of this many bytes
 *     guest stack-login CLIENT_ID BASE_URL BYTES   a whole login on such a stack: prints "open URL", reads the callback
 *
 * Exits with 0 if everything was as expected.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 60 };

static int complain(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return 1;
}

static clever_sso_client *client_of(const char *client_id, const char *base_url, const char *ca_bundle)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_config_new(client_id, &config, &error);
    if (!status) status = clever_sso_config_set_base_url(config, base_url, &error);
    if (!status && ca_bundle) status = clever_sso_config_set_ca_bundle(config, ca_bundle, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error);
    if (status) complain(clever_sso_error_message(error));
    clever_sso_config_free(config);
    clever_sso_error_free(error);
    return client;
}

/* The result of a call, as an error code; "ok" for success. */
static const char *called(const clever_sso_client *client)
{
    static _Thread_local char word[64];
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_status status = clever_sso_check_token(client, "token", &info, &error);
    snprintf(word, sizeof word, "%s", status == CLEVER_SSO_OK ? "ok" : clever_sso_error_code(error));
    clever_sso_token_info_free(info);
    clever_sso_error_free(error);
    return word;
}

static int sigpipe_pending(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE);
}

static int sigpipe_blocked(void)
{
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, SIGPIPE);
}

/* Lines: "call"; "block" and "unblock" SIGPIPE; "raise" it in this thread; "send" it to the process. */
static int calls(char **argument)
{
    clever_sso_client *client = client_of(argument[0], argument[1], argument[2]);
    if (client == NULL) return 1;
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    char line[32];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *result = "done";
        if (strcmp(line, "call") == 0) result = called(client);
        else if (strcmp(line, "block") == 0) pthread_sigmask(SIG_BLOCK, &sigpipe, NULL);
        else if (strcmp(line, "unblock") == 0) pthread_sigmask(SIG_UNBLOCK, &sigpipe, NULL);
        else if (strcmp(line, "raise") == 0) raise(SIGPIPE);
        else if (strcmp(line, "send") == 0) kill(getpid(), SIGPIPE);
        printf("%s blocked=%d pending=%d\n", result, sigpipe_blocked(), sigpipe_pending());
        fflush(stdout);
    }
    clever_sso_client_free(client);
    return 0;
}

static int finished;

static void *warm_up(void *client)
{
    finished = clever_sso_warm_up(client, NULL) == CLEVER_SSO_OK;
    pthread_testcancel();
    finished = -1;
    return NULL;
}

/* clone and clone3 fail as if a limit of processes were reached, because such a limit does not apply to root. */
static int forbid_threads(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 11 /* EAGAIN */),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int without_threads(char **argument)
{
    if (!forbid_threads()) return complain("threads cannot be forbidden here");
    pthread_t thread;
    if (pthread_create(&thread, NULL, warm_up, NULL) == 0) return complain("a thread could be started");
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    const char *word = called(client);
    clever_sso_client_free(client);
    return strcmp(word, "token_rejected") == 0 ? 0 : complain(word);
}

static int is_limit(const clever_sso_client *client)
{
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_warm_up(client, &error);
    int right = status == CLEVER_SSO_INTERNAL && strcmp(clever_sso_error_code(error), "limit_reached") == 0 &&
                clever_sso_error_retryable(error);
    if (!right) complain(error ? clever_sso_error_message(error) : "no error");
    clever_sso_error_free(error);
    return right;
}

/* Leaves room for `free_ones` more descriptors than are open now. */
static void limit_files(int free_ones)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    int next = dup(0);
    close(next);
    limit.rlim_cur = (rlim_t)(next + free_ones);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int without_files(char **argument)
{
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    int right = 1;
    /* From no descriptor for the runtime, to none for the connection. */
    for (int free_ones = 0; free_ones < 3; free_ones++) {
        limit_files(free_ones);
        int met = is_limit(client);
        setrlimit(RLIMIT_NOFILE, &before);
        if (!met) right = !fprintf(stderr, "with %d free descriptors\n", free_ones);
    }
    if (strcmp(called(client), "token_rejected") != 0) right = !complain("calls still fail after the limit");
    clever_sso_client_free(client);
    return !right;
}

enum { MOST_KEYS = 2048 };
static pthread_key_t taken_keys[MOST_KEYS];
static int taken;

static void take_all_keys(void)
{
    while (taken < MOST_KEYS && pthread_key_create(&taken_keys[taken], NULL) == 0) taken++;
}

/* Whether neither a client nor a key set can be made, because of a temporary limit. */
static int meets_the_limit_of_keys(char **argument)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_key_set *keys = NULL;
    clever_sso_error *errors[2] = {NULL, NULL};
    clever_sso_config_new(argument[0], &config, NULL);
    clever_sso_config_set_base_url(config, argument[1], NULL);
    clever_sso_status statuses[] = {
        clever_sso_client_new(config, &client, &errors[0]),
        clever_sso_key_set_new("{\"keys\": []}", &keys, &errors[1]),
    };
    int right = client == NULL && keys == NULL;
    for (int i = 0; i < 2; i++) {
        right = right && statuses[i] == CLEVER_SSO_INTERNAL && clever_sso_error_retryable(errors[i]) &&
                strcmp(clever_sso_error_code(errors[i]), "limit_reached") == 0;
        clever_sso_error_free(errors[i]);
    }
    clever_sso_config_free(config);
    clever_sso_client_free(client);
    clever_sso_key_set_free(keys);
    return right;
}

static void *call_in_a_thread(void *client)
{
    return strcmp(called(client), "token_rejected") == 0 ? client : NULL;
}

static int calls_here_and_in_a_thread(clever_sso_client *client)
{
    pthread_t thread;
    void *well = NULL;
    pthread_create(&thread, NULL, call_in_a_thread, client);
    pthread_join(thread, &well);
    return well != NULL && call_in_a_thread(client) != NULL;
}

static int calls_also_in_a_child(clever_sso_client *client)
{
    if (!calls_here_and_in_a_thread(client)) return 0;
    pid_t child = fork();
    if (child == 0) _exit(!calls_here_and_in_a_thread(client));
    int status = -1;
    return waitpid(child, &status, 0) == child && status == 0;
}

static int without_keys(char **argument)
{
    take_all_keys();
    for (int left = 0; left < 3; left++) {
        if (!meets_the_limit_of_keys(argument)) return complain("no limit was reached");
        pthread_key_delete(taken_keys[--taken]);
    }
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    int right = client != NULL && calls_also_in_a_child(client);
    clever_sso_client_free(client);
    return right ? 0 : complain("calls still fail after the limit");
}

static int without_keys_later(char **argument)
{
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    take_all_keys();
    int right = client != NULL && calls_also_in_a_child(client);
    clever_sso_client_free(client);
    client = client_of(argument[0], argument[1], NULL);
    right = right && client != NULL && calls_also_in_a_child(client);
    clever_sso_client_free(client);
    return right ? 0 : complain("a call failed without further keys");
}

static pthread_barrier_t inside;

static void tell_inside(void *unused, clever_sso_log_level level, const char *target, const char *message)
{
    (void)unused, (void)level, (void)target, (void)message;
    pthread_barrier_wait(&inside);
    pthread_barrier_wait(&inside);
}

static int cancel(char **argument)
{
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    pthread_t thread;
    void *result = NULL;
    pthread_barrier_init(&inside, NULL, 2);
    clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, tell_inside, NULL, NULL);
    pthread_create(&thread, NULL, warm_up, client);
    pthread_barrier_wait(&inside);
    pthread_cancel(thread);
    pthread_barrier_wait(&inside);
    pthread_join(thread, &result);
    clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL);
    int right = result == PTHREAD_CANCELED && finished == 1 && clever_sso_warm_up(client, NULL) == CLEVER_SSO_OK;
    clever_sso_client_free(client);
    return right ? 0 : complain("the call did not finish first, or the thread was not canceled then");
}

static pthread_mutex_t hosts_lock = PTHREAD_MUTEX_INITIALIZER;

static void take_lock(void *unused, clever_sso_log_level level, const char *target, const char *message)
{
    (void)unused, (void)level, (void)target, (void)message;
    pthread_barrier_wait(&inside);
    pthread_mutex_lock(&hosts_lock);
    pthread_mutex_unlock(&hosts_lock);
}

static int change_log_under_its_lock(char **argument)
{
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    pthread_t thread;
    pthread_barrier_init(&inside, NULL, 2);
    clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, take_lock, NULL, NULL);
    pthread_mutex_lock(&hosts_lock);
    pthread_create(&thread, NULL, warm_up, client);
    pthread_barrier_wait(&inside);
    clever_sso_error *error = NULL;
    clever_sso_status held = clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, &error);
    pthread_mutex_unlock(&hosts_lock);
    pthread_join(thread, NULL);
    clever_sso_status after = clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL);
    int named = error != NULL && strstr(clever_sso_error_message(error), "lock") != NULL;
    clever_sso_error_free(error);
    clever_sso_client_free(client);
    if (held != CLEVER_SSO_ARGUMENT || !named) return complain("the error does not say that the callback is still running");
    return after == CLEVER_SSO_OK ? 0 : complain("the callback could not be set afterwards");
}

static int close_on_exec(char **argument)
{
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    called(client);
    DIR *open_ones = opendir("/proc/self/fd");
    int right = 1, seen = 0;
    for (struct dirent *entry = readdir(open_ones); entry != NULL; entry = readdir(open_ones)) {
        int descriptor = atoi(entry->d_name);
        if (descriptor <= 2 || descriptor == dirfd(open_ones)) continue;
        seen++;
        right = right && (fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
    }
    closedir(open_ones);
    clever_sso_client_free(client);
    return right && seen > 0 ? 0 : complain("a descriptor stays open on exec, or none was found");
}

/* Replaces the runtimes' epoll instances by something else, which makes tokio panic. */
static int spoil_runtimes(void)
{
    char target[64];
    int spoiled = 0, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    DIR *open_ones = opendir("/proc/self/fd");
    for (struct dirent *entry = readdir(open_ones); entry != NULL; entry = readdir(open_ones)) {
        ssize_t length = readlinkat(dirfd(open_ones), entry->d_name, target, sizeof target - 1);
        if (length <= 0) continue;
        target[length] = '\0';
        if (strcmp(target, "anon_inode:[eventpoll]") == 0) spoiled += dup3(nothing, atoi(entry->d_name), O_CLOEXEC) > 0;
    }
    closedir(open_ones);
    close(nothing);
    return spoiled;
}

static int is_internal(const clever_sso_client *client)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = (clever_sso_token_info *)&error;
    clever_sso_status status = clever_sso_check_token(client, "token", &info, &error);
    int right = status == CLEVER_SSO_INTERNAL && strcmp(clever_sso_error_code(error), "internal") == 0 && info == NULL &&
                strchr(clever_sso_error_message(error), '/') == NULL;
    if (!right) complain(error ? clever_sso_error_message(error) : "no error");
    clever_sso_error_free(error);
    return right;
}

static void *panic_in_a_thread(void *argument)
{
    const clever_sso_client *client = client_of(((char **)argument)[0], ((char **)argument)[1], NULL);
    called(client);
    /* Wait until every thread has a runtime: no thread may make a new one after they are spoiled. */
    pthread_barrier_wait(&inside);
    pthread_barrier_wait(&inside);
    int right = is_internal(client) && strcmp(called(client), "token_rejected") == 0 && !sigpipe_blocked();
    clever_sso_client_free((clever_sso_client *)client);
    return right ? argument : NULL;
}

static int panics(char **argument)
{
    enum { PANICS = 4 };
    pthread_t threads[PANICS];
    int right = 1;
    pthread_barrier_init(&inside, NULL, PANICS + 1);
    for (int i = 0; i < PANICS; i++) pthread_create(&threads[i], NULL, panic_in_a_thread, argument);
    pthread_barrier_wait(&inside);
    if (spoil_runtimes() < PANICS) right = !complain("there are too few runtimes to spoil");
    pthread_barrier_wait(&inside);
    for (int i = 0; i < PANICS; i++) {
        void *well = NULL;
        pthread_join(threads[i], &well);
        right = right && well != NULL;
    }
    return !right;
}

static atomic_int callbacks, refused;

/* Everything that a callback might do with the library. */
static void use_the_library(void *client, clever_sso_log_level level, const char *target, const char *message)
{
    clever_sso_error *error = NULL;
    clever_sso_login *login = NULL;
    (void)level, (void)target, (void)message;
    atomic_fetch_add(&callbacks, 1);
    if (clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL) == CLEVER_SSO_ARGUMENT) atomic_fetch_add(&refused, 1);
    clever_sso_begin_login(client, NULL, &login, &error);
    clever_sso_login_free(login);
    clever_sso_error_free(error);
    error = NULL;
    clever_sso_warm_up(client, &error);
    clever_sso_error_free(error);
    raise(SIGUSR1);
}

static clever_sso_client *kept;
static char **kept_argument;
static atomic_int late_calls, late_lines, lines_of_a_call;

static void count_lines(void *unused, clever_sso_log_level level, const char *target, const char *message)
{
    (void)unused, (void)level, (void)target, (void)message;
    late_lines++;
}

/* With a client that was made before, and with one that is made now. */
static void call_late(void)
{
    if (strcmp(called(kept), "token_rejected") != 0) _exit(complain(called(kept)));
    clever_sso_client *made = client_of(kept_argument[0], kept_argument[1], NULL);
    if (clever_sso_warm_up(made, NULL) != CLEVER_SSO_OK) _exit(complain(called(made)));
    clever_sso_login *login = NULL;
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_begin_login(made, NULL, &login, &error);
    if (status == CLEVER_SSO_INTERNAL) _exit(complain(clever_sso_error_message(error)));
    clever_sso_login_free(login);
    clever_sso_error_free(error);
    clever_sso_client_free(made);
    late_calls++;
}

static void call_late_for(void *unused)
{
    (void)unused;
    call_late();
}

/* The function that C++ calls for a thread_local variable with a destructor. */
extern int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library);

static void *end_with_a_call(void *key)
{
    pthread_setspecific(*(pthread_key_t *)key, kept);
    __cxa_thread_atexit_impl(call_late_for, NULL, &late_calls);
    call_late();
    __cxa_thread_atexit_impl(call_late_for, NULL, &late_calls);
    return NULL;
}

/* By then, the C library has destroyed the threads' own variables. */
static int calls_at_the_end(char **argument)
{
    pthread_key_t key;
    pthread_t thread;
    kept_argument = argument;
    clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, count_lines, NULL, NULL);
    kept = client_of(argument[0], argument[1], NULL);
    call_late();
    lines_of_a_call = (int)late_lines;
    pthread_key_create(&key, call_late_for);
    pthread_create(&thread, NULL, end_with_a_call, &key);
    pthread_join(thread, NULL);
    if (late_calls != 5) return complain("a destructor of the thread did not run");
    __cxa_thread_atexit_impl(call_late_for, NULL, &late_calls);
    return atexit(call_late);
}

__attribute__((destructor)) static void end_of_the_library(void)
{
    if (kept == NULL) return;
    call_late();
    clever_sso_client_free(kept);
    if (late_calls != 8 || lines_of_a_call == 0 || late_lines != 8 * lines_of_a_call) _exit(complain("not everything was called or logged"));
}

static void nothing(int signal)
{
    (void)signal;
}

static int re_enter(char **argument)
{
    struct sigaction ignore = {.sa_handler = nothing};
    sigaction(SIGUSR1, &ignore, NULL);
    clever_sso_client *client = client_of(argument[0], argument[1], NULL);
    clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, use_the_library, client, NULL);
    int right = clever_sso_warm_up(client, NULL) == CLEVER_SSO_OK && strcmp(called(client), "token_rejected") == 0;
    right = right && clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL) == CLEVER_SSO_OK;
    int many = atomic_load(&callbacks);
    if (many == 0 || many != atomic_load(&refused)) right = !complain("the callback was not called, or could set another one");
    clever_sso_warm_up(client, NULL);
    clever_sso_client_free(client);
    return right && many == atomic_load(&callbacks) ? 0 : complain("a call failed, or a callback came after the last");
}

static void *call_over_tls(void *argument)
{
    clever_sso_client *client = client_of(((char **)argument)[0], ((char **)argument)[1], ((char **)argument)[2]);
    void *right = strcmp(called(client), "ok") == 0 ? argument : NULL;
    clever_sso_client_free(client);
    return right;
}

static int logged_in(const clever_sso_client *client)
{
    static char callback[16 * 1024];
    clever_sso_error *error = NULL;
    clever_sso_login *login = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_status status = clever_sso_begin_login(client, NULL, &login, &error);
    if (!status) {
        printf("open %s\n", clever_sso_login_url(login));
        fflush(stdout);
        if (fgets(callback, sizeof callback, stdin) == NULL) return complain("no callback");
        callback[strcspn(callback, "\n")] = '\0';
        status = clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome, &error);
    }
    if (status) complain(clever_sso_error_message(error));
    const clever_sso_identity *identity = clever_sso_outcome_identity(outcome);
    if (identity != NULL) printf("%s\n", clever_sso_identity_proven_by(identity));
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    clever_sso_error_free(error);
    return status == CLEVER_SSO_OK;
}

static void *whole_login(void *argument)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_status status = clever_sso_config_new(((char **)argument)[0], &config, NULL);
    if (!status) status = clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL);
    if (!status) status = clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL);
    if (!status) status = clever_sso_config_set_base_url(config, ((char **)argument)[1], NULL);
    if (!status) status = clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    void *right = !status && logged_in(client) ? argument : NULL;
    clever_sso_client_free(client);
    return right;
}

/* Runs `work` on a thread whose stack has this number of bytes. */
static int on_a_small_stack(void *(*work)(void *), char **argument, const char *bytes)
{
    pthread_t thread;
    pthread_attr_t small;
    void *right = NULL;
    pthread_attr_init(&small);
    if (pthread_attr_setstacksize(&small, strtoul(bytes, NULL, 10)) != 0) return complain("the stack size cannot be set");
    if (pthread_create(&thread, &small, work, argument) != 0) return complain("no thread could be started");
    pthread_join(thread, &right);
    return right ? 0 : complain("a call failed");
}

static int call_on_a_small_stack(char **argument)
{
    return on_a_small_stack(call_over_tls, argument, argument[3]);
}

static int login_on_a_small_stack(char **argument)
{
    return on_a_small_stack(whole_login, argument, argument[2]);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments, (*run)(char **);
    } parts[] = {
        {"calls", 3, calls},
        {"threads", 2, without_threads},
        {"files", 2, without_files},
        {"keys", 2, without_keys},
        {"keys-late", 2, without_keys_later},
        {"cancel", 2, cancel},
        {"log", 2, change_log_under_its_lock},
        {"files-closed", 2, close_on_exec},
        {"panic", 2, panics},
        {"exit", 2, calls_at_the_end},
        {"re-enter", 2, re_enter},
        {"stack", 4, call_on_a_small_stack},
        {"stack-login", 3, login_on_a_small_stack},
    };
    alarm(PATIENCE_SECONDS);
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].name) == 0 && argc == 2 + parts[i].arguments) return parts[i].run(argv + 2);
    }
    return 2;
}
