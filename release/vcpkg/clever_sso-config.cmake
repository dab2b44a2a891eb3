# find_package(clever_sso) defines the target clever_sso::clever_sso: the kind of library that the triplet selects.
get_filename_component(_clever_sso_root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
if(NOT TARGET clever_sso::clever_sso)
    if(EXISTS "${_clever_sso_root}/lib/libclever_sso.a")
        add_library(clever_sso::clever_sso STATIC IMPORTED)
        set_target_properties(clever_sso::clever_sso PROPERTIES
            IMPORTED_LOCATION "${_clever_sso_root}/lib/libclever_sso.a"
            INTERFACE_LINK_LIBRARIES "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc")
    else()
        add_library(clever_sso::clever_sso SHARED IMPORTED)
        set_target_properties(clever_sso::clever_sso PROPERTIES
            IMPORTED_LOCATION "${_clever_sso_root}/lib/libclever_sso.so.@VERSION@"
            IMPORTED_SONAME "libclever_sso.so.@MAJOR@")
    endif()
    set_target_properties(clever_sso::clever_sso PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${_clever_sso_root}/include")
endif()
unset(_clever_sso_root)
