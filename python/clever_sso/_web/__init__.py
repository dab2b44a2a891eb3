"""What every web framework does with a login, once: the faces for Flask, Django and ASGI are thin because of it.

Nothing here knows a framework, reads a request or touches a socket.

- `arrival`: what a callback means for the browser: go to Clever, be signed in, or read what went wrong.
- `request`: what a request alone decides: may it begin a login, where was it meant to go?
- `api`: what scripts are told instead of being sent to log in.
- `identity`: who is signed in, as a session keeps it.
- `pages`: the page of a failed login, and the one to wait on.
"""
