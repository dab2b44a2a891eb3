"""The code that all web frameworks share. The modules for Flask, Django and ASGI only adapt it.

The code here does not depend on a framework, reads no request object and opens no socket.

- `arrival`: what the browser gets after a callback: a redirect to Clever, a sign-in, or an error page.
- `request`: decisions from the request alone: whether it may begin a login, and where it leads afterwards.
- `before`: the application's decision before a person is signed in, and logins that wait for it.
- `copies`: a copy of an identity that a session can store.
- `hosts`: the client and redirect URI for each host.
- `button`: the button "Log in with Clever", and who is signed in, as HTML.
- `older_ids`: the older ids of a person.
- `api`: the responses to scripts, which can't follow a redirect to log in.
- `identity`: who is signed in, as a session stores it.
- `words`: the texts that people read, in the language of the page.
- `pages`: the page of a failed login, and the waiting page.
"""
