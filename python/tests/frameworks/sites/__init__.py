"""The same small app in each framework, as its developers would write it, for one set of tests.

- `/`: for everybody, says who is signed in.
- `/private`: for anybody who is signed in; greets by name. Accepts POST as well.
- `/shelf/ANYTHING`: for anybody who is signed in; says what it was asked for.
- `/staffroom`: for teachers and staff.
- `/vault`: for nobody; people who may not open it are sent to log in, as the framework does it.
- `/cart`: puts a thing into the session, and shows what is in it.
- `/bye`: the application's own logout, as its framework does it.
- `/leave` and `/stay`: no pages; a middleware of the site answers. The first logs out, the second only looks.
- `/expel`: a middleware of the site ends the session of the person who is signed in, and sends everybody to log in.

The settings come from the environment: `CLEVER_CLIENT_ID` and so on. Whose last name is `UNWELCOME` is refused, and on
whose last name is `BREAKING` the site's own code falls over. With `GUARD` a middleware of the site lets nobody pass who
is not signed in, except at the login. `MUCH` is kept in everybody's session, where the session is a cookie; with
`MUCH_OF` only in that of the person with this last name. Into the session of `MORE_LATER_OF`, after the view, goes more
than a cookie holds.
`SESSION_FOLDER` is where Flask-Session keeps sessions.
"""
