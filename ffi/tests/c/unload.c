/*
 * Loads the library in threads, uses it, unloads it, and ends the threads: the data that each thread keeps for the library is
 * freed when the thread ends. This program is not linked with the library.
 *
 *     unload LIBRARY
 *
 * Exits with 0 if everything was as expected.
 */
#include <clever_sso.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, ROUNDS = 2 };

static int complain(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return 1;
}

/* A symbol of the library: data or function. */
#define FIND(library, name) (*(__typeof__(&name) *)(void *[]){dlsym(library, #name)})

static void *use_and_unload(void *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return complain(dlerror()), NULL;
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_login *login = NULL;
    clever_sso_error *error = NULL;
    FIND(library, clever_sso_config_new)("0d1c0d1c0d1c0d1c0d1c", &config, NULL);
    FIND(library, clever_sso_config_set_client_secret)(config, "a secret of some length", NULL);
    FIND(library, clever_sso_config_add_redirect_uri)(config, "http://127.0.0.1:9/", NULL);
    FIND(library, clever_sso_client_new)(config, &client, NULL);
    FIND(library, clever_sso_begin_login)(client, NULL, &login, NULL);
    /* No server runs there: the call creates a runtime, and fails with a network error. */
    FIND(library, clever_sso_config_set_base_url)(config, "http://localhost:9", NULL);
    clever_sso_client *lonely = NULL;
    FIND(library, clever_sso_client_new)(config, &lonely, NULL);
    clever_sso_status status = FIND(library, clever_sso_warm_up)(lonely, &error);
    FIND(library, clever_sso_error_free)(error);
    FIND(library, clever_sso_client_free)(lonely);
    FIND(library, clever_sso_login_free)(login);
    FIND(library, clever_sso_client_free)(client);
    FIND(library, clever_sso_config_free)(config);
    void *right = login != NULL && status == CLEVER_SSO_NETWORK ? path : NULL;
    dlclose(library);
    return right;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, use_and_unload, argv[1]);
        int right = 1;
        for (int i = 0; i < THREADS; i++) {
            void *used = NULL;
            pthread_join(threads[i], &used);
            right = right && used != NULL;
        }
        if (!right) return complain("the loaded library did not work");
    }
    return 0;
}
