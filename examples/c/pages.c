#define _POSIX_C_SOURCE 200809L
#include "pages.h"

#include <stdio.h>
#include <stdlib.h>

static void escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default: fputc(*text, out);
        }
    }
}

/* For a query: everything but letters, digits, slash, dot, dash and underscore becomes %XX. */
static void percent_encoded(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        int plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (plain || byte == '/' || byte == '.' || byte == '-' || byte == '_') {
            fputc(byte, out);
        } else {
            fprintf(out, "%%%02X", byte);
        }
    }
}

static FILE *begun(char **page, size_t *size, const char *title)
{
    FILE *out = open_memstream(page, size);
    if (out == NULL) return NULL;
    fprintf(out,
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title>"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<style>body{font:1.1em sans-serif;max-width:32em;margin:3em auto;padding:0 1em}</style><main><h1>%s</h1>",
            title, title);
    return out;
}

static char *ended(FILE *out, char **page)
{
    fputs("</main></html>\n", out);
    if (fclose(out) == 0) return *page;
    free(*page);
    return NULL;
}

char *page_home(const char *return_to)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "Lessons");
    if (out == NULL) return NULL;
    fputs("<p><a href=\"/login", out);
    if (return_to != NULL) {
        fputs("?return_to=", out);
        percent_encoded(out, return_to);
    }
    fputs("\">Log in with Clever</a></p>", out);
    return ended(out, &page);
}

static void row(FILE *out, const char *name, const char *value, const char *otherwise)
{
    fprintf(out, "<dt>%s</dt><dd>", name);
    escaped(out, value[0] != '\0' ? value : otherwise);
    fputs("</dd>", out);
}

char *page_me(const struct person *person)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "Signed in");
    if (out == NULL) return NULL;
    fputs("<dl>", out);
    row(out, "name", person->name, "somebody without a name");
    row(out, "role", person->user_type, "several roles");
    row(out, "id", person->id, "");
    row(out, "district", person->district_id, "none");
    fputs("</dl><p><a href=\"/login?switch_user=1\">Not you?</a></p>", out);
    fputs("<form method=\"post\" action=\"/logout\"><button>Log out</button></form>", out);
    return ended(out, &page);
}

char *page_problem(const char *sentence, const char *code)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "That did not work");
    if (out == NULL) return NULL;
    fputs("<p>", out);
    escaped(out, sentence);
    fputs("</p><p><a href=\"/login\">Try again</a></p><p><small>", out);
    escaped(out, code);
    fputs("</small></p>", out);
    return ended(out, &page);
}
