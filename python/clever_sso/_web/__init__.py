"""The common part of all web frameworks: the modules for Flask, Django and ASGI only translate.

Nothing here knows a framework, reads a request or touches a socket.

- `arrival`: what a callback means for the browser: go to Clever, be signed in, or read what went wrong.
- `request`: what a request alone decides: may it begin a login, where was it meant to go?
- `before`: the application's decision before a person is signed in, and logins that wait for it.
- `copies`: an identity that a session can keep.
- `hosts`: which client and redirect URI belong to a host.
- `button`: the button "Log in with Clever", and who is signed in, as HTML.
- `older_ids`: the ids that a person had before.
- `api`: the responses to scripts, which cannot be sent to log in.
- `identity`: who is signed in, as a session stores it.
- `words`: what people read, in the language of the page.
- `pages`: the page of a failed login, and the one to wait on.
"""
