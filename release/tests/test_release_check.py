"""SBOMs, checksums and licenses of a release are complete and right, and every incomplete file is reported."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import check
import contents
import finish
import pytest
from harness.length import whole_or_short
from harness.paths import ROOT, VERSION

third_party = finish.third_party
LICENSES = {name: (ROOT / name).read_bytes() for name in check.LICENSES}
THIRD_PARTY = check.THIRD_PARTY
PREFIX = f"libclever_sso-{VERSION}-here"
# What a compiler of Rust writes into programs.
HASH = "0123456789abcdef0123456789abcdef01234567"
COMPILER = f"rustc version 1.95.0 ({HASH[:9]} 2026-04-14)"
STD = "pkg:generic/rust-std@1.95.0"
Files = dict[str, bytes]


def program(folder: Path, *options: str, name: str = "program") -> bytes:
    """A compiled file; its name tells which crates are in it."""
    if shutil.which("cc") is None:
        pytest.skip("cc is not installed")
    source = folder / "main.c"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", *options, str(source), "-o", str(folder / name)], check=True)
    return (folder / name).read_bytes() + f"\0{COMPILER}\0".encode()


def tar(files: Files, mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def deb(control: Files, data: Files) -> bytes:
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": tar(control, "w:xz"), "data.tar.xz": tar(data, "w:xz")}
    made = contents.AR
    for name, content in parts.items():
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content
        made += b"\n" * (len(content) % 2)
    return made


def image(files: Files) -> bytes:
    layer = tar(files)
    config = b"{}"
    blobs = {f"blobs/sha256/{hashlib.sha256(data).hexdigest()}": data for data in (layer, config)}
    return tar({"oci-layout": b"{}", "index.json": b"{}", **blobs}, "w")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """Return the members of a file of each kind, by the name of the file."""
    compiled = program(tmp_path_factory.mktemp("compiled"))
    host = third_party.host()
    header = check.symbol_versions.HEADER.read_text("utf-8")
    versions = b"".join(b"\0CLEVER_SSO_%d.%d\0" % version for version in check.symbol_versions.versions(header))
    texts = {name: third_party.text(name, host).encode() for name in third_party.BUILT}
    licenses = {f"{PREFIX}/{name}": data for name, data in LICENSES.items()}
    info = f"clever_sso-{VERSION}.dist-info"
    return {
        f"clever_sso-{VERSION}-cp39-abi3-manylinux2014_x86_64.whl": {
            "clever_sso/_native.abi3.so": compiled,
            f"{info}/METADATA": f"Name: clever-sso\nVersion: {VERSION}\n".encode(),
            **{f"{info}/licenses/{name}": data for name, data in LICENSES.items()},
            f"{info}/licenses/{THIRD_PARTY}": texts["clever-sso-python"],
        },
        f"{PREFIX}.tar.gz": {
            f"{PREFIX}/lib/libclever_sso.so.{VERSION}": compiled + versions,
            f"{PREFIX}/bin/clever-sso": compiled,
            f"{PREFIX}/include/clever_sso.h": f'#define CLEVER_SSO_VERSION "{VERSION}"\n'.encode(),
            f"{PREFIX}/lib/pkgconfig/clever_sso.pc": f"Version: {VERSION}\n".encode(),
            f"{PREFIX}/share/man/man3/clever_sso.3": f'.TH CLEVER_SSO 3 "x" "clever_sso {VERSION}"\n'.encode(),
            **licenses,
            f"{PREFIX}/{THIRD_PARTY}": texts["clever-sso-ffi"],
        },
        f"clever-emulator-{VERSION}-here.zip": {
            "clever-emulator": compiled,
            **LICENSES,
            THIRD_PARTY: texts["clever-emulator"],
        },
        f"clever-sso-implicit-{VERSION}.tgz": {
            "package/package.json": f'{{\n  "version": "{VERSION}"\n}}\n'.encode(),
            **{f"package/{name}": data for name, data in LICENSES.items()},
        },
        f"clever-emulator-{VERSION}-image.tar": {
            "clever-emulator": compiled,
            **LICENSES,
            THIRD_PARTY: texts["clever-emulator"],
        },
        f"clever-emulator_{VERSION}-1_amd64.deb": {
            "control": f"Package: clever-emulator\nVersion: {VERSION}-1\n".encode(),
            "usr/bin/clever-emulator": compiled,
            "usr/share/doc/clever-emulator/copyright": b"License: MIT or Apache-2.0\n",
            f"usr/share/doc/clever-emulator/{THIRD_PARTY}.gz": gzip.compress(texts["clever-emulator"]),
        },
    }


def packed(name: str, files: Files) -> bytes:
    if name.endswith(contents.ZIPS):
        return zipped(files)
    if name.endswith(".deb"):
        return deb({"control": files["control"]}, {path: data for path, data in files.items() if path != "control"})
    return image(files) if name.endswith("-image.tar") else tar(files)


def write(folder: Path, wanted: dict[str, Files]) -> Path:
    for name, files in wanted.items():
        (folder / name).write_bytes(packed(name, files))
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, whole: dict[str, Files]) -> Path:
    folder = write(tmp_path_factory.mktemp("finished"), whole)
    finish.finish(folder)
    return folder


@pytest.fixture
def dist(finished: Path, tmp_path: Path) -> Path:
    """A complete release that a test can change."""
    return Path(shutil.copytree(finished, tmp_path / "dist"))


def test_a_complete_release_has_no_problem(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.main([str(dist)])
    assert capsys.readouterr().out == "6 files: no problems\n"


@pytest.mark.parametrize(
    ("kind", "changed", "problem"),
    [
        (".whl", {"LICENSE-MIT": None}, "it has no LICENSE-MIT"),
        (".tar.gz", {THIRD_PARTY: None}, f"it has no {THIRD_PARTY}"),
        (".zip", {THIRD_PARTY: b"nothing\n"}, f"{THIRD_PARTY} lacks "),
        (".tgz", {"LICENSE-APACHE": None}, "it has no LICENSE-APACHE"),
        ("-image.tar", {THIRD_PARTY: None}, f"it has no {THIRD_PARTY}"),
        (".deb", {"copyright": None}, "it has no copyright file"),
        (".deb", {f"{THIRD_PARTY}.gz": None}, f"it has no {THIRD_PARTY}"),
        (".whl", {"METADATA": b"Name: clever-sso\nVersion: 9.9.9\n"}, "METADATA has version 9.9.9 instead of"),
        (".tgz", {"package.json": b'{\n  "version": "9.9.9"\n}\n'}, "package.json has version 9.9.9 instead of"),
        (".deb", {"control": b"Version: 9.9.9-1\n"}, "control has version 9.9.9 instead of"),
        (".tar.gz", {"clever_sso.pc": b"Version: 9.9.9\n"}, "clever_sso.pc has version 9.9.9 instead of"),
        (".tar.gz", {"clever_sso.h": b"// nothing\n"}, "clever_sso.h has version none instead of"),
        (
            ".tar.gz",
            {"clever_sso.3": b'.TH A 3 "x" "clever_sso 9.9.9"\n'},
            "clever_sso.3 has version 9.9.9 instead of",
        ),
    ],
)
def test_an_incomplete_file_is_named(
    tmp_path: Path, whole: dict[str, Files], kind: str, changed: dict[str, bytes | None], problem: str
) -> None:
    name = next(one for one in whole if one.endswith(kind))
    files = {path: changed.get(Path(path).name, data) for path, data in whole[name].items()}
    files = {path: data for path, data in files.items() if data is not None}
    assert files != whole[name]
    write(tmp_path, {name: files})  # type: ignore[dict-item]
    finish.finish(tmp_path)
    lines = check.check(tmp_path)
    assert len(lines) == 1
    assert lines[0].startswith(f"{name}: ")
    assert problem in lines[0]


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        (".whl", f"{Path.home()}/x"),
        (".tar.gz", f"{ROOT}/core"),
        ("-image.tar", "/elsewhere/registry/src/index"),
        (".deb", "/somebody/.cargo/bin"),
        (".zip", "path+file:///somewhere/python"),
    ],
)
def test_a_program_with_a_folder_of_the_build_machine_is_named(
    tmp_path: Path, whole: dict[str, Files], kind: str, folder: str
) -> None:
    name = next(one for one in whole if one.endswith(kind))
    binary = next(path for path, data in whole[name].items() if data.startswith(contents.ELF))
    write(tmp_path, {name: {**whole[name], binary: whole[name][binary] + folder.encode()}})
    finish.finish(tmp_path)
    lines = check.check(tmp_path)
    assert lines
    assert all(line.startswith(f"{name}: {binary} names ") for line in lines), lines


def test_a_library_without_symbol_versions_is_named(tmp_path: Path, whole: dict[str, Files]) -> None:
    name = f"{PREFIX}.tar.gz"
    library = f"{PREFIX}/lib/libclever_sso.so.{VERSION}"
    bare = whole[name][library].replace(b"CLEVER_SSO_0.1", b"")
    write(tmp_path, {name: {**whole[name], library: bare}})
    finish.finish(tmp_path)
    [line] = check.check(tmp_path)
    assert line.startswith(f"{name}: {library} has no symbol version CLEVER_SSO_0.1: ")


def test_a_file_without_code_needs_no_license(tmp_path: Path) -> None:
    (tmp_path / f"libclever_sso-{VERSION}-here-debug.tar.gz").write_bytes(tar({"lib/libclever_sso.so.debug": b"x"}))
    (tmp_path / f"clever-sso_{VERSION}-1.dsc").write_text("Format: 3.0 (quilt)\n")
    (tmp_path / f"clever-sso_{VERSION}-1.debian.tar.xz").write_bytes(tar({"debian/copyright": b"MIT\n"}, "w:xz"))
    finish.finish(tmp_path)
    assert check.check(tmp_path) == []


def test_a_file_name_with_another_version_is_reported(tmp_path: Path, whole: dict[str, Files]) -> None:
    name = f"clever-sso-implicit-{VERSION}.tgz"
    (tmp_path / "clever-sso-implicit-9.9.9.tgz").write_bytes(packed(name, whole[name]))
    finish.finish(tmp_path)
    assert check.check(tmp_path) == [
        f"clever-sso-implicit-9.9.9.tgz: its name does not have the version {VERSION}",
    ]


def test_a_changed_added_or_removed_file_is_named(dist: Path) -> None:
    sbom = f"clever-sso-implicit-{VERSION}.tgz{contents.SBOM}"
    (dist / sbom).unlink()
    (dist / "more.txt").write_text("more\n")
    wheel = next(dist.glob("*.whl"))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more.txt", "more\n")
    lines = check.check(dist)
    assert f"clever-sso-implicit-{VERSION}.tgz: it has no SBOM {sbom}: run release/finish.py" in lines
    assert f"{wheel.name}: {wheel.name}{contents.SBOM} is about another file: run release/finish.py again" in lines
    assert f"SHA256SUMS: {wheel.name} has another checksum" in lines
    assert f"SHA256SUMS: {sbom} is missing" in lines
    assert "SHA256SUMS: more.txt is not listed" in lines


def test_an_sbom_without_a_linked_crate_is_named(dist: Path) -> None:
    wheel = next(dist.glob("*.whl"))
    path = dist / f"{wheel.name}{contents.SBOM}"
    said = json.loads(path.read_text())
    gone = said["components"].pop(0)["bom-ref"]
    path.write_text(json.dumps(said))
    assert f"{wheel.name}: {path.name} lacks {gone}" in check.check(dist)


def elf(trace: bytes, *, loader: bool = True) -> bytes:
    """A program for Linux on x86_64, without its compiler's name."""
    return contents.ELF + bytes(14) + (62).to_bytes(2, "little") + (b"/ld-linux-x86-64.so.2" if loader else b"") + trace


