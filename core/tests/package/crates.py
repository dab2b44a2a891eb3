"""Packs the Rust crates as they are published, and uses what is in them, away from this folder: `make test-crates`.

Each package has what a registry shows. The tests in it compile, and those of the library pass. A fresh project that has
nothing but the packages logs people in: in axum, in actix-web, and without a framework.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CARGO = os.environ.get("CARGO", "cargo")
# In the order in which they are published: the tests of the second one use the first.
CRATES = ("clever-emulator", "clever-sso")
# The Makefile lists those of the client.
FEATURES = {
    "clever-emulator": ["", "cli"],
    "clever-sso": [features.strip('"') for features in os.environ.get("FEATURE_SETS", "client").split()],
}
FILES = ("README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "Cargo.lock", "src/lib.rs")
FIELDS = (
    "description",
    "license",
    "repository",
    "homepage",
    "documentation",
    "readme",
    "keywords",
    "categories",
    "rust-version",
)
# What a fresh project writes: the feature that it takes, and the crates that it adds.
NEWCOMERS = {
    "newcomer.rs": ("web", ""),
    "newcomer_axum.rs": ("axum", 'axum = "0.8"\ntower = { version = "0.5", features = ["util"] }\n'),
    # Not its default features: they compile three libraries for compression.
    "newcomer_actix.rs": (
        "actix",
        'actix-web = { version = "4.17", default-features = false, features = ["cookies", "macros"] }\n',
    ),
}


def cargo(folder: Path, *arguments: str) -> None:
    """Run cargo, without this folder's settings and without the network."""
    subprocess.run([CARGO, *arguments], check=True, cwd=folder, env={**os.environ, "CARGO_NET_OFFLINE": "true"})


def pack(folder: Path) -> dict[str, Path]:
    """The packages, unpacked."""
    packages = [word for crate in CRATES for word in ("-p", crate)]
    cargo(ROOT, "package", "-q", *packages, "--no-verify", "--allow-dirty", "--target-dir", str(folder))
    unpacked = {}
    for crate in CRATES:
        [package] = folder.glob(f"package/{crate}-*.crate")
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")
        unpacked[crate] = folder / package.stem
    return unpacked


def lacks(package: Path) -> list[str]:
    """What a registry would not show of a package."""
    manifest = (package / "Cargo.toml").read_text("utf-8")
    fields = [field for field in FIELDS if f"\n{field} = " not in manifest]
    files = [name for name in FILES if not (package / name).is_file() or not (package / name).read_bytes()]
    stray = [str(path) for path in package.rglob("*") if path.suffix in {".py", ".crate"} or path.is_symlink()]
    return fields + files + stray


def newcomer(folder: Path, packages: dict[str, Path], source: str) -> None:
    """A project that has only the packages."""
    feature, crates = NEWCOMERS[source]
    project = folder / source.removesuffix(".rs")
    (project / "tests").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name(source), project / "tests" / "login.rs")
    (project / "src").mkdir()
    (project / "src" / "lib.rs").write_text("//! Nothing yet.\n", "utf-8")
    (project / "Cargo.toml").write_text(
        f"""\
[package]
name = "newcomer"
edition = "2024"

[dependencies]
clever-sso = {{ path = "{packages["clever-sso"]}", features = ["{feature}"] }}
{crates}
[dev-dependencies]
clever-emulator = {{ path = "{packages["clever-emulator"]}", default-features = false }}
tokio = {{ version = "1", features = ["macros", "rt"] }}
""",
        "utf-8",
    )
    cargo(project, "test", "-q", "--test", "login")
    # Only what the emulator names itself: the runtime of actix-web brings one of them, too.
    tree = [CARGO, "tree", "--offline", "--prefix", "none", "-e", "normal", "-p", "clever-emulator", "--depth", "1"]
    known = subprocess.run(tree, check=True, cwd=project, capture_output=True, text=True, encoding="utf-8").stdout
    of_the_command = [name for name in ("clap v", "signal-hook-registry v", "rustix v") if f"\n{name}" in known]
    if of_the_command:
        sys.exit(f"the emulator brings what only its command needs: {of_the_command}")


def main() -> None:
    """Pack, look inside, compile, use."""
    # Not below this folder: cargo would take the packages for members of the workspace.
    with tempfile.TemporaryDirectory(prefix="clever-sso-crates-") as name:
        folder = Path(name)
        # Not the profiles of the workspace: nothing else uses this build.
        os.environ["CARGO_TARGET_DIR"] = str(folder / "target")
        os.environ["CARGO_PROFILE_DEV_DEBUG"] = "false"
        packages = pack(folder)
        for crate, package in packages.items():
            if missing := lacks(package):
                sys.exit(f"the package of {crate} lacks, or has too much: {missing}")
        emulator = f'patch.crates-io.clever-emulator.path="{packages["clever-emulator"]}"'
        for crate, package in packages.items():
            patch = ("--config", emulator) if crate == "clever-sso" else ()
            for features in FEATURES[crate]:
                print(f"==> {crate} with the features {features or 'none'}", flush=True)
                chosen = ("--no-default-features", "--features", features, *patch)
                cargo(package, "test", "-q", "--no-run", *chosen)
                cargo(package, "test", "-q", "--lib", *chosen)
        for source in NEWCOMERS:
            print(f"==> a project with nothing but the packages: {source}", flush=True)
            newcomer(folder, packages, source)


if __name__ == "__main__":
    main()
