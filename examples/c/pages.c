#define _POSIX_C_SOURCE 200809L
#include "pages.h"

#include <stdint.h>
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

/* The byte of %XX at the start of `text`; -1 without one. */
static int encoded_byte(const char *text)
{
    unsigned byte = 0;
    for (int i = 1; i <= 2; i++) {
        char c = text[0] == '%' ? text[i] : '\0';
        if (c >= '0' && c <= '9') byte = byte * 16 + (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f') byte = byte * 16 + (unsigned)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F') byte = byte * 16 + (unsigned)(c - 'A' + 10);
        else return -1;
    }
    return (int)byte;
}

/* Spaces and control characters outside ASCII, which stay encoded in a URL. */
static int is_blank(uint32_t letter)
{
    return letter <= 0xA0 || letter == 0x1680 || (letter >= 0x2000 && letter <= 0x200A) || letter == 0x2028 || letter == 0x2029 ||
           letter == 0x202F || letter == 0x205F || letter == 0x3000;
}

/* The number of UTF-8 bytes of the percent-encoded letter outside ASCII that `text` starts with; 0 when there is none. */
static size_t encoded_letter(const char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int first = encoded_byte(text);
    size_t size = first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
    uint32_t letter = size != 0 ? (uint32_t)first & (0x7Fu >> size) : 0;
    for (size_t i = 1; i < size; i++) {
        int next = encoded_byte(text + 3 * i);
        if (next < 0x80 || next > 0xBF) return 0;
        letter = letter << 6 | ((uint32_t)next & 0x3F);
    }
    int is_letter = letter >= least[size] && letter <= 0x10FFFF && (letter < 0xD800 || letter > 0xDFFF);
    return is_letter && !is_blank(letter) ? size : 0;
}

size_t size_as_shown(const char *address)
{
    size_t size = 0;
    while (*address != '\0') {
        size_t letter = encoded_letter(address);
        size += letter != 0 ? letter : 1;
        address += letter != 0 ? 3 * letter : 1;
    }
    return size;
}

/* Percent-encodes text for a query: all bytes except letters, digits, slash, dot, dash and underscore. Letters outside ASCII that
   are already encoded stay as they are: encoded twice, one byte would become five, and nginx accepts headers of 4 KiB. */
static void percent_encoded(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        size_t letter = encoded_letter(text);
        if (letter != 0) {
            fprintf(out, "%.*s", (int)(3 * letter), text);
            text += 3 * letter - 1;
            continue;
        }
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

static char *ended(FILE *out, char **text)
{
    if (fclose(out) == 0) return *text;
    free(*text);
    return NULL;
}

static char *page_ended(FILE *out, char **page)
{
    fputs("</main></html>\n", out);
    return ended(out, page);
}

char *address_of(const char *prefix, const char *path, const char *query)
{
    char *address = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&address, &size);
    if (out == NULL) return NULL;
    fprintf(out, "%s%s%s", prefix, path, query);
    return ended(out, &address);
}

/* The query of a login, for a link in a page. */
static void login_query(FILE *out, const char *return_to, int switch_user)
{
    if (switch_user) fputs("?switch_user=1", out);
    if (return_to == NULL) return;
    fputs(switch_user ? "&amp;return_to=" : "?return_to=", out);
    percent_encoded(out, return_to);
}

char *login_address(const char *prefix, const char *return_to)
{
    char *address = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&address, &size);
    if (out == NULL) return NULL;
    fprintf(out, "%s/login", prefix);
    if (return_to != NULL) {
        fputs("?return_to=", out);
        percent_encoded(out, return_to);
    }
    return ended(out, &address);
}

static void login_link(FILE *out, const char *prefix, const char *return_to, int switch_user, const char *text)
{
    fputs("<p><a href=\"", out);
    escaped(out, prefix);
    fputs("/login", out);
    login_query(out, return_to, switch_user);
    fprintf(out, "\">%s</a></p>", text);
}

char *page_home(const char *prefix, const char *return_to)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "Lessons");
    if (out == NULL) return NULL;
    login_link(out, prefix, return_to, 0, "Log in with Clever");
    login_link(out, prefix, return_to, 1, "Log in as someone else");
    return page_ended(out, &page);
}

static void row(FILE *out, const char *name, const char *value, const char *otherwise)
{
    fprintf(out, "<dt>%s</dt><dd>", name);
    escaped(out, value[0] != '\0' ? value : otherwise);
    fputs("</dd>", out);
}

char *page_me(const char *prefix, const struct person *person)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "Signed in");
    if (out == NULL) return NULL;
    fputs("<dl>", out);
    row(out, "name", person->name, "a person with no name");
    row(out, "role", person->user_type, "several roles");
    row(out, "id", person->id, "");
    row(out, "district", person->district_id, "none");
    fputs("</dl>", out);
    login_link(out, prefix, NULL, 1, "Not you?");
    fputs("<form method=\"post\" action=\"", out);
    escaped(out, prefix);
    fputs("/logout\"><button>Log out</button></form>", out);
    return page_ended(out, &page);
}

static void code_word(FILE *out, const char *code)
{
    fputs("<p><small>", out);
    escaped(out, code);
    fputs("</small></p>", out);
}

char *page_not_allowed(const char *prefix, const char *sentence, const char *code, const char *return_to)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "You cannot open this page");
    if (out == NULL) return NULL;
    fputs("<p>", out);
    escaped(out, sentence);
    fputs("</p><p><a href=\"", out);
    escaped(out, prefix);
    fputs("/\">Go to the start page</a></p>", out);
    login_link(out, prefix, return_to, 1, "Log in as someone else");
    code_word(out, code);
    return page_ended(out, &page);
}

char *page_onwards(const char *address)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "Signing you in");
    if (out == NULL) return NULL;
    fputs("<meta http-equiv=\"refresh\" content=\"0; url=", out);
    escaped(out, address);
    fputs("\"><p>One moment, please. <a href=\"", out);
    escaped(out, address);
    fputs("\">Continue</a></p>", out);
    return page_ended(out, &page);
}

char *page_problem(const char *prefix, const char *sentence, const char *code, const char *return_to, int switch_user)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = begun(&page, &size, "That did not work");
    if (out == NULL) return NULL;
    fputs("<p>", out);
    escaped(out, sentence);
    fputs("</p>", out);
    login_link(out, prefix, return_to, switch_user, "Try again");
    login_link(out, prefix, return_to, 1, "Log in as someone else");
    code_word(out, code);
    return page_ended(out, &page);
}