def pe(trace: bytes) -> bytes:
    """A program for Windows on x86_64."""
    header = contents.PE + bytes(0x3C - 2) + (0x40).to_bytes(4, "little") + b"PE\0\0"
    return header + (0x8664).to_bytes(2, "little") + trace


IN_PROGRAMS = f"/rustc/{HASH}/library/std/src/io.rs".encode()
BY_MINGW = b"Mingw-w64 runtime failure:\0rustc version 1.96.0\0gcc version 12.2.0\0mingw-w64 version 10.0.0\0"
BY_ZIG = b"libunwind: malformed DWARF\0rustc version 1.96.0 (ac68faa20 2026-05-25)\0Linker: LLD 22.1.8\0"


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("clever-emulator", elf(IN_PROGRAMS), {"rust-std@1.95.0"}),
        # cargo compiled the standard library, so its paths are relative.
        ("clever-emulator", elf(b"library/std/src/io.rs"), {"rust-std@1.95.0"}),
        ("clever-emulator", elf(BY_ZIG, loader=False), {"rust-std@1.96.0", "llvm-libunwind@22.1.8", "musl@1.2.5"}),
        ("libclever_sso.so", elf(BY_ZIG), {"rust-std@1.96.0", "llvm-libunwind@22.1.8"}),
        ("libclever_sso.so", elf(b"libunwind: malformed DWARF"), {"llvm-libunwind"}),
        ("clever-emulator.exe", pe(BY_MINGW), {"rust-std@1.96.0", "libgcc@12.2.0", "mingw-w64@10.0.0"}),
        ("clever-emulator.exe", pe(b"library/std/src/io.rs"), {"rust-std"}),
        ("php-clever-sso.so", elf(IN_PROGRAMS), set()),
    ],
)
def test_an_sbom_lists_what_compilers_add_to_a_stripped_program(
    tmp_path: Path, name: str, data: bytes, wanted: set[str]
) -> None:
    (tmp_path / f"x-{VERSION}.zip").write_bytes(zipped({name: data}))
    # In the same release, a static library for Linux names the compiler.
    (tmp_path / f"y-{VERSION}.zip").write_bytes(zipped({"libclever_sso.a": contents.AR + elf(COMPILER.encode())}))
    finish.finish(tmp_path)
    said = json.loads((tmp_path / f"x-{VERSION}.zip{contents.SBOM}").read_text())
    added = {one["purl"].removeprefix("pkg:generic/") for one in said["components"] if "hashes" not in one}
    assert added == wanted
    own = next(one for one in said["dependencies"] if one["ref"].startswith("file:"))
    assert {f"pkg:generic/{one}" for one in wanted} <= set(own["dependsOn"])


