"""The same small app in each framework, as its developers would write it, for one set of tests.

- `/`: for everyone; says who is signed in.
- `/private`: for signed-in people; greets them by name. Accepts POST as well.
- `/shelf/ANYTHING`: for signed-in people; shows the rest of the path.
- `/staffroom`: for teachers and staff.
- `/vault`: for no one; redirects people to log in, the way the framework does it.
- `/cart`: puts an item into the session, and shows what is in it.
- `/bye`: the application's own logout, the way the framework does it.
- `/leave` and `/stay`: a middleware of the site responds instead of a view. The first logs out, the second only reads.
- `/expel`: a middleware of the site ends the session of a signed-in person, and redirects everyone to log in.

The settings come from the environment: `CLEVER_CLIENT_ID` and so on. A person with the last name `UNWELCOME` is
refused, and for a person with the last name `BREAKING` the site's own code raises. With `GUARD`, a middleware of the
site blocks everyone who is not signed in, except at the login. `MUCH` is stored in each session, if the session is a
cookie; with `MUCH_OF`, only in the session of the person with this last name. The session of `MORE_LATER_OF` gets,
after the view, more data than fits into a cookie. `SESSION_FOLDER` is the folder where Flask-Session stores sessions.
"""
