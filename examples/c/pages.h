/* The pages, as HTML. Each is the caller's to free; NULL when there is no memory. What people and Clever wrote is escaped. */
#ifndef PAGES_H
#define PAGES_H

#include "sessions.h"

#include <stddef.h>

enum { LONGEST_RETURN_TO = 1024 };

/* The size of an address in bytes, as a browser shows it: letters outside ASCII are not counted as percent-encoded. A login takes
   at most LONGEST_RETURN_TO. */
size_t size_as_shown(const char *address);

/* Where a login starts: the address below `prefix`, with where to go after it, which may be NULL. */
char *login_address(const char *prefix, const char *return_to);

/* A path below `prefix` with its query, which begins with a question mark or is empty. */
char *address_of(const char *prefix, const char *path, const char *query);

/* Links to log in. Where to go after the login may be NULL. */
char *page_home(const char *prefix, const char *return_to);

/* Who is signed in, and a logout button. */
char *page_me(const char *prefix, const struct person *person);

/* A sentence for the person, an error code for support, and links to try again: with the same goal, and `switch_user` as before. */
char *page_problem(const char *prefix, const char *sentence, const char *code, const char *return_to, int switch_user);

/* A page that is not open to the person who is signed in: a sentence, an error code, and the way to a page that is. */
char *page_not_allowed(const char *prefix, const char *sentence, const char *code, const char *return_to);

/* A page that opens an address by itself. */
char *page_onwards(const char *address);

#endif