def test_the_sbom_of_a_source_package_lists_the_crates_of_all_its_programs(tmp_path: Path) -> None:
    (tmp_path / f"clever-sso_{VERSION}.tar.xz").write_bytes(tar({"debian/copyright": b"MIT\n"}, "w:xz"))
    finish.finish(tmp_path)
    said = json.loads((tmp_path / f"clever-sso_{VERSION}.tar.xz{contents.SBOM}").read_text())
    # The library, the emulator, and both.
    assert {"rustls", "clap", "serde"} <= {one["name"] for one in said["components"]}
    assert check.check(tmp_path) == []


def test_a_release_whose_programs_name_no_compiler_is_reported(tmp_path: Path, whole: dict[str, Files]) -> None:
    name = f"clever-emulator-{VERSION}-here.zip"
    nameless = whole[name]["clever-emulator"].replace(COMPILER.encode(), IN_PROGRAMS)
    write(tmp_path, {name: {**whole[name], "clever-emulator": nameless}})
    finish.finish(tmp_path)
    [line] = check.check(tmp_path)
    assert line.startswith(f"{name}: {name}{contents.SBOM} lacks the version of Rust's standard library: ")


def test_an_empty_folder_is_not_a_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        check.main([str(tmp_path)])
    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines()[0] == f"{tmp_path}: there is no file to check"
    for arguments in ([], [str(tmp_path / "nowhere")]):
        with pytest.raises(SystemExit, match="name a folder"):
            check.main(arguments)


