"""Compiles a program with the package, and runs it."""

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class Program(ConanFile):
    """A program that prints the version of the library."""

    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "CMakeToolchain"

    def requirements(self):
        """Use the package under test."""
        self.requires(self.tested_reference_str)

    def layout(self):
        """Build in a separate folder."""
        cmake_layout(self)

    def build(self):
        """Compile it."""
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        """Run it."""
        if can_run(self):
            self.run(f"{self.cpp.build.bindir}/version", env="conanrun")
