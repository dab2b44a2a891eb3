"""The container image of the emulator is valid and reproducible, and its root file system can log people in."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.length import WHOLE, not_here
from harness.paths import ROOT
from harness.patience import SECONDS

SCRIPT = ROOT / "release/packages/oci.py"
CONTAINERFILE = ROOT / "release/oci/Containerfile"
INSIDE = {"clever-emulator", "LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY.txt"}
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
# The archive of `make oci`; without it, the tests pack an empty program.
IMAGE = os.environ.get("CLEVER_IMAGE")
needs_image = pytest.mark.skipif(not IMAGE, reason="long: make test-oci")


@pytest.fixture(scope="module")
def static_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static program that does nothing."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "nothing.c").write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", "-static", "-o", folder / "nothing", folder / "nothing.c"], check=True)
    return folder / "nothing"


def packed(folder: Path, *programs: Path) -> subprocess.CompletedProcess[str]:
    """Pack `programs` into `folder`/image.tar."""
    (folder / "licenses.txt").write_text("the licenses of others\n")
    words = ["--third-party", folder / "licenses.txt", "--out", folder / "image.tar", *programs]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.run(
        [sys.executable, SCRIPT, *words], check=False, capture_output=True, text=True, env=environment
    )


class Image:
    """An archive with an OCI layout."""

    def __init__(self, path: Path) -> None:
        with tarfile.open(path) as archive:
            files = [member for member in archive if member.isfile()]
            self.files = {member.name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]

    def blob(self, descriptor: dict[str, Any]) -> bytes:
        """Return the blob of a descriptor, after a check of its size and digest."""
        kind, digest = descriptor["digest"].split(":")
        content = self.files[f"blobs/{kind}/{digest}"]
        assert (hashlib.new(kind, content).hexdigest(), len(content)) == (digest, descriptor["size"])
        return content

    def manifests(self) -> dict[str, dict[str, Any]]:
        """Return the manifests by architecture."""
        (entry,) = json.loads(self.files["index.json"])["manifests"]
        told = json.loads(self.blob(entry))
        entries = told.get("manifests", [entry])
        return {one["platform"]["architecture"]: json.loads(self.blob(one)) for one in entries}

    def layer(self, manifest: dict[str, Any]) -> bytes:
        (layer,) = manifest["layers"]
        content = self.blob(layer)
        return gzip.decompress(content) if layer["mediaType"].endswith("gzip") else content


def other_machine(program: Path, folder: Path) -> Path:
    """The same program, with a header for aarch64."""
    content = bytearray(program.read_bytes())
    content[18:20] = (0xB7).to_bytes(2, "little")
    (folder / "other").write_bytes(content)
    return folder / "other"


def test_two_builds_are_the_same(static_program: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        copy = tmp_path / name / f"{name}-program"
        shutil.copy(static_program, copy)
        os.utime(copy, (1, 1))
        done = packed(tmp_path / name, copy)
        assert (done.returncode, done.stderr) == (0, "")
    images = {(tmp_path / name / "image.tar").read_bytes() for name in ("first", "second")}
    assert len(images) == 1


def test_an_image_for_each_machine_has_the_files_of_the_containerfile_and_nothing_else(
    static_program: Path, tmp_path: Path
) -> None:
    assert packed(tmp_path, static_program, other_machine(static_program, tmp_path)).returncode == 0
    image = Image(tmp_path / "image.tar")
    manifests = image.manifests()
    assert set(manifests) == {"amd64", "arm64"}
    for machine, manifest in manifests.items():
        config = json.loads(image.blob(manifest["config"]))
        layer = image.layer(manifest)
        assert (config["os"], config["architecture"]) == ("linux", machine)
        assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
        assert config["config"]["User"] == "65532:65532"
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            members = {member.name: member for member in archive}
        assert set(members) == INSIDE
        assert {(member.uid, member.gid, member.mtime) for member in members.values()} == {(0, 0, 1700000000)}
        assert [name for name, member in members.items() if member.mode == 0o755] == ["clever-emulator"]


def test_a_program_that_needs_a_c_library_is_refused(tmp_path: Path) -> None:
    done = packed(tmp_path, Path(sys.executable).resolve())
    assert done.returncode == 1
    assert "is not a static program for Linux" in done.stderr
    assert not (tmp_path / "image.tar").exists()


def test_two_programs_for_one_machine_are_refused(static_program: Path, tmp_path: Path) -> None:
    done = packed(tmp_path, static_program, static_program)
    assert (done.returncode, done.stderr) == (1, "oci.py: two of the programs are for the same machine: amd64, amd64\n")


def test_skopeo_and_umoci_read_the_image(static_program: Path, tmp_path: Path) -> None:
    if shutil.which("skopeo") is None or shutil.which("umoci") is None:
        raise not_here("skopeo or umoci is not installed")
    assert packed(tmp_path, static_program).returncode == 0
    image = f"oci-archive:{tmp_path / 'image.tar'}"
    shown = subprocess.run(["skopeo", "inspect", "--config", image], check=True, capture_output=True, text=True).stdout
    assert json.loads(shown)["config"]["Entrypoint"] == ["/clever-emulator"]
    with tarfile.open(tmp_path / "image.tar") as archive:
        archive.extractall(tmp_path / "layout", filter="data")
    (entry,) = json.loads((tmp_path / "layout/index.json").read_text("utf-8"))["manifests"]
    name = entry["annotations"]["org.opencontainers.image.ref.name"]
    unpack = ["umoci", "unpack", "--rootless", "--image", f"{tmp_path / 'layout'}:{name}", str(tmp_path / "bundle")]
    subprocess.run(unpack, check=True, capture_output=True, timeout=SECONDS)
    assert {path.name for path in (tmp_path / "bundle/rootfs").iterdir()} == INSIDE


@pytest.mark.skipif(not WHOLE, reason="long: make test-all")
def test_buildah_builds_the_same_image_from_the_containerfile(static_program: Path, tmp_path: Path) -> None:
    if shutil.which("buildah") is None:
        raise not_here("buildah is not installed")
    assert packed(tmp_path, static_program).returncode == 0
    image = Image(tmp_path / "image.tar")
    context = tmp_path / "context"
    context.mkdir()
    with tarfile.open(fileobj=io.BytesIO(image.layer(image.manifests()["amd64"]))) as archive:
        archive.extractall(context, filter="data")
    storage = [f"--root={tmp_path / 'storage'}", f"--runroot={tmp_path / 'run'}", "--storage-driver=vfs"]
    build = [
        "buildah",
        *storage,
        "bud",
        "--isolation=chroot",
        f"--file={CONTAINERFILE}",
        f"--tag=oci-archive:{tmp_path}/built.tar",
        str(context),
    ]
    done = subprocess.run(build, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    built = Image(tmp_path / "built.tar")
    settings = {}
    for name, one in (("ours", image), ("theirs", built)):
        manifest = manifest_of(one)
        told = json.loads(one.blob(manifest["config"]))["config"]
        settings[name] = {key: value for key, value in told.items() if key not in {"Labels", "Env"}}
        with tarfile.open(fileobj=io.BytesIO(one.layer(manifest))) as archive:
            assert {member.name for member in archive} == INSIDE
    assert settings["ours"] == settings["theirs"]


def manifest_of(image: Image) -> dict[str, Any]:
    """Return the only manifest of an image for one machine."""
    (entry,) = json.loads(image.files["index.json"])["manifests"]
    told: dict[str, Any] = json.loads(image.blob(entry))
    return told


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Unpack the image for this machine; return its root file system and the container's settings."""
    assert IMAGE
    image = Image(Path(IMAGE))
    manifest = image.manifests()[{"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]]
    folder = tmp_path_factory.mktemp("root")
    folder.chmod(0o755)
    with tarfile.open(fileobj=io.BytesIO(image.layer(manifest))) as archive:
        archive.extractall(folder, filter="data")
    return folder, json.loads(image.blob(manifest["config"]))["config"]


def inside(root: Path, settings: dict[str, Any], *unshared: str) -> list[str]:
    """Return the start of a command line that runs a program in the root file system, as the container's user."""
    if shutil.which("unshare") is None:
        raise not_here("unshare is not installed")
    if os.geteuid() == 0:
        return ["env", "-i", *unshared, "/usr/sbin/chroot", f"--userspec={settings['User']}", str(root)]
    return ["env", "-i", "/usr/bin/unshare", "--map-root-user", *unshared[1:], "/usr/sbin/chroot", str(root)]


@needs_image
def test_the_root_file_system_of_the_image_logs_a_person_in(
    root: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, settings = root
    command = tmp_path / "emulator"
    words = " ".join([*inside(folder, settings), *settings["Entrypoint"]])
    command.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("CLEVER_EMULATOR", str(command))
    login = [sys.executable, str(ROOT / "examples/python/login.py")]
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with(login, APP, clever, os.environ)
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


@needs_image
def test_a_container_without_options_serves_and_stops_on_sigterm(root: tuple[Path, dict[str, Any]]) -> None:
    folder, settings = root
    # In a separate network, because the container listens on all addresses.
    command = [*inside(folder, settings, "/usr/bin/unshare", "--net"), *settings["Entrypoint"], *settings["Cmd"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "http://127.0.0.1:5999\n"
        process.terminate()
        assert process.wait(SECONDS) == 0
