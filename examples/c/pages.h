/* The pages, as HTML. Each is the caller's to free; NULL when there is no memory. What people and Clever wrote is escaped. */
#ifndef PAGES_H
#define PAGES_H

#include "sessions.h"

/* A link to log in. Where to go after the login is a path of this application, or NULL. */
char *page_home(const char *return_to);

/* Who is signed in, and the way out. */
char *page_me(const struct person *person);

/* A sentence for the person, a code word for whoever helps, and a way to try again. */
char *page_problem(const char *sentence, const char *code);

#endif
