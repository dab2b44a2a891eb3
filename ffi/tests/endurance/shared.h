/*
 * Shared by the programs in this folder: a browser, and measurements of the process. Define _GNU_SOURCE before including it.
 */
#ifndef SHARED_H
#define SHARED_H

#include <arpa/inet.h>
#include <clever_sso.h>
#include <dirent.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 300, LONGEST = 8192 };

struct holdings {
    long bytes, resident_kib, descriptors;
};

static inline int complain(const char *why, const char *detail)
{
    fprintf(stderr, "%s%s%s\n", why, detail ? ": " : "", detail ? detail : "");
    return 0;
}

/* Sends a request to a server that closes the connection after its response. */
static inline int exchange(const char *host, int port, const char *request, int length, char answer[LONGEST])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return complain("no such host", host);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        close(connection);
        return complain("the browser cannot connect", NULL);
    }
    int sent = send(connection, request, (size_t)length, MSG_NOSIGNAL) == length, got = 0;
    length = 0;
    while (sent && length < LONGEST - 1 && (got = (int)read(connection, answer + length, (size_t)(LONGEST - 1 - length))) > 0) {
        length += got;
    }
    close(connection);
    answer[length] = '\0';
    return 1;
}

/* A browser: opens the URL, whose host is an address, and returns the URL of the redirect. */
static inline int visit(const char *url, char *location)
{
    char host[64], path[LONGEST], request[LONGEST + 256], answer[LONGEST];
    int port = 0;
    if (sscanf(url, "http://%63[^:]:%d%8191s", host, &port, path) != 3) return complain("no such URL", url);
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n", path, host, port);
    if (!exchange(host, port, request, length, answer)) return 0;
    char *found = strcasestr(answer, "\r\nlocation: ");
    if (found == NULL) return complain("the browser was not redirected", answer);
    found += strlen("\r\nlocation: ");
    found[strcspn(found, "\r")] = '\0';
    snprintf(location, LONGEST, "%s", found);
    return 1;
}

static inline long count_descriptors(void)
{
    long count = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    while (readdir(open_ones) != NULL) count++;
    closedir(open_ones);
    /* Without "." and "..", and the folder's own descriptor. */
    return count - 3;
}

static inline struct holdings look(const char *when)
{
    long pages = 0;
    /* Free memory is returned to the system, so that resident memory is in use. */
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

static inline clever_sso_client *new_client(const char *client_id)
{
    clever_sso_config *config = NULL;
    clever_sso_client *made = NULL;
    clever_sso_config_new(client_id, &config, NULL);
    clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), NULL);
    clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), NULL);
    clever_sso_config_set_base_url(config, getenv("CLEVER_BASE_URL"), NULL);
    clever_sso_config_set_timeout(config, PATIENCE_SECONDS, NULL);
    clever_sso_client_new(config, &made, NULL);
    clever_sso_config_free(config);
    return made;
}

#endif
