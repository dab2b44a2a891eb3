/*
 * Prints the cost of verifying an ID token in C, in microseconds of CPU time.
 *
 *     verify JWKS TOKEN NONCE ISSUER CLIENT_ID NOW
 */
#define _POSIX_C_SOURCE 200809L
#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 51, REPEATS = 200 };

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
    static double rounds[ROUNDS];
    clever_sso_key_set *keys = NULL;
    clever_sso_verify_options *options = NULL;
    if (argc != 7 || clever_sso_key_set_new(argv[1], &keys, NULL)) return 2;
    if (clever_sso_verify_options_new(argv[4], argv[5], &options, NULL)) return 2;
    if (clever_sso_verify_options_set_nonce(options, argv[3], NULL)) return 2;
    if (clever_sso_verify_options_set_now(options, strtoull(argv[6], NULL, 10), NULL)) return 2;
    for (int round = 0; round < ROUNDS; round++) {
        double start = microseconds();
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            clever_sso_claims *claims = NULL;
            clever_sso_status status = clever_sso_verify_id_token_with(argv[2], keys, options, &claims, NULL);
            clever_sso_claims_free(claims);
            if (status) return 1;
        }
        rounds[round] = (microseconds() - start) / REPEATS;
    }
    clever_sso_verify_options_free(options);
    clever_sso_key_set_free(keys);
    qsort(rounds, ROUNDS, sizeof rounds[0], ascending);
    printf("%f\n", rounds[ROUNDS / 2]);
    return 0;
}
