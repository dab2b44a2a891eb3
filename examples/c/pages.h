/* The pages, as HTML. The caller frees them; NULL when memory runs out. Texts from people and from Clever are escaped. */
#ifndef PAGES_H
#define PAGES_H

#include "sessions.h"

#include <stddef.h>

enum { LONGEST_RETURN_TO = 1024 };

/* The size of a URL in bytes, as a browser shows it: letters outside ASCII do not count as percent-encoded. A login accepts at
   most LONGEST_RETURN_TO. */
size_t size_as_shown(const char *address);

/* The URL that starts a login: below `prefix`, with where to go afterwards, which may be NULL. */
char *login_address(const char *prefix, const char *return_to);

/* A path below `prefix` with its query, which begins with a question mark or is empty. */
char *address_of(const char *prefix, const char *path, const char *query);

/* Links to log in. Where to go after the login may be NULL. */
char *page_home(const char *prefix, const char *return_to);

/* Who is signed in, and a logout button. */
char *page_me(const char *prefix, const struct person *person);

/* A sentence for the person, an error code for support, and links to try again: with the same `return_to`, and `switch_user` as
   before. */
char *page_problem(const char *prefix, const char *sentence, const char *code, const char *return_to, int switch_user);

/* A page that the signed-in person may not open: a sentence, an error code, and a link to a page that they may open. */
char *page_not_allowed(const char *prefix, const char *sentence, const char *code, const char *return_to);

/* A page that opens a URL by itself. */
char *page_onwards(const char *address);

#endif