def test_sha256sum_accepts_the_sums(dist: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", contents.SUMS]
    assert subprocess.run(command, cwd=dist, check=False).returncode == 0
    listed = {line.split("  ")[1] for line in (dist / contents.SUMS).read_text().splitlines()}
    assert listed == {path.name for path in dist.iterdir()} - {contents.SUMS}


def test_an_sbom_lists_exactly_the_linked_crates(dist: Path) -> None:
    wheel = next(dist.glob("*.whl"))
    said = json.loads((dist / f"{wheel.name}{contents.SBOM}").read_text())
    names = {one["name"] for one in said["components"]}
    # Without crates that only compile it or test it, or that only other platforms need.
    assert {"rustls", "aws-lc-sys", "pyo3"} <= names
    assert not names & {"cbindgen", "proptest", "syn", "cc", "windows-sys", "clever-sso", "axum"}
    assert all(one["licenses"] for one in said["components"])
    assert [one["name"] for one in said["components"] if "hashes" not in one] == ["rust-std"]
    references = {one["bom-ref"] for one in said["components"]} | {said["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in said["dependencies"]} == references
    assert {name for one in said["dependencies"] for name in one["dependsOn"]} <= references
    # Every crate is reached from the file itself.
    needs = {one["ref"]: one["dependsOn"] for one in said["dependencies"]}
    reached: set[str] = set()
    waiting = [said["metadata"]["component"]["bom-ref"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs[name]
    assert reached == references
    page = json.loads((dist / f"clever-sso-implicit-{VERSION}.tgz{contents.SBOM}").read_text())
    assert page["components"] == []


def test_the_sboms_are_valid(dist: Path) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    paths = list(dist.glob(f"*{contents.SBOM}"))
    assert len(paths) == 6
    for path in paths:
        said = json.loads(path.read_text())
        # Validating each entry takes a while.
        said["components"] = said["components"][: whole_or_short(len(said["components"]), 4)]
        said["dependencies"] = said["dependencies"][: whole_or_short(len(said["dependencies"]), 4)]
        assert validator.validate_str(json.dumps(said)) is None, path.name
    broken = paths[0].read_text().replace('"bomFormat": "CycloneDX"', '"bomFormat": "another"')
    assert validator.validate_str(broken) is not None


def test_the_same_files_give_the_same_sboms_and_sums(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in dist.iterdir()}
    finish.finish(dist)
    assert {path.name: path.read_bytes() for path in dist.iterdir()} == before
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    finish.finish(dist)
    said = json.loads(next(dist.glob(f"*{contents.SBOM}")).read_text())
    assert said["metadata"]["timestamp"] == "2027-01-15T08:00:00Z"


def test_the_platform_is_read_from_the_program(tmp_path: Path) -> None:
    compiled = program(tmp_path)
    machine = os.uname().machine
    one = contents.Member("clever-emulator", compiled)
    shared = contents.Artifact(Path(f"clever-emulator-{VERSION}.zip"))
    assert shared.platform(one) == f"{machine}-unknown-linux-gnu"
    named = contents.Artifact(Path(f"clever-emulator-{VERSION}-{machine}-unknown-linux-musl.zip"))
    assert named.platform(one) == f"{machine}-unknown-linux-musl"
    static = contents.Member("libclever_sso.a", contents.AR + b"header" + compiled)
    assert shared.platform(static) == f"{machine}-unknown-linux-gnu"
    assert named.platform(static) == f"{machine}-unknown-linux-musl"
    other = bytearray(compiled)
    other[18:20] = (183 if machine == "x86_64" else 62).to_bytes(2, "little")
    assert not shared.platform(contents.Member("clever-emulator", bytes(other))).startswith(machine)


def test_a_source_package_with_the_source_of_the_check_passes() -> None:
    for path in (Path(check.__file__), Path(__file__)):
        member = contents.Member(f"clever-sso/{path.name}", path.read_bytes())
        assert list(check.wrong_folders(member)) == []
