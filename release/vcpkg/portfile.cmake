# Downloads the library of the release, because vcpkg has no Rust to build it. It was built for glibc 2.17, so any system can link it.
set(archive_x64 "libclever_sso-${VERSION}-x86_64-unknown-linux-gnu")
set(hash_x64 @SHA512_X64@)
set(archive_arm64 "libclever_sso-${VERSION}-aarch64-unknown-linux-gnu")
set(hash_arm64 @SHA512_ARM64@)
set(name "${archive_${VCPKG_TARGET_ARCHITECTURE}}")

vcpkg_download_distfile(archive
    URLS "@HOME@/releases/download/v${VERSION}/${name}.tar.gz"
    FILENAME "${name}.tar.gz"
    SHA512 "${hash_${VCPKG_TARGET_ARCHITECTURE}}")
vcpkg_extract_source_archive(source ARCHIVE "${archive}")

# Installs one kind of library, which the triplet selects. It is always optimized, so debug builds use it, too.
set(VCPKG_BUILD_TYPE release)
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)
if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
    file(GLOB libraries "${source}/lib/libclever_sso.a")
else()
    file(GLOB libraries "${source}/lib/libclever_sso.so*")
endif()
file(INSTALL ${libraries} DESTINATION "${CURRENT_PACKAGES_DIR}/lib")
file(INSTALL "${source}/include/clever_sso.h" DESTINATION "${CURRENT_PACKAGES_DIR}/include")
file(INSTALL "${source}/lib/cmake/clever_sso/clever_sso-config-version.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/clever_sso-config.cmake"
    DESTINATION "${CURRENT_PACKAGES_DIR}/share/clever_sso")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST
    "${source}/share/doc/clever_sso/LICENSE-MIT"
    "${source}/share/doc/clever_sso/LICENSE-APACHE"
    "${source}/share/doc/clever_sso/LICENSES-THIRD-PARTY.txt")
