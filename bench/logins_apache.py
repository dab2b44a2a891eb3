"""Apache with mod_auth_openidc from Debian, if they are installed or `release/debian.sh` unpacked them."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.paths import TARGET
from logins_servers import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "libapache2-mod-auth-openidc"
NAME = "mod_auth_openidc.so"
PRIVATE = "/clever/private.html"
MODULES = Path("/usr/lib/apache2/modules")
UNPACKED = TARGET / "toolchain/debian"
CONFIGURATION = """
ServerName 127.0.0.1
ServerRoot {folder}
PidFile {folder}/apache.pid
Mutex file:{folder}
Listen 127.0.0.1:{port}
ErrorLog {folder}/apache.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule auth_openidc_module {openidc}
{user}
TypesConfig /dev/null
StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
DocumentRoot {folder}/pages
OIDCProviderMetadataURL ${{CLEVER_BASE_URL}}/.well-known/openid-configuration
OIDCClientID ${{CLEVER_CLIENT_ID}}
OIDCClientSecret ${{CLEVER_CLIENT_SECRET}}
OIDCRedirectURI ${{CLEVER_REDIRECT_URI}}
OIDCCryptoPassphrase ${{SECRET_KEY}}
OIDCCABundlePath ${{SSL_CERT_FILE}}
OIDCScope openid
<Location "/clever/">
    AuthType openid-connect
    Require valid-user
</Location>
"""


@cache
def module() -> Path | None:
    """Return the path of the module; `None` if it or Apache is missing."""
    if _apache() is None:
        return None
    places = (MODULES / NAME, UNPACKED / "usr/lib/apache2/modules" / NAME)
    return next((place for place in places if place.exists()), None)


def version() -> str:
    """Return the version of Debian's package."""
    found = subprocess.run(["apt-cache", "policy", PACKAGE], capture_output=True, text=True, check=False).stdout
    candidates = [line.split(":")[-1].strip() for line in found.splitlines() if "Candidate" in line]
    return candidates[0].partition("-")[0] if candidates else ""


def site(module: Path) -> Site:
    """The server."""

    def command(port: int, folder: Path) -> Sequence[str]:
        pages = folder / "pages"
        (pages / "clever").mkdir(parents=True)
        (pages / "index.html").write_text("nobody", "utf-8")
        (pages / PRIVATE.lstrip("/")).write_text("somebody", "utf-8")
        text = CONFIGURATION.format(folder=folder, port=port, modules=MODULES, openidc=module, user=_user())
        (folder / "apache.conf").write_text(text, "utf-8")
        return [str(_apache()), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]

    libraries = sorted({str(found.parent) for found in UNPACKED.rglob("lib*.so.*")})
    return Site(command, PRIVATE, front=PRIVATE, environment={"LD_LIBRARY_PATH": ":".join(libraries)})


def _apache() -> str | None:
    return shutil.which("apache2", path="/usr/sbin:/usr/bin")


def _user() -> str:
    # An Apache that root starts refuses to run its workers as root.
    return "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
