"""The C library as a Conan package, built by cargo: `conan create release/conan`.

With `-c user.clever_sso:built=FOLDER`, it packs the library that `make library` built in that folder. It builds only on
Linux; the release has archives for Windows.
"""

import re
import shutil
import subprocess
from pathlib import Path

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import load

required_conan_version = ">=2"


class CleverSso(ConanFile):
    """Log in with Clever."""

    name = "clever_sso"
    description = "Log in with Clever: logins, ID tokens, and a doctor for setups, without OpenSSL and curl"
    license = "MIT OR Apache-2.0"
    topics = ("clever", "sso", "oauth2", "openid-connect", "education")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    def set_version(self):
        """Read the version and the homepage from Cargo.toml."""
        text = load(self, str(Path(self.recipe_folder, "..", "..", "Cargo.toml")))
        self.version = re.search(r'^version = "(.+)"', text, re.MULTILINE)[1]

    def export_sources(self):
        """Export the files that git tracks."""
        root, copies = Path(self.recipe_folder, "..", ".."), Path(self.export_sources_folder)
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True)
        for name in filter(None, listing.stdout.split("\0")):
            if (root / name).is_file():
                (copies / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, copies / name)

    def validate(self):
        """Refuse systems other than Linux."""
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("this recipe builds for Linux only; the release has archives for Windows")

    def package_id(self):
        """Use one package for all compilers, because the interface is C, and the build is always optimized."""
        del self.info.settings.compiler
        del self.info.settings.build_type

    @property
    def _built(self):
        given = self.conf.get("user.clever_sso:built", check_type=str)
        return given or str(Path(self.source_folder, "target", "release"))

    def build(self):
        """Build the library with cargo, unless it is already built."""
        if not self.conf.get("user.clever_sso:built"):
            target = Path(self.source_folder, "target")
            self.run(f"make library CARGO_TARGET_DIR={target}", cwd=self.source_folder)

    def package(self):
        """Install the files like `make install`, and keep only the requested kind of library."""
        values = {"PREFIX": self.package_folder, "RELEASE": self._built, "VERSION": self.version}
        words = " ".join(f'{name}="{value}"' for name, value in values.items())
        self.run(f"{words} ffi/packaging/install.sh", cwd=self.source_folder)
        folder = Path(self.package_folder)
        (folder / "licenses").mkdir()
        for name in ("LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY.txt"):
            (folder / "share/doc/clever_sso" / name).rename(folder / "licenses" / name)
        # Conan writes its own files for CMake and pkg-config.
        for name in ("lib/cmake", "lib/pkgconfig", "share"):
            shutil.rmtree(folder / name)
        for path in (folder / "lib").iterdir():
            if (".so" in path.name) != bool(self.options.shared):
                path.unlink()

    def package_info(self):
        """Tell programs how to link, with the same names as `make install`."""
        self.cpp_info.libs = ["clever_sso"]
        self.cpp_info.set_property("cmake_file_name", "clever_sso")
        self.cpp_info.set_property("cmake_target_name", "clever_sso::clever_sso")
        self.cpp_info.set_property("pkg_config_name", "clever_sso")
        if not self.options.shared:
            self.cpp_info.system_libs = ["gcc_s", "util", "rt", "pthread", "m", "dl", "c"]
